"""Limits on clients, time and descriptors; who may enter; what idleness costs."""
import resource
import socket
import time

from harness import SHORT, Case, ask, gone, read_all, read_line, state, wait_until
from measure import allow_descriptors


class Limits(Case):
    def test_max_connections_refuses_and_makes_room_again(self):
        p = self.proxy(self.target(), args=["--max-connections", "2"])
        a, b = self.client(p), self.client(p)
        self.assertEqual((ask(a, b"a"), ask(b, b"b")), (b"a", b"b"))
        c = self.client(p)
        self.assertTrue(gone(c))
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Connection from 127.0.x.x:%d dropped" % c.getsockname()[1]))
        a.close()

        def room():
            with p.client() as d:
                try:
                    return ask(d, b"d") == b"d"
                except (OSError, EOFError):
                    return False
        self.assertTrue(wait_until(room))
        self.assertEqual(ask(b, b"b2"), b"b2")

    def test_inactive_timeout_closes_both_sides(self):
        t = self.target()
        p = self.proxy(t, args=["--set", "pool.inactive_timeout=300ms"])
        c = self.client(p)
        for i in range(4):  # traffic puts it off
            self.assertEqual(ask(c, b"%d" % i), b"%d" % i)
            time.sleep(0.15)  # the pace itself is tested
        started = time.monotonic()
        self.assertTrue(gone(c))
        self.assertGreater(time.monotonic() - started, 0.1)
        self.assertTrue(wait_until(lambda: not t.open()))
        for message in ("Connection timed out", "Connection closed"):
            self.assertIsNotNone(p.record(lambda r: r["d"] == {"target": 1, "msg": message}))

    def test_idle_timeout_closes_the_client(self):
        p = self.proxy(self.target(), args=["--set", "local.idle_timeout=300ms"])
        c = self.client(p)
        self.assertEqual(ask(c, b"x"), b"x")
        self.assertTrue(gone(c))

    def test_denied_client_never_reaches_the_target(self):
        t = self.target()
        p = self.proxy(t, args=["--set", "access.deny=127.0.0.0/8"])
        c = self.client(p)
        c.sendall(b"let me in\n")
        self.assertTrue(gone(c))
        self.assertIsNotNone(p.record(lambda r: r["l"] == 2 and "refused: access.deny" in r["d"]))
        self.assertEqual(t.conns, [])

    def test_mapped_address_is_the_ipv4_one(self):
        try:
            p = self.proxy(self.target(), listen="[::]:0", args=["--set", "access.deny=127.0.0.0/8"])
        except AssertionError:
            self.skipTest("no IPv6 here")
        with socket.create_connection(("127.0.0.1", p.port), SHORT) as four:
            self.assertTrue(gone(four))
        c = self.client(p)  # ::1
        self.assertEqual(ask(c, b"x"), b"x")

    def test_allow_list_lets_only_its_own_in(self):
        self.assertServes(self.proxy(self.target(), args=["--set", "access.allow=127.0.0.1, ::1"]))
        p = self.proxy(self.target(), args=["--set", "access.allow=192.0.2.0/24"])
        self.assertTrue(gone(self.client(p)))

    def test_without_descriptors_it_waits_and_serves_again(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))
        p = self.proxy(self.target(), preexec=few)
        before = p.fds()
        clients = [self.client(p) for _ in range(30)]
        self.assertIsNotNone(p.record(lambda r: r["l"] == 1 and "Accept" in r["e"]["name"]) or
                             p.record(lambda r: r["d"]["error"]["code"] == "EMFILE"))
        cpu = p.cpu()
        time.sleep(0.5)  # silence itself is tested
        self.assertLess(p.cpu() - cpu, 0.1, "it spins without descriptors")
        for c in clients:
            c.close()
        self.assertFds(p, before)

        def served():  # whoever still stood in the backlog has his turn first
            try:
                with p.client() as c:
                    return ask(c, b"x") == b"x"
            except (OSError, EOFError):
                return False
        self.assertTrue(wait_until(served))
        self.assertFds(p, before)

    def test_idle_clients_cost_no_time(self):
        p = self.proxy(self.target())
        clients = [self.client(p) for _ in range(300)]
        for c in clients:
            self.assertEqual(ask(c, b"x"), b"x")
        cpu = p.cpu()
        time.sleep(1)  # silence itself is tested
        self.assertLess(p.cpu() - cpu, 0.005)

    def test_several_threads_serve(self):
        t = self.target()
        p = self.proxy(t, args=["--set", "io.threads=3", "--max-connections", "20"])
        before = p.fds()
        clients = [self.client(p) for _ in range(20)]
        for _ in range(5):
            for i, c in enumerate(clients):
                self.assertEqual(ask(c, b"c%d" % i), b"c%d" % i)
        self.assertTrue(gone(self.client(p)))
        for c in clients:
            c.close()
        self.assertFds(p, before)
        p.signal()
        self.assertEqual(p.wait(), 0)

    def test_requests_that_are_watched_and_wait_cost_little_memory(self):
        for protocol, one in (("resp", b"GET " + b"k" * 60000 + b"\r\n"), ("http", b"GET /" + b"k" * 60000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")):
            t = self.target(lambda s: read_all(s))
            p = self.proxy(t, settings={"exchange.protocol": protocol, "log.data_limit": "1M"})
            before = p.memory()
            with p.client() as c:
                for _ in range(1000):
                    c.sendall(one)
                c.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(c), b"")
                self.assertMemory(p, before, 10 << 20)

    def test_a_thousand_clients_at_once(self):
        self.assertGreater(allow_descriptors(4 * 1000), 3100, "ulimit -n is too small")
        p = self.proxy(self.target())
        clients = [self.client(p) for _ in range(1000)]
        for i, c in enumerate(clients):
            c.sendall(b"client %d\n" % i)
        for i, c in reversed(list(enumerate(clients))):
            self.assertEqual(read_line(c), b"client %d\n" % i)

    def test_ipv6_only(self):
        try:
            p = self.proxy(self.target(), listen="[::]:0", args=["--set", "local.ipv6_only=1"])
        except AssertionError:
            self.skipTest("no IPv6 here")
        self.assertServes(p)
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", p.port), SHORT)

    def test_keep_alive_is_set_with_its_times_on_both_sides(self):
        def timers(port):
            """Of established connections from or to the port, as the kernel's table has it: 2 is keep-alive, and the
            hundredths of a second until it is due."""
            with open("/proc/net/tcp") as f:
                rows = [line.split() for line in f.readlines()[1:]]
            return {row[1].split(":")[1]: tuple(int(n, 16) for n in row[5].split(":")) for row in rows
                    if row[3] == "01" and "%04X" % port in (row[1][-4:], row[2][-4:])}
        for wanted, timer, least, most in ((None, 2, 1000, 6000), ("off", 0, 0, 0), ("0", 0, 0, 0),
                                           ("on", 2, 6001, 1 << 32), ("1", 2, 6001, 1 << 32),
                                           ("500s,10s,3", 2, 40000, 50000)):
            t = self.target()
            p = self.proxy(t, settings={} if wanted is None else {"local.keep_alive": wanted,
                                                                  "target.1.keep_alive": wanted})
            c = self.client(p)
            self.assertEqual(ask(c, b"x"), b"x")
            towards = t.open()[0].getpeername()[1]
            for port, own in ((p.port, p.port), (t.port, towards)):
                def fits(port=port, own=own):
                    kind, due = timers(port).get("%04X" % own, (None, 0))
                    return kind == timer and least <= due <= most
                self.assertTrue(wait_until(fits), (wanted, timers(port)))

    def test_a_client_that_says_nothing_holds_nobody_up(self):
        p = self.proxy(self.target())
        silent = self.client(p)
        self.assertServes(p)
        self.assertEqual(state(silent, 0.1), "OPEN")
