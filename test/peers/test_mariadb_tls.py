"""MariaDB with TLS on both sides, shared by fifo and funnel: the real server, its clients and PyMySQL."""
import shutil
import ssl
import unittest

from certificates import has_tls
from harness import LONG, wait_until
from mariadb import login
from mariadb_shared import SharedMariaDBCase
from peer import SHARES
from test_starttls import MariaDbStartTls, run


@unittest.skipUnless(has_tls(), "built without TLS")
class SharedMariaDbTls(MariaDbStartTls, SharedMariaDBCase):
    USER, PASSWORD = "anna", ("-ppencil",)
    SERVER = [*SharedMariaDBCase.SERVER, "--ssl-cert={folder}/server.pem", "--ssl-key={folder}/server.pem"]

    @classmethod
    def prepare(cls):
        cls.certify()
        shutil.copy(cls.server_certificate, cls.folder + "/server.pem")
        super().prepare()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct("alter user anna@'127.0.0.1' require ssl")

    def through(self, mode="funnel", connections=2, local="starttls", target="starttls", **more):
        settings = {"local__tls": local, "target__1__tls": target}
        if local != "off":
            settings["local__tls_certificate"] = self.certificate
        if target != "off":
            settings["target__1__tls_ca"] = self.authority.ca
        return self.shared(mode, connections, **{**settings, **more})

    def test_tls_on_both_sides(self):
        for mode, connections in SHARES:
            p = self.through(mode, connections)
            for tls in (self.verified(), ("--ssl",), ("--skip-ssl",)):
                self.assertAnswers(p, tls, "tls")
            self.assertAnswers(p, self.verified(), "anna@127.0.0.1", sql="select current_user()")
            self.assertAnswers(p, self.verified(), "bert@127.0.0.1", sql="select current_user()", user="bert", more=["-pcrayon"])
            self.assertAnswers(p, self.verified(), "20000", sql="select length(repeat('x', 20000))")
            self.assertNotIn("ETRUNCATED", p.text())

    def test_tls_on_one_side(self):
        p = self.through(local="off")
        self.assertAnswers(p, ("--skip-ssl",), "tls")
        self.assertNotEqual(self.sql(p, *self.verified()).returncode, 0)
        p = self.through(target="off")
        self.assertAnswers(p, self.verified(), "clear", user="bert", more=["-pcrayon"])
        self.assertIn(b"1045", self.sql(p, *self.verified()).stderr)  # anna needs TLS there

    def test_load_through_two_connections(self):
        p = self.through(local__max_connections=100)
        done = run("mariadb-slap", *login(p, "anna", ("--ssl",)), "-ppencil", "--concurrency=20", "--number-of-queries=2000",
                   "--auto-generate-sql", "--commit=5")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertTrue(wait_until(lambda: self.connections() <= 2, LONG))

    def test_pymysql(self):
        p = self.through()
        context = ssl.create_default_context(cafile=self.authority.ca)
        c = self.connect(p, tls=context, name="localhost")
        self.assertEqual(c.value("select 3 + 4"), "7")
        self.run_tool("/usr/bin/python3", "-c", """if True:
            import pymysql
            with pymysql.connect(host="localhost", port=%d, user="anna", password="pencil", ssl_ca=%r, ssl_verify_cert=True, ssl_verify_identity=True) as c:
                with c.cursor() as rows:
                    rows.execute(%r)
                    assert rows.fetchone() == ("tls",)
        """ % (p.port, self.authority.ca, self.STATE))


if __name__ == "__main__":
    unittest.main()
