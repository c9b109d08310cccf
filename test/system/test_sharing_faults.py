"""Fifo and funnel: what fails costs those that were on it, and nobody else."""
import socket
import threading
import time
import zlib

from harness import LONG, SHORT, Target, ask, free_port, gone, patience, read_line, reset, state, wait_until
from sharing import MODES, Lines, SharedCase, act, frame


class Targets(SharedCase):
    """A client whose request is on a connection that fails is closed; all others are served."""

    def costs_one(self, word, mode, connections, reason, **settings):
        target = self.target(Lines(act))
        proxy = self.shared(mode, target, connections=connections, **settings)
        waiting = [self.client(proxy) for _ in range(5)]
        self.assertEqual(ask(waiting[0], b"warm"), b"A:warm")
        victim = self.client(proxy)
        victim.sendall(word + b"\n")
        for i, c in enumerate(waiting):
            c.sendall(b"%d\n" % i)
        for i, c in enumerate(waiting):
            self.assertEqual(read_line(c), b"A:%d\n" % i)
        victim.settimeout(SHORT)
        try:
            while victim.recv(4096):
                pass
        except ConnectionResetError:
            pass
        self.assertIsNotNone(proxy.record(lambda r: r["l"] == 1 and reason in r["e"]["message"]), proxy.text())
        self.serves(proxy)

    def test_reset_before_the_answer(self):
        for mode, connections in MODES:
            self.costs_one(b"reset", mode, connections, "target connection lost")

    def test_end_before_the_answer(self):
        for mode, connections in MODES:
            self.costs_one(b"fin", mode, connections, "the target closed the connection")

    def test_reset_within_the_answer(self):
        for mode, connections in MODES:
            self.costs_one(b"tear", mode, connections, "target connection lost")

    def test_silence(self):
        for mode, connections in MODES:
            self.costs_one(b"silent", mode, connections, "exchange.response_timeout",
                           exchange__response_timeout=patience(300))

    def test_silence_with_raw(self):
        for mode, connections in MODES:
            self.costs_one(b"silent", mode, connections, "exchange.response_timeout", protocol="raw",
                           exchange__response_timeout=patience(300))

    def test_part_of_an_answer_is_followed_by_a_reset(self):
        proxy = self.shared("fifo", self.target(Lines(act)))
        c = self.client(proxy)
        c.sendall(b"tear\n")
        got = b""
        with self.assertRaises(ConnectionResetError):
            while True:
                d = c.recv(100)
                self.assertTrue(d, "a torn answer was ended as if it were whole")
                got += d
        self.assertIn(got, (b"", b"A:te"))

    def test_a_surplus_answer_closes_the_connection_and_reaches_nobody(self):
        for mode, connections in MODES:
            for word in (b"twice", b"later"):
                with self.subTest(word=word):
                    target = self.target(Lines(act))
                    proxy = self.shared(mode, target, connections=connections)
                    c = self.client(proxy)
                    self.assertEqual(ask(c, word), b"A:" + word)
                    self.assertIsNotNone(proxy.record(lambda r: "unsolicited bytes" in r["e"]["message"]))
                    for i in range(5):
                        self.assertEqual(ask(c, b"%d" % i), b"A:%d" % i)
                    self.assertEqual(len(target.conns), 2)

    def test_a_target_that_greets_is_never_used(self):
        for mode, connections in MODES:
            target = self.target(Lines(greet=b"hello\n"))
            proxy = self.shared(mode, target, connections=connections, exchange__queue_timeout="2s",
                                pool__backoff_min="50ms", pool__settle="500ms")
            c = self.client(proxy)
            c.sendall(b"x\n")
            self.assertEqual(state(c), "EOF")
            self.assertIsNotNone(proxy.record(lambda r: "sent data before the first request" in r["e"]["message"]))
            self.assertIsNotNone(proxy.record(lambda r: "exchange.queue_timeout" in r["e"]["message"]))
            self.assertLess(len(target.conns), 20)

    def test_a_target_that_is_down_and_comes_back(self):
        for mode, connections in MODES:
            port = free_port()
            proxy = self.shared(mode, "127.0.0.1:%d" % port, connections=connections)
            clients = [self.client(proxy) for _ in range(10)]
            for i, c in enumerate(clients):
                c.sendall(b"%d\n" % i)
            self.assertIsNotNone(proxy.record(lambda r: r["d"]["error"]["code"] == "ECONNREFUSED"))
            target = Target(Lines(), port=port)
            self.addCleanup(target.stop)
            for i, c in enumerate(clients):
                self.assertEqual(read_line(c), b"A:%d\n" % i)

    def test_one_of_two_down(self):
        proxy = self.shared("funnel", "127.0.0.1:%d" % free_port(), self.target(Lines()), pool__backoff_min="1h",
                            pool__backoff_max="1h", exchange__queue_timeout="1h")  # nobody waits for it
        clients = [self.client(proxy) for _ in range(20)]
        for i, c in enumerate(clients):
            c.sendall(b"%d\n" % i)
        for i, c in enumerate(clients):
            self.assertEqual(read_line(c), b"A:%d\n" % i)

    def test_a_target_that_reads_nothing(self):
        stop = threading.Event()
        target = self.target(lambda s: stop.wait(LONG), rcvbuf=4096)
        self.addCleanup(stop.set)
        proxy = self.shared("fifo", target, protocol="length", exchange__response_timeout="400ms")
        c = self.client(proxy)
        sender = threading.Thread(target=lambda: self.sends(c, frame(b"x" * 10000000)))
        sender.start()
        self.assertIn(state(c), ("EOF", "RESET"))
        c.close()
        sender.join(SHORT)
        self.assertTrue(proxy.alive())

    @staticmethod
    def sends(c, data):
        try:
            c.sendall(data)
        except OSError:
            pass

    def test_connections_killed_at_random_cost_no_answer_of_others(self):
        """The oracle with sockets, in short: whoever got no answer got a closed connection."""
        def killed_now_and_then(s, line):
            if zlib.crc32(line) % 97 == 0:
                reset(s)
                raise OSError
            return b"A:" + line + b"\n"
        for mode, connections in MODES:
            for pairing in ("exclusive", "order"):
                proxy = self.shared(mode, self.target(Lines(killed_now_and_then)), connections=connections,
                                    exchange__pairing=pairing)
                wrong, answered = [], []

                def converse(n):
                    for attempt in range(5):
                        try:
                            with proxy.client(timeout=LONG) as c:
                                for i in range(60):
                                    text = b"%d.%d.%d" % (n, attempt, i)
                                    got = ask(c, text)
                                    (answered if got == b"A:" + text else wrong).append((text, got))
                        except (EOFError, ConnectionError):
                            continue
                        except OSError as e:
                            wrong.append(e)
                threads = [threading.Thread(target=converse, args=(n,)) for n in range(20)]
                for t in threads:
                    t.start()
                for t in threads:
                    t.join(LONG * 2)
                self.assertEqual(wrong[:3], [])
                self.assertGreater(len(answered), 200)
                self.serves(proxy)


