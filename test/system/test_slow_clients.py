"""Fifo and funnel: clients that read or send slowly keep others waiting only for a limited time."""
import threading
import time

from harness import SHORT, SLOW, ask, read_line
from sharing import MODES, Lines, SharedCase


def act(s, got):
    """A large answer where one is asked for."""
    if got.startswith(b"big"):
        return b"A" * int(got[3:]) + b"\n"
    return b"A:" + got[:20] + b"\n"


class SlowClients(SharedCase):
    def trickles(self, c, stop):
        """Sends a byte now and then, until it is closed."""
        def run():
            try:
                while not stop.wait(0.05):
                    c.sendall(b"z")
            except OSError:
                pass
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, SHORT)
        self.addCleanup(stop.set)

    def test_a_slow_sender_is_closed_when_it_holds_up_others(self):
        for protocol in ("line", "raw"):
            with self.subTest(protocol=protocol):
                proxy = self.shared("fifo", self.target(Lines(act)), protocol=protocol,
                                    exchange__stall_timeout="500ms")
                slow = self.client(proxy)
                slow.sendall(b"y" * (100000 if protocol == "line" else 10))
                self.assertTrue(proxy.has_read())
                self.trickles(slow, threading.Event())
                others = [self.client(proxy) for _ in range(12)]
                for i, c in enumerate(others):
                    c.sendall(b"%d\n" % i)
                for i, c in enumerate(others):
                    self.assertEqual(read_line(c), b"A:%d\n" % i)
                self.assertIsNotNone(proxy.record(lambda r: "exchange.stall_timeout" in r["e"]["message"]))

    def test_a_slow_sender_that_holds_up_nobody_is_served(self):
        proxy = self.shared("fifo", self.target(Lines(act)), exchange__stall_timeout="200ms")
        slow = self.client(proxy)
        slow.sendall(b"y" * 100000)
        for _ in range(8):
            time.sleep(0.1)  # the pace itself is tested
            slow.sendall(b"z")
        self.assertEqual(ask(slow, b""), b"A:" + b"y" * 20)

    def test_slow_senders_one_after_the_other_hold_up_others_for_little_more_time_than_one(self):
        proxy = self.shared("fifo", self.target(Lines(act)), exchange__stall_timeout="1s")
        stop = threading.Event()
        for _ in range(12):
            slow = self.client(proxy)
            slow.sendall(b"y" * 100000)
            self.trickles(slow, stop)
        time.sleep(0.2)  # until they have begun: they go on, so nothing tells
        begin = time.monotonic()
        self.serves(proxy)
        self.assertLess(time.monotonic() - begin, 3 + SLOW)

    def test_slow_readers_one_after_the_other_hold_up_others_for_little_more_time_than_one(self):
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(Lines(act)), connections=connections, exchange__stall_timeout="1s")
            slow = []
            for _ in range(12):
                slow.append(self.client(proxy, rcvbuf=4096))
                slow[-1].sendall(b"big20000000\n")
            self.assertTrue(proxy.has_read())
            begin = time.monotonic()
            self.serves(proxy)
            self.assertLess(time.monotonic() - begin, 3 + SLOW)
            for c in slow:
                c.close()
