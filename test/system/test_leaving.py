"""Fifo and funnel: clients that leave, and clients that keep a target connection, hold up nobody for long."""
import socket
import struct
import threading
import time

from harness import LONG, SHORT, read_line, reset, wait_until
from sharing import SharedCase, read_exactly

EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


class Events:
    """An HTTP target: /events never ends, everything else is answered with its path. Counts connections that were reset."""

    def __init__(self):
        self.resets, self.connections, self.lock = 0, 0, threading.Lock()

    def __call__(self, s):
        with self.lock:
            self.connections += 1
        buffered = b""
        try:
            while True:
                data = s.recv(65536)
                if not data:
                    return
                buffered += data
                while b"\r\n\r\n" in buffered:
                    head, buffered = buffered.split(b"\r\n\r\n", 1)
                    path = head.split(b" ")[1]
                    if path == b"/events":
                        s.sendall(EVENTS + b"data: 1\n\n")
                    else:
                        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(path), path))
        except ConnectionResetError:
            with self.lock:
                self.resets += 1


def get(path):
    return b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n"


ANSWER = b"VALUE %s 0 1\r\n1\r\nEND\r\n"


class Memcached:
    """Answers each get with its key; `get poison` ends its connection, and behind `get slow` nothing is answered."""

    def __call__(self, s):
        slow = False
        buffered = b""
        while True:
            data = s.recv(65536)
            if not data:
                return
            buffered += data
            while b"\r\n" in buffered:
                line, buffered = buffered.split(b"\r\n", 1)
                key = line.split()[1]
                if key == b"poison":
                    return
                slow = slow or key == b"slow"
                if not slow:
                    s.sendall(ANSWER % key)


class Leaving(SharedCase):
    def test_endless_responses_of_leavers_use_up_no_funnel(self):
        events = Events()
        proxy = self.shared("funnel", self.target(events), protocol="http", connections=2)
        for _ in range(2):
            c = proxy.client()
            c.sendall(get(b"/events"))
            read_exactly(c, len(EVENTS))
            reset(c)
        self.assertTrue(wait_until(lambda: events.resets == 2, SHORT), proxy.text())
        for _ in range(2):
            c = self.client(proxy, timeout=SHORT)
            c.sendall(get(b"/next"))
            self.assertIn(b"200 OK", read_line(c))

    def test_whoever_waits_behind_a_leaver_is_served(self):
        proxy = self.shared("fifo", self.target(Memcached()), protocol="memcached", exchange__abandon_timeout="200ms")
        a, b = self.client(proxy), self.client(proxy, timeout=SHORT)
        a.sendall(b"get warm\r\n")
        self.assertEqual(read_line(a), b"VALUE warm 0 1\r\n")
        a.sendall(b"get slow\r\n")
        b.sendall(b"get b\r\n")
        reset(a)
        self.assertIn(b"b 0 1", read_line(b))

    def test_what_ends_the_connection_of_many_fails_alone(self):
        target = Memcached()
        proxy = self.shared("fifo", self.target(target), protocol="memcached")
        clients = [self.client(proxy, timeout=SHORT) for _ in range(5)]
        clients[0].sendall(b"get warm\r\n")
        self.assertEqual(read_exactly(clients[0], len(ANSWER % b"warm")), ANSWER % b"warm")
        hostile = self.client(proxy, timeout=SHORT)
        hostile.sendall(b"get poison\r\n")
        for i, c in enumerate(clients):
            c.sendall(b"get k%d\r\n" % i)
        self.assertEqual(read_line(hostile), b"SERVER_ERROR proximux: the target connection was lost\r\n")
        for i, c in enumerate(clients):
            self.assertEqual(read_line(c), b"VALUE k%d 0 1\r\n" % i, proxy.text())

    def test_an_idle_tie_ends_when_another_waits(self):
        def redis(s):
            while s.recv(65536):
                s.sendall(b"+OK\r\n")
        proxy = self.shared("funnel", self.target(redis), protocol="resp", connections=2,
                            exchange__tie_idle_timeout="200ms")
        idle = self.client(proxy, timeout=LONG)
        idle.sendall(b"WATCH x\r\n")
        self.assertEqual(read_line(idle), b"+OK\r\n")
        c = self.client(proxy, timeout=SHORT)
        c.sendall(b"MULTI\r\n")
        self.assertEqual(read_line(c), b"+OK\r\n")
        self.assertIn(b"-ERR proximux", read_line(idle))
        self.assertEqual(idle.recv(1), b"")
        self.assertIsNotNone(proxy.record(lambda r: "exchange.tie_idle_timeout" in r["e"]["message"]), proxy.text())

    def test_who_makes_us_connect_anew_waits_and_leaves_no_ports(self):
        accepted = []

        def redis(s):
            accepted.append(s)
            while s.recv(65536):
                s.sendall(b"+OK\r\n")
        target = self.target(redis)
        before = self.time_wait(target.port)  # somebody may have had this port a moment ago
        proxy = self.shared("funnel", target, protocol="resp", connections=2, limits__reconnects="10")
        c = self.client(proxy, timeout=LONG)
        begin = time.monotonic()
        for _ in range(15):
            c.sendall(b"MULTI\r\n")
            self.assertEqual(read_line(c), b"+OK\r\n")
            c.sendall(b"RESET\r\n")
            self.assertEqual(read_line(c), b"+RESET\r\n")
        self.assertGreater(time.monotonic() - begin, 0.3)  # the last four wait for 100 ms each
        self.assertLessEqual(self.time_wait(target.port), before)

    @staticmethod
    def time_wait(port):
        """Our connections to this port that are over and not forgotten."""
        remote = "%08X:%04X" % (struct.unpack("<I", socket.inet_aton("127.0.0.1"))[0], port)
        with open("/proc/net/tcp") as f:
            return sum(1 for line in f.readlines()[1:] if line.split()[2] == remote and line.split()[3] == "06")
