"""exchange.protocol = auto: the target decides on the protocol, and a client that speaks another fails alone."""
import socket
import threading

from harness import LONG, SHORT, ask, read_all, wait_until
from sharing import MODES, Lines, SharedCase

PING = b"*1\r\n$4\r\nPING\r\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SCANS = (b"GET / HTTP/1.0\r\n\r\n", GET, PING, b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01",
         b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n")


def http(s):
    got = b""
    while data := s.recv(65536):
        got += data
        while b"\r\n\r\n" in got:
            got = got.split(b"\r\n\r\n", 1)[1]
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")


def resp(s):
    while s.recv(65536):
        s.sendall(b"+PONG\r\n")


class Auto(SharedCase):
    def test_a_port_scanner_harms_no_client_of_an_instrument(self):
        for mode, connections in MODES:
            for first in True, False:
                p = self.shared(mode, self.target(Lines()), protocol="auto", connections=connections)
                if not first:
                    self.instrument(p, 3)
                failures, over = [], threading.Event()

                def works():
                    try:
                        with p.client() as c:
                            while not over.is_set():
                                self.assertEqual(ask(c, b"query"), b"A:query")
                    except (AssertionError, OSError, EOFError) as e:
                        failures.append(e)
                workers = [] if first else [threading.Thread(target=works) for _ in range(3)]
                for worker in workers:
                    worker.start()
                for scan in SCANS * 3:
                    with p.client() as c:
                        c.sendall(scan)
                        c.shutdown(socket.SHUT_WR)
                        self.assertNotIn(b"A:query", read_all(c))
                over.set()
                for worker in workers:
                    worker.join(LONG)
                self.assertEqual(failures, [], p.text()[-3000:])
                self.instrument(p, 20)
                self.assertNotIn("detected", p.text())

    def instrument(self, p, times):
        with p.client(timeout=SHORT) as c:
            for i in range(times):
                self.assertEqual(ask(c, b"%d" % i), b"A:%d" % i)

    def test_who_speaks_another_protocol_fails_alone(self):
        for server, good, answer, name, others in (
                (http, GET, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "http", ((PING, b"-ERR "), (b"hello\r\n\r\n", b"HTTP/1.1 400 "))),
                (resp, PING, b"+PONG\r\n", "resp", ((GET, b"HTTP/1.1 400 "),))):
            p = self.shared("fifo", self.target(server), protocol="auto")
            c = self.client(p)
            for i in range(3):
                c.sendall(good)
                self.assertEqual(c.recv(1000), answer)
                for other, error in others:
                    with p.client() as d:
                        d.sendall(other)
                        self.assertTrue(read_all(d).startswith(error))
            self.assertTrue(wait_until(lambda: "auto: detected %s" % name in p.text()))
            self.assertTrue(wait_until(lambda: "but exchange.protocol = auto detected " + name in p.text()), p.text())

    def test_what_is_known_later_can_not_have_credentials(self):
        for setting in ("local.password=x", "target.1.password=x", "target.1.username=x", "target.1.database=3",
                        "pool.prologue=AUTH x\\r\\n"):
            p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "fifo", "--protocol", "auto",
                             "--set", "pool.prologue_expect=+OK\\r\\n", "--set", setting)
            self.assertEqual(p.wait(), 78, setting)
