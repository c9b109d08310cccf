"""Fifo and funnel: who is served when, over which connection, and what delimits a message."""
import os
import socket
import threading
import time

from harness import LONG, SHORT, ask, gone, read_line, wait_until
from sharing import MODES, Lines, SharedCase, frame, read_exactly, read_frame


def echo_frames(s):
    while True:
        s.sendall(frame(read_frame(s)))


def slow(ms):
    def script(_, line):
        time.sleep(ms / 1000.0)
        return b"A:" + line + b"\n"
    return script


class Order(SharedCase):
    def test_one_thousand_queued_and_one_late_are_served_in_order(self):
        lines = Lines()
        proxy = self.shared("fifo", self.target(lines))
        clients = [self.client(proxy) for _ in range(1000)]
        for i, c in enumerate(clients):
            c.sendall(b"%d\n" % i)
        late = self.client(proxy)
        self.assertEqual(ask(late, b"late"), b"A:late")
        for i, c in enumerate(clients):
            self.assertEqual(read_line(c), b"A:%d\n" % i)
        self.assertEqual(len(lines.requests), 1001)

    def test_a_client_gets_its_answers_in_its_order(self):
        for mode, connections in MODES:
            for pairing in ("exclusive", "order"):
                with self.subTest(pairing=pairing):
                    proxy = self.shared(mode, self.target(Lines()), connections=connections, exchange__pairing=pairing)
                    c = self.client(proxy)
                    c.sendall(b"".join(b"%d\n" % i for i in range(1000)))
                    f = c.makefile("rb")
                    self.assertEqual([f.readline() for _ in range(1000)], [b"A:%d\n" % i for i in range(1000)])

    def test_never_more_connections_than_allowed(self):
        lines = Lines(slow(2))
        target = self.target(lines)
        proxy = self.shared("funnel", target, connections=4)
        clients = [self.client(proxy) for _ in range(100)]
        for i, c in enumerate(clients):
            c.sendall(b"%d\n" % i)
        for i, c in enumerate(clients):
            self.assertEqual(read_line(c), b"A:%d\n" % i)
        self.assertEqual(len(target.conns), 4)
        self.assertEqual(lines.most_in_flight, 4)

    def test_exclusive_has_one_in_flight_and_order_has_many(self):
        for pairing, most in (("exclusive", 1), ("order", 8)):
            with self.subTest(pairing=pairing):
                release, came = threading.Event(), []

                def target(s):
                    while not release.is_set():
                        came.append(s.recv(65536))
                        if not came[-1]:
                            return
                    for line in b"".join(came).split():
                        s.sendall(b"A:" + line + b"\n")
                    Lines()(s)
                proxy = self.shared("fifo", self.target(target), exchange__pairing=pairing, exchange__pipeline=8)
                clients = [self.client(proxy) for _ in range(12)]
                for i, c in enumerate(clients):
                    c.sendall(b"%d\n" % i)
                self.assertTrue(wait_until(lambda: len(b"".join(came).split()) == most))
                time.sleep(0.2)  # silence itself is tested: nothing more comes
                self.assertEqual(len(b"".join(came).split()), most)

    def test_a_free_connection_is_used_at_once(self):
        first = threading.Event()

        def script(_, line):
            if line == b"slow":
                first.wait(SHORT)
            return b"A:" + line + b"\n"
        proxy = self.shared("funnel", self.target(Lines(script)), connections=2)
        a, b = self.client(proxy), self.client(proxy)
        a.sendall(b"slow\n")
        for i in range(10):
            self.assertEqual(ask(b, b"%d" % i), b"A:%d" % i)
        first.set()
        self.assertEqual(read_line(a), b"A:slow\n")

    def test_a_client_of_many_requests_leaves_room_for_others_in_funnel(self):
        lines = Lines(slow(3))
        proxy = self.shared("funnel", self.target(lines))
        greedy = self.client(proxy)
        greedy.sendall(b"".join(b"g%d\n" % i for i in range(50)))
        self.assertTrue(wait_until(lambda: len(lines.requests) >= 2))
        modest = self.client(proxy)
        self.assertEqual(ask(modest, b"m"), b"A:m")
        self.assertLess(lines.requests.index(b"m"), 20)
        for i in range(50):
            self.assertEqual(read_line(greedy), b"A:g%d\n" % i)


