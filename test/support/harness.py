"""The program under test, scripted targets, and clients. Standard library only. Everything runs on loopback, every
wait has a limit, and only processes started here are ended."""
import json
import os
import random
import re
import shlex
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import windows

BIN = os.environ.get("PROXIMUX_BIN", "")
COMMAND = [BIN] if os.path.exists(BIN) else shlex.split(BIN)
BACKEND = os.environ.get("PROXIMUX_BACKEND", "auto")


def slowness():
    """How much slower this machine is, under its present load, than one on which the limits are generous: 1 to 5."""
    begin = time.monotonic()
    subprocess.run([sys.executable, "-I", "-c", "pass"], check=True)
    return min(max(1.0, (time.monotonic() - begin) / 0.1), 5.0)


SLOW = float(os.environ.get("PROXIMUX_SLOW") or slowness())
SHORT = 5.0 * SLOW
LONG = 30.0 * SLOW
# a sanitizer keeps freed memory to detect its use, and memory of its own: what the program needs cannot be measured
SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ
OURS = re.compile(r"^(PROXIMUX_|LOG_LEVEL$|LOCAL_|EXCHANGE_|PROXY_|TARGET_|NOTIFY_SOCKET$|WATCHDOG_|LISTEN_|JOURNAL_STREAM$)")


def patience(ms):
    """A time of a setting: a silent peer is given up after it, and an honest one on a machine as slow as this is not."""
    return "%dms" % (ms * SLOW)


def wait_until(predicate, timeout=SHORT, step=0.005):
    """Returns the first true value of predicate(), or its last false one at the timeout."""
    end = time.monotonic() + timeout
    while True:
        value = predicate()
        if value or time.monotonic() >= end:
            return value
        time.sleep(step)


def finishes(command, moving):
    """Runs a command to its end, as long as moving() keeps changing. Returns its exit code and output."""
    with tempfile.TemporaryFile() as out:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
        try:
            seen, since = moving(), time.monotonic()
            while p.poll() is None:
                try:
                    p.wait(0.2)
                except subprocess.TimeoutExpired:
                    now = moving()
                    if now != seen:
                        seen, since = now, time.monotonic()
                    elif time.monotonic() - since > LONG:
                        raise AssertionError("it stands still: %s" % " ".join(command))
        finally:
            if p.poll() is None:
                p.kill()
                p.wait()
        out.seek(0)
        return p.returncode, out.read()


def terminate(process):
    """Ends a process, at last by force."""
    process.terminate()
    try:
        process.wait(LONG)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# Below what a system gives to whoever asks for any port (Linux from 32768, others from 49152), and in no order that two
# processes share.
PORTS = iter(random.SystemRandom().sample(range(16384, 32768), 16384))


def free_port():
    """A port at which nobody listens, and which nobody gets who has not asked for it by its number."""
    for port in PORTS:
        with socket.socket() as s:
            if os.name != "nt":
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass
    raise AssertionError("no port is left")


def local_client(path, timeout=LONG):
    """A connection to a UNIX socket."""
    windows.need_unix_sockets()
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(timeout)
    s.connect("\0" + path[1:] if path.startswith("@") else path)
    return s


def listens(port):
    """Whether this loopback port accepts connections."""
    try:
        socket.create_connection(("127.0.0.1", port), SHORT).close()
        return True
    except OSError:
        return False


