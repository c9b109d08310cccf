"""TLS towards targets: who is trusted, what is refused, and faults of the connection."""
import os
import shutil
import signal
import socket
import ssl
import subprocess
import threading

from certificates import Authority, Engine, Secured, WithAuthority, server_context
from harness import COMMAND, LONG, ask, echo, free_port, read_all, reset, state, wait_until
from sharing import Lines, SharedCase

LINES = {"exchange__protocol": "line"}


class TlsCase(WithAuthority, SharedCase):
    def secured(self, handler=echo, certificate=None, notify=True, **kw):
        """A target, and what it has seen of TLS."""
        secured = Secured(handler, server_context(certificate or self.good, **kw), notify)
        return self.target(secured), secured

    def settings(self, **more):
        return {"target__1__tls": "on", "target__1__tls_ca": self.authority.ca, "pool__connect_timeout": "20s", **more}

    def failure(self, p, code):
        """The text of the record of a failed connection."""
        record = p.record(lambda r: r["d"]["error"]["code"] == code, LONG)
        self.assertIsNotNone(record, (p.text(), [t.faults for t in self.targets]))
        return record["d"]["error"]["message"]

    def assertRefused(self, target, code, *says, **more):
        """No client is served; the log says why."""
        p = self.proxy(target, settings=self.settings(**more))
        with p.client() as c:
            self.assertIn(state(c, LONG), ("EOF", "RESET"))
        message = self.failure(p, code)
        for each in says:
            self.assertIn(each, message)
        return p


class Served(TlsCase):
    def test_both_versions(self):
        for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            target, seen = self.secured(newest=newest)
            p = self.proxy(target, settings=self.settings())
            self.assertServes(p)
            self.assertEqual(seen.versions, [newest.name.replace("_", ".")])

    def test_the_oldest_version_is_as_set(self):
        target, _ = self.secured(newest=ssl.TLSVersion.TLSv1_2)
        self.assertRefused(target, "TLS_ALERT", "protocol version", target__1__tls_min_version="1.3")

    def test_much_is_passed_in_both_directions(self):
        target, _ = self.secured()
        p = self.proxy(target, settings=self.settings(io__read_size="4K"))
        sent = os.urandom(1 << 20) * 5
        with p.client() as c:
            thread = threading.Thread(target=lambda: (c.sendall(sent), c.shutdown(socket.SHUT_WR)))
            thread.start()
            self.assertEqual(read_all(c), sent)
            thread.join()

    def test_a_shared_connection(self):
        for mode in ("fifo", "funnel"):
            lines = Lines()
            target, seen = self.secured(lines)
            p = self.proxy(target, mode=mode, settings=self.settings(**LINES))
            clients = [self.client(p) for _ in range(8)]
            for n in range(3):
                for i, c in enumerate(clients):
                    self.assertEqual(ask(c, b"%d.%d" % (i, n)), b"A:%d.%d" % (i, n))
            self.assertEqual(len(seen.versions), 1)

    def test_the_host_is_the_name_unless_there_is_another(self):
        target, seen = self.secured()
        for name in ("", "good.test"):
            p = self.proxy("localhost:%d" % target.port,
                           settings=self.settings(**({"target__1__tls_name": name} if name else {"target__1__tls_verify": "chain"})))
            self.assertServes(p)
        self.assertEqual(seen.names, ["localhost", "good.test"])

    def test_an_address_is_verified_and_not_asked_for(self):
        target, seen = self.secured()
        self.assertServes(self.proxy(target, settings=self.settings()))
        self.assertEqual(seen.names, [None])

    def test_a_session_is_resumed_unless_it_must_not(self):
        for resume in (1, 0):
            target, seen = self.secured(newest=ssl.TLSVersion.TLSv1_2)
            p = self.proxy(target, settings=self.settings(target__1__tls_resume=resume))
            for _ in range(3):
                self.assertServes(p)
            self.assertEqual(seen.resumed, [False, bool(resume), bool(resume)])

    def test_protocols_are_offered(self):
        chosen = []
        target, _ = self.secured(lambda s: (chosen.append(s.selected_alpn_protocol()), echo(s)), alpn=["two", "one"])
        self.assertServes(self.proxy(target, settings=self.settings(target__1__tls_alpn="one, two")))
        self.assertEqual(chosen, ["two"])

    def test_records_in_pieces(self):
        """The target's bytes come one at a time, those of the handshake, too."""
        def one_by_one(s):
            def send(data):
                for i in range(len(data)):
                    s.sendall(data[i:i + 1])
            engine = Engine(server_context(self.good))
            engine.handshake(s, send)
            while data := engine.receive(s):
                send(engine.records(data))
        p = self.proxy(self.target(one_by_one), settings=self.settings())
        with p.client() as c:
            for _ in range(20):
                self.assertEqual(ask(c, b"in pieces"), b"in pieces")

    def test_many_records_at_once(self):
        """More than one read takes; the socket does not tell of the rest."""
        def handler(s):
            engine = Engine(server_context(self.good))
            engine.handshake(s, s.sendall)
            engine.receive(s)
            s.sendall(b"".join(engine.records(b"%05d" % n * 200) for n in range(400)))
            s.recv(1)
        p = self.proxy(self.target(handler), settings=self.settings(io__read_size="1K"))
        with p.client() as c:
            c.sendall(b"go")
            got = b""
            while len(got) < 400000:
                data = c.recv(65536)
                self.assertTrue(data)
                got += data
            self.assertEqual(got, b"".join(b"%05d" % n * 200 for n in range(400)))