class Clients(SharedCase):
    def test_leaving_in_each_state(self):
        """Queued, in flight, within an answer, within a request, within a large one; by RST and by FIN."""
        for mode, connections in MODES:
            for leave in (reset, lambda s: s.close()):
                proxy = self.shared(mode, self.target(Lines(act)), connections=connections)
                self.serves(proxy)
                before = proxy.fds()
                for what in (b"sleep100\n", b"sleep100\nnext\n", b"big3000000\n", b"half", b"h" * 300000, b"x\n" * 200):
                    blocker = proxy.client()
                    blocker.sendall(b"sleep50\n")
                    leaving = [proxy.client(rcvbuf=4096) for _ in range(8)]
                    for c in leaving:
                        c.setblocking(False)
                        try:
                            c.send(what)
                        except BlockingIOError:
                            pass
                    time.sleep(0.02)  # they leave in the midst of it: nothing tells when that is
                    for c in leaving:
                        leave(c)
                    self.assertEqual(read_line(blocker), b"A:sleep50\n")
                    blocker.close()
                    self.serves(proxy)
                self.assertTrue(wait_until(lambda: proxy.fds() <= before + connections - 1, SHORT),
                                (before, proxy.fds()))

    def test_a_slow_reader_is_closed_when_it_holds_up_others(self):
        for mode, _ in MODES:
            lines = Lines(act)
            proxy = self.shared(mode, self.target(lines), exchange__stall_timeout="400ms")
            slow = self.client(proxy, rcvbuf=4096)
            slow.sendall(b"big20000000\n")
            self.assertTrue(wait_until(lambda: lines.requests))
            begin = time.monotonic()
            self.serves(proxy)
            self.assertGreater(time.monotonic() - begin, 0.1)
            self.assertIsNotNone(proxy.record(lambda r: "exchange.stall_timeout" in r["e"]["message"]))

    def test_a_slow_reader_that_holds_up_nobody_gets_all(self):
        proxy = self.shared("fifo", self.target(Lines(act)), exchange__stall_timeout="200ms",
                            exchange__response_timeout="300ms")
        slow = self.client(proxy, rcvbuf=4096)
        slow.sendall(b"big10000000\n")
        time.sleep(1)  # silence itself is tested: it is longer than both timeouts
        self.assertEqual(len(slow.makefile("rb").readline()), 10000001)

    def test_one_byte_now_and_then_is_no_progress(self):
        lines = Lines(act)
        proxy = self.shared("fifo", self.target(lines), exchange__stall_timeout="500ms")
        slow = self.client(proxy, rcvbuf=4096)
        slow.sendall(b"big20000000\n")
        self.assertTrue(wait_until(lambda: lines.requests))
        waiting = self.client(proxy)
        waiting.sendall(b"x\n")
        waiting.settimeout(SHORT)
        end = time.monotonic() + SHORT
        answered = threading.Event()
        threading.Thread(target=lambda: (read_line(waiting), answered.set()), daemon=True).start()
        try:
            while time.monotonic() < end and not answered.is_set():
                slow.recv(1)
                time.sleep(0.02)  # the pace itself is tested
        except OSError:
            pass
        self.assertTrue(answered.wait(SHORT))

    def test_a_large_request_that_pauses_is_given_up(self):
        for mode, connections in MODES:
            proxy = self.shared(mode, self.target(Lines(act)), connections=connections,
                                exchange__request_timeout="300ms")
            c = self.client(proxy)
            c.sendall(b"y" * 200000)
            self.assertTrue(gone(c))
            self.assertIsNotNone(proxy.record(lambda r: "exchange.request_timeout" in r["e"]["message"]))
            self.serves(proxy)

    def test_a_request_that_waits_too_long_in_line(self):
        lines = Lines(act)
        proxy = self.shared("fifo", self.target(lines), exchange__queue_timeout="200ms")
        first, second = self.client(proxy), self.client(proxy)
        first.sendall(b"sleep800\n")
        self.assertTrue(wait_until(lambda: lines.requests))
        second.sendall(b"x\n")
        self.assertEqual(state(second), "EOF")
        self.assertEqual(read_line(first), b"A:sleep800\n")
        self.serves(proxy)

    def test_the_idle_timeout(self):
        proxy = self.shared("fifo", self.target(Lines(act)), local__idle_timeout="300ms")
        c = self.client(proxy)
        self.assertEqual(ask(c, b"sleep500"), b"A:sleep500")  # not idle
        self.assertEqual(state(c), "EOF")


