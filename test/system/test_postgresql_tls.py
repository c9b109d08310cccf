"""TLS inside of PostgreSQL in fifo and funnel, with scripted peers: what they may do wrong there, on both sides."""
import hashlib
import os
import re
import signal
import socket
import ssl
import threading
import unittest

import postgres
from certificates import Secured, server_context
from harness import LONG, Target, read_all, reset, state, wait_until
from postgres import Client, Error, Scram, Server, startup
from postgres_case import SharedPostgresqlCase
from sharing import read_exactly
from test_starttls import CANCEL, GSS_REQUEST, SSL_REQUEST, StartTlsCase

LOGIN = startup(user="anna", database="shop")
BOTH = (("fifo", 1), ("funnel", 2))


class Asking:
    """What clients connect to that ask for TLS, as psql does with sslmode=verify-full."""

    def __init__(self, case, proxy, first=SSL_REQUEST, answer=b"S"):
        self.case, self.proxy, self.first, self.answer = case, proxy, first, answer

    def client(self):
        c = self.case.client(self.proxy)
        c.sendall(self.first)
        self.case.assertEqual(read_exactly(c, len(self.answer)), self.answer)
        return self.case.secure(c)


class SharedStartTls(StartTlsCase, SharedPostgresqlCase):
    def through(self, server, local="starttls", to_target="off", mode="funnel", connections=2, **more):
        settings = self.settings(local, to_target, **{"pool__backoff_max": "1s", "pool__connect_timeout": "5s", **more})
        return self.share(server, mode=mode, connections=connections, **settings)

    def secured(self, server, **more):
        """A server behind TLS, which begins as its clients ask for it. Notes what these say first."""
        self.heard, self.tls = [], Secured(server, server_context(self.good, **more))
        return self.answering(b"S", self.tls)

    def answering(self, answer, then=lambda s: None):
        """A server that answers the request for TLS like this."""
        def serve(s):
            self.heard.append(read_exactly(s, 8))
            s.sendall(answer)
            then(s)
        self.heard = []
        return serve

    def assertServed(self, p, **how):
        c = self.connect(p, **how)
        self.assertEqual(c.query("SELECT 1")[1], "I")
        c.close()