class Trust(TlsCase):
    def test_another_name(self):
        target, _ = self.secured(certificate=self.authority.issue("other.test", "DNS:other.test"))
        for more, expected in (({}, "expected 127.0.0.1"), ({"target__1__tls_name": "good.test"}, "expected good.test")):
            code = "HOSTNAME_MISMATCH" if more else "IP_ADDRESS_MISMATCH"
            self.assertRefused(target, code, "TLS handshake", expected, "CN=other.test", **more)
        self.assertServes(self.proxy(target, settings=self.settings(target__1__tls_verify="chain")))

    def test_expired(self):
        target, _ = self.secured(certificate=self.authority.issue("old.test", expired=True))
        self.assertRefused(target, "CERT_HAS_EXPIRED", "certificate has expired", "CN=old.test")

    def test_another_authority(self):
        other = Authority(self.folder, "Other Authority")
        target, _ = self.secured(certificate=other.issue("good.test"))
        for verify in ("full", "chain"):
            self.assertRefused(target, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "issuer", target__1__tls_verify=verify)

    def test_revoked(self):
        certificate = self.authority.issue("gone.test")
        target, _ = self.secured(certificate=certificate)
        self.assertServes(self.proxy(target, settings=self.settings(target__1__tls_crl=self.authority.revoked())))
        self.assertRefused(target, "CERT_REVOKED", "revoked", target__1__tls_crl=self.authority.revoked(certificate))

    def test_nothing_is_verified(self):
        other = Authority(self.folder, "Nobodys Authority")
        target, _ = self.secured(certificate=other.issue("nobody.test", "DNS:nobody.test"))
        p = self.proxy(target, settings={"target__1__tls": "on", "target__1__tls_verify": "none"})
        self.assertServes(p)
        self.assertIsNotNone(p.record(lambda r: r["e"]["name"] == "TlsWarning" and "target.1.tls_verify = none" in r["e"]["message"]))

    def test_a_folder_of_authorities(self):
        folder = os.path.join(self.folder, "trusted")
        os.mkdir(folder)
        shutil.copy(self.authority.ca, folder)
        subprocess.run(["openssl", "rehash", folder], check=True)
        target, _ = self.secured()
        self.assertServes(self.proxy(target, settings=self.settings(target__1__tls_ca=folder)))

    def test_a_client_certificate(self):
        mine = self.authority.issue("proximux.test")
        for certificate, key in ((mine, None), (mine[:-4] + ".crt", mine[:-4] + ".key")):
            target, seen = self.secured(client_ca=self.authority.ca)
            more = {"target__1__tls_certificate": certificate, **({"target__1__tls_key": key} if key else {})}
            self.assertServes(self.proxy(target, settings=self.settings(**more)))
            self.assertEqual(seen.subjects, ["proximux.test"])

    def test_a_client_certificate_is_missing(self):
        target, _ = self.secured(client_ca=self.authority.ca, newest=ssl.TLSVersion.TLSv1_2)
        self.assertRefused(target, "TLS_ALERT", "alert")


