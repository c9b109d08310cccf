"""MariaDB and its own clients, through the proxy, watched."""
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import LONG, wait_until
from mariadb import MariaDBCase, login


def run(*command, timeout=LONG * 4, **kw):
    return subprocess.run(command, capture_output=True, timeout=timeout, **kw)


def conversation(p):
    """A client that reads its queries from us."""
    return subprocess.Popen(["mariadb", *login(p), "-N", "--unbuffered"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)


class MariaDB(MariaDBCase):
    def start(self, *args):
        return self.proxy("127.0.0.1:%d" % self.port, args=["--protocol", "mysql", *args])

    def sql(self, p, text, *args):
        return run("mariadb", *login(p), "-N", "-e", text, *args)

    @staticmethod
    def requests(p):
        return [r["d"] for r in p.records() if r["s"] == "exchange" and r["l"] == 2 and "request" in r["d"]]

    def test_each_query_is_logged_with_its_time(self):
        p = self.start()
        done = self.sql(p, "select 6*7; select sleep(0.2); show databases; select bogus from nowhere")
        self.assertIn(b"42", done.stdout)
        self.assertTrue(wait_until(lambda: any("nowhere" in r["request"] for r in self.requests(p))))
        seen = {r["request"]: r for r in self.requests(p)}
        for query in ("select 6*7", "select sleep(0.2)", "show databases", "select bogus from nowhere"):
            self.assertIn(query, seen)
        self.assertGreaterEqual(seen["select sleep(0.2)"]["ms"], 195)
        self.assertLess(seen["select 6*7"]["ms"], 195)
        self.assertGreater(seen["show databases"]["bytesOut"], 20)

    def test_a_script_keeps_a_query_log_of_its_own(self):
        folder = tempfile.mkdtemp(prefix="proximux-")
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "queries.log")
        example = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "etc", "script", "querylog.lua")
        p = self.start("--set", "script.file=" + example, "--set", "script.output=" + path)
        self.assertIn(b"42", self.sql(p, "select 6*7").stdout)
        p.drain()
        with open(path) as f:
            self.assertRegex(f.read(), r"(?m)^\d+\.\d+ client 1 \d+\.\d+ ms: select 6\*7$")

    def test_slap_ends_without_an_error_and_every_query_is_in_the_log(self):
        p = self.start("--set", "log.queue=1000000", "--max-connections", "30")
        done = run("mariadb-slap", *login(p), "--concurrency=20", "--number-of-queries=5000", "--auto-generate-sql")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"Number of clients running queries: 20", done.stdout)

        def selects():
            return sum(r["request"].upper().startswith(("SELECT", "INSERT")) and r["ms"] >= 0 for r in self.requests(p))
        self.assertTrue(wait_until(lambda: selects() >= 5000, LONG, 0.2), selects())
        self.assertFalse([r for r in p.records() if "Stopped observing" in str(r)])

    def test_large_packets_pass_and_are_seen(self):
        p = self.start()
        done = self.sql(p, "select length(repeat('x', 40000000)), repeat('y', 17000000)", "--max-allowed-packet=64M")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout), len("40000000\t") + 17000000 + 1)
        self.assertTrue(wait_until(lambda: any(r["bytesOut"] > 17000000 for r in self.requests(p)), LONG))
        big = "select length('%s')" % ("z" * 17000000)
        done = run("mariadb", *login(p), "-N", "--max-allowed-packet=64M", input=big.encode())
        self.assertEqual(done.stdout.strip(), b"17000000", done.stderr[-500:])
        self.assertTrue(wait_until(lambda: any(r["bytesIn"] > 17000000 for r in self.requests(p)), LONG))
        self.assertFalse([r for r in p.records() if "Stopped observing" in str(r)])

    def test_no_password_is_ever_logged(self):
        p = self.start("--log-level", "3")
        self.assertEqual(self.sql(p, "create user if not exists u@'127.0.0.1' identified by 'Geheim123'").returncode, 0)
        done = run("mariadb", *login(p, "u"), "-pGeheim123", "-N", "-e", "select 'logged in'")
        self.assertEqual(done.stdout.strip(), b"logged in", done.stderr)
        self.assertTrue(wait_until(lambda: any("logged in" in r["request"] for r in self.requests(p))))
        self.assertNotIn("Geheim123", p.text())

    def test_one_client_at_a_time_where_that_is_the_limit(self):
        p = self.start("--max-connections", "1")
        before = p.fds()
        first = conversation(p)
        try:
            first.stdin.write(b"select 'in';\n")
            first.stdin.flush()
            self.assertEqual(first.stdout.readline().strip(), b"in")
            self.assertNotEqual(self.sql(p, "select 1").returncode, 0)
            self.assertIsNotNone(p.record(lambda r: str(r["d"]).endswith("dropped")))
        finally:
            first.communicate()
        self.assertFds(p, before)
        self.assertEqual(self.sql(p, "select 2").stdout.strip(), b"2")

    def test_drain_closes_a_connection_between_two_queries(self):
        p = self.start("--set", "shutdown.drain_timeout=60s")
        client = conversation(p)
        try:
            client.stdin.write(b"select 'ready';\n")
            client.stdin.flush()
            self.assertEqual(client.stdout.readline().strip(), b"ready")
            p.signal()
            self.assertEqual(p.wait(LONG), 0)
        finally:
            client.kill()
            client.communicate()


if __name__ == "__main__":
    unittest.main()
