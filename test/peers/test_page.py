"""The status page in a browser: headless Chromium runs its script, and what it then shows is compared with the status."""
import html
import json
import os
import re
import subprocess
import tempfile

from admin_client import AdminProxy
from harness import LONG, Case, free_port, gone
from resp_client import Client, redis

MARKUP = "<script>alert(1)<script>"  # a slash is in no name
SECONDS = 4  # of the page's time


class Browser:
    """What Chromium makes of an address: the page after its script has run for a while."""

    def __init__(self, url, *flags):
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "net.json")
            done = subprocess.run(
                ["chromium", "--headless", "--disable-gpu", "--no-sandbox", "--no-first-run", "--disable-sync",
                 "--user-data-dir=" + folder, "--disable-background-networking", "--disable-component-update",
                 "--enable-logging=stderr", "--log-net-log=" + log, "--virtual-time-budget=%d" % (SECONDS * 1000),
                 *flags, "--dump-dom", url],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=60 + LONG, check=True)
            with open(log, encoding="utf-8") as f:
                events = [event.get("params", {}) for event in json.load(f)["events"]]
        # what the browser asks for on its own account has no origin
        self.asked = {each["url"] for each in events if each.get("initiator", "not an origin") != "not an origin"}
        self.page = done.stdout.decode()
        self.complaints = [line for line in done.stderr.decode(errors="replace").splitlines() if "CONSOLE" in line]

    def text(self, name):
        """The text of an element, by its id."""
        return html.unescape(re.search(r'id="%s"[^>]*>([^<]*)<' % name, self.page).group(1))

    def rows(self, name):
        """The cells of a table."""
        body = re.search(r'<tbody id="%s">(.*?)</tbody>' % name, self.page, re.S).group(1)
        return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)]
                for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)]


class Page(Case):
    def test_a_browser_shows_what_the_status_says_and_asks_nobody_else(self):
        p = AdminProxy("127.0.0.1:%d" % free_port(), self.target(redis), mode="funnel",
                       settings={"exchange__protocol": "resp", "target__1__connections": "1", "target__2__connections": "2",
                                 "pool__backoff_min": "1h", "pool__backoff_max": "1h"})
        self.addCleanup(self.ended, p)
        address = "http://127.0.0.1:%d" % p.admin_port
        with Client(p.port) as pinned, Client(p.port) as other:
            self.assertEqual(pinned.ask("MULTI"), b"OK")
            self.assertEqual(other.ask("PING"), b"PONG")
            browser = Browser(address + "/")
            status = json.loads(p.http("/status.json")[1])
            client = "1 at 127.0.0.1:%d" % pinned.s.getsockname()[1]
        self.assertEqual(browser.complaints, [])
        self.assertEqual(browser.asked, {address + path for path in ("/page.css", "/page.js", "/status.json")})
        self.assertEqual((browser.text("clients"), browser.text("queue")), (str(status["clients"]), "0"))
        self.assertEqual(browser.text("requests"), "%d since the start" % sum(status["counters"]["requests"].values()))
        self.assertEqual((browser.text("rate"), browser.text("recent")), ("0.0", "0 in the last minute"))
        self.assertEqual(browser.text("stale"), "")
        self.assertIn("in the last ", browser.page)
        self.assertRegex(browser.page, r'<polyline points="[\d., ]+"')
        dead, living = browser.rows("targets")
        self.assertEqual((dead[1], living[1]), ("\u2716 dead", "\u25cf living"))
        self.assertEqual(dead[0], "1: " + status["targets"][0]["address"])
        self.assertEqual(dead[4], "%(lastErrorTime)s %(lastError)s" % status["targets"][0])
        self.assertEqual(living[2], "1 idle, 1 pinned")
        first, _ = browser.rows("lanes")
        self.assertEqual(first[2:6], ["pinned", "0", client, "transaction"])
        self.assertEqual((browser.rows("lastErrors"), status["errors"]), ([["none"]], []))

    def test_markup_in_a_name_is_text(self):
        p = AdminProxy(settings={"target__1__host": MARKUP, "target__1__port": "1"})
        self.addCleanup(self.ended, p)
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        browser = Browser("http://127.0.0.1:%d/" % p.admin_port)
        self.assertEqual(browser.complaints, [])
        self.assertEqual(browser.rows("targets")[0][0], "1: %s:1" % MARKUP)
        self.assertIn(MARKUP, browser.rows("targets")[0][4])
        self.assertEqual(browser.page.count("<script"), 1)
