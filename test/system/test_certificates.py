"""Certificates: names of clients, when ours expire, and how others take their place while the program runs."""
import json
import os
import shutil
import socket
import ssl
import tempfile
import time
import unittest

from admin_client import AdminProxy, samples
from certificates import Secured, server_context
from harness import LONG, ask, wait_until
from sharing import Lines
from test_script import has_lua
from tls_case import ClientTlsCase

EXPIRY = "proximux_tls_certificate_expiry_timestamp_seconds"
RELOADED = "proximux_config_last_reload_successful"


class CertificateCase(ClientTlsCase):
    def setUp(self):
        super().setUp()
        self.place = tempfile.mkdtemp(prefix="proximux-")
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def at(self, name):
        return os.path.join(self.place, name)

    def admin_proxy(self, target=None, mode="proxy", **more):
        path = os.path.join(tempfile.mkdtemp(prefix="admin-", dir=self.place), "admin.sock")
        p = AdminProxy(target or self.target(), path=path, mode=mode, settings=self.settings(**more))
        self.addCleanup(self.ended, p)
        return p

    def failures(self, p, name):
        return [r["e"]["message"] for r in p.records() if r.get("e", {}).get("name") == name]

    def shown_by(self, p):
        """The name of the certificate that a client gets."""
        context = ssl.create_default_context(cafile=self.authority.ca)
        context.check_hostname = False
        with socket.create_connection(("127.0.0.1", p.port), LONG) as raw, context.wrap_socket(raw) as c:
            return dict(pair[0] for pair in c.getpeercert()["subject"])["commonName"]


class Names(CertificateCase):
    def named(self, **more):
        return {"local__tls_client": "optional", "local__tls_client_ca": self.authority.ca, "log__level": 3, **more}

    def test_the_log_and_the_admin_port_name_clients(self):
        mine = self.authority.issue("web.clients.test")
        for newest in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            p = self.admin_proxy(**self.named())
            with self.secured(p, context=self.context(mine, newest)) as c:
                self.assertEqual(ask(c, b"x"), b"x")
                version = c.version()
                self.assertRegex(p.shown("clients")[0]["address"], r"^127\.0\.0\.1:\d+ certificate=web\.clients\.test$")
                status = json.loads(p.http("/status.json")[1])
                self.assertIn("certificate=web.clients.test", json.dumps(status))
            self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Client connected: ") and
                                          r["d"].endswith(" (certificate web.clients.test)"), LONG), p.text())
            end = p.record(lambda r: "end" in r["d"], LONG)
            self.assertIsNotNone(end, p.text())
            self.assertEqual((end["d"]["tls"], end["d"]["certificate"]), (version, "web.clients.test"))

    def test_a_client_without_a_certificate_has_no_name(self):
        p = self.admin_proxy(**self.named())
        with self.secured(p) as c:
            self.assertEqual(ask(c, b"x"), b"x")
            self.assertRegex(p.shown("clients")[0]["address"], r"^127\.0\.0\.1:\d+$")
        end = p.record(lambda r: "end" in r["d"], LONG)
        self.assertIsNotNone(end, p.text())
        self.assertEqual(end["d"]["tls"], "TLSv1.3")
        self.assertNotIn("certificate", end["d"])

    def test_the_name_that_admits_is_the_one_that_is_told(self):
        mine = self.authority.issue("The web", "DNS:web.test,DNS:web.clients.test", file="several")
        p = self.admin_proxy(**self.named(local__tls_client="required", local__tls_client_names="*.clients.test"))
        with self.secured(p, context=self.context(mine)) as c:
            self.assertEqual(ask(c, b"x"), b"x")
            self.assertIn(" certificate=web.clients.test", p.shown("clients")[0]["address"])

    @unittest.skipUnless(has_lua(), "built without Lua")
    def test_a_script_hears_names_after_the_handshake(self):
        mine = self.authority.issue("web.clients.test")
        script = self.at("x.lua")
        with open(script, "w") as f:
            f.write("function known(client)\n"
                    "  return tostring(client.tls) .. ' ' .. tostring(client.authority) .. ' ' .. tostring(client.certificate)\n"
                    "end\n"
                    "function connected(client) log('connected ' .. known(client)) end\n"
                    "function request(client, r) log('request ' .. known(client)) end\n"
                    "function disconnected(client, why) log('disconnected ' .. known(client)) end\n")
        p = self.admin_proxy(self.target(Lines()), mode="fifo",
                             **self.named(exchange__protocol="line", script__file=script))
        with self.secured(p, context=self.context(mine)) as c:
            self.assertEqual(ask(c, b"x"), b"A:x")
        for said in ("connected nil nil nil", "request TLSv1.3 good.test web.clients.test",
                     "disconnected TLSv1.3 good.test web.clients.test"):
            self.assertIsNotNone(p.record(lambda r, said=said: said in str(r["d"]), LONG), p.text())