class Messages(SharedCase):
    def test_large_messages_stream_both_ways(self):
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(echo_frames), protocol="length", connections=connections,
                                exchange__max_message="32M")
            before = proxy.memory_at_rest()
            payload = os.urandom(20 << 20)
            c = self.client(proxy)
            sender = threading.Thread(target=c.sendall, args=(frame(payload),))
            sender.start()
            self.assertEqual(read_frame(c), payload)
            sender.join()
            self.assertMemory(proxy, before, 8 << 20)

    def test_many_large_messages_of_many_clients(self):
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(echo_frames), protocol="length", connections=connections)
            failures = []

            def converse(n):
                try:
                    with proxy.client() as c:
                        for i in range(4):
                            payload = bytes([n]) * (200000 + 1000 * n + i)
                            c.sendall(frame(payload))
                            if read_frame(c) != payload:
                                failures.append(n)
                except (OSError, EOFError) as e:
                    failures.append((n, e))
            threads = [threading.Thread(target=converse, args=(n,)) for n in range(10)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG)
            self.assertEqual(failures, [])

    def test_fixed_messages(self):
        def target(s):
            while True:
                s.sendall(read_exactly(s, 16)[::-1])
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(target), protocol="fixed", connections=connections,
                                exchange__message_size=16)
            c = self.client(proxy)
            for i in range(20):
                c.sendall(b"%016d" % i)
                self.assertEqual(read_exactly(c, 16), (b"%016d" % i)[::-1])

    def test_half_a_request_takes_no_connection(self):
        for mode, connections in MODES:
            target = self.target(Lines())
            proxy = self.shared(mode, target, connections=connections)
            halves = [self.client(proxy) for _ in range(20)]
            for c in halves:
                c.sendall(b"half")
            self.serves(proxy)
            self.assertEqual(len(target.conns), 1)
            for c in halves:
                c.sendall(b"way\n")
                self.assertEqual(read_line(c), b"A:halfway\n")

    def test_malformed_requests_close_their_client_alone(self):
        proxy = self.shared("fifo", self.target(Lines()), exchange__max_message=100)
        other = self.client(proxy)
        self.assertEqual(ask(other, b"x"), b"A:x")
        bad = self.client(proxy)
        bad.sendall(b"y" * 101)
        self.assertTrue(gone(bad))
        self.assertIsNotNone(proxy.record(lambda r: "longer than exchange.max_message" in r["e"]["message"]))
        self.assertEqual(ask(other, b"z"), b"A:z")

    def test_a_client_that_half_closes_gets_its_answers(self):
        for mode, connections in MODES:
            for protocol in ("line", "raw"):
                proxy = self.shared(mode, self.target(Lines(slow(100))), protocol=protocol, connections=connections)
                c = self.client(proxy)
                c.sendall(b"one\n" if protocol == "raw" else b"one\ntwo\nincomplete")
                c.shutdown(socket.SHUT_WR)
                expected = b"A:one\n" if protocol == "raw" else b"A:one\nA:two\n"
                self.assertEqual(c.makefile("rb").read(), expected)

    def test_a_delimiter_of_several_bytes(self):
        def target(s):
            f = s.makefile("rb")
            while True:
                line = b""
                while not line.endswith(b"\r\n\r\n"):
                    line += f.read(1)
                s.sendall(b"A" + line)
        proxy = self.shared("fifo", self.target(target), exchange__delimiter="\\r\\n\\r\\n")
        c = self.client(proxy)
        c.sendall(b"a\r\nb\r\n\r")
        c.sendall(b"\nc\r\n\r\n")
        self.assertEqual(read_exactly(c, 15), b"Aa\r\nb\r\n\r\nAc\r\n\r\n")


