"""exchange.protocol=mysql before a scripted server: what is watched is logged and never changed, and secrets are not
logged. The real server is in test/peers."""
import hashlib
import os
import socket
import struct
import threading
import time

from harness import LONG, SHORT, Case, gone, read_all, wait_until

# LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH; the client may add SSL or COMPRESS
CAPABILITIES = 0x1 | 0x200 | 0x8000 | 0x80000
SSL, COMPRESS = 0x800, 0x20
SECRET = b"Sesame-open-thyself!"
FULL = (1 << 24) - 1


def packet(payload, number=0):
    """A message as packets: one, or as many as a payload of 16 MB and more needs."""
    out = []
    while True:
        part, payload = payload[:FULL], payload[FULL:]
        out.append(struct.pack("<I", len(part))[:3] + bytes([number & 255]) + part)
        number += 1
        if len(part) < FULL:
            return b"".join(out)


def greeting():
    upper = CAPABILITIES | SSL | COMPRESS
    return packet(b"\x0a5.5.5-scripted\0" + struct.pack("<I", 7) + b"8bytes!!\0" + struct.pack("<H", upper & 0xffff) +
                  b"\x21\x02\0" + struct.pack("<H", upper >> 16) + b"\x15" + b"\0" * 10 + b"12morebytes!\0" +
                  b"mysql_native_password\0")


def login(extra=0):
    """A client that wants TLS says so before it tells who it is."""
    if extra == SSL:
        return packet(struct.pack("<IIB", CAPABILITIES | extra, 1 << 24, 0x21) + b"\0" * 23, 1)
    return packet(struct.pack("<IIB", CAPABILITIES | extra, 1 << 24, 0x21) + b"\0" * 23 + b"ada\0" +
                  bytes([len(SECRET)]) + SECRET + b"mysql_native_password\0", 1)


def query(text):
    return packet(b"\x03" + text)


def ok(number=1):
    return packet(b"\0\0\0\x02\0\0\0", number)


def rows(*values):
    """A result set of one column."""
    column = b"\x03def\0\0\0\x01c\0\x0c\x21\0\xff\0\0\0\xfd\0\0\0\0\0"
    parts = [b"\x01", column, b"\xfe\0\0\x02\0"]
    parts += [bytes([len(v)]) + v for v in values] + [b"\xfe\0\0\x02\0"]
    return b"".join(packet(part, i + 1) for i, part in enumerate(parts))


class Stream:
    """Reads whole messages from a socket."""

    def __init__(self, sock):
        self.sock, self.buffer = sock, bytearray()

    def take(self, size):
        while len(self.buffer) < size:
            d = self.sock.recv(1 << 20)
            if not d:
                raise EOFError
            self.buffer += d
        taken = bytes(self.buffer[:size])
        del self.buffer[:size]
        return taken

    def message(self):
        payload = b""
        while True:
            head = self.take(4)
            size = head[0] | head[1] << 8 | head[2] << 16
            payload += self.take(size)
            if size < FULL:
                return payload


class Server:
    """Greets, takes any login, and answers each query from `answers`, or with OK."""

    def __init__(self, answers=None, piece=0):
        self.answers, self.piece, self.seen = answers or {}, piece, []

    def say(self, s, data):
        if not self.piece:
            s.sendall(data)
        for i in range(0, len(data) if self.piece else 0, self.piece or 1):
            s.sendall(data[i:i + self.piece])

    def __call__(self, s):
        stream = Stream(s)
        try:
            self.say(s, greeting())
            stream.message()
            self.say(s, ok(2))
            while True:
                text = stream.message()
                self.seen.append(text)
                if text == b"\x01":  # quit
                    return
                answer = self.answers.get(text[1:], ok())
                self.say(s, answer() if callable(answer) else answer)
        except EOFError:
            pass