class Expiry(CertificateCase):
    def told(self, p):
        return [each for each in self.failures(p, "TlsWarning") if ": the certificate of " in each]

    def test_metrics_tell_when_certificates_expire(self):
        mine = self.authority.issue("proximux.test")
        target = self.target(Secured(Lines(), server_context(self.good)))
        p = self.admin_proxy(target, target__1__tls="on", target__1__tls_ca=self.authority.ca,
                             target__1__tls_certificate=mine)
        c = self.secured(p)
        shown = samples(p.http("/metrics")[1])
        self.assertEqual(shown['%s{side="client",file="%s"}' % (EXPIRY, self.good)],
                         ssl.cert_time_to_seconds(c.getpeercert()["notAfter"]))
        self.assertGreater(shown['%s{side="target",file="%s"}' % (EXPIRY, mine)], time.time() + 29 * 86400)
        self.assertEqual(len([name for name in shown if name.startswith(EXPIRY)]), 2)
        self.assertEqual(self.told(p), [])

    def test_there_are_none_without_tls(self):
        p = AdminProxy(self.target())
        self.addCleanup(self.ended, p)
        self.assertEqual([name for name in samples(p.http("/metrics")[1]) if name.startswith(EXPIRY)], [])

    def test_the_log_tells_of_those_that_have_expired_or_soon_will(self):
        soon = self.authority.issue("soon.test", days=3)
        gone = self.authority.issue("gone.test", expired=True)
        p = self.admin_proxy(local__tls_certificate=self.good + "," + soon, target__1__tls="on",
                             target__1__tls_ca=self.authority.ca, target__1__tls_certificate=gone)
        self.assertTrue(wait_until(lambda: len(self.told(p)) == 2, LONG), p.text())
        first, second = self.told(p)
        self.assertRegex(first, r"^%s: the certificate of CN=soon\.test expires in [23] days, on \d{4}-\d\d-\d\d \S+ UTC$" % soon)
        self.assertEqual(second, gone + ": the certificate of CN=gone.test has expired on 2020-01-02 00:00:00 UTC")
        self.assertEqual(p.command("reload certificates")[0], 0)
        self.assertTrue(wait_until(lambda: len(self.told(p)) == 4, LONG), p.text())


