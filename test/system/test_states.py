"""Either side ends, by FIN or by RST, in each state of a pair: the other side learns of it, nothing stays behind, and
what was sent before a FIN arrives."""
import socket
import threading
import time

from harness import LONG, SHORT, Case, Target, ask, read_all, read_line, reset, wait_until
from test_faults import SilentListener


class HeldTarget(Target):
    """Leaves its connections to the test."""

    def __init__(self):
        self.over = threading.Event()
        super().__init__(lambda s: self.over.wait(LONG * 4), rcvbuf=8192)

    def next(self, number):
        """The connection with this number, from 0."""
        assert wait_until(lambda: len(self.conns) > number), "the target connection does not come"
        self.conns[number].settimeout(LONG)
        return self.conns[number]

    def stop(self):
        self.over.set()
        super().stop()


def stuff(s):
    """Sends until nobody takes anything any more; the number of bytes taken."""
    s.setblocking(False)
    sent, refused = 0, 0
    while refused < 20:
        try:
            sent += s.send(b"s" * 65536)
            refused = 0
        except BlockingIOError:
            refused += 1
            time.sleep(0.005)  # somebody may still take something
    s.settimeout(LONG)
    return sent


def learns(s, ended, timeout=SHORT):
    """Whether s comes to know that the other side is gone: by FIN, unless that came before (`ended`), or by error."""
    s.setblocking(False)

    def gone():
        try:
            while s.recv(1 << 20):
                pass
            if not ended:
                return True
        except BlockingIOError:
            pass
        except OSError:
            return True
        try:
            s.send(b"?")
        except BlockingIOError:
            pass
        except OSError:
            return True
        return False
    return wait_until(gone, timeout)


class States(Case):
    def setUp(self):
        super().setUp()
        self.held = HeldTarget()
        self.addCleanup(self.held.stop)
        self.p = self.proxy(self.held, args=["--set", "local.half_close_timeout=1s"])
        self.before = self.p.fds()

    def pair(self):
        number = len(self.held.conns)
        c = self.p.client()
        return c, self.held.next(number)

    def idle(self):
        c, t = self.pair()
        c.sendall(b"ask\n")
        self.assertEqual(read_line(t), b"ask\n")
        t.sendall(b"answer\n")
        self.assertEqual(read_line(c), b"answer\n")
        return c, t

    def never_used(self):
        return self.pair()

    def in_request(self):
        c, t = self.idle()
        stuff(c)
        return c, t

    def in_response(self):
        c, t = self.idle()
        stuff(t)
        return c, t

    def in_both(self):
        c, t = self.idle()
        stuff(c)
        stuff(t)
        return c, t

    def client_ended(self):
        c, t = self.idle()
        c.shutdown(socket.SHUT_WR)
        self.assertEqual(t.recv(1), b"")
        return c, t

    def target_ended(self):
        c, t = self.idle()
        t.shutdown(socket.SHUT_WR)
        self.assertEqual(c.recv(1), b"")
        return c, t

    def client_ended_in_response(self):
        c, t = self.client_ended()
        stuff(t)
        return c, t

    def target_ended_in_request(self):
        c, t = self.target_ended()
        stuff(c)
        return c, t

    STATES = (never_used, idle, in_request, in_response, in_both, client_ended, target_ended, client_ended_in_response,
              target_ended_in_request)

    def each(self, who, end):
        other = self.pair()  # somebody else, whom it must not touch
        before = self.p.fds()
        for state in self.STATES:
            with self.subTest(state.__name__):
                c, t = state(self)
                ending, learning = (c, t) if who == "client" else (t, c)
                end(ending)
                ended = state.__name__.startswith(who + "_ended")
                self.assertTrue(learns(learning, ended), "the other side does not learn of it")
                learning.close()
                self.assertFds(self.p, before)
        other[0].sendall(b"and I?\n")
        self.assertEqual(read_line(other[1]), b"and I?\n")
        for s in other:
            s.close()
        self.assertFds(self.p, self.before)

    def test_client_resets_in_each_state(self):
        self.each("client", reset)

    def test_client_closes_in_each_state(self):
        self.each("client", lambda s: s.close())

    def test_target_resets_in_each_state(self):
        self.each("target", reset)

    def test_target_closes_in_each_state(self):
        self.each("target", lambda s: s.close())

    def test_what_a_client_sent_before_it_closed_arrives(self):
        c, t = self.pair()
        sent = stuff(c)
        c.close()
        self.assertEqual(len(read_all(t)), sent)
        t.close()
        self.assertFds(self.p, self.before)

    def test_what_a_target_sent_before_it_closed_arrives(self):
        c, t = self.pair()
        sent = stuff(t)
        t.close()
        self.assertEqual(len(read_all(c)), sent)
        c.close()
        self.assertFds(self.p, self.before)

    def test_one_byte_at_a_time(self):
        c, t = self.pair()
        for s in (c, t):
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(200):
            c.sendall(bytes([i]))
            self.assertEqual(t.recv(10), bytes([i]))
            t.sendall(bytes([255 - i]))
            self.assertEqual(c.recv(10), bytes([255 - i]))
        c.close()
        t.close()
        self.assertFds(self.p, self.before)

    def test_client_that_goes_on_sending_to_a_target_that_reset_is_closed(self):
        p = self.proxy(self.held, args=["--set", "local.half_close_timeout=300ms"])
        before = p.fds()
        c = p.client()
        reset(self.held.next(0))
        c.setblocking(False)

        def closed():
            try:
                c.send(b"x")
                return False
            except BlockingIOError:
                return False
            except OSError:
                return True
        self.assertTrue(wait_until(closed, SHORT), "it reads for ever what goes to nobody")
        c.close()
        self.assertFds(p, before)


