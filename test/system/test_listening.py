"""Several addresses in local.host, and the families of a name."""
import os
import signal
import socket
import tempfile

from harness import BACKEND, LONG, Case, ask, free_port, wait_until


def has(host):
    """Whether this machine has the address."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
            s.bind((host, 0))
        return True
    except OSError:
        return False


class Listening(Case):
    def setUp(self):
        super().setUp()
        self.second = "::1" if has("::1") else "127.0.0.2"
        if not has(self.second):
            self.skipTest("this machine has one address")
        self.both = "127.0.0.1, " + self.second

    @staticmethod
    def connect(host, port):
        return socket.create_connection((host, port), LONG)

    def hears(self, host, port):
        try:
            self.connect(host, port).close()
            return True
        except OSError:
            return False

    def asked(self, host, port):
        with self.connect(host, port) as c:
            return ask(c, b"x")

    def free(self):
        """A port that is free at both addresses."""
        while True:
            port = free_port()
            try:
                with socket.socket(socket.AF_INET6 if ":" in self.second else socket.AF_INET) as s:
                    s.bind((self.second, port))
                return port
            except OSError:
                continue

    def test_all_have_the_free_port_of_the_first(self):
        p = self.proxy(self.target(), settings={"local__host": self.both})
        name = "[::1]" if ":" in self.second else self.second
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Server is running on 127.0.0.1:%d in PROXY mode" % p.port))
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Server listens on %s:%d, too" % (name, p.port)), p.text())
        before = p.fds()  # of no client: those of one that has gone may be closed later
        for host in ("127.0.0.1", self.second):
            self.assertEqual(self.asked(host, p.port), b"x")
        for _ in range(20):
            self.asked(self.second, p.port)
        self.assertFds(p, before)
        p.drain()
        self.assertEqual(p.wait(), 0)
        self.assertFalse(self.hears("127.0.0.1", p.port) or self.hears(self.second, p.port))

    def test_the_limit_of_clients_is_one_for_all(self):
        p = self.proxy(self.target(), settings={"local__host": self.both, "local__max_connections": 1})
        with self.connect("127.0.0.1", p.port) as c:
            self.assertEqual(ask(c, b"x"), b"x")
            with self.connect(self.second, p.port) as other:
                self.assertEqual(other.recv(1), b"")
        self.assertTrue(wait_until(lambda: self.served(self.second, p.port), LONG))

    def served(self, host, port):
        try:
            return self.asked(host, port) == b"x"
        except (OSError, EOFError):
            return False

    def test_none_is_opened_where_one_is_taken(self):
        port = self.free()
        taken = self.target(host=self.second, port=port)
        p = self.program("--set", "local.port=%d" % port, "--set", "local.host=" + self.both, "--target", "127.0.0.1:1",
                         "--mode", "proxy", "--io-backend", BACKEND)
        self.assertEqual(p.wait(), 71, p.text())
        self.assertIn("EADDRINUSE", p.text())
        self.assertFalse(self.hears("127.0.0.1", port))
        taken.stop()

    def test_a_reload_adds_and_removes_addresses(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path, port, target = os.path.join(folder.name, "p.ini"), self.free(), self.target()

        def write(hosts):
            with open(path + ".new", "w") as f:
                f.write("[local]\nhost = %s\nport = %d\n[exchange]\nmode = proxy\n[target]\n1.host = 127.0.0.1\n"
                        "1.port = %d\n" % (hosts, port, target.port))
            os.replace(path + ".new", path)

        def reload(p, hosts):
            write(hosts)
            before = p.text().count("Reloaded: ")
            p.signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: p.text().count("Reloaded: ") > before, LONG), p.text())
        write("127.0.0.1")
        p = self.program("--config", path, "--io-backend", BACKEND)
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Server is running"), LONG), p.text())
        stays = self.connect("127.0.0.1", port)
        self.addCleanup(stays.close)
        self.assertEqual(ask(stays, b"a"), b"a")
        self.assertFalse(self.hears(self.second, port))
        reload(p, self.both)
        self.assertEqual((self.asked("127.0.0.1", port), self.asked(self.second, port)), (b"x", b"x"))
        reload(p, self.second)
        self.assertEqual(self.asked(self.second, port), b"x")
        self.assertTrue(wait_until(lambda: not self.hears("127.0.0.1", port)))
        self.assertEqual(ask(stays, b"b"), b"b")

    def test_a_name_stands_for_both_families(self):
        names = {info[4][0] for info in socket.getaddrinfo("localhost", 1)}
        p = self.proxy(self.target(), listen="localhost:0")
        self.assertEqual(self.asked("127.0.0.1", p.port), b"x")
        self.assertEqual(self.hears("::1", p.port), "::1" in names and has("::1"))
