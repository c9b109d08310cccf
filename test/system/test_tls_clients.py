"""TLS towards clients: certificates, what is refused, and faults of the handshake."""
import os
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess

import proxy_header as header
from certificates import Authority, Engine, Secured, server_context
from harness import COMMAND, LONG, ask, clean_environment, echo, free_port, read_all, read_line, reset, state, wait_until
from sharing import Lines
from tls_case import ClientTlsCase


class Served(ClientTlsCase):
    def test_both_versions(self):
        for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            p = self.proxy(self.target(), settings=self.settings())
            c = self.secured(p, context=self.context(newest=newest))
            self.assertEqual(ask(c, b"hello"), b"hello")
            self.assertEqual(c.version(), newest.name.replace("_", "."))

    def test_much_on_both_sides(self):
        target = self.target(Secured(echo, server_context(self.good)))
        p = self.proxy(target, settings=self.settings(target__1__tls="on", target__1__tls_ca=self.authority.ca, io__read_size="4K"))
        c = self.secured(p)
        sent = os.urandom(1 << 20) * 4
        got, done = bytearray(), 0
        c.setblocking(False)  # one thread for both: Python guards no TLS object against two
        while len(got) < len(sent):
            try:
                done += c.send(sent[done:done + 65536]) if done < len(sent) else 0
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            try:
                data = c.recv(65536)
                self.assertTrue(data, p.text())
                got += data
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                select.select([c], [c] if done < len(sent) else [], [], LONG)
        self.assertEqual(bytes(got), sent)

    def test_a_slow_reader(self):
        sent = os.urandom(1 << 20) * 8
        p = self.proxy(self.target(lambda s: (s.recv(1), s.sendall(sent))), settings=self.settings())
        c = self.secured(p, rcvbuf=8192)
        c.sendall(b"x")
        self.assertEqual(read_all(c, slowly=0.0005), sent)

    def test_clients_share_a_connection(self):
        for mode in ("fifo", "funnel"):
            lines = Lines()
            p = self.proxy(self.target(lines), mode=mode, settings=self.settings(exchange__protocol="line"))
            clients = [self.secured(p) for _ in range(6)]
            for n in range(3):
                for i, c in enumerate(clients):
                    self.assertEqual(ask(c, b"%d.%d" % (i, n)), b"A:%d.%d" % (i, n))

    def test_a_certificate_is_chosen_by_name(self):
        other = self.authority.issue("other.test", "DNS:*.other.test")
        certificates = self.good + ", " + other
        p = self.proxy(self.target(), settings=self.settings(local__tls_certificate=certificates))
        for name in ("good.test", "any.other.test"):
            self.assertEqual(ask(self.secured(p, name), b"x"), b"x")
        self.assertRefused(p, "MISMATCH", name="none.test")  # by the client
        p = self.proxy(self.target(), settings=self.settings(local__tls_certificate=certificates, local__tls_strict_sni=1))
        self.assertEqual(ask(self.secured(p, "any.other.test"), b"x"), b"x")
        self.assertRefused(p, "UNRECOGNIZED", name="none.test")

    def test_protocols(self):
        p = self.proxy(self.target(), settings=self.settings(local__tls_alpn="two,one"))
        self.assertEqual(self.secured(p, context=self.context(alpn=["one", "two"])).selected_alpn_protocol(), "two")
        self.assertIsNone(self.secured(p).selected_alpn_protocol())
        self.assertRefused(p, "NO APPLICATION PROTOCOL", context=self.context(alpn=["three"]))

    def test_sessions_are_resumed_unless_they_must_not(self):
        for tickets in (1, 0):
            p = self.proxy(self.target(), settings=self.settings(local__tls_tickets=tickets))
            for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                context, session, resumed = self.context(newest=newest), None, []
                for _ in range(2):
                    c = self.secured(p, context=context, session=session)
                    self.assertEqual(ask(c, b"x"), b"x")
                    session = c.session
                    resumed.append(c.session_reused)
                self.assertEqual(resumed, [False, bool(tickets)])

    def test_the_handshake_in_pieces(self):
        p = self.proxy(self.target(), settings=self.settings())
        with p.client() as c:
            engine = Engine(self.context(), "good.test")

            def send(data):
                for i in range(len(data)):
                    c.sendall(data[i:i + 1])
            engine.handshake(c, send)
            for _ in range(5):
                send(engine.records(b"in pieces"))
                self.assertEqual(engine.receive(c), b"in pieces")

    def test_bytes_behind_the_handshake(self):
        """They come with its last message."""
        p = self.proxy(self.target(), settings=self.settings())
        with p.client() as c:
            engine = Engine(self.context(), "good.test")
            engine.handshake(c, lambda data: c.sendall(data + (engine.records(b"early") if engine.done else b"")))
            self.assertEqual(engine.receive(c), b"early")

    def test_the_end_is_passed_on(self):
        """close_notify of the client is FIN for the target, which still answers."""
        p = self.proxy(self.target(lambda s: s.sendall(b"heard: " + read_all(s))), settings=self.settings())
        with p.client() as c:
            engine = Engine(self.context(), "good.test")
            engine.handshake(c, c.sendall)
            c.sendall(engine.records(b"words"))
            c.sendall(engine.end())
            self.assertEqual(engine.receive(c), b"heard: words")
            self.assertEqual(engine.receive(c), b"")
            self.assertTrue(engine.has_ended)

    def test_a_reset_is_passed_on(self):
        ends = []

        def handler(s):
            ends.append(s.recv(9))
            ends.append(state(s, LONG))
        p = self.proxy(self.target(handler), settings=self.settings())
        self.assertResetReaches(ends, self.secured(p))


