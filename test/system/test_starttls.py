"""TLS that begins inside of a protocol: what peers may do wrong there, on both sides."""
import ssl
import struct
import threading
import unittest

from certificates import Engine, Secured, WithAuthority, server_context
from harness import LONG, Case, echo, read_all, reset, state, wait_until
from sharing import read_exactly

SSL_REQUEST = struct.pack(">II", 8, 80877103)
GSS_REQUEST = struct.pack(">II", 8, 80877104)
CANCEL = struct.pack(">IIII", 16, 80877102, 1, 2)
BODY = b"user\0me\0\0"
STARTUP = struct.pack(">II", 8 + len(BODY), 3 << 16) + BODY

# of MySQL
SSL, PROTOCOL_41 = 0x0800, 0x0200
OK = b"\0\0\0\2\0\0\0"


def packet(number, payload):
    return struct.pack("<I", len(payload))[:3] + bytes((number,)) + payload


def greeting(abilities=PROTOCOL_41 | SSL):
    return packet(0, b"\x0a10.11-test\0" + struct.pack("<I", 7) + b"abcdefgh\0" + struct.pack("<HBHH", abilities, 33, 2, 0) +
                  bytes(1 + 6 + 4) + b"ijklmnopqrst\0")


def request(abilities=PROTOCOL_41 | SSL):
    return struct.pack("<IIB", abilities, 1 << 24, 33) + bytes(23)


def login(number, abilities=PROTOCOL_41):
    return packet(number, request(abilities) + b"me\0\0")


def read_packet(s):
    head = read_exactly(s, 4)
    return head[3], read_exactly(s, int.from_bytes(head[:3], "little"))


class StartTlsCase(WithAuthority, Case):
    PROTOCOL = "postgresql"

    def settings(self, local="starttls", target="off", **more):
        settings = {"exchange__protocol": self.PROTOCOL, "local__tls": local, "target__1__tls": target, "local__preface_timeout": "30s",
                    "pool__connect_timeout": "30s"}
        if local != "off":
            settings["local__tls_certificate"] = self.good
        if target != "off":
            settings.update(target__1__tls_ca=self.authority.ca, target__1__tls_name="good.test")
        return {**settings, **more}

    def through(self, target, local="starttls", to_target="off", **more):
        return self.proxy(target, settings=self.settings(local, to_target, **more))

    def secure(self, c):
        """TLS on a connection that has been agreed on it."""
        c = ssl.create_default_context(cafile=self.authority.ca).wrap_socket(c, server_hostname="good.test")
        self.addCleanup(c.close)
        return c

    def refusals(self, p):
        return [r["e"]["message"] for r in p.records() if r.get("e", {}).get("name") == "TlsError"]

    def assertTold(self, p, text):
        self.assertTrue(wait_until(lambda: any(text in each for each in self.refusals(p)), LONG), p.text())

    def assertFailed(self, p, code, text):
        """Why the target could not be used."""
        record = p.record(lambda r: r["d"]["error"]["code"] == code, LONG)
        self.assertTrue(record, p.text())
        self.assertIn("TLS handshake: " + text, record["d"]["error"]["message"])

    def assertClosed(self, c):
        with c:
            self.assertIn(state(c, LONG), ("EOF", "RESET"))