def reset(sock):
    """Closes a socket with RST."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


def clean_environment(extra=None):
    env = {k: v for k, v in os.environ.items() if not OURS.match(k)}
    env.update(extra or {})
    return env


class Program:
    """A run of the program, its output read by threads. passed: sockets to pass in as systemd does. program: another
    build of it."""

    def __init__(self, args, env=None, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec=None, cwd=None,
                 passed=(), program=None):
        self.out, self.err = [], []
        command = ([program] if program else COMMAND) + list(args)
        if windows.IS and (preexec or passed):
            windows.skip(windows.INHERITANCE)
        if passed:  # their numbers begin at 3; LISTEN_PID is known in the process alone
            moves = " ".join("%d<&%d" % (3 + i, s.fileno()) for i, s in enumerate(passed))
            command = ["bash", "-c", 'exec %s; LISTEN_PID=$$ LISTEN_FDS=%d exec "$@"' % (moves, len(passed)), "bash"] + command
        self.p = subprocess.Popen(command, env=clean_environment(env), stdin=subprocess.DEVNULL,
                                  stdout=stdout, stderr=stderr, preexec_fn=preexec, cwd=cwd,
                                  pass_fds=[s.fileno() for s in passed])
        self.pid = self.p.pid
        self._threads = [threading.Thread(target=self._read, args=pair, daemon=True)
                         for pair in ((self.p.stdout, self.out), (self.p.stderr, self.err)) if pair[0]]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _read(stream, into):
        for line in iter(stream.readline, b""):
            into.append(line.decode("utf-8", "replace").rstrip("\n"))
        stream.close()

    def alive(self):
        return self.p.poll() is None

    def wait(self, timeout=LONG):
        """The exit code, or None if it is still running."""
        try:
            self.p.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        for thread in self._threads:
            thread.join(SHORT)
        return self.p.returncode

    def signal(self, number=signal.SIGTERM):
        self.p.send_signal(windows.signal_for(number))

    def drain(self):
        """Sends TERM and waits until it is logged, because two pending TERMs merge into one. Requires log level 2."""
        self.signal(signal.SIGTERM)
        if not self.record(lambda r: r["d"].startswith("Server is stopping"), LONG):
            raise AssertionError("it does not drain: " + self.text())

    def stop(self):
        if self.alive():
            self.p.kill()
        self.wait()

    def end(self, timeout=LONG):
        """Ends the program without draining. Returns its exit code, or None at the timeout."""
        def ended():
            self.signal(signal.SIGTERM)  # no effect on one that has ended
            return not self.alive()
        return self.wait() if wait_until(ended, timeout, 0.02) else None

    def text(self):
        return "\n".join(self.out + self.err)

    def records(self):
        found = []
        for line in list(self.out) + list(self.err):
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
        return found

    def record(self, predicate, timeout=SHORT):
        """The first log record for which predicate(record) holds, or None, at once if the program has ended."""
        def look():
            for r in self.records():
                try:
                    if predicate(r):
                        return r
                except (AttributeError, KeyError, TypeError):
                    continue
            return None
        wait_until(lambda: not self.alive() or look(), timeout)
        if not self.alive():
            self.wait()  # for the rest of its output
        return look()

    # -- measured by the system. Under Wine memory and CPU time are those of the process, without what wineserver spends

    def fds(self):
        """How many descriptors it has; under Wine, how many sockets."""
        if windows.IS:
            return windows.sockets()
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def memory(self):
        """Private memory in bytes. Pages of files do not count: they turn private when another program that maps them ends."""
        with open("/proc/%d/smaps_rollup" % self.pid) as f:
            return sum(int(line.split()[1]) for line in f if line.startswith(("Private_Dirty", "Swap:"))) * 1024

    def memory_at_rest(self, timeout=SHORT):
        """Private memory once it is stable: the log may still be written after the last client has left."""
        seen = [-1]

        def rests():
            seen.append(self.memory())
            return seen[-1] == seen[-2]
        wait_until(rests, timeout, 0.1)
        return seen[-1]

    def cpu(self):
        """CPU time of all threads in seconds, with nanosecond resolution."""
        total = 0
        for thread in os.listdir("/proc/%d/task" % self.pid):
            with open("/proc/%d/task/%s/schedstat" % (self.pid, thread)) as f:
                total += int(f.read().split()[0])
        return total / 1e9


class Proxy(Program):
    """The program, listening on a free port, in proxy mode by default. settings: two underscores stand for a dot. dress and
    more: what a suite makes of its clients, and settings that it needs, for so many targets (tls_sockets.py)."""
    dress = None
    more = staticmethod(lambda targets: {})

    def __init__(self, *targets, args=(), listen="127.0.0.1:0", mode="proxy", settings=None, **kw):
        line = ["--listen", listen, "--mode", mode, "--io-backend", BACKEND]
        for key, value in {**self.more(len(targets)), **(settings or {})}.items():
            line += ["--set", "%s=%s" % (key.replace("__", "."), value)]
        for t in targets:
            line += ["--target", t if isinstance(t, str) else getattr(t, "address", None) or "%s:%d" % (t.host, t.port)]
        super().__init__(line + list(args), **kw)
        self.socket_path = listen[5:] if listen.startswith("unix:") else None
        self.host, self.port = listen.rsplit(":", 1)[0].strip("[]"), 0
        if kw.get("stdout", subprocess.PIPE) == subprocess.PIPE and "log.level=0" not in args:
            wait_until(lambda: self.running() or not self.alive(), LONG)
            m = self.running()
            if not m:
                self.stop()
                raise AssertionError("it does not listen: " + self.text())
            self.port = 0 if self.socket_path else int(m.group(1))

    def running(self):
        where = re.escape("unix:" + self.socket_path) if self.socket_path else r"\S+:(\d+)"
        for line in list(self.out):
            m = re.search(r"Server is running on %s in [A-Z]+ mode" % where, line)
            if m:
                return m
        return None

    def has_read(self, timeout=SHORT):
        """Whether it comes to have accepted all its clients and read all that they have sent."""
        def unread():
            with open("/proc/net/tcp") as table:
                rows = [line.split() for line in list(table)[1:]]
            return [row for row in rows if row[1].endswith(":%04X" % self.port) and not row[4].endswith(":00000000")]
        return wait_until(lambda: not unread(), timeout)

    def client(self, timeout=LONG, rcvbuf=None, source=None):
        if self.socket_path:
            return local_client(self.socket_path, timeout)
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        s = socket.socket(family, socket.SOCK_STREAM)
        if rcvbuf:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        s.settimeout(timeout)
        if source:
            s.bind((source, 0))
        s.connect((host, self.port))
        return self.dress(s) if self.dress else s


def stop_accepting(ls, thread):
    """Closes a listening socket when its thread has ended: else that could accept on the next one that has its number."""
    try:
        ls.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept()
    except OSError:
        pass
    thread.join(LONG)
    ls.close()


class Target:
    """A listening socket, with `path` a UNIX socket. handler(socket) runs in one thread per connection, which is closed
    when it returns. dress: as of Proxy."""
    dress = None

    def __init__(self, handler, port=0, host="127.0.0.1", rcvbuf=None, path=None):
        self.handler, self.host, self.conns, self.received = handler, host, [], 0
        self.faults = []  # why connections ended that did not end well
        self.ls = socket.socket(socket.AF_UNIX if path else socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.ls.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if rcvbuf:
            self.ls.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.ls.bind(("\0" + path[1:] if path.startswith("@") else path) if path else (host, port))
        self.ls.listen(1024)
        self.port = None if path else self.ls.getsockname()[1]
        self.address = "unix:" + path if path else "%s:%d" % (host, self.port)
        self._accepting = threading.Thread(target=self._accept, args=(self.ls,), daemon=True)
        self._accepting.start()

    def _accept(self, ls):
        while True:
            try:
                s, _ = ls.accept()
            except OSError:
                return
            if s.family != socket.AF_UNIX:
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self.dress:
                self.conns.append(s)
            threading.Thread(target=self._run, args=(s,), daemon=True).start()

    def _run(self, s):
        try:
            if self.dress:
                s = self.dress(s)
                self.conns.append(s)
            self.handler(s)
        except (OSError, EOFError) as fault:
            self.faults.append(repr(fault))
        finally:
            s.close()

    def open(self):
        return [s for s in list(self.conns) if s.fileno() >= 0]

    def refuse(self):
        """Nobody is let in any more; who is there stays."""
        stop_accepting(self.ls, self._accepting)

    def stop(self):
        self.refuse()
        for s in list(self.conns):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


def echo(s):
    """Echoes until FIN."""
    while True:
        d = s.recv(65536)
        if not d:
            return
        s.sendall(d)


def read_all(s, slowly=0.0, size=65536):
    """Reads until FIN."""
    parts = []
    while True:
        if slowly:
            time.sleep(slowly)
        d = s.recv(size)
        if not d:
            return b"".join(parts)
        parts.append(d)


def read_line(s):
    line = b""
    while not line.endswith(b"\n"):
        d = s.recv(1)
        if not d:
            raise EOFError(line)
        line += d
    return line


def ask(s, line):
    s.sendall(line + b"\n")
    return read_line(s)[:-1]


def state(s, timeout=SHORT):
    """The peer's next action: 'EOF', 'RESET', 'DATA', or 'OPEN' if there was none in time."""
    s.settimeout(timeout)
    try:
        return "DATA" if s.recv(1) else "EOF"
    except socket.timeout:
        return "OPEN"
    except OSError:
        return "RESET"