class Renewal(CertificateCase):
    def setUp(self):
        super().setUp()
        self.shown = self.at("shown.pem")
        self.put(self.good)

    def put(self, certificate):
        """Another file takes the place of the one that is shown, in one step."""
        shutil.copy(certificate, self.at("new"))
        os.replace(self.at("new"), self.shown)

    def spoil(self, text="nothing\n"):
        with open(self.at("bad"), "w") as file:
            file.write(text)
        os.replace(self.at("bad"), self.shown)

    def reloaded(self, p):
        return samples(p.http("/metrics")[1])[RELOADED]

    def test_a_command_reads_certificates_alone(self):
        file = self.at("x.ini")
        with open(file, "w") as ini:
            ini.write("[log]\nslow = 1s\n")
        p = AdminProxy(self.target(), path=self.at("admin.sock"), args=["--config", file],
                       settings=self.settings(local__tls_certificate=self.shown, tls__watch=0))
        self.addCleanup(self.ended, p)
        stays = self.secured(p)
        with open(file, "w") as ini:
            ini.write("[log]\nslow = 2s\n")
        self.assertEqual(p.command("reload certificates"), (0, "applied\n"))
        self.put(self.authority.issue("new.test"))
        self.assertEqual(p.command("reload certificates"), (0, "applied\nlocal.tls: what is in its files\n"))
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Certificates reloaded: 1 setting changed (local.tls: ") and
                                      r["d"].endswith("; 1 client stays"), LONG), p.text())
        self.assertEqual(self.shown_by(p), "new.test")
        self.assertEqual(ask(stays, b"x"), b"x")
        self.assertEqual(p.command("reload"), (0, "applied\nlog.slow\n"))

    def test_one_that_is_bad_keeps_all_as_they_were(self):
        mine = self.at("mine.pem")
        shutil.copy(self.authority.issue("first.test"), mine)
        target = self.target(Secured(Lines(), server_context(self.good, client_ca=self.authority.ca)))
        p = self.admin_proxy(target, local__tls_certificate=self.shown, tls__watch=0, target__1__tls="on",
                             target__1__tls_ca=self.authority.ca, target__1__tls_certificate=mine)
        self.put(self.authority.issue("new.test"))
        with open(mine, "w") as broken:
            broken.write("nothing\n")
        code, text = p.command("reload certificates")
        self.assertEqual(code, 78)
        self.assertIn("target.1.tls_certificate: %s holds no usable certificate" % mine, text)
        self.assertTrue(wait_until(lambda: any(each.endswith("; nothing was applied") for each in self.failures(p, "ReloadError")),
                                   LONG), p.text())
        self.assertEqual(self.shown_by(p), "good.test")
        self.assertEqual(ask(self.secured(p), b"x"), b"A:x")
        self.assertEqual(self.reloaded(p), 0)
        shutil.copy(self.authority.issue("second.test"), mine)
        self.assertEqual(p.command("reload certificates"), (0, "applied\nlocal.tls: what is in its files\ntarget.1.tls: what is in its files\n"))
        self.assertEqual(self.shown_by(p), "new.test")
        self.assertEqual(self.reloaded(p), 1)

    def watched(self, **more):
        return self.admin_proxy(local__tls_certificate=self.shown, tls__watch="1s", **more)

    def test_changed_files_are_noticed(self):
        p = self.watched()
        stays = self.secured(p)
        self.put(self.authority.issue("new.test"))
        self.assertTrue(wait_until(lambda: self.shown_by(p) == "new.test", LONG), p.text())
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Certificates reloaded: "), LONG), p.text())
        self.assertEqual(ask(stays, b"x"), b"x")

    def test_a_link_that_is_moved_is_noticed(self):
        """As Kubernetes does: the path stays, and a link in it leads to another folder."""
        for name, certificate in (("one", self.good), ("two", self.authority.issue("new.test"))):
            os.mkdir(self.at(name))
            shutil.copy(certificate, os.path.join(self.at(name), "tls.pem"))
        os.symlink("one", self.at("data"))
        os.symlink("data/tls.pem", self.at("linked.pem"))
        p = self.admin_proxy(local__tls_certificate=self.at("linked.pem"), tls__watch="1s")
        self.assertEqual(self.shown_by(p), "good.test")
        os.symlink("two", self.at("next"))
        os.replace(self.at("next"), self.at("data"))
        self.assertTrue(wait_until(lambda: self.shown_by(p) == "new.test", LONG), p.text())

    def test_a_bad_file_is_told_of_once_for_each_change(self):
        p = self.watched()
        self.spoil()
        self.assertTrue(wait_until(lambda: len(self.failures(p, "ReloadError")) == 1, LONG), p.text())
        time.sleep(3)  # several looks, which must say nothing
        self.assertEqual(len(self.failures(p, "ReloadError")), 1, p.text())
        self.assertEqual((self.shown_by(p), self.reloaded(p)), ("good.test", 0))
        self.spoil("nothing more\n")
        self.assertTrue(wait_until(lambda: len(self.failures(p, "ReloadError")) == 2, LONG), p.text())
        self.put(self.authority.issue("new.test"))
        self.assertTrue(wait_until(lambda: self.shown_by(p) == "new.test", LONG), p.text())
        self.assertTrue(wait_until(lambda: self.reloaded(p) == 1, LONG))

    def test_connections_to_a_target_are_replaced(self):
        secured = Secured(Lines(), server_context(self.good, client_ca=self.authority.ca))
        self.put(self.authority.issue("first.test"))
        p = self.proxy(self.target(secured), mode="fifo",
                       settings={"exchange__protocol": "line", "tls__watch": "1s", "target__1__tls": "on",
                                 "target__1__tls_ca": self.authority.ca, "target__1__tls_certificate": self.shown})
        with p.client() as c:
            self.assertEqual(ask(c, b"1"), b"A:1")
            self.put(self.authority.issue("second.test"))
            self.assertIsNotNone(p.record(lambda r: "target.1.tls: what is in its files" in r["d"], LONG), p.text())
            self.assertEqual(ask(c, b"2"), b"A:2")
        self.assertEqual(secured.subjects, ["first.test", "second.test"])
