"""Measurements shared by test/bench and test/long: CPU time and memory of a process with many idle clients. Standard
library only."""
import resource
import socket
import time

from harness import LONG, Target, wait_until

WARM = 50  # clients that connect first, so that one-time allocations are not counted


def allow_descriptors(wanted):
    """Raises the soft limit of descriptors, which new processes inherit. Returns the limit in force."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        return limit
    return soft if soft != resource.RLIM_INFINITY else wanted


class QuietTarget(Target):
    """Accepts connections and sends nothing, without a thread per connection."""

    def __init__(self):
        super().__init__(handler=None)

    def _accept(self, ls):
        while True:
            try:
                self.conns.append(ls.accept()[0])
            except OSError:
                return

    def stop(self):
        super().stop()
        for s in self.conns:
            s.close()


class Idle:
    """Idle clients of `process`, which listens on `address` in front of the QuietTarget `target`. `memory` is the
    private bytes of the process per client, `cpu` its CPU time in seconds during `seconds`."""

    def __init__(self, process, address, target, clients=5000, seconds=10.0):
        self._sockets, self._process, self._address, self._target = [], process, address, target
        try:
            self._open(WARM)
            before = process.memory()
            self._open(clients)
            self.memory = (process.memory() - before) / clients
            started = process.cpu()
            time.sleep(seconds)  # silence itself is measured
            self.cpu = process.cpu() - started
        finally:
            for s in self._sockets:
                s.close()

    def _open(self, count):
        already = len(self._target.conns) - len(self._sockets)
        for _ in range(count):
            self._sockets.append(socket.create_connection(self._address, LONG))
        if not wait_until(lambda: len(self._target.conns) - already >= len(self._sockets), LONG * 2):
            raise AssertionError("%d clients, but %d target connections" % (
                len(self._sockets), len(self._target.conns)))
        wait_until(self._rests, LONG)

    def _rests(self):
        before = self._process.cpu()
        time.sleep(0.2)  # silence itself is measured
        return self._process.cpu() - before < 0.001
