"""TLS inside of their protocols: MariaDB, PostgreSQL and their own clients."""
import os
import shutil
import subprocess
import unittest

from certificates import Authority, has_tls
from harness import LONG, wait_until
from mariadb import MariaDBCase, login
from postgresql import PostgresqlCase


def run(*command, **kw):
    return subprocess.run(command, capture_output=True, timeout=LONG * 4, **kw)


def secure_server(case):
    """The options with which the PostgreSQL of this case has its certificate."""
    file = case.folder + "/server.pem"
    shutil.copy(case.server_certificate, file)
    os.chmod(file, 0o600)
    if os.getuid() == 0:
        shutil.chown(file, "postgres")
    return ("-c", "ssl=on", "-c", "ssl_cert_file=" + file, "-c", "ssl_key_file=" + file)


class StartTls:
    """A part of a test case: the server and the proxy have a certificate each."""

    @classmethod
    def certify(cls):
        cls.authority = Authority(cls.folder)
        cls.other = Authority(cls.folder, "Other")
        cls.server_certificate = cls.authority.issue("server", "DNS:server,IP:127.0.0.1")
        cls.certificate = cls.authority.issue("localhost", "DNS:localhost,IP:127.0.0.1")
        os.chmod(cls.authority.folder, 0o755)
        os.chmod(cls.authority.ca, 0o644)

    def through(self, local="starttls", target="starttls", **more):
        settings = {"exchange__protocol": self.PROTOCOL, "local__tls": local, "target__1__tls": target}
        if local != "off":
            settings["local__tls_certificate"] = self.certificate
        if target != "off":
            settings["target__1__tls_ca"] = self.authority.ca
        return self.proxy("127.0.0.1:%d" % self.port, settings={**settings, **more})

    def seen(self, p):
        return [r["d"]["request"] for r in p.records() if isinstance(r.get("d"), dict) and "request" in r["d"]]

    def assertSeen(self, p, text):
        self.assertTrue(wait_until(lambda: any(text in each for each in self.seen(p)), LONG), p.text())
        self.assertNotIn("Stopped observing", p.text())
        self.assertNotIn("ETRUNCATED", p.text())