class Clients(SharedStartTls):
    def test_each_gets_what_it_asks_for(self):
        for mode, connections in BOTH:
            server = Server()
            p = self.through(server, mode=mode, connections=connections)
            for who in (Asking(self, p), p, Asking(self, p, GSS_REQUEST + SSL_REQUEST, b"NS")):
                self.assertServed(who)
            self.assertLessEqual(server.most, connections)
        with p.client() as c:
            for n in range(8):
                c.sendall(SSL_REQUEST[n:n + 1])
            self.assertEqual(c.recv(1), b"S")
            Client(self.once(self.secure(c))).close()

    def once(self, c):
        """What gives this client alone."""
        asking = Asking(self, None)
        asking.client = lambda: c
        return asking

    def test_clear_text_is_refused_where_tls_is_required(self):
        """By an error that reaches the client, though it has sent more than was read."""
        p = self.through(Server(), "starttls_required")
        for more in (b"", bytes(5000)):
            with p.client() as c:
                c.sendall(LOGIN + more)
                said = read_all(c)
            self.assertEqual(said[:1], b"E")
            e = Error(said[5:])
            self.assertEqual((e.severity, e.code), ("FATAL", "28000"))
            self.assertIn("must be encrypted", e.text)
        self.assertTold(p, "did not ask for TLS")
        self.assertServed(Asking(self, p))

    def test_who_is_refused_and_sends_on_is_closed(self):
        p = self.through(Server(), "starttls_required", exchange__discard_limit="4K")
        before = p.fds()
        with p.client() as c:
            c.sendall(LOGIN)
            self.assertEqual(c.recv(1), b"E")

            def closed():
                try:
                    return c.send(bytes(1000)) == 0
                except OSError:
                    return True
            self.assertTrue(wait_until(closed, LONG))
        self.assertFds(p, before)

    def test_a_request_to_cancel_comes_in_clear_text(self):
        p = self.through(Server(), "starttls_required")
        self.assertEqual(postgres.cancel(p, b"\0" * 8), b"")
        with Asking(self, p).client() as t:
            t.sendall(CANCEL)
            self.assertEqual(t.recv(1), b"")
        self.assertServed(Asking(self, p))
        self.assertEqual(self.refusals(p), [])

    def test_clear_text_behind_the_request_reaches_nobody(self):
        """Somebody on the way may have put it there."""
        for local in ("starttls", "starttls_required"):
            server = Server()
            p = self.through(server, local)
            c = p.client()
            c.sendall(SSL_REQUEST + LOGIN)
            self.assertClosed(c)
            self.assertTold(p, "clear text behind its request")
            c = p.client()
            c.sendall(SSL_REQUEST)
            self.assertEqual(c.recv(1), b"S")
            c.sendall(LOGIN)
            with c:
                self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
            self.assertEqual(server.logins, [])
            self.assertServed(Asking(self, p))

    def test_clients_that_stop(self):
        """Before they ask, within the request, and in the handshake: each is closed, and others are served meanwhile."""
        p = self.through(Server(), local__preface_timeout="2s")
        with p.client() as silent, p.client() as half, p.client() as stopped:
            half.sendall(SSL_REQUEST[:5])
            stopped.sendall(SSL_REQUEST)
            self.assertEqual(stopped.recv(1), b"S")
            stopped.sendall(b"\x16\x03\x01\x02\x00\x01")
            other = self.connect(Asking(self, p))
            for c in (silent, half, stopped):
                self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
            self.assertEqual(other.query("SELECT 1")[1], "I")  # the time was for its beginning
        self.assertTold(p, "timed out before TLS was asked for")

    def test_leaving_in_each_state_leaves_nothing_behind(self):
        p = self.through(Server(), "starttls_required")
        before = p.fds()
        for leave in (lambda c: c.close(), reset):
            for said, answered in ((b"", False), (SSL_REQUEST[:5], False), (SSL_REQUEST, True), (LOGIN, True)):
                c = p.client()
                c.sendall(said)
                if answered:
                    self.assertTrue(c.recv(1))
                leave(c)
        self.assertFds(p, before)

    def test_a_drain_waits_for_a_beginning_no_longer_than_it_may(self):
        for said, answer in ((b"", b""), (SSL_REQUEST, b"S"), (LOGIN, b"E")):
            p = self.through(Server(), "starttls_required", shutdown__drain_timeout="2s")
            with p.client() as c:
                c.sendall(said)
                self.assertEqual(read_exactly(c, len(answer)), answer)
                p.signal()
                self.assertEqual(p.wait(LONG), 0)

    def test_a_reload_concerns_those_who_come_then(self):
        server = self.target(Server())
        path = os.path.join(self.folder, "reloaded.ini")

        def write(tls):
            with open(path, "w", encoding="ascii") as f:
                f.write("[local]\ntls = %s\n" % tls + ("tls_certificate = %s\n" % self.good if tls != "off" else ""))

        def reload(tls):
            write(tls)
            before = p.text().count("Reloaded:")
            p.signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: p.text().count("Reloaded:") > before, LONG), p.text())
        write("starttls")
        p = self.proxy(server, mode="funnel", args=("--config", path), settings={
            "exchange__protocol": "postgresql", "target__1__connections": 2, "auth__file": self.users,
            "local__preface_timeout": "10m"})
        clear, early = self.connect(p), self.client(p)
        early.sendall(SSL_REQUEST[:5])
        self.assertTrue(p.has_read())
        reload("starttls_required")
        self.refused(lambda: self.connect(p), "FATAL", "28000")
        self.assertEqual(clear.query("SELECT 1")[1], "I")
        reload("off")
        self.assertServed(p)
        early.sendall(SSL_REQUEST[5:])
        self.assertEqual(early.recv(1), b"S")  # what was in force when it came
        self.assertServed(self.once(self.secure(early)))

    def test_a_header_of_the_proxy_protocol_comes_first(self):
        p = self.through(Server(), "starttls_required", local__proxy_protocol="on", log__level="3")
        self.assertServed(Asking(self, p, b"PROXY TCP4 192.0.2.7 192.0.2.8 4711 5432\r\n" + SSL_REQUEST))
        self.assertTrue(p.record(lambda r: r["d"] == "Client connected: 192.0.x.x:4711", LONG), p.text())


