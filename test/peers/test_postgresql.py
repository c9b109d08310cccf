"""A PostgreSQL server watched behind the proxy: psql, COPY, pgbench in its three ways to ask."""
import json

from harness import wait_until
from postgresql import PostgresqlCase


class Postgresql(PostgresqlCase):
    def seen(self, p):
        return [r["d"] for r in map(json.loads, p.text().splitlines()) if isinstance(r["d"], dict) and "request" in r["d"]]

    def psql(self, p, *commands, text=None):
        args = [a for c in commands for a in ("-c", c)]
        return self.run_tool("psql", "-X", "-At", "-h", "127.0.0.1", "-p", str(p.port), "-U", "me", "postgres", *args,
                             text=text)

    def test_statements_are_seen_and_passwords_are_not(self):
        p = self.share("postgresql", "proxy", 1)
        self.psql(p, "create table t(a int)", "select 1; select 2", "alter role me password 'geheim'")
        self.psql(p, "copy t from stdin", text=b"1\n2\n")
        self.assertEqual(self.psql(p, "select sum(a) from t"), b"3\n")
        self.assertTrue(wait_until(lambda: any("sum(a)" in r["request"] for r in self.seen(p))), p.text())
        texts = [r["request"] for r in self.seen(p)]
        for text in ("create table t(a int)", "select 1; select 2", "copy t from stdin", "select sum(a) from t",
                     "startup user=me database=postgres"):
            self.assertIn(text, texts)
        self.assertNotIn("geheim", p.text())
        self.assertNotIn("Stopped observing", p.text())

    def test_pgbench_in_each_of_its_ways(self):
        p = self.share("postgresql", "proxy", 1, local__max_connections=10)
        bench = (self.BIN + "/pgbench", "-h", "127.0.0.1", "-p", str(p.port), "-U", "me", "postgres")
        self.run_tool(*bench, "-i", "-q")
        for way in ("simple", "extended", "prepared"):
            out = self.run_tool(*bench, "-M", way, "-c", "4", "-t", "50")
            self.assertIn(b"processed: 200/200", out)
        self.assertTrue(wait_until(lambda: sum(r["request"].startswith("END") for r in self.seen(p)) >= 400), p.text()[-3000:])
        self.assertNotIn("Stopped observing", p.text())