class Limits(SharedCase):
    def test_a_flood_at_a_silent_target_is_held(self):
        stop = threading.Event()
        self.addCleanup(stop.set)
        for mode, connections in MODES:
            for protocol in ("raw", "line"):
                with self.subTest(protocol=protocol):
                    proxy = self.shared(mode, self.target(lambda s: stop.wait(60)), protocol=protocol,
                                        connections=connections)
                    before = proxy.memory_at_rest()
                    floods = [self.client(proxy, timeout=0.3) for _ in range(3)]
                    for c in floods:
                        try:
                            for _ in range(2000):
                                c.sendall(b"flood\n" * 20000)
                        except socket.timeout:
                            pass
                    self.assertMemory(proxy, before, 16 << 20)
                    self.assertTrue(proxy.alive())

    def test_the_total_of_kept_bytes_is_bounded_and_frees_itself(self):
        proxy = self.shared("fifo", self.target(Lines(act)), exchange__total_buffer="1M")
        before = proxy.memory_at_rest()
        halves = [self.client(proxy, timeout=0.2) for _ in range(60)]
        for c in halves:
            try:
                c.sendall(b"h" * 60000)
            except socket.timeout:
                pass
        self.assertMemory(proxy, before, 12 << 20)
        self.serves(proxy)  # some of those that never become whole are given up
        self.assertIsNotNone(proxy.record(lambda r: "exchange.total_buffer" in r["e"]["message"]))

    def test_a_full_queue_is_emptied_in_order(self):
        lines = Lines(act)
        proxy = self.shared("fifo", self.target(lines), exchange__max_queue=10, local__max_requests=4)
        clients = [self.client(proxy) for _ in range(30)]
        for n, c in enumerate(clients):
            c.sendall(b"".join(b"%d.%d\n" % (n, i) for i in range(20)))
        for n, c in enumerate(clients):
            for i in range(20):
                self.assertEqual(read_line(c), b"A:%d.%d\n" % (n, i))