def gone(s, timeout=SHORT):
    return state(s, timeout) in ("EOF", "RESET")


class Case(unittest.TestCase):
    def setUp(self):
        self.targets = []
        if not BIN:
            self.fail("PROXIMUX_BIN is not set")

    def ended(self, p):
        """Ends the program and checks for reports of a sanitizer."""
        # an orderly end checks for leaks; and when a program is killed, Wine 8 keeps its sockets, and spins for each
        orderly = not (("ASAN_OPTIONS" in os.environ or windows.IS) and p.alive()) or p.end() == 0
        p.stop()
        found = re.search(r"(WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error:).*", p.text(), re.S)
        self.assertIsNone(found, found and found.group(0)[:3000])
        self.assertTrue(orderly, "no orderly end: " + p.text()[-3000:])

    def proxy(self, *targets, **kw):
        p = Proxy(*targets, **kw)
        self.addCleanup(self.ended, p)
        return p

    def program(self, *args, **kw):
        p = Program(args, **kw)
        self.addCleanup(self.ended, p)
        return p

    def target(self, handler=echo, **kw):
        t = Target(handler, **kw)
        self.targets.append(t)
        self.addCleanup(t.stop)
        return t

    def client(self, proxy, **kw):
        c = proxy.client(**kw)
        self.addCleanup(c.close)
        return c

    def assertServes(self, proxy):
        self.assertTrue(proxy.alive(), proxy.text())
        with proxy.client() as c:
            self.assertEqual(ask(c, b"still there"), b"still there")

    def assertMemory(self, proxy, before, more, now=None):
        """Not more than so many bytes in addition, where memory can be measured. now: what was measured; else it is, at rest."""
        if not SANITIZED:
            self.assertLess((proxy.memory_at_rest() if now is None else now) - before, more)

    def assertFds(self, proxy, before):
        self.assertTrue(proxy.alive(), proxy.text()[-4000:])
        self.assertTrue(wait_until(lambda: proxy.fds() == before, SHORT),
                        "descriptors: %d before, %d after; %s" % (before, proxy.fds(), proxy.text()[-4000:]))