class Headers(ClientTlsCase):
    def test_a_proxy_header_comes_before_tls(self):
        """Towards us, and from us."""
        lines = []

        def handler(s):
            lines.append(read_line(s))
            Secured(echo, server_context(self.good))(s)
        p = self.proxy(self.target(handler), settings=self.settings(local__proxy_protocol="on", target__1__proxy_protocol="v1",
                                                                    target__1__tls="on", target__1__tls_ca=self.authority.ca))
        raw = p.client()
        self.addCleanup(raw.close)
        raw.sendall(b"PROXY TCP4 10.1.2.3 10.4.5.6 1111 2222\r\n")
        c = self.context().wrap_socket(raw, server_hostname="good.test")
        self.addCleanup(c.close)
        self.assertEqual(ask(c, b"hello"), b"hello")
        self.assertRegex(lines[0], rb"^PROXY TCP4 10\.1\.2\.3 \S+ 1111 \d+\r\n$")

    def test_a_target_is_told_of_the_tls_of_its_client(self):
        """A session that is resumed has a certificate, too, but not one that was shown on this connection."""
        seen = []

        def target(s):
            seen.append(header.receive(s))
            s.sendall(b"welcome\n")
            read_all(s)
        p = self.proxy(self.target(target), settings=self.settings(
            local__tls_client="required", local__tls_client_ca=self.authority.ca, local__tls_alpn="one,two",
            target__1__proxy_protocol="v2", target__1__proxy_tlvs="authority,alpn,ssl"))
        context, session = self.context(self.authority.issue("a.client"), ssl.TLSVersion.TLSv1_2, ["two"]), None
        for client in (7, 5):
            c = self.secured(p, context=context, session=session)
            self.assertEqual(read_line(c), b"welcome\n")
            session = c.session
            told = (struct.pack(">BI", client, 0) + header.tlv(0x21, b"TLSv1.2") + header.tlv(0x22, b"a.client")
                    + header.tlv(0x23, c.cipher()[0].encode()))
            self.assertEqual(seen.pop(), header.binary("127.0.0.1", c.getsockname()[1], "127.0.0.1", p.port, header.tlv(
                header.AUTHORITY, b"good.test") + header.tlv(header.ALPN, b"two") + header.tlv(header.SSL, told)))

    def test_who_is_refused_makes_no_handshake(self):
        p = self.proxy(self.target(), settings=self.settings(access__deny="127.0.0.1"))
        with p.client() as c:
            self.assertIn(state(c, LONG), ("EOF", "RESET"))


