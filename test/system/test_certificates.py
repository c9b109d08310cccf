"""Names of clients by their certificates."""
import json
import os
import shutil
import ssl
import tempfile
import unittest

from admin_client import AdminProxy
from harness import LONG, ask
from sharing import Lines
from test_script import has_lua
from tls_case import ClientTlsCase


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
