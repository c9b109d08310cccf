"""Users whose secrets PostgreSQL itself is asked for (auth.query), as those of PgBouncer's auth_query."""
from harness import LONG, wait_until
from postgres import Error
from postgresql_shared import SharedPeerCase

QUERY = "select * from get_auth($1)"


class Lookups(SharedPeerCase):
    @classmethod
    def prepare(cls):
        super().prepare()
        with open(cls.folder + "/data/pg_hba.conf", "a") as f:
            f.write("host all keeper,dora 127.0.0.1/32 scram-sha-256\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct("create role keeper login password 'watch'",
                   "create function get_auth(name text, out text, out text) returns setof record language sql security definer as "
                   "'select rolname::text, rolpassword from pg_authid where rolname = name'",
                   "revoke all on function get_auth from public", "grant execute on function get_auth to keeper")
        cls.keeper = cls.folder + "/keeper"
        with open(cls.keeper, "w") as f:
            f.write('"keeper" "watch"\n')

    def looking_up(self, mode="funnel", connections=2, **settings):
        return self.share("postgresql", mode, connections, auth__file=self.keeper, auth__query=QUERY, auth__user="keeper",
                          auth__database="postgres",
                          local__failed_auth_delay="0s", **settings)

    def assert_refused(self, p, user, password):
        with self.assertRaises(Error) as raised:
            self.connect(p, user=user, password=password, database="shop")
        self.assertEqual(raised.exception.code, "28P01")

    def test_who_is_known_to_the_server_comes_in(self):
        for mode, connections in (("fifo", 1), ("funnel", 2)):
            p = self.looking_up(mode, connections)
            for user in ("anna", "bert"):
                c = self.connect(p, user=user, password="pencil", database="shop")
                self.assertEqual(self.value(c, "select current_user || ' ' || current_database()"), user + " shop")
                self.assert_refused(p, user, "pen")
            self.assert_refused(p, "nobody", "pencil")
            self.assert_refused(p, "me", "any")  # has no password
            c = self.connect(p, user="keeper", password="watch")
            self.assertEqual(self.value(c, "select current_user"), "keeper")
            peers = "select count(*) from pg_stat_activity where usename in ('anna', 'bert', 'keeper')"
            self.assertLessEqual(int(self.direct(peers)), connections)
            p.stop()
            self.assertTrue(wait_until(lambda: int(self.direct(peers)) == 0, LONG))  # they count for this one alone

    def test_each_login_is_judged_by_what_the_server_has_then(self):
        p = self.looking_up()
        self.direct("create role dora login password 'one'")
        self.addCleanup(self.direct, "drop role if exists dora")
        self.assertEqual(self.value(self.connect(p, user="dora", password="one"), "select current_user"), "dora")
        self.direct("alter role dora password 'two'")
        self.assert_refused(p, "dora", "one")
        self.assertEqual(self.value(self.connect(p, user="dora", password="two"), "select current_user"), "dora")
        self.direct("drop role dora")
        self.assert_refused(p, "dora", "two")

    def test_a_query_that_fails_lets_nobody_in_and_says_so_in_the_log(self):
        self.direct("revoke execute on function get_auth from keeper")
        self.addCleanup(self.direct, "grant execute on function get_auth to keeper")
        p = self.looking_up()
        self.assert_refused(p, "anna", "pencil")
        self.assertTrue(wait_until(lambda: "auth.query" in p.text()), p.text())


if __name__ == "__main__":
    import unittest
    unittest.main()
