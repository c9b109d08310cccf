"""Byte-exactness, half-close, back-pressure."""
import hashlib
import os
import socket
import threading
import time

from harness import LONG, Case, ask, echo, gone, read_all, read_line, state, wait_until

RUNS = int(os.environ.get("PROXIMUX_RUNS", "3"))
MIB = 1 << 20


def in_thread(f, *args):
    box = []
    t = threading.Thread(target=lambda: box.append(f(*args)), daemon=True)
    t.start()
    return lambda: (t.join(LONG), box[0])[1]


def send_and_end(s, body):
    s.sendall(body)
    s.shutdown(socket.SHUT_WR)


class Bytes(Case):
    def test_eight_megabytes_both_ways_at_once(self):
        for _ in range(RUNS):
            up, down = os.urandom(8 * MIB), os.urandom(8 * MIB)
            got = []

            def both(s):
                reading = in_thread(read_all, s)
                s.sendall(down)
                got.append(reading())
                s.shutdown(socket.SHUT_WR)
            p = self.proxy(self.target(both))
            c = self.client(p)
            sending = in_thread(send_and_end, c, up)
            self.assertTrue(read_all(c) == down)
            sending()
            self.assertTrue(wait_until(lambda: got) and got[0] == up)
            p.stop()

    def test_half_close_from_the_client_first(self):
        p = self.proxy(self.target(lambda s: s.sendall(hashlib.sha256(read_all(s)).digest() * 30000)))
        for _ in range(RUNS):
            body = os.urandom(MIB)
            c = self.client(p)
            send_and_end(c, body)
            self.assertTrue(read_all(c) == hashlib.sha256(body).digest() * 30000)

    def test_half_close_from_the_target_first(self):
        got = []

        def ends_first(s):
            s.sendall(b"all I say")
            s.shutdown(socket.SHUT_WR)
            got.append(read_all(s))
        p = self.proxy(self.target(ends_first))
        for _ in range(RUNS):
            del got[:]
            c = self.client(p)
            self.assertEqual(read_all(c), b"all I say")
            body = os.urandom(MIB)
            send_and_end(c, body)
            self.assertTrue(wait_until(lambda: got) and got[0] == body)

    def test_the_tail_reaches_a_slow_reader_after_the_target_has_closed(self):
        body = os.urandom(3 * MIB)
        p = self.proxy(self.target(lambda s: s.sendall(body)))
        for _ in range(RUNS):
            c = self.client(p, rcvbuf=4096)
            self.assertTrue(read_all(c, slowly=0.001, size=16384) == body)

    def test_slow_reader_on_the_targets_side(self):
        got = []
        p = self.proxy(self.target(lambda s: got.append(read_all(s, slowly=0.001, size=16384)), rcvbuf=4096))
        for _ in range(RUNS):
            del got[:]
            body = os.urandom(3 * MIB)
            c = self.client(p)
            send_and_end(c, body)
            self.assertEqual(read_all(c), b"")
            self.assertTrue(wait_until(lambda: got, LONG) and got[0] == body)

    def test_many_clients_at_once_on_several_threads(self):
        p = self.proxy(self.target(), args=["--set", "io.threads=2", "--log-level", "3"])
        before = p.fds()

        def one():
            body = os.urandom(MIB // 2)
            with p.client() as c:
                sending = in_thread(send_and_end, c, body)
                exact = read_all(c) == body
                sending()
            return exact
        for _ in range(RUNS):
            self.assertEqual([wait() for wait in [in_thread(one) for _ in range(16)]], [True] * 16)
        self.assertFds(p, before)

    def test_what_a_target_sent_before_it_reset_arrives(self):
        # it answers before it has read all, and closes: the system makes a reset of that
        answer = b"413 too large" * 1000

        def hasty(s):
            s.recv(1)
            s.sendall(answer)
        p = self.proxy(self.target(hasty))
        c = self.client(p)
        c.sendall(b"x" * 20000)
        self.assertEqual(read_all(c), answer)

    def test_flood_at_a_reader_that_does_not_read_stays_within_limits(self):
        chunk = b"x" * 65536

        def flood(s):
            while True:
                s.sendall(chunk)
        p = self.proxy(self.target(flood), args=["--set", "log.level=2"])
        before = p.memory()
        clients = [self.client(p, rcvbuf=4096) for _ in range(10)]
        time.sleep(1)  # silence itself is tested: it must not go on reading
        cpu = p.cpu()
        time.sleep(0.5)  # silence itself is tested: it must not spin
        self.assertLess(p.cpu() - cpu, 0.05, "it spins while both sides wait")
        self.assertMemory(p, before, 4 * MIB)
        self.assertTrue(all(state(c) == "DATA" for c in clients))

    def test_flood_at_a_target_that_does_not_read_stays_within_limits(self):
        p = self.proxy(self.target(lambda s: time.sleep(LONG), rcvbuf=4096))
        before = p.memory()
        clients = [self.client(p) for _ in range(10)]
        stop = threading.Event()

        def flood(c):
            c.setblocking(False)
            while not stop.is_set():
                try:
                    c.send(b"x" * 65536)
                except BlockingIOError:
                    stop.wait(0.01)
        waits = [in_thread(flood, c) for c in clients]
        time.sleep(1)  # silence itself is tested: it must not go on reading
        cpu = p.cpu()
        time.sleep(0.5)  # silence itself is tested: it must not spin
        spent, now = p.cpu() - cpu, p.memory()
        stop.set()
        for wait in waits:
            wait()
        self.assertLess(spent, 0.05, "it spins while both sides wait")
        self.assertMemory(p, before, 4 * MIB, now)

    def test_small_buffers_do_as_well(self):
        p = self.proxy(self.target(), args=["--set", "exchange.request_buffer=1K",
                                            "--set", "exchange.response_buffer=1K", "--set", "io.read_size=1K"])
        body = os.urandom(MIB)
        c = self.client(p)
        sending = in_thread(send_and_end, c, body)
        self.assertTrue(read_all(c) == body)
        sending()

    def test_a_busy_client_does_not_starve_another(self):
        p = self.proxy(self.target())
        busy = self.client(p)
        stop = []

        def pump():
            while not stop:
                busy.sendall(b"y" * 65536)
            busy.shutdown(socket.SHUT_WR)
        pumping, reading = in_thread(pump), in_thread(read_all, busy)
        c = self.client(p)
        for i in range(50):
            self.assertEqual(ask(c, b"%d" % i), b"%d" % i)
        stop.append(1)
        pumping(), reading()

    def test_target_may_speak_first(self):
        def greets(s):
            s.sendall(b"SSH-2.0-x\r\n")
            echo(s)
        p = self.proxy(self.target(greets))
        c = self.client(p)
        self.assertEqual(read_line(c), b"SSH-2.0-x\r\n")
        self.assertEqual(ask(c, b"hello"), b"hello")

    def test_half_close_timeout(self):
        p = self.proxy(self.target(lambda s: time.sleep(LONG)), args=["--set", "local.half_close_timeout=300ms"])
        c = self.client(p)
        c.shutdown(socket.SHUT_WR)
        started = time.monotonic()
        self.assertTrue(gone(c))
        self.assertGreater(time.monotonic() - started, 0.25)