class Raw(SharedCase):
    def test_a_lone_client_pays_no_gap(self):
        proxy = self.shared("fifo", self.target(Lines()), protocol="raw", exchange__raw_gap="10m")
        c = self.client(proxy)
        for i in range(20):  # with a gap it would take hours
            self.assertEqual(ask(c, b"%d" % i), b"A:%d" % i)

    def test_a_request_in_two_segments_is_one(self):
        proxy = self.shared("fifo", self.target(Lines()), protocol="raw")
        c, other = self.client(proxy), self.client(proxy)
        c.sendall(b"two ")
        self.assertTrue(proxy.has_read())
        other.sendall(b"x\n")
        self.assertTrue(proxy.has_read())
        c.sendall(b"parts\n")
        self.assertEqual(read_line(c), b"A:two parts\n")
        self.assertEqual(read_line(other), b"A:x\n")

    def test_an_answer_in_two_segments_is_one(self):
        def script(s, line):
            s.sendall(b"A:")
            time.sleep(0.03)  # the gap itself is tested
            return line + b"\n"
        proxy = self.shared("fifo", self.target(Lines(script)), protocol="raw", exchange__raw_gap="200ms")
        clients = [self.client(proxy) for _ in range(5)]
        for i, c in enumerate(clients):
            c.sendall(b"%d\n" % i)
        for i, c in enumerate(clients):
            self.assertEqual(read_line(c), b"A:%d\n" % i)

    def test_a_megabyte_is_passed_whole(self):
        payload = os.urandom(1 << 20)

        def target(s):
            while s.recv(65536):
                s.sendall(payload)
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(target), protocol="raw", connections=connections)
            for _ in range(3):
                c = self.client(proxy)
                c.sendall(b"give\n")
                self.assertEqual(read_exactly(c, len(payload)), payload)

    def test_it_is_said_where_nothing_vouches_for_delivery(self):
        for args in ({"exchange__raw_gap": 0}, {"exchange__funnel_async": 1}):
            proxy = self.shared("funnel", self.target(Lines()), protocol="raw", connections=2, **args)
            self.assertIsNotNone(proxy.record(lambda r: "may reach the wrong client" in r["d"]))
        proxy = self.shared("funnel", self.target(Lines()), protocol="line", exchange__funnel_async=1)
        self.serves(proxy)
        self.assertNotIn("may reach the wrong client", proxy.text())


class Pool(SharedCase):
    def test_warmup_opens_all_before_listening(self):
        target = self.target(Lines())
        proxy = self.shared("funnel", target, connections=5, pool__warmup=1)
        before = "\n".join(proxy.out).split("Server is running")[0]
        self.assertEqual(before.count("Connection opened"), 5, proxy.text())
        self.serves(proxy)
        self.assertTrue(wait_until(lambda: len(target.conns) == 5))

    def test_warmup_with_a_target_that_is_down_listens_all_the_same(self):
        proxy = self.shared("funnel", "127.0.0.1:1", self.target(Lines()), pool__warmup=1)
        self.serves(proxy)

    def test_fifo_goes_to_the_first_target_that_lives(self):
        first, second = self.target(Lines()), self.target(Lines(lambda s, line: b"B:" + line + b"\n"))
        proxy = self.shared("fifo", first, second)
        c = self.client(proxy)
        self.assertEqual(ask(c, b"x"), b"A:x")
        first.stop()
        self.assertTrue(wait_until(lambda: proxy.record(lambda r: r["d"]["msg"] == "Connection closed")))
        self.assertEqual(ask(c, b"y"), b"B:y")

    def test_an_inactive_connection_is_closed_and_opened_again(self):
        for protocol in ("line", "raw"):
            with self.subTest(protocol=protocol):
                target = self.target(Lines())
                proxy = self.shared("fifo", target, protocol=protocol, pool__inactive_timeout="200ms")
                c = self.client(proxy)
                self.assertEqual(ask(c, b"x"), b"A:x")
                self.assertTrue(wait_until(lambda: not target.open()))
                self.assertIsNotNone(proxy.record(lambda r: r["d"]["msg"] == "Connection timed out"))
                self.assertEqual(ask(c, b"y"), b"A:y")
