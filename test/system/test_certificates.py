"""Certificates: names of clients, and when ours expire."""
import json
import os
import shutil
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
