"""Fifo and funnel: how they end, and what is logged."""
import signal
import socket
import time

from harness import SLOW, ask, gone, read_line, state, wait_until
from sharing import MODES, Lines, SharedCase, act


class Ends(SharedCase):
    def test_term_answers_what_is_under_way(self):
        for mode, connections in MODES:
            for protocol in ("line", "raw"):
                proxy = self.shared(mode, self.target(Lines(act)), protocol=protocol,
                                    connections=connections)
                clients = [self.client(proxy) for _ in range(6)]
                for i, c in enumerate(clients):
                    c.sendall(b"sleep%d\n" % (60 + i))
                half, idle = self.client(proxy), self.client(proxy)
                if protocol == "line":
                    half.sendall(b"half")
                self.assertTrue(proxy.has_read())
                proxy.signal(signal.SIGTERM)
                for i, c in enumerate(clients):
                    self.assertEqual(c.makefile("rb").read(), b"A:sleep%d\n" % (60 + i))
                self.assertTrue(gone(half) and gone(idle))
                self.assertEqual(proxy.wait(), 0)

    def test_term_with_a_silent_target_ends_at_the_deadline(self):
        for mode, connections in MODES:
            lines = Lines(act)
            proxy = self.shared(mode, self.target(lines), connections=connections, shutdown__drain_timeout="400ms")
            c = self.client(proxy)
            c.sendall(b"silent\n")
            self.assertTrue(wait_until(lambda: lines.requests))
            begin = time.monotonic()
            proxy.signal(signal.SIGTERM)
            self.assertEqual(proxy.wait(), 0)
            self.assertGreater(time.monotonic() - begin, 0.3)
            self.assertIn("shutdown.drain_timeout", proxy.text())

    def test_a_second_term_ends_at_once(self):
        lines = Lines(act)
        proxy = self.shared("fifo", self.target(lines), shutdown__drain_timeout="1h", exchange__response_timeout="1h")
        c = self.client(proxy)
        c.sendall(b"silent\n")
        self.assertTrue(wait_until(lambda: lines.requests))
        proxy.drain()
        proxy.signal(signal.SIGTERM)
        self.assertEqual(proxy.wait(), 0)


class Records(SharedCase):
    def test_the_request_log_tells_the_line_from_the_target(self):
        lines = Lines(act)
        proxy = self.shared("fifo", self.target(lines), log__requests=1)
        first, second = self.client(proxy), self.client(proxy)
        ask(first, b"warm")
        first.sendall(b"sleep1500\n")
        self.assertTrue(wait_until(lambda: b"sleep1500" in lines.requests))
        second.sendall(b"x\n")
        read_line(second)
        r = proxy.record(lambda r: r["d"]["request"] == "x")["d"]
        self.assertEqual((r["target"], r["bytesIn"], r["bytesOut"]), (1, 2, 4))
        self.assertGreater(r["queueMs"], 100)
        self.assertLess(r["ms"], r["queueMs"])
        second.sendall(b"reset\n")
        self.assertTrue(gone(second))
        r = proxy.record(lambda r: r["d"]["request"] == "reset")["d"]
        self.assertEqual((r["failed"], r["reason"]), (True, "target connection lost"))

    def test_the_log_of_the_original(self):
        proxy = self.shared("fifo", self.target(Lines()), log__level=3)
        c = self.client(proxy)
        ask(c, b"x")
        who = "127.0.x.x:%d" % c.getsockname()[1]
        for scope, data in (("server", {"data": "x\n", "from": who}), ("server", {"processingItem": "x\n"}),
                            ("exchange", '"%s" exchanges data over upstream 1' % who)):
            self.assertIsNotNone(proxy.record(lambda r: (r["s"], r["d"]) == (scope, data)), (scope, data))

    def test_an_incomplete_request_is_dropped_and_logged(self):
        target = self.target(Lines())
        proxy = self.shared("fifo", target)
        c = self.client(proxy)
        c.sendall(b"incomplete")
        c.shutdown(socket.SHUT_WR)
        self.assertEqual(state(c), "EOF")
        self.assertIsNotNone(proxy.record(lambda r: "disconnected inside a request (10 bytes received)" in r["d"]))
        self.assertEqual(len(target.conns), 0)

    def test_idle_clients_cost_nothing(self):
        proxy = self.shared("fifo", self.target(Lines()), protocol="raw")
        clients = [self.client(proxy) for _ in range(100)]
        for i, c in enumerate(clients[:5]):
            ask(c, b"%d" % i)
        time.sleep(0.3)  # until what was asked is over
        before = proxy.cpu()
        time.sleep(1)  # silence itself is tested
        self.assertLess(proxy.cpu() - before, 0.02 * SLOW)