class Connecting(Case):
    """The target is not there yet, and won't be before its time is up; then another is taken."""

    def start(self, *args, living=True):
        self.silent = SilentListener()
        self.addCleanup(self.silent.stop)
        targets = [self.silent] + ([self.target(self.answers)] if living else [])
        return self.proxy(*targets, args=["--set", "pool.connect_timeout=1s", *args])

    @staticmethod
    def answers(s):
        body = read_all(s)
        s.sendall(b"%d bytes, " % len(body) + body[:5])

    def test_bytes_and_fin_of_a_client_wait_for_its_target(self):
        p = self.start()
        c = self.client(p)
        c.sendall(b"early" * 1000)
        c.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(c), b"5000 bytes, early")

    def test_what_waits_for_a_target_stays_within_its_limit_and_is_not_lost(self):
        p = self.start()
        self.assertEqual(self.one_of_ours(p), b"5 bytes, first")  # what is allocated but once
        before = p.memory()
        c = self.client(p)

        def send():
            c.sendall(b"later" * 2000000)
            c.shutdown(socket.SHUT_WR)
        sender = threading.Thread(target=send, daemon=True)
        highest = [0]
        sender.start()
        wait_until(lambda: highest.append(p.memory()) or p.record(lambda r: "paired" in str(r["d"]), 0), 0.5)
        self.assertMemory(p, before, 3 << 20, max(highest))  # of ten
        self.assertEqual(read_all(c), b"10000000 bytes, later")

    @staticmethod
    def one_of_ours(p):
        with p.client() as c:
            c.sendall(b"first")
            c.shutdown(socket.SHUT_WR)
            return read_all(c)

    def test_client_that_leaves_frees_its_place(self):
        for leave in (reset, lambda s: s.close()):
            p = self.start("--max-connections", "1", "--set", "local.half_close_timeout=5s", living=False)
            before = p.fds()
            c = self.client(p)
            self.assertTrue(wait_until(lambda: p.fds() >= before + 2))
            leave(c)
            self.assertFds(p, before)

    def test_term_ends_it_while_clients_wait_for_their_target(self):
        p = self.start("--set", "pool.connect_timeout=60s", "--set", "shutdown.drain_timeout=500ms", living=False)
        before = p.fds()
        for _ in range(3):
            self.client(p)
        self.assertTrue(wait_until(lambda: p.fds() >= before + 6))
        p.signal()
        self.assertEqual(p.wait(SHORT), 0, p.text())

    def test_others_are_served_meanwhile(self):
        p = self.start(living=False)
        for _ in range(3):
            self.client(p)
        q = self.proxy(self.silent, self.target())
        waiting = self.client(q)
        self.assertTrue(wait_until(lambda: q.fds() > 0))
        with q.client() as c:  # fewest connections first: the living one
            self.assertEqual(ask(c, b"now"), b"now")
        waiting.close()
