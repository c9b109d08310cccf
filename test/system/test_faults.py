"""Targets and clients that are down, silent, resetting, gone."""
import socket
import threading
import time

from harness import LONG, SHORT, Case, ask, echo, free_port, gone, read_all, reset, wait_until


class SilentListener:
    """A port whose backlog is full: connecting to it hangs."""

    def __init__(self):
        self.ls = socket.socket()
        self.ls.bind(("127.0.0.1", 0))
        self.ls.listen(0)
        self.host, self.port = self.ls.getsockname()
        self.fill = []
        for _ in range(3):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex((self.host, self.port))
            self.fill.append(s)

    def stop(self):
        for s in self.fill + [self.ls]:
            s.close()


def obeys(s):
    """A target that ends as its first byte asks for, and echoes where that asks for nothing."""
    first = s.recv(1, socket.MSG_PEEK)
    if first == b"1":
        reset(s)
    elif first == b"2":
        s.recv(100)
        s.sendall(b"half of an ans")
        reset(s)
    elif first == b"3":
        s.sendall(b"an answer and no more")
    else:
        echo(s)


class Faults(Case):
    def test_target_that_is_down_and_comes_back(self):
        port = free_port()
        p = self.proxy("127.0.0.1:%d" % port)
        for _ in range(3):
            self.assertTrue(gone(self.client(p)))
        self.assertIsNotNone(p.record(lambda r: r["s"] == "pool" and r["d"]["error"]["code"] == "ECONNREFUSED"))
        self.assertIsNotNone(p.record(lambda r: r["s"] == "server" and "any target" in r["e"]["message"]))
        self.target(port=port)
        self.assertServes(p)

    def test_one_of_two_is_down_and_is_used_again(self):
        port = free_port()
        good = self.target()
        p = self.proxy("127.0.0.1:%d" % port, good, args=["--set", "pool.backoff_max=200ms"])
        for _ in range(5):
            self.assertServes(p)
        back = self.target(port=port)

        def used():
            self.assertServes(p)
            return back.conns
        self.assertTrue(wait_until(used, SHORT, 0.05))

    def test_clients_are_shared_by_fewest_connections(self):
        a, b, c = self.target(), self.target(), self.target()
        p = self.proxy(a, b, c)
        clients = []
        for _ in range(9):
            clients.append(self.client(p))
            ask(clients[-1], b"x")
        self.assertEqual([len(t.conns) for t in (a, b, c)], [3, 3, 3])

    def test_silent_target(self):
        silent = SilentListener()
        self.addCleanup(silent.stop)
        p = self.proxy(silent, args=["--set", "pool.connect_timeout=400ms"])
        started = time.monotonic()
        c = self.client(p)
        self.assertTrue(gone(c))
        self.assertGreater(time.monotonic() - started, 0.3)
        self.assertIsNotNone(p.record(lambda r: r["d"]["error"]["code"] == "ETIMEDOUT"))

    def test_silent_target_beside_a_living_one(self):
        silent, good = SilentListener(), self.target()
        self.addCleanup(silent.stop)
        p = self.proxy(silent, good, args=["--set", "pool.connect_timeout=1s"])
        c = self.client(p)
        self.assertEqual(ask(c, b"waited"), b"waited")

    def test_unresolvable_target(self):
        good = self.target()
        p = self.proxy("nonexistent.invalid:1", good)
        self.assertServes(p)
        p = self.proxy("nonexistent.invalid:1")
        self.assertTrue(gone(self.client(p)))
        self.assertIsNotNone(p.record(lambda r: r["d"]["error"]["code"] in ("ENOTFOUND", "ETIMEDOUT")))

    def test_every_address_of_a_name_is_tried(self):
        t = self.target()
        p = self.proxy("localhost:%d" % t.port)
        self.assertServes(p)
        if "::1" not in {info[4][0] for info in socket.getaddrinfo("localhost", 1)}:
            return  # the name has but one address here
        six = self.target(host="::1")
        p = self.proxy("localhost:%d" % six.port)
        self.assertServes(p)

    def test_target_that_resets(self):
        def at_once(s):
            reset(s)

        def after_request(s):
            s.recv(100)
            reset(s)

        def in_answer(s):
            s.recv(100)
            s.sendall(b"half of")
            reset(s)
        for handler in (at_once, after_request, in_answer):
            with self.subTest(handler.__name__):
                t = self.target(handler)
                p = self.proxy(t)
                before = p.fds()
                for _ in range(10):
                    c = self.client(p)
                    try:
                        c.sendall(b"ask\n")
                    except OSError:
                        pass
                    try:
                        read_all(c)
                    except OSError:
                        pass
                    c.close()
                self.assertFds(p, before)
                t.handler = echo
                self.assertServes(p)

    def test_two_rounds_of_everything_leave_nothing_behind(self):
        silent = SilentListener()
        self.addCleanup(silent.stop)
        good = self.target(obeys, rcvbuf=8192)
        p = self.proxy(good, "127.0.0.1:%d" % free_port(), silent, "nonexistent.invalid:1",
                       args=["--set", "pool.connect_timeout=500ms", "--set", "local.half_close_timeout=500ms"])
        before = p.fds()
        self.assertServes(p)
        memory = []
        for _ in range(2):
            threads = [threading.Thread(target=self.misbehave, args=(p, i), daemon=True) for i in range(24)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG)
            self.assertServes(p)
            self.assertFds(p, before)
            memory.append(p.memory_at_rest())
        self.assertMemory(p, memory[0], 1 << 20, memory[1])

    @staticmethod
    def misbehave(p, seed):
        for i in range(11):
            kind = (seed + i) % 11
            try:
                c = p.client(timeout=SHORT)
                if kind == 0:                       # resets at once
                    reset(c)
                elif kind == 1:                     # leaves at once
                    c.close()
                elif kind == 2:                     # in mid-request
                    c.sendall(b"z" * 300000)
                    reset(c)
                elif kind == 3:                     # in mid-response
                    c.sendall(b"z" * 100000)
                    c.recv(10)
                    reset(c)
                elif kind == 4:                     # half-closed, then gone
                    c.sendall(b"z" * 1000)
                    c.shutdown(socket.SHUT_WR)
                    c.recv(1)
                    reset(c)
                elif kind == 5:                     # sends slowly
                    for byte in b"slow\n":
                        c.sendall(bytes([byte]))
                        time.sleep(0.005)  # the pace itself is tested
                    c.close()
                elif kind == 6:                     # never reads what it asked for
                    c.setblocking(False)
                    for _ in range(20):
                        try:
                            c.send(b"q" * 65536)
                        except BlockingIOError:
                            time.sleep(0.002)  # somebody may still take something
                    c.close()
                elif kind in (7, 8, 9):             # its target resets, or closes
                    c.sendall(b"%d please\n" % (kind - 6))
                    read_all(c)
                    c.close()
                else:                               # behaves
                    c.sendall(b"fine\n")
                    c.shutdown(socket.SHUT_WR)
                    read_all(c)
                    c.close()
            except OSError:
                pass

    def test_client_that_resets_while_its_target_is_not_there_yet(self):
        silent = SilentListener()
        self.addCleanup(silent.stop)
        p = self.proxy(silent, args=["--set", "pool.connect_timeout=30s"])
        before = p.fds()
        for _ in range(5):
            c = self.client(p)
            c.sendall(b"x")
            self.assertTrue(wait_until(lambda: p.fds() >= before + 2))
            reset(c)
        self.assertFds(p, before)

    def test_client_that_resets_while_it_is_held(self):
        t = self.target(lambda s: time.sleep(LONG), rcvbuf=4096)
        p = self.proxy(t)
        before = p.fds()
        c = self.client(p)
        c.setblocking(False)
        idle = 0
        while idle < 20:                            # until nobody takes anything any more
            try:
                c.send(b"x" * 65536)
                idle = 0
            except BlockingIOError:
                idle += 1
                time.sleep(0.01)
        reset(c)
        self.assertFds(p, before)
        cpu = p.cpu()
        time.sleep(0.3)  # silence itself is tested
        self.assertLess(p.cpu() - cpu, 0.05)
