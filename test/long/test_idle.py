"""5,000 idle clients: time and memory."""
import resource
import socket
import threading
import time

from harness import BACKEND, LONG, Case, wait_until

CLIENTS = 5000


class Idle(Case):
    def test_five_thousand_idle_clients(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        ls = socket.socket()  # a target without a thread for each connection
        ls.bind(("127.0.0.1", 0))
        ls.listen(4096)
        self.addCleanup(ls.close)
        ends = []

        def take():
            while True:
                try:
                    ends.append(ls.accept()[0])
                except OSError:
                    return
        threading.Thread(target=take, daemon=True).start()
        p = self.proxy("127.0.0.1:%d" % ls.getsockname()[1])
        first = [self.client(p) for _ in range(10)]
        self.assertTrue(wait_until(lambda: len(ends) == len(first)))
        before = p.memory()
        clients = [self.client(p) for _ in range(CLIENTS)]
        self.assertTrue(wait_until(lambda: len(ends) == CLIENTS + len(first), LONG))
        time.sleep(1)  # what was under way has ended
        each = (p.memory() - before) / CLIENTS
        cpu = p.cpu()
        time.sleep(10)
        spent = (p.cpu() - cpu) * 1000
        print("%s: %d bytes of its own memory a client, %.2f ms of CPU in 10 s" % (BACKEND, each, spent))
        self.assertLess(each, 1024)
        self.assertLessEqual(spent, 10)
        for c in clients:
            c.close()
