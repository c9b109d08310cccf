"""The admin port over TCP: health, status, and who is let in."""
import json
import socket
import tempfile
import time

from admin_client import AdminProxy
from harness import LONG, SHORT, Case, ask, free_port, gone, read_all, wait_until

CONNECTIONS = 64


class AdminCase(Case):
    def admin(self, *targets, **kw):
        p = AdminProxy(*targets, **kw)
        self.addCleanup(self.ended, p)
        return p

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return folder.name


class Admin(AdminCase):
    def test_pages_are_answered(self):
        p = self.admin(self.target())
        for page in ("/livez", "/healthz", "/readyz"):
            self.assertEqual(p.http(page), (200, "ok\n"))
        status, text = p.http("/version")
        self.assertEqual(status, 200)
        self.assertRegex(text, r"^proximux \d+\.\d+\.\d+\n$")
        self.assertEqual(p.http("/nothing")[0], 404)
        self.assertEqual(p.http("/livez", "DELETE")[0], 405)

    def test_an_answer_tells_caches_and_browsers_what_it_is(self):
        p = self.admin(self.target())
        head, _, body = p.raw(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").partition(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        self.assertEqual(body, b"ok\n")
        self.assertEqual(fields[b"Content-Length"], b"3")
        self.assertEqual(fields[b"Connection"], b"close")
        self.assertEqual(fields[b"Cache-Control"], b"no-store")
        self.assertEqual(fields[b"X-Content-Type-Options"], b"nosniff")
        self.assertNotIn(b"Access-Control-Allow-Origin", fields)

    def test_status_has_numbers_and_no_secrets(self):
        p = self.admin(self.target(), settings={"admin__token": "not-to-be-shown"})
        with p.client() as c:
            self.assertEqual(ask(c, b"hello"), b"hello")
            status = json.loads(p.http("/status.json")[1])
        self.assertEqual((status["phase"], status["draining"], status["mode"]), ("serving", False, "proxy"))
        self.assertEqual((status["clients"], status["counters"]["accepted"]), (1, 1))
        self.assertEqual(status["connections"], {"open": 1})
        self.assertEqual(status["targets"][0]["state"], "living")
        self.assertIsNone(status["targets"][0]["lastError"])
        self.assertGreater(status["uptime"], 0)
        config = p.http("/config")[1]
        self.assertRegex(config, r"(?m)^admin.token = \*\*\* ")
        self.assertNotIn("not-to-be-shown", config + json.dumps(status))

    def test_readiness_follows_targets(self):
        port = free_port()
        p = self.admin("127.0.0.1:%d" % port, settings={"pool__backoff_min": "1h", "pool__backoff_max": "1h"})
        self.assertEqual(p.http("/readyz")[0], 200)  # nothing is known to be wrong
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        status, text = p.http("/readyz")
        self.assertEqual(status, 503)
        self.assertEqual(text, "targets that can be used: 0 of 1; expected at least 1 (admin.ready_targets)\n")
        self.assertEqual(p.http("/livez")[0], 200)
        target = json.loads(p.http("/status.json")[1])["targets"][0]
        self.assertEqual(target["state"], "dead")
        self.assertIn("refused", target["lastError"])

    def test_a_target_that_may_be_tried_again_is_not_dead(self):
        p = self.admin("127.0.0.1:%d" % free_port(), settings={"pool__backoff_min": "100ms", "pool__backoff_max": "100ms"})
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        self.assertTrue(wait_until(lambda: p.http("/readyz")[0] == 200, LONG))

    def test_readiness_may_be_independent_of_targets(self):
        p = self.admin("127.0.0.1:%d" % free_port(),
                       settings={"pool__backoff_min": "1h", "pool__backoff_max": "1h", "admin__ready_targets": "0"})
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        self.assertTrue(wait_until(lambda: p.http("/readyz") == (200, "ok\n")))

    def test_the_port_is_open_to_the_end_of_a_drain(self):
        p = self.admin(self.target(), settings={"shutdown__drain_timeout": "-1"})
        with p.client() as c:
            self.assertEqual(ask(c, b"before"), b"before")
            p.drain()
            self.assertEqual(p.http("/readyz"), (503, "draining: it is about to end\n"))
            self.assertEqual(p.http("/livez"), (200, "ok\n"))
            for n in range(20):
                self.assertEqual(ask(c, b"%d" % n), b"%d" % n)
                status = json.loads(p.http("/status.json")[1])
                self.assertEqual((status["draining"], status["clients"]), (True, 1))
        self.assertEqual(p.wait(), 0)

    # -- hostile and strange peers

    def test_silent_connections_delay_nobody(self):
        p = self.admin(self.target())
        silent = [p.admin_socket() for _ in range(CONNECTIONS)]
        self.addCleanup(lambda: [s.close() for s in silent])
        silent[1].sendall(b"GET /livez HT")
        begin = time.monotonic()
        self.assertEqual(p.http("/livez"), (200, "ok\n"))
        self.assertLess(time.monotonic() - begin, SHORT)
        self.assertTrue(gone(silent[0]))
        self.assertServes(p)
        for s in silent[1:]:  # after the deadline of 5 s
            self.assertTrue(gone(s, LONG))

    def test_a_large_head_is_refused(self):
        p = self.admin(self.target())
        with p.admin_socket() as s:
            s.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n")
            field = b"X: " + b"x" * 65000 + b"\r\n"
            for _ in range(160):  # 10 MB
                s.sendall(field)
            s.shutdown(socket.SHUT_WR)
            self.assertTrue(read_all(s).startswith(b"HTTP/1.1 431 "))
        self.assertEqual(p.http("/livez")[0], 200)

    def test_a_request_may_come_in_pieces(self):
        p = self.admin(self.target())
        with p.admin_socket() as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n":
                s.sendall(bytes([byte]))
            self.assertTrue(read_all(s).endswith(b"\r\n\r\nok\n"))

    def test_only_hosts_of_ours_are_answered(self):
        p = self.admin(self.target())
        for host in ("localhost", "127.0.0.1:%d" % p.admin_port, "[::1]"):
            self.assertEqual(p.http("/status.json", host=host)[0], 200)
        for host in ("evil.example", "evil.example:%d" % p.admin_port, "localhost.evil.example", "192.0.2.1"):
            self.assertEqual(p.http("/status.json", host=host)[0], 421)
        self.assertTrue(p.raw(b"GET /livez HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 "))

    def test_access_is_limited(self):
        p = self.admin(self.target(), settings={"admin__access": "192.0.2.0/24"})
        with p.admin_socket() as s:
            self.assertTrue(gone(s, LONG))
        self.assertTrue(p.record(lambda r: r["d"] == "Admin connection from 127.0.x.x refused: admin.access"))

    # -- commands

    def test_commands_over_tcp_are_off_by_default(self):
        p = self.admin(self.target())
        self.assertEqual(p.post("/drain")[0], 403)
        self.assertEqual(p.http("/drain")[0], 404)
        self.assertServes(p)

    def test_commands_over_tcp_need_the_token(self):
        folder = self.folder()
        with open(folder + "/token", "w") as f:
            f.write("secret\n")
        p = self.admin(self.target(), settings={"admin__commands": "all", "admin__token_file": folder + "/token"})
        self.assertEqual(p.post("/drain")[0], 401)
        self.assertEqual(p.post("/drain", Authorization="Bearer wrong")[0], 401)
        self.assertEqual(p.http("/drain", "POST", Authorization="Bearer secret")[0], 415)
        self.assertEqual(p.post("/drain", Authorization="Bearer secret", host="evil.example")[0], 421)
        self.assertServes(p)
        self.assertEqual(p.post("/reload", Authorization="Bearer secret", body=b"{}"), (200, "applied\n"))
        self.assertEqual(p.post("/drain", Authorization="Bearer secret"), (200, "draining\n"))
        self.assertEqual(p.wait(), 0)

    def test_all_without_a_token_is_a_mistake(self):
        p = self.program("--listen", "0", "--target", "127.0.0.1:1", "--mode", "proxy", "--check-config",
                         "--set", "admin.listen=127.0.0.1:0", "--set", "admin.commands=all")
        self.assertEqual(p.wait(), 78)
        self.assertIn("admin.commands = all (command line --set): needs a token", p.text())

    def test_an_address_in_use_ends_the_start(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen(1)
            p = self.program("--listen", "0", "--target", "127.0.0.1:1", "--mode", "proxy",
                             "--set", "admin.listen=127.0.0.1:%d" % s.getsockname()[1])
            self.assertEqual(p.wait(), 71)
            self.assertIn("cannot listen on 127.0.0.1:", p.text())
