"""Peers that vanish: in network namespaces of their own, whose addresses are taken away."""
import unittest

from harness import LONG, Case, Target, ask, echo, gone, state, wait_until
from namespaces import enter, ip, own, within

NEAR, FAR = "10.213.0.1", "10.213.0.2"


class Namespaces:
    """Two of them with a wire between; the far one can vanish."""

    def __init__(self):
        self.near, self.far = own("near"), own("far")

    def make(self):
        made = ip("netns", "add", self.near) and ip("netns", "add", self.far) and ip(
            "-n", self.near, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", self.far)
        for name, address in ((self.near, NEAR), (self.far, FAR)):
            made = made and ip("-n", name, "addr", "add", address + "/24", "dev", "wire") and ip(
                "-n", name, "link", "set", "wire", "up") and ip("-n", name, "link", "set", "lo", "up")
        return made

    def remove(self):
        for name in (self.near, self.far):
            ip("netns", "del", name)

    def vanish(self):
        """Nobody answers from there any more, not even with a reset."""
        assert ip("-n", self.far, "link", "set", "wire", "down") and ip("-n", self.far, "addr", "flush", "dev", "wire")


class Vanished(Case):
    def setUp(self):
        super().setUp()
        self.spaces = Namespaces()
        self.addCleanup(self.spaces.remove)
        if not self.spaces.make():
            raise unittest.SkipTest("no network namespaces here")

    def start(self, settings, far_target=False):
        """A proxy in the near namespace, a target there or in the far one, and a client in the other."""
        spaces = self.spaces
        host, where = (FAR, spaces.far) if far_target else ("127.0.0.1", spaces.near)
        target = within(where, lambda: Target(echo, host=host))
        self.addCleanup(target.stop)
        p = self.proxy(target, listen=NEAR + ":0", args=["--log-level", "3"], settings=settings,
                       preexec=lambda: enter(spaces.near))
        client = within(spaces.near if far_target else spaces.far, p.client)
        self.addCleanup(client.close)
        self.assertEqual(ask(client, b"x"), b"x")
        return p, client, target

    def test_a_client_that_vanished_is_found(self):
        p, _, target = self.start({"local.keep_alive": "1s,1s,3"})
        self.spaces.vanish()
        self.assertTrue(wait_until(lambda: not target.open(), LONG), p.text())
        self.assertIsNotNone(p.record(lambda r: "Client disconnected" in str(r["d"])))

    def test_a_target_that_vanished_is_found(self):
        p, client, _ = self.start({"target.1.keep_alive": "1s,1s,3"}, far_target=True)
        self.spaces.vanish()
        self.assertTrue(gone(client, LONG), p.text())
        self.assertIsNotNone(p.record(lambda r: r["d"]["error"]["code"] in ("ETIMEDOUT", "EHOSTUNREACH")))

    def test_nobody_is_found_without(self):
        p, client, _ = self.start({"target.1.keep_alive": "off"}, far_target=True)
        self.spaces.vanish()
        self.assertEqual(state(client, 6), "OPEN", p.text())

    def test_unacknowledged_data_ends_it_at_the_user_timeout(self):
        for far_target, key in ((True, "target.1.user_timeout"), (False, "local.user_timeout")):
            p, client, target = self.start({key: "2s"}, far_target=far_target)
            self.spaces.vanish()
            if far_target:
                client.sendall(b"to nobody")
                self.assertTrue(gone(client, LONG), p.text())
            else:
                target.open()[0].sendall(b"to nobody")
                self.assertTrue(wait_until(lambda: not target.open(), LONG), p.text())
            p.stop()
            self.spaces.remove()
            self.assertTrue(self.spaces.make())
