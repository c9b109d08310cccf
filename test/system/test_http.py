"""HTTP: a target that answers Expect: 100-continue, and what goes wrong between a request's head and its body."""
import re
import socket
import threading

from harness import SHORT, patience, read_all, reset, wait_until
from sharing import MODES, SharedCase

GO = b"HTTP/1.1 100 Continue\r\n\r\n"
EVIL = b"GET /evil HTTP/1.1\r\nHost: x\r\n\r\n"


def answer(text, status=b"200 OK"):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text)


def head(path, body, *fields):
    fields = b"".join(field + b"\r\n" for field in fields)
    return b"PUT %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n" % (path, len(body), fields)


def asks(path, body):
    return head(path, body, b"Expect: 100-continue")


class Scripted:
    """Does what a request's path says when its head has come, and records all that came on each connection."""

    def __init__(self):
        self.came, self.lock = [], threading.Lock()

    def __call__(self, s):
        came = bytearray()
        with self.lock:
            self.came.append(came)
        begun = 0
        while True:
            end = self.read(s, came, lambda: came.find(b"\r\n\r\n", begun) + 1) + 3
            text = bytes(came[begun:end])
            path = text.split(b" ")[1][1:].decode()
            length = re.search(rb"Content-Length: (\d+)", text)
            begun = end + (int(length[1]) if length else 0)
            self.one(s, came, path, end, begun)

    @staticmethod
    def read(s, came, enough):
        while not (got := enough()):
            data = s.recv(65536)
            if not data:
                raise EOFError
            came += data
        return got

    def one(self, s, came, path, at, end):
        if path == "close":
            raise EOFError
        if path == "reset":
            reset(s)
            raise OSError
        if path in ("413", "417"):
            s.sendall(answer(b"no", path.encode() + b" No"))
            self.read(s, came, lambda: False)
        if path in ("go", "twice"):
            s.sendall(GO * (2 if path == "twice" else 1))
        self.read(s, came, lambda: path != "never" and len(came) >= end)
        if path == "late":
            s.sendall(GO)
        s.sendall(answer(path.encode() + b":" + bytes(came[at:end])))

    def all(self):
        with self.lock:
            return b"".join(self.came)


class Expect(SharedCase):
    def setUp(self):
        super().setUp()
        self.script = Scripted()

    def http(self, mode, connections, **settings):
        return self.shared(mode, self.target(self.script), protocol="http", connections=connections, **settings)

    def hears(self, client, text):
        """Asserts that these bytes come."""
        got = b""
        while len(got) < len(text):
            data = client.recv(len(text) - len(got))
            self.assertTrue(data, got)
            got += data
        self.assertEqual(got, text)

    def others(self, proxy, count=3):
        """Clients that each have a question under way, of which they get the answer."""
        clients = [self.client(proxy) for _ in range(count)]
        for n, client in enumerate(clients):
            client.sendall(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % n)
        return lambda: [self.hears(client, answer(b"%d:" % n)) for n, client in enumerate(clients)]

    def refused(self, client, status):
        """Asserts that it gets this, is told that its connection ends, and that it does."""
        got = read_all(client)
        self.assertTrue(got.startswith(b"HTTP/1.1 " + status), got)
        self.assertIn(b"\r\nConnection: close\r\n", got)
        self.assertEqual(got.count(b"HTTP/1.1"), 1, got)

    def test_the_target_decides(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections)
            for path in b"go", b"twice":
                client = self.client(proxy)
                for body in b"abc", EVIL, b"b" * 300000:
                    client.sendall(asks(b"/" + path, body))
                    self.hears(client, GO)
                    served = self.others(proxy)
                    client.sendall(body)
                    self.hears(client, answer(path + b":" + body))
                    served()

    def test_a_refusal_spares_the_upload(self):
        for mode, connections in MODES:
            for status in b"413", b"417":
                for behind in b"", EVIL, b"b" * 300000:
                    proxy = self.http(mode, connections)
                    client = self.client(proxy)
                    client.sendall(asks(b"/" + status, b"b" * 300000))
                    self.hears(client, b"HTTP/1.1 " + status)
                    served = self.others(proxy)
                    try:
                        client.sendall(behind)
                        self.assertIn(b"\r\nConnection: close\r\n", read_all(client))
                    except (BrokenPipeError, ConnectionResetError):
                        self.assertEqual(len(behind), 300000)  # it was told not to send that
                    served()
                    self.assertNotIn(b"bbb", self.script.all())
                    self.assertNotIn(b"evil", self.script.all())

    def test_who_does_not_wait_loses_nothing(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections)
            for path in b"mute", b"late", b"go":
                client = self.client(proxy)
                for body in b"abc", EVIL, b"b" * 300000:
                    request = asks(b"/" + path, body)
                    client.sendall(request)
                    wait_until(lambda text=request: text in self.script.all(), SHORT)
                    client.sendall(body)
                    due = answer(path + b":" + body)
                    self.hears(client, due if path == b"mute" else GO + due)
                    client.sendall(request + body)  # at once: nothing is asked
                    self.hears(client, due if path == b"mute" else GO + due)

    def test_a_silent_target_gets_the_body(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections, exchange__http_expect_timeout="100ms",
                              exchange__response_timeout=patience(500))
            for path in b"mute", b"late":
                client = self.client(proxy)
                client.sendall(asks(b"/" + path, b"abc"))
                self.hears(client, GO)
                client.sendall(b"abc")
                self.hears(client, answer(path + b":abc"))
            client.sendall(asks(b"/never", b"abc"))
            self.hears(client, GO)
            served = self.others(proxy)
            client.sendall(b"abc")
            self.hears(client, b"HTTP/1.1 504 ")
            served()

    def test_a_target_that_goes_fails_that_request(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections)
            for path in b"/close", b"/reset":
                client = self.client(proxy)
                client.sendall(asks(path, b"abc"))
                served = self.others(proxy)
                self.refused(client, b"502 ")
                served()

    def test_a_client_that_goes_costs_nobody(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections)
            for way in "reset", "close", "end":
                client = self.client(proxy)
                client.sendall(asks(b"/go", b"abc"))
                self.hears(client, GO)
                served = self.others(proxy)
                if way == "reset":
                    reset(client)
                elif way == "close":
                    client.close()
                else:
                    client.shutdown(socket.SHUT_WR)
                served()

    def test_a_client_may_end_with_a_large_request(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections)
            for fields in (b"Connection: close",), (b"Connection: close", b"Expect: 100-continue"):
                client = self.client(proxy)
                body = b"b" * 300000
                client.sendall(head(b"/mute", body, *fields))
                client.sendall(body)
                self.assertTrue(read_all(client).endswith(b"mute:" + body))

    def test_the_proxy_consents_if_told_to(self):
        for mode, connections in MODES:
            proxy = self.http(mode, connections, exchange__http_expect="proxy")
            client = self.client(proxy)
            client.sendall(asks(b"/never", b"abc"))
            self.hears(client, GO)
            self.assertEqual(self.script.all().count(b"/never"), 0)
            client.sendall(b"ab")
            self.others(proxy)()
            client.close()
            client = self.client(proxy)
            client.sendall(asks(b"/go", b"abc"))
            self.hears(client, GO)
            client.sendall(b"abc")
            self.hears(client, GO + answer(b"go:abc"))  # this target says so without being asked
            self.assertIn(head(b"/go", b"abc") + b"abc", self.script.all())


