"""PostgreSQL with TLS on both sides, shared by fifo and funnel: the real server, psql and pgbench."""
import os
import signal
import subprocess
import unittest

from certificates import has_tls
from harness import LONG, wait_until
from peer import SHARES
from postgresql import PostgresqlCase
from test_starttls import StartTls, run, secure_server


@unittest.skipUnless(has_tls(), "built without TLS")
class SharedPostgresqlTls(StartTls, PostgresqlCase):
    SSL = "select ssl from pg_stat_ssl where pid = pg_backend_pid()"

    @classmethod
    def prepare(cls):
        cls.certify()
        cls.OPTIONS = secure_server(cls)
        super().prepare()
        with open(cls.folder + "/data/pg_hba.conf", "w") as file:
            file.write("host all me 127.0.0.1/32 trust\nhostssl all anna 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 reject\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run("psql", "-X", "-h", "127.0.0.1", "-p", str(cls.port), "-U", "me", "postgres", "-c", "create role anna login password 'pencil'",
            "-c", "grant all on schema public to public")
        cls.users = cls.folder + "/users"
        with open(cls.users, "w") as file:
            file.write('"me" "any"\n"anna" "pencil"\n')

    def shared(self, mode="funnel", connections=2, local="starttls_required", target="starttls", **more):
        settings = {"local__tls": local, "target__1__tls": target}
        if local != "off":
            settings["local__tls_certificate"] = self.certificate
        if target != "off":
            settings["target__1__tls_ca"] = self.authority.ca
        return self.share("postgresql", mode, connections, auth__file=self.users, **{**settings, **more})

    def words(self, p, mode="verify-full", user="anna", **more):
        return " ".join("%s=%s" % each for each in {"host": "localhost", "hostaddr": "127.0.0.1", "port": p.port, "user": user,
                                                    "dbname": "postgres", "sslmode": mode, "sslrootcert": self.authority.ca,
                                                    **more}.items())

    def psql(self, p, sql, mode="verify-full", user="anna", password="pencil", **more):
        return run("psql", "-X", "-At", self.words(p, mode, user, **more), "-c", sql, env=dict(os.environ, PGPASSWORD=password))

    def assertAnswers(self, p, sql, answer, **more):
        done = self.psql(p, sql, **more)
        self.assertEqual(done.stdout.decode().strip(), answer, done.stderr.decode() + p.text())

    def test_both_sides_verify_whom_they_talk_to(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            self.assertAnswers(p, self.SSL, "t")
            self.assertAnswers(p, "select current_user", "anna")
            self.assertAnswers(p, "select current_user", "me", user="me", password="any", mode="require")
            self.assertNotIn("ETRUNCATED", p.text())

    def test_many_clients_on_two_connections(self):
        p = self.shared(local__max_connections=100)
        env = dict(os.environ, PGPASSWORD="pencil")
        self.run_tool(self.BIN + "/pgbench", "-i", "-q", self.words(p), env=env)
        for way, more in (("simple", ()), ("prepared", ()), ("extended", ("-C",))):
            out = self.run_tool(self.BIN + "/pgbench", "-n", "-M", way, *more, "-c", "20", "-t", "10", self.words(p), env=env)
            self.assertIn(b"processed: 200/200", out)
            self.assertIn(b"failed transactions: 0 ", out)
        self.assertAnswers(p, "select (select sum(tbalance) from pgbench_tellers) = (select sum(delta) from pgbench_history), "
                           "count(*) from pgbench_history", "t|600")
        count = "select count(*), bool_and(s.ssl) from pg_stat_activity a join pg_stat_ssl s using (pid) where usename = 'anna'"
        connections, secured = self.psql(p, count).stdout.decode().strip().split("|")
        self.assertLessEqual(int(connections), 2)
        self.assertEqual(secured, "t")

    def test_a_client_needs_tls_where_that_is_set(self):
        p = self.shared()
        self.assertIn(b"this connection must be encrypted", self.psql(p, "select 1", mode="disable").stderr)
        self.assertAnswers(p, self.SSL, "t", mode="prefer")
        self.assertTrue(p.record(lambda r: "did not ask for TLS" in str(r.get("e")), LONG), p.text())

    def test_a_cancel_request_goes_the_same_way(self):
        """psql 15 sends its own in clear text; that to the target asks for TLS as each connection does."""
        for local, target in (("starttls_required", "starttls"), ("off", "starttls"), ("starttls", "off")):
            p = self.shared(local=local, target=target)
            how = dict(user="me", mode="prefer")
            psql = subprocess.Popen(("psql", "-X", "-At", self.words(p, **how), "-c", "select 'begun'", "-c", "select pg_sleep(600)"),
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ, PGPASSWORD="any"))
            self.assertEqual(psql.stdout.readline(), b"begun\n")
            self.assertTrue(wait_until(lambda: self.sleeping() == 1, LONG), p.text())
            psql.send_signal(signal.SIGINT)
            self.assertIn(b"canceling statement due to user request", psql.communicate(timeout=LONG)[1])
            self.assertEqual(self.sleeping(), 0)

    def sleeping(self):
        return int(run("psql", "-X", "-At", "-h", "127.0.0.1", "-p", str(self.port), "-U", "me", "postgres", "-c",
                       "select count(*) from pg_stat_activity where state = 'active' and query = 'select pg_sleep(600)'").stdout)

    def test_tls_on_one_side(self):
        p = self.shared(local="off")
        self.assertAnswers(p, self.SSL, "t", mode="prefer")
        self.assertIn(b"server does not support SSL", self.psql(p, "select 1", mode="require").stderr)
        p = self.shared(target="off")
        self.assertAnswers(p, self.SSL, "f", user="me", password="any")
        self.assertIn(b"pg_hba.conf rejects", self.psql(p, "select 1").stderr)  # anna needs TLS there

    def test_each_verifies_the_other(self):
        p = self.shared(local__tls_certificate=self.server_certificate)
        self.assertIn(b"does not match host name", self.psql(p, "select 1").stderr)
        p = self.shared(local__tls_certificate=self.other.issue("localhost", "DNS:localhost,IP:127.0.0.1"))
        self.assertIn(b"certificate verify failed", self.psql(p, "select 1").stderr)
        for wrong, code in (({"target__1__tls_ca": self.other.ca}, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"),
                            ({"target__1__tls_name": "other.test"}, "HOSTNAME_MISMATCH")):
            p = self.shared(**wrong)
            self.assertNotEqual(self.psql(p, "select 1").returncode, 0)
            self.assertTrue(p.record(lambda r: str(r["d"]).find(code) >= 0, LONG), p.text())

    def test_passwords_are_not_bound_to_the_certificate(self):
        p = self.shared()
        self.assertAnswers(p, "select 1", "1", channel_binding="prefer")
        self.assertIn(b"channel binding", self.psql(p, "select 1", channel_binding="require").stderr)


if __name__ == "__main__":
    unittest.main()
