"""Prometheus: its own tool judges the metrics, the rules for alerts, and what they say on good and bad days."""
import os
import subprocess
import threading
import unittest

from admin_client import AdminProxy
from harness import LONG, Case, ask, read_line

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
RULES = os.path.join(ROOT, "etc", "prometheus", "proximux.rules.yml")
DAYS = os.path.join(ROOT, "test", "peers", "prometheus", "rules.yml")


def promtool(*args, text=None):
    """What promtool says; an error if it finds fault."""
    done = subprocess.run(["promtool", *args], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          check=False)
    if done.returncode != 0:
        raise AssertionError("promtool %s: %d\n%s" % (" ".join(args), done.returncode, done.stdout.decode()))
    return done.stdout.decode()


class Rules(unittest.TestCase):
    def test_rules_are_valid(self):
        with open(RULES) as f:
            alerts = f.read().count("- alert:")
        self.assertIn("SUCCESS: %d rules found" % alerts, promtool("check", "rules", RULES))

    def test_each_alert_fires_on_what_deserves_it_and_on_nothing_else(self):
        promtool("test", "rules", DAYS)


class Scrape(Case):
    def test_a_scrape_is_as_prometheus_likes_it(self):
        for mode in ("proxy", "fifo"):
            with self.subTest(mode=mode):
                asked, go = threading.Event(), threading.Event()

                def target(s, asked=asked, go=go):
                    s.sendall(read_line(s))
                    line = read_line(s)
                    asked.set()
                    go.wait(LONG)
                    s.sendall(line)
                p = AdminProxy(self.target(target), mode=mode, args=["--protocol", "line"],
                               settings={"shutdown__drain_timeout": "-1"})
                self.addCleanup(self.ended, p)
                with p.client() as c:
                    self.assertEqual(ask(c, b"hello"), b"hello")
                    promtool("check", "metrics", text=p.http("/metrics")[1].encode())
                    c.sendall(b"on the way\n")
                    self.assertTrue(asked.wait(LONG))
                    p.drain()
                    promtool("check", "metrics", text=p.http("/metrics")[1].encode())
                    go.set()
                    self.assertEqual(read_line(c), b"on the way\n")
                self.assertEqual(p.wait(), 0)