class Heads(SharedCase):
    """Responses that a proxy may repair, and what tells a target of its clients."""

    def asked(self, proxy, text=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", size=None):
        client = self.client(proxy)
        client.sendall(text)
        got = b""
        while b"\r\n\r\n" not in got or (size and len(got.partition(b"\r\n\r\n")[2]) < size):
            data = client.recv(65536)
            self.assertTrue(data, got)
            got += data
        return got

    def answering(self, answer_to):
        def serve(s):
            came = b""
            while data := s.recv(65536):
                came += data
                if came.endswith(b"\r\n\r\n"):
                    s.sendall(answer_to(came))
                    came = b""
        return self.target(serve)

    def test_responses_are_repaired(self):
        for mode, connections in MODES:
            for fields in b"Content-Length : 2", b"Content-Length: 2, 2", b"Content-Length: 2\r\nContent-Length: 2":
                target = self.answering(lambda _, fields=fields: b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\nok")
                proxy = self.shared(mode, target, protocol="http", connections=connections)
                for _ in range(3):
                    self.assertEqual(self.asked(proxy, size=2), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                self.assertEqual(len(target.conns), 1)

    def test_the_log_names_the_rule_of_others(self):
        for fields, section in ((b"Content-Length: 2, 3", "RFC 9112 section 6.3"), (b"X: a\r\n b", "RFC 9112 section 5.2"),
                                (b"Content-Length: 2\r\nTransfer-Encoding: chunked", "RFC 9112 section 6.1")):
            target = self.answering(lambda _, fields=fields: b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\nok")
            proxy = self.shared("fifo", target, protocol="http")
            self.assertIn(b"HTTP/1.1 502 ", self.asked(proxy))
            self.assertIsNotNone(proxy.record(lambda r, section=section: r["l"] == 1 and section in str(r)), proxy.text())

    def test_the_target_is_told_of_its_client(self):
        spoofed = b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.1.1.1\r\nForwarded: for=10.2.2.2\r\n\r\n"
        for mode, connections in MODES:
            for form, told in (("x-forwarded-for", b"X-Forwarded-For: 10.1.1.1, 127.0.0.1\r\nForwarded: for=10.2.2.2\r\n"),
                               ("forwarded", b"X-Forwarded-For: 10.1.1.1\r\nForwarded: for=10.2.2.2, for=127.0.0.1\r\n")):
                target = self.answering(lambda came: answer(came))
                proxy = self.shared(mode, target, protocol="http", connections=connections,
                                    exchange__http_forwarded=form)
                self.assertIn(b"Host: x\r\n" + told + b"Via: 1.1 proximux\r\n\r\n", self.asked(proxy, spoofed, 100))

    def test_an_address_of_ipv6_is_quoted(self):
        target = self.answering(lambda came: answer(came))
        proxy = self.proxy(target, mode="fifo", listen="[::1]:0", settings={
            "exchange.protocol": "http", "exchange.http_forwarded": "forwarded"})
        self.assertIn(b'\r\nForwarded: for="[::1]"\r\n', self.asked(proxy, size=50))

    def test_proxy_mode_changes_no_message(self):
        for protocol in "http", "auto":
            said = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy", "--protocol", protocol,
                                "--set", "exchange.http_forwarded=forwarded", "--check-config")
            self.assertEqual(said.wait(), 78)
            self.assertIn("exchange.http_forwarded = forwarded", said.text())
            self.assertIn("proxy mode changes no message", said.text())