class Faults(TlsCase):
    def test_not_tls(self):
        target = self.target(lambda s: (s.sendall(b"220 mail.test ESMTP\r\n"), s.recv(9999)))
        self.assertRefused(target, "NOT_TLS", "not TLS: it begins with 220 mail.test ESMTP")

    def test_a_target_that_hangs_up(self):
        self.assertRefused(self.target(lambda s: s.recv(9999)), "TLS_CLOSED", "closed the connection")

    def test_a_target_that_resets(self):
        self.assertRefused(self.target(lambda s: (s.recv(9999), reset(s))), "ECONNRESET")

    def test_a_target_that_stops_in_the_handshake(self):
        """It is not used before, and counts as failed: the next one serves."""
        target, _ = self.secured(Lines(lambda s, line: b"good:" + line + b"\n"))
        stopped = threading.Event()
        self.addCleanup(stopped.set)
        silent = self.target(lambda s: stopped.wait(LONG))
        settings = self.settings(pool__connect_timeout="1s", target__2__tls="on", target__2__tls_ca=self.authority.ca)
        p = self.proxy(silent, target, mode="funnel", settings={**settings, **LINES})
        with p.client() as c:
            self.assertEqual(ask(c, b"x"), b"good:x")
        self.assertIn("TLS handshake: timed out", self.failure(p, "ETIMEDOUT"))

    def test_a_handshake_is_no_open_connection(self):
        """A client waits until it is done, and nothing of it is lost."""
        go = threading.Event()
        self.addCleanup(go.set)
        secured = Secured(echo, server_context(self.good))
        p = self.proxy(self.target(lambda s: go.wait(LONG) and secured(s)), settings=self.settings())
        with p.client() as c:
            c.sendall(b"early\n")
            self.assertFalse(p.record(lambda r: r["d"]["msg"] == "Connection opened", 0.2))
            go.set()
            self.assertEqual(c.recv(99), b"early\n")

    def test_an_end_is_told_from_a_cut(self):
        for notify in (True, False):
            target, _ = self.secured(lambda s: s.sendall(b"all of it"), notify=notify)
            p = self.proxy(target, settings=self.settings())
            with p.client() as c:
                self.assertEqual(read_all(c), b"all of it")
            if notify:
                self.assertTrue(p.record(lambda r: r["d"]["msg"] == "Connection closed", LONG))
                self.assertNotIn("ETRUNCATED", p.text())
            else:
                self.assertIn("close_notify", self.failure(p, "ETRUNCATED"))

    def test_where_messages_are_delimited_a_cut_is_an_end(self):
        target, _ = self.secured(Lines(lambda s, line: b"A\n" if line != b"end" else (_ for _ in ()).throw(EOFError())), notify=False)
        p = self.proxy(target, mode="fifo", settings=self.settings(**LINES))
        with p.client() as c:
            self.assertEqual(ask(c, b"x"), b"A")
        with p.client() as c:
            c.sendall(b"end\n")
            self.assertIn(state(c, LONG), ("EOF", "RESET"))
        self.assertNotIn("ETRUNCATED", p.text())

    def test_the_end_of_a_client_is_passed_on(self):
        """As close_notify, behind which the target still sends."""
        target, _ = self.secured(lambda s: s.sendall(b"heard: " + read_all(s)), newest=ssl.TLSVersion.TLSv1_3)
        p = self.proxy(target, settings=self.settings())
        with p.client() as c:
            c.sendall(b"words")
            c.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(c), b"heard: words")
        self.assertNotIn("ETRUNCATED", p.text())

    def test_a_broken_record(self):
        def handler(s):
            engine = Engine(server_context(self.good))
            engine.handshake(s, s.sendall)
            data = bytearray(engine.records(engine.receive(s)))
            data[-1] ^= 1
            s.sendall(data)
            s.recv(1)
        p = self.proxy(self.target(handler), settings=self.settings())
        with p.client() as c:
            c.sendall(b"x")
            self.assertIn(state(c, LONG), ("EOF", "RESET"))
        self.assertIn("TLS: ", self.failure(p, "ETLS"))

    def test_a_client_that_is_reset_resets_its_target(self):
        ends = []

        def handler(s):
            engine = Engine(server_context(self.good))
            engine.handshake(s, s.sendall)
            ends.append(engine.receive(s))
            ends.append(state(s, LONG))
        p = self.proxy(self.target(handler), settings=self.settings())
        with p.client() as c:
            self.assertResetReaches(ends, c)

    def test_descriptors_are_given_back(self):
        target, _ = self.secured()
        p = self.proxy(target, settings=self.settings())
        before = p.fds()
        self.assertServes(p)
        self.assertServes(p)
        self.assertFds(p, before)