@unittest.skipUnless(has_tls(), "built without TLS")
class Postgresql(StartTls, PostgresqlCase):
    PROTOCOL = "postgresql"

    @classmethod
    def prepare(cls):
        cls.certify()
        cls.OPTIONS = secure_server(cls)
        super().prepare()
        with open(cls.folder + "/data/pg_hba.conf", "w") as file:
            file.write("host all careful 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n")

    def psql(self, p, mode, sql="select ssl from pg_stat_ssl where pid = pg_backend_pid()", user="me", **more):
        words = " ".join("%s=%s" % each for each in {"host": "localhost", "hostaddr": "127.0.0.1", "port": p.port, "user": user,
                                                      "dbname": "postgres", "sslmode": mode, "sslrootcert": self.authority.ca,
                                                      **more}.items())
        return run("psql", "-X", "-At", words, "-c", sql, env=dict(os.environ, PGPASSWORD="geheim"))

    def assertAnswers(self, p, mode, answer, **more):
        done = self.psql(p, mode, **more)
        self.assertEqual(done.stdout.decode().strip(), answer, done.stderr.decode() + p.text())

    def test_tls_on_both_sides(self):
        p = self.through()
        for mode in ("require", "verify-full", "prefer", "disable"):
            self.assertAnswers(p, mode, "t")
        self.assertAnswers(p, "verify-full", "7", sql="select 3 + 4 /* watched */")
        self.assertSeen(p, "3 + 4 /* watched */")

    def test_tls_on_one_side(self):
        p = self.through(target="off")
        for mode in ("require", "verify-full", "disable"):
            self.assertAnswers(p, mode, "f")
        p = self.through(local="off")
        for mode in ("disable", "prefer"):
            self.assertAnswers(p, mode, "t")
        self.assertIn(b"server does not support SSL", self.psql(p, "require").stderr)
        self.assertSeen(p, "pg_stat_ssl")

    def test_a_client_needs_tls_where_that_is_set(self):
        p = self.through(local="starttls_required")
        self.assertIn(b"this connection must be encrypted", self.psql(p, "disable").stderr)
        self.assertAnswers(p, "require", "t")
        self.assertTrue(p.record(lambda r: "did not ask for TLS" in r["e"]["message"], LONG), p.text())

    def test_each_verifies_the_other(self):
        p = self.through()
        done = self.psql(p, "verify-full", sslrootcert=self.other.ca)
        self.assertIn(b"certificate verify failed", done.stderr)
        self.assertTrue(p.record(lambda r: r["e"]["name"] == "TlsError", LONG), p.text())
        p = self.through(target__1__tls_ca=self.other.ca)
        self.assertNotEqual(self.psql(p, "require").returncode, 0)
        self.assertTrue(p.record(lambda r: r["d"]["error"]["code"] == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", LONG), p.text())

    def test_a_password_that_is_bound_to_the_connection(self):
        """With SCRAM the client and the server compare the certificate that each has seen, where both know how."""
        self.psql(self.through(), "require", sql="create role careful login password 'geheim'")
        sql = {"sql": "select current_user", "user": "careful"}
        p = self.through()
        self.assertIn(b"channel binding", self.psql(p, "require", **sql).stderr)
        self.assertAnswers(p, "require", "careful", channel_binding="disable", **sql)
        self.assertAnswers(self.through(target="off"), "require", "careful", **sql)
        self.assertIn(b"SCRAM-SHA-256-PLUS", self.psql(self.through(local="off"), "disable", **sql).stderr)
        p = self.through(local__tls_certificate=self.server_certificate)
        self.assertAnswers(p, "require", "careful", channel_binding="require", **sql)

    def test_bench(self):
        p = self.through()
        words = "host=127.0.0.1 port=%d user=me dbname=postgres sslmode=require" % p.port
        self.run_tool(self.BIN + "/pgbench", "-i", "-q", words)
        for way in ("simple", "prepared"):
            out = self.run_tool(self.BIN + "/pgbench", "-M", way, "-c", "4", "-C", "-t", "20", words)
            self.assertIn(b"processed: 80/80", out)
        self.assertSeen(p, "END")


class MariaDbStartTls(StartTls):
    """A part of a test case, likewise of MariaDB: who asks, and what of it says whether that was within TLS."""
    USER, PASSWORD = "root", ()
    STATE = "select if(variable_value = '', 'clear', 'tls') from information_schema.session_status where variable_name = 'ssl_version'"

    def sql(self, p, *tls, sql=STATE, user=None, more=None):
        more = [*(self.PASSWORD if more is None else more)]
        return run("mariadb", *login(p, user or self.USER, tls), "-N", *more, "-e", sql)

    def verified(self, authority=None):
        return ("--ssl", "--ssl-ca=" + (authority or self.authority).ca, "--ssl-verify-server-cert")

    def assertAnswers(self, p, tls, answer, **more):
        done = self.sql(p, *tls, **more)
        self.assertEqual(done.stdout.decode().strip(), answer, done.stderr.decode() + p.text())

    def test_a_client_needs_tls_where_that_is_set(self):
        p = self.through(local="starttls_required")
        self.assertIn(b"3159", self.sql(p, "--skip-ssl").stderr)
        self.assertAnswers(p, self.verified(), "tls")

    def test_each_verifies_the_other(self):
        p = self.through()
        self.assertNotEqual(self.sql(p, *self.verified(self.other)).returncode, 0)
        self.assertTrue(p.record(lambda r: r["e"]["name"] == "TlsError", LONG), p.text())
        p = self.through(target__1__tls_ca=self.other.ca)
        self.assertNotEqual(self.sql(p, "--ssl").returncode, 0)
        self.assertTrue(p.record(lambda r: r["d"]["error"]["code"] == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", LONG), p.text())


@unittest.skipUnless(has_tls(), "built without TLS")
class MariaDB(MariaDbStartTls, MariaDBCase):
    PROTOCOL = "mysql"
    SERVER = [*MariaDBCase.SERVER, "--ssl-cert={folder}/server.pem", "--ssl-key={folder}/server.pem"]

    @classmethod
    def prepare(cls):
        cls.certify()
        shutil.copy(cls.server_certificate, cls.folder + "/server.pem")
        super().prepare()

    def test_tls_on_both_sides(self):
        p = self.through()
        for tls in (self.verified(), ("--ssl",), ("--skip-ssl",)):
            self.assertAnswers(p, tls, "tls")
        self.assertAnswers(p, self.verified(), "7", sql="select 3 + 4")
        self.assertAnswers(p, self.verified(), "20000000", sql="select length(repeat('x', 20000000))", more=["--max-allowed-packet=64M"])
        self.assertSeen(p, "select 3 + 4")

    def test_programs_without_tls(self):
        p = self.through(local="off")
        self.assertAnswers(p, ("--skip-ssl",), "tls")
        self.assertNotEqual(self.sql(p, *self.verified()).returncode, 0)
        self.assertSeen(p, "ssl_version")

    def test_passwords(self):
        """In each way of TLS, with a login of more than one round."""
        self.sql(self.through(), "--ssl", sql="install soname 'auth_ed25519'; create user a@'%' identified via ed25519 using password('geheim');"
                                              "create user b@'%' identified by 'geheim'")
        for local, tls in (("starttls", ("--ssl",)), ("starttls", ("--skip-ssl",)), ("off", ("--skip-ssl",))):
            p = self.through(local=local)
            for user in ("a", "b"):
                self.assertAnswers(p, tls, "tls", user=user, more=["-pgeheim"])
                self.assertIn(b"Access denied", self.sql(p, *tls, user=user, more=["-pfalse"]).stderr)
            self.assertNotIn("geheim", p.text())

    def test_slap(self):
        p = self.through()
        done = run("mariadb-slap", *login(p, tls=("--ssl",)), "--concurrency=8", "--number-of-queries=800", "--auto-generate-sql")
        self.assertEqual((done.returncode, done.stderr), (0, b""))


if __name__ == "__main__":
    unittest.main()
