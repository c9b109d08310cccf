"""TLS inside of MySQL in fifo and funnel, with scripted peers: on either side, and what they may do wrong there."""
import ssl
import struct
import unittest

from certificates import server_context
from harness import LONG, read_all, reset, state, wait_until
from mysql_wire import NATIVE, SHA2, SSL, USUAL, Client, Error, Packets, packet, scramble
from test_mysql_shared import MysqlSharedCase, Server
from test_starttls import StartTlsCase

BOTH = (("fifo", 1), ("funnel", 2))
REQUEST = struct.pack("<IIB23x", USUAL | SSL, 1 << 24, 45)


class SharedMysqlTls(StartTlsCase, MysqlSharedCase):
    def through(self, server, local="starttls", to_target="off", mode="funnel", connections=2, **more):
        settings = self.settings(local, to_target, **{"pool__connect_timeout": "5s", **more})
        settings.pop("exchange__protocol")
        return self.share(server, mode=mode, connections=connections, **settings)

    def secured(self, **how):
        return Server(tls=server_context(self.good), **how)

    def context(self):
        return ssl.create_default_context(cafile=self.authority.ca)

    def connect(self, p, tls=True, **how):
        return super().connect(p, tls=self.context() if tls else None, name="good.test", **how)

    def greeted(self, p):
        """A client that has been greeted."""
        c = p.client()
        greeting = Packets(c).read().split(b"\0", 1)[1]
        self.nonce = greeting[4:12] + greeting[31:43] if len(greeting) > 43 else b""
        return c, struct.unpack("<H", greeting[13:15])[0]


class Clients(SharedMysqlTls):
    def test_each_gets_what_it_asks_for(self):
        for mode, connections in BOTH:
            for plugin in (NATIVE, SHA2):
                server = Server()
                p = self.through(server, mode=mode, connections=connections)
                for tls in (True, False):
                    self.connect(p, tls, plugin=plugin).query("SELECT 1")
                    self.refused(lambda p=p, t=tls, w=plugin: self.connect(p, t, plugin=w, password=b"pen"), 1045)
                self.assertEqual(set(server.secured), {False})

    def test_it_is_offered_where_that_is_set(self):
        for local, offered in (("off", 0), ("starttls", SSL), ("starttls_required", SSL)):
            c, capabilities = self.greeted(self.through(Server(), local))
            c.close()
            self.assertEqual(capabilities & SSL, offered, local)

    def test_clear_text_is_refused_where_tls_is_required(self):
        p = self.through(Server(), "starttls_required")
        self.assertEqual(self.refused(lambda: self.connect(p, False), 3159).text, "Connections using insecure transport are prohibited")
        self.assertTold(p, "did not ask for TLS")
        self.connect(p).query("SELECT 1")

    def test_clear_text_behind_the_request_reaches_nobody(self):
        server = Server()
        p = self.through(server)
        c, _ = self.greeted(p)
        answer = scramble(NATIVE, b"pencil", self.nonce)
        c.sendall(packet(REQUEST, 1) + packet(REQUEST + b"anna\0" + bytes([len(answer)]) + answer + NATIVE + b"\0", 2))
        with c:
            self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
        self.assertTold(p, "not TLS")
        self.assertEqual(server.logins, [])
        self.connect(p).query("SELECT 1")

    def test_requests_of_other_lengths_are_no_login(self):
        for first in (REQUEST[:-1], b"\x01"):
            p = self.through(Server())
            c, _ = self.greeted(p)
            c.sendall(packet(first, 1))
            said = read_all(c)
            self.assertEqual(Error(said[4:]).code, 1043, said)
            self.connect(p).query("SELECT 1")

    def test_clients_that_stop(self):
        """Before they ask, within the request, and in the handshake: each is closed, and others are served meanwhile."""
        p = self.through(Server(), local__preface_timeout="1s", local__login_timeout="2s")
        clients = [self.greeted(p)[0] for _ in range(3)]
        clients[1].sendall(packet(REQUEST, 1)[:7])
        clients[2].sendall(packet(REQUEST, 1))
        other = self.connect(p)
        for c in clients:
            with c:
                read_all(c)
        other.query("SELECT 1")
        self.assertTold(p, "timed out")

    def test_leaving_in_each_state_leaves_nothing_behind(self):
        p = self.through(Server())
        self.connect(p).close()
        before = p.fds()
        for leave in (lambda c: c.close(), reset):
            for said in (b"", packet(REQUEST, 1)[:9], packet(REQUEST, 1), packet(REQUEST, 1) + b"\x16\x03\x01\x02\x00\x01"):
                c, _ = self.greeted(p)
                c.sendall(said)
                leave(c)
        self.assertTrue(wait_until(lambda: p.fds() <= before, LONG), p.text())  # who was there first may have gone meanwhile
        self.connect(p).query("SELECT 1")

    def test_a_drain_tells_those_who_are_idle(self):
        for tls in (True, False):
            p = self.through(Server())
            c = self.connect(p, tls)
            stranger, _ = self.greeted(p)
            p.signal()
            with self.assertRaises(Error) as raised:
                c.result()
            self.assertEqual((raised.exception.code, raised.exception.state), (1053, "08S01"))
            self.assertEqual(read_all(stranger), b"")  # who has not logged in is told nothing
            self.assertEqual(p.wait(LONG), 0)


class Targets(SharedMysqlTls):
    def test_each_connection_asks(self):
        for mode, connections in BOTH:
            server = self.secured()
            p = self.through(server, "starttls_required", "starttls", mode, connections)
            clients = [self.connect(p) for _ in range(4)]
            for c in clients:
                c.query("SELECT 1")
            self.assertEqual(set(server.secured), {True})
            self.assertLessEqual(len(server.logins), connections)

    def test_clients_in_clear_text_know_nothing_of_it(self):
        p = self.through(self.secured(), "off", "starttls")
        c, capabilities = self.greeted(p)
        c.close()
        self.assertEqual(capabilities & SSL, 0)
        self.connect(p, False).query("SELECT 1")

    def test_the_whole_password_goes_there(self):
        """No public key is asked for."""
        p = self.through(self.secured(full=lambda wire: wire.read()), "off", "starttls")
        self.connect(p, False).query("SELECT 1")

    def test_another_user_gets_a_connection_of_its_own(self):
        p = self.through(self.secured(password=b"crayon"), "starttls", "starttls", "fifo", 1)
        self.refused(lambda: self.connect(p), 1045)
        for _ in range(2):
            self.connect(p, user="bert", password=b"crayon").query("SELECT 1")

    def test_targets_that_do_not_agree(self):
        p = self.through(Server(), "off", "starttls", pool__connect_timeout="2s")
        with self.assertRaises(Error):
            self.connect(p, False)
        self.assertFailed(p, "NOT_TLS", "it offers no TLS")
        p = self.through(self.secured(), "off", "starttls", target__1__tls_name="other.test", pool__connect_timeout="2s")
        with self.assertRaises(Error):
            self.connect(p, False)
        self.assertFailed(p, "HOSTNAME_MISMATCH", "")


if __name__ == "__main__":
    unittest.main()