class Certificates(ClientTlsCase):
    def test_clients_need_a_certificate(self):
        mine = self.authority.issue("web.clients.test")
        strange = Authority(self.folder, "Strange Authority").issue("web.clients.test", file="strange")
        for needed in ("optional", "required"):
            p = self.proxy(self.target(), settings=self.settings(local__tls_client=needed, local__tls_client_ca=self.authority.ca))
            self.assertEqual(ask(self.secured(p, context=self.context(mine)), b"x"), b"x")
            self.assertRefused(p, context=self.context(strange))
            if needed == "required":
                self.assertRefused(p)
            else:
                self.assertEqual(ask(self.secured(p), b"x"), b"x")

    def test_names_of_clients(self):
        mine = self.authority.issue("web.clients.test")
        p = self.proxy(self.target(), settings=self.settings(local__tls_client="required", local__tls_client_ca=self.authority.ca,
                                                             local__tls_client_names="*.clients.test"))
        self.assertEqual(ask(self.secured(p, context=self.context(mine)), b"x"), b"x")
        self.assertRefused(p, context=self.context(self.good))

    def test_a_revoked_certificate(self):
        gone, mine = self.authority.issue("gone.clients.test"), self.authority.issue("here.clients.test")
        p = self.proxy(self.target(), settings=self.settings(local__tls_client="required", local__tls_client_ca=self.authority.ca,
                                                             local__tls_client_crl=self.authority.revoked(gone)))
        self.assertEqual(ask(self.secured(p, context=self.context(mine)), b"x"), b"x")
        self.assertRefused(p, context=self.context(gone))

    def test_a_reload_brings_another_certificate(self):
        shown, file = os.path.join(self.folder, "shown.pem"), os.path.join(self.folder, "reload.ini")
        shutil.copy(self.good, shown)
        port = free_port()
        with open(file, "w") as ini:
            ini.write("[local]\nhost = 127.0.0.1\nport = %d\ntls = on\ntls_certificate = %s\n[exchange]\nmode = proxy\n[target]\n"
                      "1.host = 127.0.0.1\n1.port = %d\n" % (port, shown, self.target().port))
        p = self.program("--config", file)
        self.assertTrue(p.record(lambda r: "Server is running" in r["d"], LONG), p.text())

        def connect(name):
            raw = socket.create_connection(("127.0.0.1", port), LONG)
            self.addCleanup(raw.close)
            c = self.context().wrap_socket(raw, server_hostname=name)
            self.addCleanup(c.close)
            return c
        old = connect("good.test")
        shutil.copy(self.authority.issue("new.test"), shown)
        p.signal(signal.SIGHUP)
        self.assertTrue(p.record(lambda r: str(r["d"]).startswith("Reloaded:") and "local.tls: what is in its files" in r["d"], LONG), p.text())
        self.assertEqual(ask(connect("new.test"), b"x"), b"x")
        self.assertEqual(ask(old, b"x"), b"x")
        with open(shown, "w") as broken:
            broken.write("nothing\n")
        p.signal(signal.SIGHUP)
        self.assertTrue(p.record(lambda r: r["e"]["name"] == "ReloadError" and "holds no usable certificate" in r["e"]["message"], LONG), p.text())
        self.assertEqual(ask(connect("new.test"), b"x"), b"x")

    def check(self, **settings):
        line = ["--check-config", "--listen", "1", "--target", "127.0.0.1:2", "--mode", "proxy"]
        for key, value in settings.items():
            line += ["--set", "local.%s=%s" % (key, value)]
        run = subprocess.run([*COMMAND, *line], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LONG, check=False)
        return run.returncode, run.stdout

    def test_mistakes(self):
        for settings, says in (({}, "local.tls = on (command line --set): needs a certificate"),
                               ({"tls_certificate": "/none"}, "/none cannot be read"),
                               ({"tls_certificate": self.good, "tls_key": self.good + "," + self.good}, "expected as many keys"),
                               ({"tls_certificate": self.good, "tls_client": "required"}, "expected local.tls_client_ca, or none"),
                               ({"tls_certificate": self.good, "tls_client_ca": self.good}, "have no effect with it")):
            code, out = self.check(tls="on", **settings)
            self.assertEqual(code, 78, out)
            self.assertIn(says, out)
        code, out = self.check(tls_certificate=self.good)
        self.assertEqual(code, 78)
        self.assertIn("has no effect without local.tls; expected local.tls = on, or no value", out)
        self.assertEqual(self.check(tls="on", tls_certificate=self.good)[0], 0)

    def test_a_key_that_others_may_read_is_told_of(self):
        os.chmod(self.good, 0o644)
        self.addCleanup(os.chmod, self.good, 0o600)
        p = self.proxy(self.target(), settings=self.settings())
        self.assertIsNotNone(p.record(lambda r: r["e"]["name"] == "TlsWarning" and self.good in r["e"]["message"], LONG), p.text())