class Around(TlsCase):
    """Health checks, probe, settings, reload."""

    def test_health_checks(self):
        target, seen = self.secured(Lines(), certificate=self.authority.issue("checked.test", "DNS:checked.test"))
        settings = self.settings(check__interval="100ms", check__kind="connect", check__fall=1, check__rise=1)
        p = self.proxy(target, settings={**settings, "target__1__tls_name": "checked.test"})
        self.assertTrue(wait_until(lambda: len(seen.versions) >= 2, LONG))
        self.assertServes_line(p)
        p = self.proxy(target, settings={**settings, "target__1__tls_name": "another.test"})
        self.assertTrue(p.record(lambda r: "hostname mismatch" in str(r).lower(), LONG), p.text())

    def assertServes_line(self, p):
        with p.client() as c:
            self.assertEqual(ask(c, b"x"), b"A:x")

    def probe(self, target, *args):
        run = subprocess.run([*COMMAND, "probe", "--protocol", "line", "--request", "x\\n", "--target", "127.0.0.1:%d" % target.port,
                              "--set", "target.1.tls=on", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             timeout=LONG, check=False)
        return run.returncode, run.stdout, run.stderr

    def test_probe(self):
        target, _ = self.secured(Lines())
        code, out, err = self.probe(target, "--set", "target.1.tls_ca=" + self.authority.ca)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("frames and pairs its responses as line requires", out)
        code, _, err = self.probe(target)
        self.assertEqual(code, 69)
        self.assertIn("TLS handshake: ", err)
        self.assertIn("certificate", err)

    def check(self, **settings):
        line = ["--check-config", "--listen", "1", "--target", "127.0.0.1:2", "--mode", "proxy"]
        for key, value in settings.items():
            line += ["--set", "target.1.%s=%s" % (key, value)]
        run = subprocess.run([*COMMAND, *line], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LONG, check=False)
        return run.returncode, run.stdout

    def test_mistakes_name_the_setting_and_the_file(self):
        none, key = os.path.join(self.folder, "none.pem"), self.good[:-4] + ".key"
        for settings, says in (({"tls_ca": none}, "target.1.tls_ca = %s (command line --set): %s cannot be read: No such file" % (none, none)),
                               ({"tls_ca": key}, "holds no certificate"),
                               ({"tls_crl": self.good}, "target.1.tls_crl = %s" % self.good),
                               ({"tls_certificate": key}, "holds no usable certificate"),
                               ({"tls_certificate": self.good[:-4] + ".crt"}, "holds no private key"),
                               ({"tls_certificate": self.good, "tls_key": self.authority.path("ca.key")}, "the key of another certificate"),
                               ({"tls_key": key}, "target.1.tls_key = %s (command line --set): has no effect without a certificate" % key),
                               ({"tls_ciphers": "NONSENSE"}, "target.1.tls_ciphers = NONSENSE"),
                               ({"tls_ciphersuites": "NONSENSE"}, "target.1.tls_ciphersuites = NONSENSE"),
                               ({"tls_min_version": "1.1"}, "expected one of 1.2, 1.3"),
                               ({"tls_verify": "none", "tls_ca": self.authority.ca}, "have no effect with it"),
                               ({"tls_alpn": "a,,b"}, "target.1.tls_alpn = a,,b")):
            code, out = self.check(tls="on", **settings)
            self.assertEqual(code, 78, out)
            self.assertIn(says, out)
        code, out = self.check(tls_ca=self.authority.ca)
        self.assertEqual(code, 78)
        self.assertIn("has no effect without target.1.tls; expected target.1.tls = on, or no value", out)
        code, out = self.check(tls="starttls")
        self.assertEqual(code, 78)
        self.assertIn("auto has no request for TLS; expected off, on, or", out)
        code, out = self.check(tls="perhaps")
        self.assertEqual(code, 78)
        self.assertIn("expected one of off, on, starttls", out)
        self.assertEqual(self.check(tls="on", tls_ca=self.authority.ca)[0], 0)

    def test_a_reload_reads_the_files_again(self):
        """The shared connection is replaced; where a file cannot be used, all stays as it was."""
        trusted, file = os.path.join(self.folder, "ca.pem"), os.path.join(self.folder, "reload.ini")
        shutil.copy(self.authority.ca, trusted)
        target, seen = self.secured(Lines())
        with open(file, "w") as ini:
            ini.write("[local]\nport = %d\nhost = 127.0.0.1\n[exchange]\nmode = fifo\nprotocol = line\n[target]\n1.host = 127.0.0.1\n"
                      "1.port = %d\n1.tls = on\n1.tls_ca = %s\n" % (free_port(), target.port, trusted))
        p = self.program("--config", file)
        self.assertTrue(p.record(lambda r: "Server is running" in r["d"], LONG), p.text())
        with open(file) as ini:
            port = int(next(line for line in ini if line.startswith("port")).split("=")[1])
        with socket.create_connection(("127.0.0.1", port), LONG) as c:
            self.assertEqual(ask(c, b"1"), b"A:1")
            with open(trusted, "w") as broken:
                broken.write("nothing\n")
            p.signal(signal.SIGHUP)
            self.assertTrue(p.record(lambda r: r["e"]["name"] == "ReloadError" and "holds no certificate" in r["e"]["message"], LONG), p.text())
            self.assertEqual(ask(c, b"2"), b"A:2")
            self.assertEqual(len(seen.versions), 1)
            other = Authority(self.folder, "Second Authority")
            with open(trusted, "w") as both:
                for each in (other.ca, self.authority.ca):
                    with open(each) as ca:
                        both.write(ca.read())
            p.signal(signal.SIGHUP)
            self.assertTrue(p.record(lambda r: str(r["d"]).startswith("Reloaded:") and "what is in its files" in r["d"], LONG), p.text())
            self.assertEqual(ask(c, b"3"), b"A:3")
            self.assertEqual(len(seen.versions), 2)
