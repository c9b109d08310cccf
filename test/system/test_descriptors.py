"""Descriptors and ports: target connections have theirs whatever clients do, and a lack of ours is no fault of a target."""
import resource
import socket
import unittest

from harness import SHORT, Case, ask, state, wait_until
from namespaces import enter, ip, own, within


def limit(soft, hard=None):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard or soft))


class Descriptors(Case):
    def allowed(self, p):
        with open("/proc/%d/limits" % p.pid) as f:
            return next(int(line.split()[3]) for line in f if line.startswith("Max open files"))

    def most(self, p):
        """The limit of clients that is told at start."""
        told = p.record(lambda r: r["l"] == 2 and "concurrent clients" in r["d"])
        self.assertIsNotNone(told, p.text())
        return int(told["d"].split()[2])

    def assertNothingRanOut(self, p):
        self.assertNotIn("EMFILE", p.text())
        self.assertNotIn("Too many open files", p.text())

    def served(self, clients, word):
        for c in clients:
            c.sendall(word + b"\n")
        return [c for c in clients if state(c, 0.3) == "DATA"]

    def test_the_soft_limit_is_raised_to_the_hard_one(self):
        p = self.proxy(self.target(), preexec=limit(64, 300))
        self.assertEqual(self.allowed(p), 300)
        self.assertServes(p)

    def test_the_limit_is_told_where_it_is_smaller_than_max_connections(self):
        for most, told in (("50", False), ("5000", True)):
            p = self.proxy(self.target(), preexec=limit(300), settings={"local.max_connections": most})
            self.assertEqual(told, p.record(lambda r: "concurrent clients" in r["d"], 0.5) is not None)

    def test_clients_never_take_the_descriptors_of_target_connections(self):
        for mode, protocol, connections in (("funnel", "line", 4), ("fifo", "line", 1), ("proxy", "raw", 1)):
            with self.subTest(mode):
                t = self.target()
                p = self.proxy(t, mode=mode, preexec=limit(48),
                               settings={"exchange.protocol": protocol, "target.1.connections": connections})
                most = self.most(p)
                clients = [self.client(p) for _ in range(60)]
                first = clients[:most]
                for _ in range(2):
                    for c in first:
                        self.assertEqual(ask(c, b"mine"), b"mine")
                self.assertIsNotNone(p.record(lambda r: r["l"] == 1 and "AcceptError" in r["e"]["name"]))
                for c in clients[most:most + 5]:
                    c.sendall(b"later\n")
                self.assertEqual({state(c, 0.1) for c in clients[most:most + 5]}, {"OPEN"})
                for c in first[:3]:  # who leaves lets the next in
                    c.close()
                for c in clients[most:most + 3]:
                    self.assertEqual(c.recv(6, socket.MSG_WAITALL) if c.settimeout(SHORT) is None else b"", b"later\n")
                self.assertLessEqual(p.fds(), 48)
                self.assertNothingRanOut(p)
                for c in clients:
                    c.close()
                self.assertTrue(wait_until(lambda: p.fds() <= 48 - 10))
                self.assertServes(p)

    def test_a_target_of_many_connections_that_do_not_fit_is_said(self):
        p = self.proxy(self.target(), mode="funnel", preexec=limit(32),
                       settings={"exchange.protocol": "line", "target.1.connections": 100})
        said = p.record(lambda r: r["e"]["name"] == "DescriptorError")
        self.assertIn("32 descriptors", said["e"]["message"])
        self.assertServes(p)

    def test_a_lack_of_ports_is_no_failure_of_the_target(self):
        space = own("ports")
        self.addCleanup(ip, "netns", "del", space)
        if not (ip("netns", "add", space) and ip("-n", space, "link", "set", "lo", "up")):
            raise unittest.SkipTest("no network namespaces here")

        def few():
            enter(space)
            with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as f:
                f.write("40000 40003")  # its own, and three; of an odd number of ports the system leaves one out
        t = within(space, self.target)
        p = self.proxy(t, preexec=few, settings={"pool.connect_timeout": "60s", "pool.backoff_min": "60s",
                                                 "pool.backoff_max": "60s"})

        def connect(port):
            return within(space, lambda: socket.create_connection(("127.0.0.1", p.port), SHORT,
                                                                  source_address=("127.0.0.1", port)))
        clients = [connect(20000 + i) for i in range(5)]
        for c in clients:
            self.addCleanup(c.close)
        for c in clients[:3]:
            self.assertEqual(ask(c, b"x"), b"x")
        self.assertIsNotNone(p.record(lambda r: r["d"]["error"]["code"] == "EADDRNOTAVAIL"), p.text())
        for c in clients[3:]:
            self.assertEqual(state(c, 0.2), "OPEN")
        for c in clients[:2]:
            c.close()
        for c in clients[3:]:  # long before a back-off would have ended
            c.settimeout(2 * SHORT)
            self.assertEqual(ask(c, b"now"), b"now")
