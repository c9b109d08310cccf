"""PostgreSQL shared by fifo and funnel: state ends on a real server when that says so."""
from postgres import EXECUTE, SYNC, Error, bind, parse
from postgresql_shared import SharedPeerCase

# what begins, what might have ended it and does not, what ends it
STATES = (
    (("listen a", "listen b"), ("unlisten a", "rollback"), ("unlisten b",)),
    (("listen a",), ("close all", "select pg_advisory_unlock_all()"), ("unlisten *",)),
    (("select pg_advisory_lock(1)", "select pg_try_advisory_lock_shared(2, 3)"), ("select pg_advisory_unlock(1)",),
     ("select pg_advisory_unlock_shared(2, 3)",)),
    (("select pg_advisory_lock(7)", "select pg_advisory_lock(7)"), ("select pg_advisory_unlock(7)",), ("select pg_advisory_unlock(7)",)),
    (("create temp table t (a int)",), ("discard plans", "commit"), ("drop table t",)),
    (("create temp view v as select 1",), (), ("drop view v",)),
    (("create temp sequence s",), (), ("discard temp",)),
    (("create function pg_temp.f() returns int language sql return 1",), (), ("drop function pg_temp.f()",)),
    (("create type pg_temp.e as enum ('a')",), (), ("drop type pg_temp.e",)),
    (("begin", "create temp table t (a int) on commit drop"), (), ("commit",)),
    (("begin", "create temp table t (a int)"), (), ("rollback",)),
    (("prepare s as select 1", "prepare r as select 2"), ("deallocate s",), ("deallocate r",)),
    (("begin", "declare c cursor with hold for select 1", "commit"), ("close d",), ("close c",)),
    (("set role anna",), ("reset search_path", "commit"), ("reset role",)),
    (("set role anna",), (), ("set role none",)),
)


class PostgresqlStates(SharedPeerCase):
    def is_free(self, p):
        """Whether two transactions have room beside each other on the two connections."""
        with_all = [self.connect(p), self.connect(p)]
        try:
            for c in with_all:
                c.query("begin")
            return True
        except Error as error:
            self.assertEqual(error.code, "53300")
            return False
        finally:
            for c in with_all:
                c.close()

    def test_state_pins_until_the_server_has_nothing_of_it(self):
        p = self.shared("funnel", 2, exchange__queue_timeout="300ms")
        self.direct("grant anna to me")
        for path in ("", "evil, pg_catalog"):
            self.direct("set client_min_messages = warning", "drop schema if exists evil cascade", "create schema evil",
                        "create function evil.exists_never() returns int language sql return 1",
                        "create view evil.pg_locks as select 'x'::text as locktype, 0 as pid",
                        "create operator evil.= (leftarg = int4, rightarg = int4, function = pg_catalog.int4ne)")
            for begins, others, ends in STATES:
                c = self.connect(p)
                if path:
                    c.query("set search_path = " + path)
                for sql in begins:
                    c.query(sql)
                if "begin" not in begins[:1] or "commit" in begins:
                    self.assertFalse(self.is_free(p), begins)
                for sql in others:
                    try:
                        c.query(sql)
                    except Error as error:
                        self.assertEqual(error.code, "34000")
                    self.assertFalse(self.is_free(p), (begins, sql))
                for sql in ends:
                    c.query(sql)
                self.assertTrue(self.is_free(p), (begins, ends))
                self.assertEqual(self.value(c, "select 1"), "1")
                c.close()

    def test_a_statement_of_the_protocol_may_end_it(self):
        p = self.shared("funnel", 2, exchange__queue_timeout="300ms")
        c = self.connect(p)
        c.ask(parse("select pg_advisory_unlock(9)", "unlock") + SYNC)
        c.query("select pg_advisory_lock(9)")
        self.assertFalse(self.is_free(p))
        c.ask(bind("unlock") + EXECUTE + SYNC)
        self.assertTrue(self.is_free(p))

    def test_notifications_are_the_client_s_while_it_is_asked(self):
        p = self.shared("funnel", 2)
        c, other = self.connect(p), self.connect(p)
        c.query("listen a")
        for n in range(50):
            c.query("begin")
            other.query("notify a, '%d'" % n)
            c.query("commit")  # behind which it is asked, and told
            self.assertEqual(self.value(c, "select 1"), "1")
        self.assertEqual(c.query("unlisten *")[1], "I")
        self.assertEqual(self.value(other, "select count(*) from pg_listening_channels()"), "0")