class Mysql(Case):
    def start(self, server, *args):
        return self.proxy(self.target(server), args=["--protocol", "mysql", *args])

    def login(self, p, extra=0):
        c = self.client(p)
        c.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = Stream(c)
        self.assertTrue(stream.message().startswith(b"\x0a5.5.5-scripted"))
        c.sendall(login(extra))
        if not extra:
            self.assertEqual(stream.message()[0], 0)
        return c, stream

    @staticmethod
    def logged(p, text):
        return p.record(lambda r: text in r["d"]["request"] and r)

    def test_each_query_is_logged_with_its_time_and_sizes(self):
        def later():
            time.sleep(0.15)  # the time itself is tested
            return rows(b"one", b"two")
        p = self.start(Server({b"select slow": later, b"select wrong": packet(b"\xff\x28\x04#42000nonsense", 1)}))
        c, stream = self.login(p)
        for text, packets in ((b"select slow", 6), (b"select wrong", 1), (b"insert it", 1)):
            began = time.monotonic()
            c.sendall(query(text))
            for _ in range(packets):
                stream.message()
        took = (time.monotonic() - began) * 1000  # the last one, without the time of the others
        slow, wrong, quick = (self.logged(p, text)["d"] for text in ("select slow", "select wrong", "insert it"))
        self.assertEqual((slow["bytesIn"], slow["bytesOut"]), (len(query(b"select slow")), len(rows(b"one", b"two"))))
        self.assertGreaterEqual(slow["ms"], 145)
        self.assertLess(quick["ms"], took + 1)
        self.assertEqual(wrong["bytesOut"], len(packet(b"\xff\x28\x04#42000nonsense")))
        self.assertEqual(slow["client"], "127.0.x.x:%d" % c.getsockname()[1])

    def test_in_pieces_and_several_in_one(self):
        server = Server({b"select r": rows(b"r")}, piece=1)
        p = self.start(server)
        c, stream = self.login(p)
        for byte in query(b"select in_pieces"):
            c.sendall(bytes([byte]))
        stream.message()
        c.sendall(b"".join(query(b"select %d of_ten" % i) for i in range(10)) + query(b"select r"))
        for _ in range(10 + 5):
            stream.message()
        self.assertIsNotNone(self.logged(p, "select in_pieces"))
        for i in range(10):
            self.assertIsNotNone(self.logged(p, "select %d of_ten" % i))
        self.assertIsNotNone(self.logged(p, "select r"))
        self.assertEqual(len(server.seen), 12)
        self.assertNotIn("Stopped observing", p.text())

    def test_packets_of_sixteen_megabytes_and_more_pass_unchanged(self):
        body = b"select '" + os.urandom(1 << 19).hex().encode() * 17 + b"'"  # nothing that could be taken for a secret
        digest = []

        def answer():
            digest.append(hashlib.sha256(server.seen[-1][1:]).digest())
            return ok(2)  # the query came in two packets
        server = Server({body: answer})
        p = self.start(server)
        before = p.memory()
        c, stream = self.login(p)
        c.sendall(query(body))
        stream.message()
        self.assertEqual(digest, [hashlib.sha256(body).digest()])
        self.assertEqual(self.logged(p, "select '")["d"]["bytesIn"], len(query(body)))
        self.assertMemory(p, before, 4 << 20)

    def test_no_secret_is_logged(self):
        p = self.start(Server(), "--log-level", "3")
        c, stream = self.login(p)
        c.sendall(query(b"set password = '%s'" % SECRET))
        stream.message()
        c.sendall(query(b"select last"))
        stream.message()
        self.assertIsNotNone(self.logged(p, "select last"))
        self.assertNotIn(SECRET.decode(), p.text())
        self.assertNotIn(SECRET.hex(), p.text().lower())

    def test_control_characters_of_a_query_do_not_reach_the_log(self):
        p = self.start(Server())
        c, stream = self.login(p)
        c.sendall(query(b"select '\x1b[2J\r\n\x00\x7f\xff {\"l\":1}'"))
        stream.message()
        self.assertIsNotNone(self.logged(p, "select '"))
        for line in p.out:
            self.assertFalse([ch for ch in line if ord(ch) < 32 or ord(ch) == 127], line)

    def test_encrypted_and_compressed_connections_pass_unwatched_and_it_is_said(self):
        def raw(s):
            s.sendall(greeting())
            while True:
                d = s.recv(65536)
                if not d:
                    return
                s.sendall(d)
        for extra, word in ((SSL, "TLS"), (COMPRESS, "compressed")):
            with self.subTest(word):
                p = self.start(raw)
                c, stream = self.login(p, extra)
                self.assertIsNotNone(p.record(lambda r: "Stopped observing" in r["d"]["msg"] and word in r["d"]["msg"]))
                body = os.urandom(1 << 20)
                threading.Thread(target=lambda: (c.sendall(body), c.shutdown(socket.SHUT_WR)), daemon=True).start()
                self.assertEqual(bytes(stream.buffer) + read_all(c), login(extra) + body)

    def test_what_is_no_mysql_passes_all_the_same(self):
        def ssh(s):
            s.sendall(b"SSH-2.0-something else\r\n")
            s.sendall(read_all(s))
        p = self.start(ssh)
        c = self.client(p)
        c.sendall(b"I am no MySQL client" * 1000)
        c.shutdown(socket.SHUT_WR)
        self.assertEqual(read_all(c), b"SSH-2.0-something else\r\n" + b"I am no MySQL client" * 1000)
        self.assertIsNotNone(p.record(lambda r: "Stopped observing" in r["d"]["msg"]))

    def test_query_whose_target_is_lost_is_logged_as_failed(self):
        def cut():
            raise OSError
        p = self.start(Server({b"select never": cut}))
        c, _ = self.login(p)
        c.sendall(query(b"select never"))
        self.assertTrue(gone(c))
        c.close()
        self.assertIsNotNone(self.logged(p, "select never"), p.text())
        self.assertTrue(self.logged(p, "select never")["d"]["failed"])

    def test_drain_lets_a_query_end_and_closes_a_connection_at_rest(self):
        began, go = threading.Event(), threading.Event()

        def waits():
            began.set()
            go.wait(LONG)
            return rows(b"done")
        p = self.start(Server({b"select long": waits}), "--set", "shutdown.drain_timeout=60s")
        resting, _ = self.login(p)
        busy, stream = self.login(p)
        busy.sendall(query(b"select long"))
        self.assertTrue(began.wait(LONG))
        p.signal()
        self.assertTrue(gone(resting))
        self.assertTrue(p.alive())
        go.set()
        answer = [stream.message() for _ in range(5)]
        self.assertEqual(answer[3], b"\x04done")
        self.assertTrue(gone(busy))
        self.assertEqual(p.wait(SHORT), 0, p.text())

    def test_denied_address_never_reaches_the_server(self):
        t = self.target(Server())
        p = self.proxy(t, args=["--protocol", "mysql", "--set", "access.deny=127.0.0.1"])
        self.assertTrue(gone(self.client(p)))
        self.assertFalse(wait_until(lambda: t.conns, 0.1))
