"""A reload from outside: applied as a whole or not at all, and nobody loses anything by it."""
import os
import signal
import socket
import tempfile
import threading
import time

from harness import BACKEND, LONG, SHORT, Case, ask, free_port, gone, read_line, wait_until
from load import Echo, asked

SECONDS = float(os.environ.get("PROXIMUX_RELOAD_SECONDS", "2"))


class Reload(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "proximux.ini")
        self.port = free_port()
        self.settings = {}

    def write(self, *targets, **settings):
        """The file: two underscores stand for a dot. What was written before and is not said again stays."""
        self.settings.update(settings)
        if targets:
            self.settings = {k: v for k, v in self.settings.items() if not k.startswith("target__")}
            for number, port in enumerate(targets, 1):
                self.settings.update({"target__%d.host" % number: "127.0.0.1", "target__%d.port" % number: port})
        text = ""
        for key, value in self.settings.items():
            if value is not None:
                section, name = key.split("__", 1)
                text += "[%s]\n%s = %s\n" % (section, name, value)
        with open(self.path + ".new", "w") as f:
            f.write(text)
        os.replace(self.path + ".new", self.path)

    def start(self, *targets, mode="proxy", **settings):
        self.write(*targets, local__host="127.0.0.1", local__port=self.port, exchange__mode=mode, **settings)
        p = self.program("--config", self.path, "--io-backend", BACKEND)
        p.port, p.host = self.port, "127.0.0.1"
        p.client = lambda: self.connect()
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Server is running"), LONG), p.text())
        return p

    def connect(self, port=None):
        c = socket.create_connection(("127.0.0.1", port or self.port), LONG)
        self.addCleanup(c.close)
        return c

    @staticmethod
    def reloads(p):
        """The records of reloads so far."""
        return [r for r in p.records() if str(r.get("d", "")).startswith("Reloaded:")]

    @staticmethod
    def refusals(p):
        return [r["e"]["message"] for r in p.records() if r.get("e", {}).get("name") == "ReloadError"]

    def hup(self, p):
        """Reloads, and returns the record of it."""
        before = len(self.reloads(p))
        p.signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: len(self.reloads(p)) > before, LONG), p.text())
        return self.reloads(p)[before]["d"]

    # -- what is applied

    def test_what_has_changed_is_said_and_in_force(self):
        p = self.start(self.target().port)
        c = self.connect()
        self.assertEqual(ask(c, b"before"), b"before")
        self.write(access__deny="127.0.0.0/8", log__level="3", local__idle_timeout="1h")
        self.assertEqual(self.hup(p), "Reloaded: 3 settings changed (local.idle_timeout, log.level, access.deny); 1 client stays")
        self.assertEqual(ask(c, b"after"), b"after")  # who is there stays
        self.assertTrue(gone(self.connect()))
        self.write(access__deny=None)
        self.hup(p)
        self.assertEqual(ask(self.connect(), b"x"), b"x")
        self.assertEqual(self.hup(p), "Reloaded: nothing changed; 2 clients stay")

    def test_a_log_file_is_changed(self):
        p = self.start(self.target().port)
        path = os.path.join(self.folder, "other.log")
        self.write(log__file=path, log__format="text")
        p.signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: os.path.exists(path) and "Reloaded" in open(path).read(), LONG), p.text())
        self.write(log__file=None, log__format=None)
        self.hup(p)
        self.assertServes(p)

    def test_the_listening_address_is_changed(self):
        p = self.start(self.target().port)
        old, c = self.port, self.connect()
        self.assertEqual(ask(c, b"before"), b"before")
        self.port = free_port()
        self.write(local__port=self.port)
        self.assertIn("local.port", self.hup(p))
        self.assertServes(p)
        self.assertEqual(ask(c, b"after"), b"after")
        with self.assertRaises(OSError):
            self.connect(old)

    def test_a_lower_limit_cuts_nobody_off(self):
        p = self.start(self.target().port)
        clients = [self.connect() for _ in range(3)]
        for c in clients:
            self.assertEqual(ask(c, b"x"), b"x")
        self.write(local__max_connections=2)
        self.assertIn("3 clients stay", self.hup(p))
        for c in clients:
            self.assertEqual(ask(c, b"y"), b"y")
        self.assertTrue(gone(self.connect()))

    def test_a_relative_path_is_that_of_the_start(self):
        port = self.target().port
        self.write(port, local__host="127.0.0.1", local__port=self.port, exchange__mode="proxy",
                   log__file=os.path.join(self.folder, "d.log"))
        p = self.program("--config", "proximux.ini", "--daemon", "--pidfile", os.path.join(self.folder, "pid"),
                         "--io-backend", BACKEND, cwd=self.folder)
        self.assertEqual(p.wait(), 0, p.text())
        with open(os.path.join(self.folder, "pid")) as f:
            pid = int(f.read())

        def stop():
            os.kill(pid, signal.SIGKILL)
        self.addCleanup(stop)
        self.write(log__level="3")
        os.kill(pid, signal.SIGHUP)
        with open(os.path.join(self.folder, "d.log")) as log:
            text = []

            def said():
                text.append(log.read())
                return "log.level" in "".join(text)
            self.assertTrue(wait_until(said, LONG), "".join(text))

    # -- targets

    def test_a_removed_target_finishes_what_it_has_and_gets_nothing_new(self):
        for mode in ("fifo", "funnel"):
            with self.subTest(mode):
                self.port, go, asked_of_old = free_port(), threading.Event(), []

                def slow(s):
                    while True:
                        asked_of_old.append(read_line(s))
                        go.wait(LONG)
                        s.sendall(b"old\n")

                def new(s):
                    while True:
                        read_line(s)
                        s.sendall(b"new\n")
                old_target, new_target = self.target(slow), self.target(new)
                p = self.start(old_target.port, mode=mode, exchange__protocol="line")
                a, b = self.connect(), self.connect()
                a.sendall(b"1\n")
                self.assertTrue(wait_until(lambda: asked_of_old, LONG))
                self.write(new_target.port)
                self.assertIn("removed", self.hup(p))
                b.sendall(b"2\n")
                if mode == "funnel":
                    self.assertEqual(read_line(b), b"new\n")  # it does not wait for the old one
                go.set()
                self.assertEqual(read_line(a), b"old\n")
                if mode == "fifo":
                    self.assertEqual(read_line(b), b"new\n")
                self.assertEqual(ask(a, b"3"), b"new")
                self.assertEqual(len(asked_of_old), 1)
                self.assertTrue(wait_until(lambda: not old_target.open(), LONG))

    def test_a_device_with_one_connection_never_sees_two(self):
        most, now, lock = [0], [0], threading.Lock()

        def device(s):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            try:
                while True:
                    s.sendall(read_line(s))
            finally:
                with lock:
                    now[0] -= 1
        one, other = self.target(device), self.target()
        p = self.start(one.port, mode="funnel", exchange__protocol="line", pool__max_tied="0")
        clients = [self.connect() for _ in range(4)]
        for i in range(20):
            for c in clients:
                c.sendall(b"x\n")
            self.write(*((one.port, other.port) if i % 2 else (other.port, one.port) if i % 3 else (one.port,)))
            self.hup(p)
            for c in clients:
                self.assertEqual(read_line(c), b"x\n")
        self.assertEqual(most[0], 1)

    def test_a_pair_whose_target_is_removed_ends_with_the_drain_timeout(self):
        one, other = self.target(), self.target()
        p = self.start(one.port, shutdown__drain_timeout="200ms")
        c = self.connect()
        self.assertEqual(ask(c, b"x"), b"x")
        self.write(other.port)
        self.hup(p)
        self.assertTrue(gone(c))
        self.assertServes(p)

    # -- nothing is lost

    @staticmethod
    def at_rest(p):
        """Its descriptors when the last client has gone."""
        seen = [-1]

        def rests():
            seen.append(p.fds())
            return seen[-1] == seen[-2]
        wait_until(rests, SHORT, 0.3)
        return seen[-1]

    def hail(self, mode, targets, **settings):
        """Reloads every 50 ms under load, with targets that come and go."""
        ports = [Echo() for _ in range(targets)]
        for echo in ports:
            self.addCleanup(echo.stop)
        ports = [echo.port for echo in ports]
        p = self.start(*ports, mode=mode, **settings)
        asked(self.port, clients=20, requests=1000)  # what is allocated once is allocated
        fds, failed, ended = self.at_rest(p), [], threading.Event()

        def load():
            while not ended.is_set():
                try:
                    asked(self.port, clients=20, requests=2000)
                except Exception as error:  # told below
                    failed.append(error)
                    return
        thread = threading.Thread(target=load)
        thread.start()
        until, count = time.monotonic() + SECONDS, 0
        while time.monotonic() < until and not failed:
            count += 1
            chosen = ports if count % 3 else ports[count % len(ports):] + ports[:max(count % len(ports) - 1, 0)]
            self.write(*chosen, exchange__queue_timeout="%ds" % (20 + count % 5), pool__backoff_max="%dms" % (500 + count % 7))
            p.signal(signal.SIGHUP)
            time.sleep(0.05)  # the interval of reloads, not a wait for anything
        ended.set()
        thread.join()
        self.assertEqual(failed, [])
        self.write(*ports)
        self.hup(p)
        self.assertEqual(self.refusals(p), [])
        self.assertGreater(len(self.reloads(p)), 5)
        asked(self.port, clients=20, requests=1000)
        self.assertFds(p, fds)

    def test_nothing_is_lost_in_proxy_mode(self):
        self.hail("proxy", 3)

    def test_nothing_is_lost_in_proxy_mode_with_threads(self):
        self.hail("proxy", 3, io__threads=3)

    def test_nothing_is_lost_in_fifo(self):
        self.hail("fifo", 2, exchange__protocol="line")

    def test_nothing_is_lost_in_funnel(self):
        self.hail("funnel", 3, exchange__protocol="line", exchange__pairing="order")

    # -- what is refused

    def refused(self, p, *expected):
        before = len(self.refusals(p))
        p.signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: len(self.refusals(p)) >= before + len(expected), LONG), p.text())
        said = self.refusals(p)[before:]
        for text in expected:
            self.assertTrue(any(text in each for each in said), (text, said))
        self.assertEqual(self.reloads(p), [])

    def test_a_mistake_changes_nothing(self):
        p = self.start(self.target().port)
        c = self.connect()
        good = dict(self.settings)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen(1)
            for settings, expected in (
                    ({"local__idle_timeot": "1s"}, ["local.idle_timeot (proximux.ini): unknown"]),
                    ({"log__level": "9", "local__backlog": "x"}, ["log.level = 9 (proximux.ini): out of range",
                                                                  "local.backlog = x (proximux.ini): not a whole number"]),
                    ({"io__threads": "2"}, ["io.threads: needs a restart; nothing was applied"]),
                    ({"exchange__mode": "fifo", "log__level": "1"}, ["exchange.mode: needs a restart"]),
                    ({"local__port": taken.getsockname()[1]}, ["cannot listen on 127.0.0.1:"]),
                    ({"log__file": "/nowhere/x.log"}, ["log.file: cannot be opened"])):
                with self.subTest(settings):
                    self.settings = dict(good)
                    self.write(access__deny="127.0.0.0/8", **settings)
                    self.refused(p, *expected)
                    self.assertEqual(ask(c, b"still"), b"still")
                    self.assertServes(p)
        os.remove(self.path)
        self.refused(p, "proximux.ini")
        self.assertServes(p)

    def test_what_was_refused_is_applied_when_it_is_corrected(self):
        p = self.start(self.target().port)
        self.write(log__level="9")
        self.refused(p, "log.level")
        self.write(log__level="3")
        self.assertIn("log.level", self.hup(p))

    def test_while_it_drains_a_reload_is_refused(self):
        p = self.start(self.target().port, shutdown__drain_timeout="1h")
        c = self.connect()
        self.assertEqual(ask(c, b"x"), b"x")
        p.drain()
        self.refused(p, "the server is stopping")
        c.close()
        self.assertEqual(p.wait(SHORT), 0)


