"""Fifo and funnel: what clients may cost, in memory and in time, and that the others are served all the same."""
import socket
import threading
import time

from harness import SHORT, SLOW, free_port, gone, read_line, wait_until
from sharing import MODES, Lines, SharedCase


def command(*words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


class Redis:
    """Answers commands one after the other; GET wait is answered when it is let."""

    def __init__(self):
        self.let = threading.Event()

    def __call__(self, s):
        f = s.makefile("rb")
        for line in f:
            words = []
            for _ in range(int(line[1:-2])):
                words.append(f.read(int(f.readline()[1:-2]) + 2)[:-2])
            if words == [b"GET", b"wait"]:
                self.let.wait(SHORT * 4)
            if words[0] == b"SUBSCRIBE":
                s.sendall(b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
            else:
                s.sendall({b"MULTI": b"+OK\r\n", b"GET": b"$-1\r\n"}.get(words[0], b"+PONG\r\n"))


class Memory(SharedCase):
    def test_a_small_request_is_served_when_the_memory_is_full(self):
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(Lines()), connections=connections, exchange__total_buffer="1M")
            halves = [self.client(proxy, timeout=0.2) for _ in range(30)]
            for c in halves:
                try:
                    c.sendall(b"h" * 60000)
                except OSError:
                    pass
            begin = time.monotonic()
            self.serves(proxy)
            self.assertLess(time.monotonic() - begin, 2 * SLOW)

    def test_the_largest_incomplete_requests_are_closed_first(self):
        proxy = self.shared("fifo", self.target(Lines()), exchange__total_buffer="1M")
        small = [self.client(proxy) for _ in range(20)]
        for i, c in enumerate(small):
            c.sendall(b"%d" % i * 3000)
        large = [self.client(proxy) for _ in range(30)]
        for c in large:
            try:
                c.sendall(b"h" * 60000)
            except OSError:
                pass
        self.assertIsNotNone(proxy.record(lambda r: "exchange.total_buffer" in r["e"]["message"]))
        for i, c in enumerate(small):
            c.sendall(b"\n")
            self.assertEqual(read_line(c), b"A:" + b"%d" % i * 3000 + b"\n")

    def test_answers_of_ours_that_wait_stay_within_the_limits(self):
        redis = Redis()
        proxy = self.shared("fifo", self.target(redis), protocol="resp", exchange__total_buffer="1M",
                            exchange__response_timeout="-1")
        before = proxy.memory_at_rest()
        clients = [self.client(proxy, timeout=0.1) for _ in range(50)]
        flood = (b"UNSUBSCRIBE" + b" a" * 4000 + b"\r\n") * 64
        for c in clients:
            try:
                c.sendall(command(b"GET", b"wait"))
                c.sendall(flood)
            except socket.timeout:
                pass
        self.assertMemory(proxy, before, 24 << 20)
        redis.let.set()
        other = self.client(proxy)
        other.sendall(command(b"PING"))
        self.assertEqual(read_line(other), b"+PONG\r\n")


class Waits(SharedCase):
    def test_while_every_target_fails_a_request_waits_for_the_connect_timeout(self):
        for mode, _ in MODES:
            proxy = self.shared(mode, "127.0.0.1:%d" % free_port(), protocol="resp", pool__connect_timeout="500ms",
                                pool__backoff_max="200ms")
            c = self.client(proxy)
            begin = time.monotonic()
            c.sendall(command(b"PING"))
            self.assertEqual(read_line(c), b"-ERR proximux: no target connection was free in time\r\n")
            self.assertLess(time.monotonic() - begin, 3 * SLOW)
            c.sendall(command(b"PING"))  # it is still there
            self.assertEqual(read_line(c), b"-ERR proximux: no target connection was free in time\r\n")
            lines = self.shared(mode, "127.0.0.1:%d" % free_port(), pool__connect_timeout="500ms",
                                pool__backoff_max="200ms")
            c = self.client(lines)
            c.sendall(b"x\n")
            self.assertTrue(gone(c))
            self.assertIsNotNone(lines.record(lambda r: "could not connect to any target" in r["e"]["message"]))

    def test_a_tie_that_cannot_be_had_names_those_that_have_one(self):
        proxy = self.shared("funnel", self.target(Redis()), connections=4, protocol="resp", exchange__tie_timeout="300ms")
        subscribers = [self.client(proxy) for _ in range(3)]
        for c in subscribers:
            c.sendall(command(b"SUBSCRIBE", b"a"))
            self.assertEqual(read_line(c), b"*3\r\n")
        c = self.client(proxy)
        c.sendall(command(b"MULTI"))
        error = read_line(c).decode()
        self.assertTrue(error.startswith("-ERR proximux: pool.max_tied = 3 is reached: 3 connections are pinned "
                                         "(3 subscription), the longest for "), error)
        r = proxy.record(lambda r: r["e"]["name"] == "TieError")
        self.assertIn("3 connections are pinned (3 subscription)", r["e"]["message"])
        self.assertEqual([r for r in proxy.records() if "tie_timeout" in str(r)], [r])


class Nonsense(SharedCase):
    def test_a_client_that_goes_on_sending_behind_its_error_is_reset(self):
        proxy = self.shared("fifo", self.target(Redis()), protocol="resp", exchange__discard_timeout="300ms")
        c = self.client(proxy)
        c.sendall(b"*x\r\n")
        self.assertTrue(read_line(c).startswith(b"-ERR proximux"))

        def refused():
            try:
                c.sendall(b"more")
                return False
            except OSError:
                return True
        self.assertTrue(wait_until(refused, SHORT, 0.05))
        self.assertEqual(len([r for r in proxy.records() if r["l"] == 1]), 1, proxy.text())  # one record

    def test_and_so_is_one_that_sends_a_lot(self):
        proxy = self.shared("fifo", self.target(Redis()), protocol="resp", exchange__discard_timeout="60s")
        c = self.client(proxy)
        c.sendall(b"*x\r\n")
        self.assertTrue(read_line(c).startswith(b"-ERR proximux"))
        with self.assertRaises(OSError):
            for _ in range(100):
                c.sendall(b"x" * 10000)
                time.sleep(0.01)  # it is read meanwhile

    def test_what_is_refused_has_failed_in_the_request_log(self):
        proxy = self.shared("fifo", self.target(Redis()), protocol="resp", log__requests=1)
        c = self.client(proxy)
        c.sendall(command(b"CLIENT", b"REPLY", b"OFF"))
        self.assertTrue(read_line(c).startswith(b"-ERR proximux"))
        r = proxy.record(lambda r: r["d"]["failed"])["d"]
        self.assertTrue(r["reason"].startswith("refused: -ERR proximux"), r)