class Targets(SharedStartTls):
    def test_each_connection_asks(self):
        for mode, connections in BOTH:
            server = Server()
            p = self.through(self.secured(server), "starttls_required", "starttls", mode, connections)
            clients = [self.connect(Asking(self, p)) for _ in range(4)]
            for c in clients:
                c.query("BEGIN")
                self.assertEqual(c.query("COMMIT")[1], "I")
            self.assertEqual(set(self.heard), {SSL_REQUEST})
            self.assertEqual(len(self.heard), len(server.logins))
            self.assertEqual(set(self.tls.names), {"good.test"})
            self.assertLessEqual(server.most, connections)

    def test_a_login_is_bound_to_the_target_s_certificate_where_that_is_offered(self):
        with open(self.good, encoding="ascii") as file:
            certificate = re.search("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", file.read(), re.S).group()
        bound = b"p=tls-server-end-point,," + hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).digest()
        plain, plus = "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"
        for offers, chosen in (((plus, plain), (plus, bound)), ((plus,), (plus, bound)), ((plain,), (plain, b"y,,"))):
            login = Scram(*offers)
            self.assertServed(self.through(self.secured(Server(login=login)), "off", "starttls"))
            self.assertEqual(login.chosen, [chosen])
        login = Scram(plus, plain)
        self.assertServed(self.through(Server(login=login), "off", "off"))
        self.assertEqual(login.chosen, [(plain, b"n,,")])

    def test_clients_in_clear_text_know_nothing_of_it(self):
        p = self.through(self.secured(Server()), "off", "starttls")
        with p.client() as c:
            c.sendall(SSL_REQUEST)
            self.assertEqual(c.recv(1), b"N")
        self.assertServed(p)

    def test_targets_that_do_not_agree(self):
        """The client is told that there is no connection, and why is in the log. Nothing of its login was sent."""
        for answer, code, text in ((b"N", "NOT_TLS", "it offers no TLS"), (b"HTTP/1.1 400", "NOT_TLS", "it does not know"),
                                   (b"SE", "NOT_TLS", "it sent clear text behind its consent"),
                                   (b"", "TLS_CLOSED", "it closed the connection")):
            behind = []
            server = self.answering(answer, lambda s: behind.append(s.recv(100) if answer else b""))
            p = self.through(server, "off", "starttls", pool__connect_timeout="2s")
            self.assertRefused(p)
            self.assertFailed(p, code, text)
            self.assertEqual(b"".join(behind), b"")
            self.assertEqual(set(self.heard), {SSL_REQUEST})

    def assertRefused(self, p):
        with self.assertRaises(Error) as raised:
            self.connect(p)
        self.assertEqual(raised.exception.severity, "FATAL", raised.exception)

    def test_what_comes_behind_the_consent_is_no_handshake(self):
        """Also where it comes later."""
        def late(s):
            if s.recv(1):
                s.sendall(b"E" + bytes(50))
        p = self.through(self.answering(b"S", late), "off", "starttls", pool__connect_timeout="2s")
        self.assertRefused(p)
        self.assertFailed(p, "NOT_TLS", "not TLS")

    def test_a_target_that_stops_or_resets(self):
        stop = threading.Event()
        self.addCleanup(stop.set)
        for then, code in ((lambda s: stop.wait(LONG), "ETIMEDOUT"), (reset, "ECONNRESET")):
            p = self.through(self.answering(b"", then), "off", "starttls", pool__connect_timeout="1s")
            self.assertRefused(p)
            self.assertFailed(p, code, "")

    def test_a_certificate_of_somebody_else(self):
        p = self.through(self.secured(Server()), "off", "starttls", target__1__tls_name="other.test", pool__connect_timeout="2s")
        self.assertRefused(p)
        self.assertFailed(p, "HOSTNAME_MISMATCH", "")

    def test_another_target_serves_meanwhile(self):
        bad, good = Target(self.answering(b"N")), Target(Server())
        for each in (bad, good):
            self.addCleanup(each.stop)
        settings = self.settings("off", "starttls", exchange__protocol="postgresql", auth__file=self.users)
        p = self.proxy(bad, good, mode="funnel", settings={**settings, "target__2__tls": "off"})
        self.assertTrue(wait_until(lambda: self.works(p), LONG), p.text())

    def test_health_checks_ask_too(self):
        p = self.through(self.secured(Server()), "off", "starttls", check__interval="1s")
        self.assertTrue(wait_until(lambda: len(self.heard) >= 2, LONG), p.text())
        self.assertEqual(set(self.heard), {SSL_REQUEST})
        p = self.through(self.answering(b"N"), "off", "starttls", check__interval="1s", check__fall="1")
        self.assertTrue(p.record(lambda r: "it offers no TLS" in str(r["d"]), LONG), p.text())

    def test_a_connection_that_ends_without_a_goodbye_has_ended(self):
        """Servers omit close_notify: that is no failure, and the next request has another connection."""
        server = Server(script=lambda all, session, kind, body: session.s.shutdown(socket.SHUT_RDWR) if b"leave" in body else None)
        p = self.through(self.secured(server), "starttls", "starttls", connections=1)
        c = self.connect(Asking(self, p))
        with self.assertRaises((Error, EOFError, OSError)):
            c.query("leave")
        self.assertTrue(wait_until(lambda: self.works(Asking(self, p)), LONG), p.text())
        self.assertNotIn("ETRUNCATED", p.text())


if __name__ == "__main__":
    unittest.main()
