"""The status page of the admin port, as a client without a browser gets it."""
import csv
import html
import io
import json
import re

from harness import LONG, ask, free_port, gone, wait_until
from test_admin import AdminCase

DEAD = {"pool__backoff_min": "1h", "pool__backoff_max": "1h"}


class StatusPage(AdminCase):
    def fetch(self, p, path, method="GET", **fields):
        """The status, the fields of the head, and the body."""
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: localhost"]
        lines += ["%s: %s" % (name.replace("_", "-"), value) for name, value in fields.items()]
        head, _, body = p.raw("\r\n".join(lines + ["", ""]).encode()).decode().partition("\r\n\r\n")
        first, *rest = head.split("\r\n")
        return int(first.split(" ")[1]), dict(line.split(": ", 1) for line in rest), body

    def numbers(self, p):
        """What the page says without its script, by id."""
        body = p.http("/")[1]
        return {name: html.unescape(text) for name, text in re.findall(r'id="(\w+)"[^>]*>([^<]*)<', body)}

    def test_its_parts_say_what_they_are_and_whom_they_trust(self):
        p = self.admin(self.target())
        for path, kind in (("/", "text/html"), ("/page.css", "text/css"), ("/page.js", "text/javascript")):
            status, fields, body = self.fetch(p, path)
            self.assertEqual((status, fields["Content-Type"]), (200, kind + "; charset=utf-8"))
            self.assertEqual(int(fields["Content-Length"]), len(body.encode()))
            policy = dict(part.strip().split(" ", 1) for part in fields["Content-Security-Policy"].split(";"))
            self.assertEqual(policy, {"default-src": "'none'", "script-src": "'self'", "style-src": "'self'",
                                      "connect-src": "'self'", "img-src": "data:", "base-uri": "'none'",
                                      "form-action": "'none'", "frame-ancestors": "'none'"})
            self.assertEqual((fields["X-Content-Type-Options"], fields["Referrer-Policy"]), ("nosniff", "no-referrer"))
            status, fields, body = self.fetch(p, path, "HEAD")
            self.assertEqual((status, fields["Content-Type"], body), (200, kind + "; charset=utf-8", ""))

    def test_it_is_read_only_and_for_those_who_may_read(self):
        p = self.admin(self.target())
        for path in ("/", "/page.js"):
            self.assertEqual(p.http(path, "PUT")[0], 405)
            self.assertEqual(p.post(path)[0], 404)
            self.assertEqual(p.http(path, host="evil.example")[0], 421)
        self.assertEqual(p.http("/index.html")[0], 404)

    def test_its_numbers_are_those_of_the_status(self):
        p = self.admin(self.target(), settings={"local__max_connections": "77"})
        with p.client() as c, p.client() as d:
            for s in (c, d, c):
                self.assertEqual(ask(s, b"hello"), b"hello")
            status, page = json.loads(p.http("/status.json")[1]), self.numbers(p)
        self.assertEqual((page["clients"], page["maxClients"]), (str(status["clients"]), "of 77"))
        self.assertEqual((status["clients"], status["maxClients"]), (2, 77))
        self.assertEqual((page["version"], page["listen"], page["mode"], page["protocol"]),
                         tuple(status[name] for name in ("version", "listen", "mode", "protocol")))
        self.assertEqual(page["accepted"], "2 accepted since the start")
        self.assertEqual(page["totalIn"], "18 B since the start")
        self.assertEqual((page["queue"], page["errors"], page["phase"]), ("0", "0", ""))

    def test_a_dead_target_and_its_error_are_words(self):
        p = self.admin("127.0.0.1:%d" % free_port(), settings=DEAD)
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        body = p.http("/")[1]
        target = json.loads(p.http("/status.json")[1])["targets"][0]
        self.assertIn('class="dead">\u2716 dead</td>', body)
        self.assertIn(html.escape(target["lastError"]), body)
        self.assertIn(target["lastErrorTime"], body)
        self.assertTrue(0 < target["retryIn"] <= 3600)
        self.assertRegex(body, r'data-label="Back-off ends in">(\d\dm|1h)')
        self.assertEqual(self.numbers(p)["errors"], "1")

    def test_a_drain_is_a_banner(self):
        p = self.admin(self.target(), settings={"shutdown__drain_timeout": "-1"})
        with p.client() as c:
            self.assertEqual(ask(c, b"x"), b"x")
            p.drain()
            self.assertEqual(self.numbers(p)["phase"], "\u26a0 draining: no new clients are accepted; it ends when all have left")
        self.assertEqual(p.wait(), 0)

    def test_a_status_without_news_is_not_sent_again(self):
        p = self.admin(self.target())
        # it says that it runs before it serves, which is news
        self.assertTrue(wait_until(lambda: json.loads(self.fetch(p, "/status.json")[2])["phase"] == "serving"))
        status, fields, body = self.fetch(p, "/status.json")
        self.assertEqual(status, 200)
        tag = fields["ETag"]
        status, fields, body = self.fetch(p, "/status.json", If_None_Match=tag)
        self.assertEqual((status, fields["ETag"], body), (304, tag, ""))
        self.assertNotIn("Content-Length", fields)
        with p.client() as c:
            self.assertEqual(ask(c, b"news"), b"news")
            status, fields, body = self.fetch(p, "/status.json", If_None_Match=tag)
            self.assertEqual((status, json.loads(body)["clients"]), (200, 1))
            self.assertNotEqual(fields["ETag"], tag)

    def test_spreadsheets_get_a_row_for_the_proxy_and_one_for_each_target(self):
        p = self.admin(self.target(), "127.0.0.1:%d" % free_port(), settings=DEAD)
        with p.client() as c, p.client() as d:  # the second one is for the other target, and then for the first
            for s in (c, d):
                self.assertEqual(ask(s, b"x"), b"x")
            status, fields, body = self.fetch(p, "/?csv")
        self.assertEqual((status, fields["Content-Type"]), (200, "text/csv; charset=utf-8; header=present"))
        self.assertTrue(body.startswith("# kind,name,state,"))
        rows = list(csv.DictReader(io.StringIO(body[2:])))
        self.assertEqual([(row["kind"], row["state"]) for row in rows],
                         [("proxy", "serving"), ("target", "living"), ("target", "dead")])
        self.assertEqual((rows[0]["clients"], rows[1]["busy"], rows[2]["busy"]), ("2", "2", "0"))
        self.assertIn("refused", rows[2]["lastError"])
        self.assertTrue(0 < float(rows[2]["retryIn"]) <= 3600)