class PostgresqlClients(StartTlsCase):
    def test_bytes_one_by_one(self):
        p = self.through(self.target())
        for first in (SSL_REQUEST, GSS_REQUEST + SSL_REQUEST):
            c = p.client()
            for n in range(len(first)):
                c.sendall(first[n:n + 1])
            said = read_exactly(c, len(first) // 8)
            self.assertEqual(said, b"S" if len(first) == 8 else b"NS")
            t = self.secure(c)
            t.sendall(STARTUP)
            self.assertEqual(read_exactly(t, len(STARTUP)), STARTUP)

    def test_clear_text_passes_unless_tls_is_required(self):
        p = self.through(self.target())
        with p.client() as c:
            c.sendall(STARTUP)
            self.assertEqual(read_exactly(c, len(STARTUP)), STARTUP)
        p = self.through(self.target(), "starttls_required")
        with p.client() as c:
            c.sendall(STARTUP)
            said = read_all(c)
        self.assertTrue(said.startswith(b"E") and b"C28000\0" in said, said)
        self.assertTold(p, "did not ask for TLS")
        with p.client() as c:
            c.sendall(CANCEL)
            self.assertEqual(read_exactly(c, len(CANCEL)), CANCEL)

    def test_clear_text_behind_the_request_reaches_nobody(self):
        """Somebody on the way may have put it there."""
        got = []
        p = self.through(self.target(lambda s: got.append(read_all(s))))
        c = p.client()
        c.sendall(SSL_REQUEST + STARTUP)
        self.assertClosed(c)
        self.assertTrue(wait_until(lambda: got, LONG))
        self.assertEqual(got, [b""])
        self.assertTold(p, "clear text behind its request")

    def test_what_is_no_handshake(self):
        p = self.through(self.target())
        c = p.client()
        c.sendall(SSL_REQUEST)
        self.assertEqual(c.recv(1), b"S")
        c.sendall(STARTUP * 20)
        with c:
            self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
        self.assertTold(p, "not TLS")

    def test_clients_that_stop(self):
        """Before they ask, and in the handshake: each is closed, and others are served."""
        p = self.through(self.target(), local__preface_timeout="2s")
        with p.client() as silent, p.client() as half, p.client() as stopped:
            half.sendall(SSL_REQUEST[:5])
            stopped.sendall(SSL_REQUEST)
            self.assertEqual(stopped.recv(1), b"S")
            stopped.sendall(b"\x16\x03\x01\x02\x00\x01")
            other = p.client()
            other.sendall(SSL_REQUEST)
            other.recv(1)
            t = self.secure(other)
            for c in (silent, half, stopped):
                self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
            t.sendall(STARTUP)
            self.assertEqual(read_exactly(t, len(STARTUP)), STARTUP)
        self.assertTold(p, "timed out")

    def test_leaving_in_each_state_leaves_nothing_behind(self):
        p = self.through(self.target())
        before = p.fds()
        for leave in (lambda c: c.close(), reset):
            for said, answered in ((b"", False), (SSL_REQUEST[:5], False), (SSL_REQUEST, True), (STARTUP, True)):
                c = p.client()
                c.sendall(said)
                if answered:
                    self.assertTrue(c.recv(1))
                leave(c)
        self.assertFds(p, before)

    def test_the_end_and_a_reset_are_passed_on(self):
        ends = []
        p = self.through(self.target(lambda s: (ends.append(s.recv(99)), ends.append(state(s, LONG)))))
        for leave, expected in ((lambda t: t.unwrap(), "EOF"), (reset, "RESET")):
            ends.clear()
            c = p.client()
            c.sendall(SSL_REQUEST)
            c.recv(1)
            t = self.secure(c)
            t.sendall(STARTUP)
            self.assertTrue(wait_until(lambda: ends, LONG))
            try:
                leave(t)
            except OSError:
                pass
            self.assertTrue(wait_until(lambda: len(ends) == 2, LONG))
            self.assertEqual(ends, [STARTUP, expected])

    def test_a_drain_ends_with_a_client_in_its_handshake(self):
        p = self.through(self.target(), shutdown__drain_timeout="2s")
        with p.client() as c:
            c.sendall(SSL_REQUEST)
            self.assertEqual(c.recv(1), b"S")
            p.signal()
            self.assertEqual(p.wait(LONG), 0)


class PostgresqlTargets(StartTlsCase):
    def asked(self, answer, then=lambda s: read_all(s)):
        """A target that answers the request for TLS like this."""
        def serve(s):
            self.heard.append(read_exactly(s, 8))
            s.sendall(answer)
            then(s)
        self.heard = []
        return self.target(serve)

    def secured(self, handler=echo):
        return self.asked(b"S", Secured(handler, server_context(self.good)))

    def test_it_is_asked(self):
        p = self.through(self.secured(), "off", "starttls")
        with p.client() as c:
            for first, answer in ((SSL_REQUEST, b"N"), (GSS_REQUEST, b"N"), (STARTUP, STARTUP)):
                c.sendall(first)
                self.assertEqual(read_exactly(c, len(answer)), answer)
        self.assertEqual(self.heard, [SSL_REQUEST])

    def test_both_sides(self):
        p = self.through(self.secured(), "starttls", "starttls")
        with p.client() as c:
            c.sendall(SSL_REQUEST)
            self.assertEqual(c.recv(1), b"S")
            t = self.secure(c)
            for _ in range(100):
                t.sendall(STARTUP + bytes(10000))
                self.assertEqual(read_exactly(t, len(STARTUP) + 10000), STARTUP + bytes(10000))

    def test_targets_that_do_not_agree(self):
        for answer, code, text in ((b"N", "NOT_TLS", "it offers no TLS"), (b"E\0\0\0\x08oh", "NOT_TLS", "it does not know"),
                                   (b"SS", "NOT_TLS", "it sent clear text behind its consent"),
                                   (b"", "TLS_CLOSED", "it closed the connection")):
            p = self.through(self.asked(answer, lambda s: None), "off", "starttls")
            self.assertClosed(p.client())
            self.assertFailed(p, code, text)

    def test_a_target_that_stops(self):
        stop = threading.Event()
        self.addCleanup(stop.set)
        p = self.through(self.asked(b"", lambda s: stop.wait(LONG)), "off", "starttls", pool__connect_timeout="1s")
        self.assertClosed(p.client())
        self.assertFailed(p, "ETIMEDOUT", "")

    def test_a_target_that_resets(self):
        p = self.through(self.asked(b"", reset), "off", "starttls")
        self.assertClosed(p.client())
        self.assertFailed(p, "ECONNRESET", "")

    def test_a_certificate_of_somebody_else(self):
        p = self.through(self.secured(), "off", "starttls", target__1__tls_name="other.test")
        self.assertClosed(p.client())
        self.assertFailed(p, "HOSTNAME_MISMATCH", "")

    def test_health_checks_ask_too(self):
        p = self.through(self.secured(), "off", "starttls", check__interval="1s", check__kind="connect")
        self.assertTrue(wait_until(lambda: len(self.heard) >= 2, LONG), p.text())
        self.assertEqual(set(self.heard), {SSL_REQUEST})
        p = self.through(self.asked(b"N"), "off", "starttls", check__interval="1s", check__fall="1")
        self.assertTrue(p.record(lambda r: "it offers no TLS" in str(r["d"]), LONG), p.text())


class Mysql(StartTlsCase):
    PROTOCOL = "mysql"

    def server(self, first=greeting(), secured=True):
        """A target that notes the numbers and lengths of the packets of a login."""
        def clear(s):
            for n in range(len(first)):
                s.sendall(first[n:n + 1])
            self.heard.append(read_packet(s))
            (Secured(inside, server_context(self.good)) if secured else inside)(s)

        def inside(t):
            number, payload = read_packet(t)
            self.heard.append((number, payload))
            t.sendall(packet(number + 1, b"\xfeswitch"))
            number, payload = read_packet(t)
            self.heard.append((number, payload))
            t.sendall(packet(number + 1, OK))
            while True:
                number, payload = read_packet(t)
                t.sendall(packet(number + 1, payload))
        self.heard = []
        return self.target(clear)

    def talk(self, s, number):
        """A login of two rounds, and a command."""
        s.sendall(login(number))
        self.assertEqual(read_packet(s), (number + 1, b"\xfeswitch"))
        s.sendall(packet(number + 2, b"\1secret"))
        self.assertEqual(read_packet(s), (number + 3, OK))
        s.sendall(packet(0, b"\x03select 1"))
        self.assertEqual(read_packet(s), (1, b"\x03select 1"))
        self.assertEqual([n for n, _ in self.heard], [1, 2, 4])
        self.assertEqual(len(self.heard[0][1]), 32)
        self.assertEqual(self.heard[1][1][32:], b"me\0\0")
        self.assertEqual(self.heard[2][1], b"\1secret")

    def test_both_sides(self):
        p = self.through(self.server(), "starttls", "starttls")
        with p.client() as c:
            self.assertEqual(read_exactly(c, len(greeting())), greeting())
            for byte in packet(1, request()):
                c.sendall(bytes((byte,)))
            self.talk(self.secure(c), 2)

    def test_a_client_in_clear_text(self):
        for local in ("starttls", "off"):
            p = self.through(self.server(), local, "starttls")
            with p.client() as c:
                self.assertEqual(read_exactly(c, len(greeting())), greeting(PROTOCOL_41 | SSL if local != "off" else PROTOCOL_41))
                self.talk(c, 1)

    def test_a_client_in_clear_text_where_tls_is_required(self):
        p = self.through(self.server(), "starttls_required", "starttls")
        with p.client() as c:
            read_packet(c)
            c.sendall(login(1))
            number, payload = read_packet(c)
            self.assertEqual((number, payload[:3]), (2, b"\xff" + struct.pack("<H", 3159)))
            self.assertIn(state(c, LONG), ("EOF", "RESET"))
        self.assertTold(p, "did not ask for TLS")

    def test_greetings(self):
        p = self.through(self.server(greeting(PROTOCOL_41)), "off", "starttls")
        self.assertClosed(p.client())
        self.assertFailed(p, "NOT_TLS", "it offers no TLS")
        error = packet(0, b"\xff\x10\x04Too many connections")
        p = self.through(self.target(lambda s: s.sendall(error)), "off", "starttls")
        with p.client() as c:
            self.assertEqual(read_all(c), error)
        p = self.through(self.target(lambda s: (s.sendall(b"220 mail.test ESMTP\r\n" * 300), read_all(s))), "off", "starttls")
        self.assertClosed(p.client())
        self.assertFailed(p, "NOT_TLS", "its greeting is not understood")

    def test_a_handshake_that_fails_behind_the_login(self):
        """The target is left alone for a while, as if it could not be connected to."""
        p = self.through(self.server(), "off", "starttls", target__1__tls_name="other.test")
        c = p.client()
        read_packet(c)
        c.sendall(login(1))
        self.assertClosed(c)
        self.assertFailed(p, "HOSTNAME_MISMATCH", "")
        p = self.through(self.server(secured=False), "off", "starttls")
        c = p.client()
        read_packet(c)
        c.sendall(b"GET / HTTP/1.1\r\nHost: db.test:3306\r\n\r\n")
        self.assertClosed(c)
        self.assertTrue(p.record(lambda r: "the login of the client is not understood" in r["d"]["error"]["message"], LONG), p.text())

    def test_clear_text_behind_the_request(self):
        p = self.through(self.server(), "starttls", "starttls")
        with p.client() as c:
            read_packet(c)
            c.sendall(packet(1, request()) + login(2))
            self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
        self.assertTold(p, "not TLS")
        self.assertEqual(self.heard, [])

    def test_leaving_in_each_state_leaves_nothing_behind(self):
        p = self.through(self.server(), "starttls", "starttls")
        before = p.fds()
        for leave in (lambda c: c.close(), reset):
            for said in (b"", packet(1, request())[:9], packet(1, request()), login(1)[:20], login(1)):
                c = p.client()
                read_packet(c)
                c.sendall(said)
                leave(c)
            c = p.client()
            read_packet(c)
            c.sendall(packet(1, request()))
            engine = Engine(ssl.create_default_context(cafile=self.authority.ca), "good.test")
            engine.handshake(c, c.sendall)
            leave(c)
        self.assertFds(p, before)


class Mistakes(StartTlsCase):
    def test_they_name_the_setting(self):
        def said(protocol, **tls):
            p = self.program("--check-config", "--listen", "1", "--target", "127.0.0.1:2", "--protocol", protocol,
                             *(word for key, value in tls.items() for word in ("--set", key.replace("__", ".") + "=" + value)))
            p.wait(LONG)
            return p.text()
        certificate = {"local__tls_certificate": self.good}
        self.assertIn("local.tls = starttls (command line --set): raw has no request for TLS; expected off, on, or exchange.protocol = mysql or "
                      "postgresql", said("raw", local__tls="starttls", **certificate))
        self.assertIn("target.1.tls = starttls (command line --set): resp has no request", said("resp", target__1__tls="starttls"))
        self.assertIn("expected target.1.tls = starttls, or local.tls = off", said("mysql", exchange__mode="proxy", local__tls="starttls", **certificate))
        self.assertIn("local.tls = starttls_required (command line --set): needs a certificate", said("postgresql", local__tls="starttls_required"))


if __name__ == "__main__":
    unittest.main()
