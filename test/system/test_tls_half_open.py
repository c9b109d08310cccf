"""Clients that stop in the handshake of TLS: the memory that each takes, and that others are served meanwhile."""
import os
import select
import unittest

from certificates import Engine
from harness import BACKEND, LONG, SANITIZED, ask, wait_until
from measure import WARM, allow_descriptors
from tls_case import ClientTlsCase

CLIENTS = int(os.environ.get("PROXIMUX_HALF_OPEN", "450")) // 3
PATIENCE = LONG * (1 + CLIENTS // 400)  # one of them goes a step on in each turn
SILENT, EACH = 16 << 10, 56 << 10  # bytes at most, as docs/tls.md says


class Said(Exception):
    """A client has said its first word."""


class Mute:
    """A peer that never says anything."""

    @staticmethod
    def recv(_):
        raise Said


class HalfOpen(ClientTlsCase):
    def setUp(self):
        super().setUp()
        said = []
        with self.assertRaises(Said):
            Engine(self.context(), "good.test").handshake(Mute, said.append)
        self.hello = b"".join(said)

    def opened(self, proxy, number, said):
        """So many clients that have said this. Each has an answer where it is a whole record."""
        clients = []
        for _ in range(number):
            clients.append(self.client(proxy))
            clients[-1].sendall(said)
        if said == self.hello:
            self.answered(clients)

    def answered(self, clients):
        """Waits until each has the server's part of the handshake."""
        poll, left = select.poll(), {c.fileno(): c for c in clients}
        for number in left:
            poll.register(number, select.POLLIN)
        while left:
            ready = poll.poll(LONG * 1000)
            self.assertTrue(ready, "%d have no answer" % len(left))
            for number, _ in ready:
                self.assertEqual(left.pop(number).recv(1), b"\x16")
                poll.unregister(number)

    def grown(self, proxy, said):
        """How much memory clients take that have said this and stop, each."""
        before, fds = proxy.memory_at_rest(), proxy.fds()
        self.opened(proxy, CLIENTS, said)
        self.assertTrue(wait_until(lambda: proxy.fds() == fds + CLIENTS, PATIENCE))
        self.assertTrue(proxy.has_read(PATIENCE))
        return (proxy.memory_at_rest() - before) / CLIENTS

    def test_each_takes_little_memory(self):
        """They say nothing, half a record, or a whole one, after which it is their turn again."""
        if allow_descriptors(4 * CLIENTS + 500) < 3 * CLIENTS + 500:
            self.skipTest("ulimit -n is too small")
        p = self.proxy(self.target(), mode="fifo", settings=self.settings(local__preface_timeout="10m", exchange__protocol="line"))
        first = self.secured(p)
        self.assertEqual(ask(first, b"x"), b"x")
        self.opened(p, WARM, self.hello)
        for name, said, most in (("silent", b"", SILENT), ("in a record", self.hello[:9], EACH), ("answered", self.hello, EACH)):
            each = self.grown(p, said)
            if not SANITIZED:
                print("%s: %d half-open handshakes, %s: %.1f KB each" % (BACKEND, CLIENTS, name, each / 1024))
                self.assertLess(each, most, name)
        self.assertEqual(ask(first, b"y"), b"y")
        self.assertEqual(ask(self.secured(p), b"z"), b"z")


if __name__ == "__main__":
    unittest.main()