class Faults(ClientTlsCase):
    def refusals(self, p):
        return [r["e"]["message"] for r in p.records() if r.get("e", {}).get("name") == "TlsError"]

    def test_a_script_hears_that_it_has_left(self):
        """Otherwise who fails ten times would count as ten clients of the example."""
        example = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "etc", "script", "limit.lua")
        said = subprocess.run(COMMAND + ["--check-config", "--target", "127.0.0.1:1", "--set", "script.file=" + example],
                              capture_output=True, text=True, env=clean_environment())
        if "built without Lua" in said.stderr:
            self.skipTest("built without Lua")
        p = self.proxy(self.target(), settings=self.settings(script__file=example))
        for _ in range(12):
            with p.client() as c:
                c.sendall(b"GET / HTTP/1.1\r\n\r\n")
                self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
        self.assertTrue(wait_until(lambda: self.is_served(p), LONG), p.text())
        self.assertEqual([r for r in p.records() if "more than 10 connections" in str(r.get("d", ""))], [])

    def test_a_client_without_tls(self):
        """The log tells of the first one, then of an address once a minute."""
        p = self.proxy(self.target(), settings=self.settings())
        for _ in range(5):
            with p.client() as c:
                c.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
        self.assertTrue(wait_until(lambda: self.refusals(p), LONG), p.text())
        self.assertIn("not TLS: it begins with GET / HTTP/1.1", self.refusals(p)[0])
        self.assertEqual(ask(self.secured(p), b"x"), b"x")
        self.assertEqual(len(self.refusals(p)), 1)

    def test_a_client_that_stops_in_the_handshake(self):
        """It costs a place for local.preface_timeout, and delays nobody."""
        p = self.proxy(self.target(), settings=self.settings(local__preface_timeout="3s", local__max_connections=2))
        with p.client() as silent:
            silent.sendall(b"\x16\x03\x01\x02\x00\x01")
            self.assertEqual(ask(self.secured(p), b"x"), b"x")
            self.assertIn(state(silent, LONG), ("EOF", "RESET", "DATA"))
        self.assertTrue(wait_until(lambda: any("timed out" in each for each in self.refusals(p)), LONG), p.text())
        self.assertTrue(wait_until(lambda: self.is_served(p), LONG))

    def is_served(self, p):
        try:
            return ask(self.secured(p), b"x") == b"x"
        except OSError:
            return False

    def test_a_client_that_leaves_in_the_handshake(self):
        p = self.proxy(self.target(), settings=self.settings())
        self.assertEqual(ask(self.secured(p), b"x"), b"x")
        for leave in (socket.socket.close, reset):
            for said in (b"", b"\x16\x03\x01"):
                c = p.client()
                c.sendall(said)
                leave(c)
        self.assertEqual(ask(self.secured(p), b"x"), b"x")

    def test_old_versions(self):
        p = self.proxy(self.target(), settings=self.settings(local__tls_min_version="1.3"))
        self.assertRefused(p, "PROTOCOL_VERSION", context=self.context(newest=ssl.TLSVersion.TLSv1_2))

    def test_a_cut_is_told_from_an_end(self):
        """In proxy mode the target hears of a cut by RST."""
        for cut in (True, False):
            ends = []
            p = self.proxy(self.target(lambda s: ends.extend((s.recv(9), state(s, LONG)))), settings=self.settings())
            with p.client() as c:
                engine = Engine(self.context(), "good.test")
                engine.handshake(c, c.sendall)
                c.sendall(engine.records(b"x"))
                self.assertTrue(wait_until(lambda: p.has_read(), LONG))
                if not cut:
                    c.sendall(engine.end())
                c.shutdown(socket.SHUT_WR)
                self.assertTrue(wait_until(lambda: len(ends) == 2, LONG))
            self.assertEqual(ends, [b"x", "RESET" if cut else "EOF"])

    def test_handshakes_leave_nothing_behind(self):
        p = self.proxy(self.target(), settings=self.settings(local__preface_timeout="2s"))
        self.assertEqual(ask(self.secured(p), b"x"), b"x")
        for c in (half := [p.client() for _ in range(200)]):
            c.sendall(b"\x16\x03\x01")
        for c in half:
            self.assertIn(state(c, LONG), ("EOF", "RESET", "DATA"))
            c.close()
        self.assertEqual(ask(self.secured(p), b"x"), b"x")
