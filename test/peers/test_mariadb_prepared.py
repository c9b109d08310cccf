"""A real MariaDB that fifo and funnel share: prepared statements follow their client to each connection."""
import threading

from harness import LONG, wait_until
from mariadb_shared import SharedMariaDBCase
from mysql_prepared import CURSOR_EXISTS, LAST, LAST_ROW_SENT, LONG_DATA, STMT_CLOSE, Statement
from mysql_wire import EXECUTE, INIT_DB, packet


class Prepared(SharedMariaDBCase):
    def test_a_statement_is_executed_on_whichever_connection_there_is(self):
        self.direct("create or replace table shop.t (a int, b varchar(100))")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        insert, select = Statement(c, "insert into t values (?, ?)"), Statement(c, "select b from t where a = ?")
        seen = set()
        other = self.connect(p)
        for n in range(8):
            if n % 2:
                other.query("begin")
            insert.execute(n, "text %d" % n, bound=n == 0)
            seen.add(c.value("select connection_id() + 0"))
            self.assertEqual(select.execute(n, bound=n == 0), [("text %d" % n,)])
            other.query("rollback")
        self.assertEqual(len(seen), 2)
        self.assertEqual(self.value_of("select count(*) from shop.t"), "8")

    def value_of(self, sql):
        return self.direct(sql).decode().strip()

    def test_ids_are_their_clients_own(self):
        p = self.shared("fifo", 1)
        one, other = self.connect(p), self.connect(p)
        first, second = Statement(one, "select 'one'"), Statement(other, "select 'other'")
        self.assertEqual(first.id, second.id)
        self.assertEqual(first.execute() + second.execute() + first.execute(), [("one",), ("other",), ("one",)])
        first.close()
        self.refused(first.execute, 1243)
        self.assertEqual(second.execute(), [("other",)])
        second.id = 77
        self.refused(second.execute, 1243)
        self.refused(second.reset, 1243)

    def test_a_statement_that_clients_have_in_common_is_prepared_once(self):
        p = self.shared("fifo", 1)
        clients = [self.connect(p) for _ in range(20)]
        statements = [Statement(c, "select ? + 1") for c in clients]
        for n, s in enumerate(statements):
            self.assertEqual(s.execute(n), [(n + 1,)])
        self.assertEqual(self.value_of("select count(*) from performance_schema.prepared_statements_instances")
                         if self.value_of("select @@performance_schema") == "1" else "1", "1")
        self.assertTrue(wait_until(lambda: self.status("Prepared_stmt_count") <= 2, LONG))

    def status(self, name):
        return int(self.direct("show global status like '%s'" % name).split()[1])

    def test_types_that_a_client_does_not_repeat_are_those_that_it_has_bound(self):
        p = self.shared("fifo", 1)
        one, other = self.connect(p), self.connect(p)
        a, b = Statement(one, "select ?, ?"), Statement(other, "select ?, ?")
        self.refused(lambda: a.execute("x", 1, bound=False), 1210)
        self.assertEqual(a.execute("x", 1), [("x", 1)])
        self.assertEqual(b.execute(2, "y"), [(2, "y")])
        self.assertEqual(a.execute("z", 3, bound=False), [("z", 3)])
        self.assertEqual(b.execute(4, None, bound=False), [(4, None)])

    def test_the_least_used_ones_leave_a_connection_and_come_again(self):
        p = self.shared("fifo", 1, pool__statements=3)
        c = self.connect(p)
        statements = [Statement(c, "select %d + ?" % n) for n in range(10)]
        for _ in range(2):
            for n, s in enumerate(statements):
                self.assertEqual(s.execute(1), [(n + 1,)])
        self.assertLessEqual(self.status("Prepared_stmt_count"), 4)

    def test_beyond_the_memory_of_a_client_none_is_prepared(self):
        p = self.shared("fifo", 1, local__statement_memory="64K")
        c = self.connect(p)
        first = Statement(c, "select '%s'" % ("x" * 60000))
        self.refused(lambda: Statement(c, "select '%s'" % ("y" * 6000)), 1461)
        first.close()
        self.assertEqual(Statement(c, "select '%s'" % ("y" * 6000)).execute(), [("y" * 6000,)])
        small = self.shared("fifo", 1, exchange__request_buffer="64K")
        c = self.connect(small)
        self.refused(lambda: Statement(c, "select '%s'" % ("x" * 70000)), 1153)

    def test_in_a_transaction(self):
        self.direct("create or replace table shop.t (a int)")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        insert = Statement(c, "insert into t values (?)")
        c.query("begin")
        insert.execute(1)
        later = Statement(c, "select count(*) from t")
        self.assertEqual(later.execute(), [(1,)])
        c.query("rollback")
        self.assertEqual(later.execute(), [(0,)])

    def test_an_error_of_the_target_is_its_client_s_alone(self):
        self.direct("create or replace table shop.gone (a int)")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        s = Statement(c, "select a from gone")
        self.refused(lambda: Statement(c, "selec 1"), 1064)
        self.direct("drop table shop.gone")
        give_back = self.busy_but_one(p)
        self.refused(s.execute, 1146)
        self.refused(s.execute, 1146)
        give_back()
        self.refused(s.execute, 1146)
        self.direct("create table shop.gone (a int)", "insert into shop.gone values (5)")
        self.assertEqual(s.execute(), [(5,)])
        self.assertFree(p, 2)

    def busy_but_one(self, p):
        """Another client in a transaction; the call that is returned ends it."""
        other = self.connect(p)
        other.query("begin")
        return lambda: other.query("rollback")

    def test_settings_follow_an_execution(self):
        self.direct("create or replace table shop.t (a int)", "create or replace table store.t (a int)", "insert into shop.t values (1)",
                    "insert into store.t values (2)")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        s = Statement(c, "select a from t")
        zone = Statement(c, "select @@time_zone")
        c.query("set time_zone = '+03:00'")
        c.command(INIT_DB, b"store")
        for hold in (False, True):
            give_back = self.busy_but_one(p) if hold else None
            self.assertEqual((s.execute(), zone.execute()), ([(1,)], [("+03:00",)]))
            self.assertEqual(c.value("select a from t"), "2")
            if give_back:
                give_back()

    def test_a_prepared_statement_pins_by_what_it_does(self):
        p = self.shared("funnel", 3)
        c, other = self.connect(p), self.connect(p, database="shop")
        lock = Statement(c, "select get_lock(?, 0)")
        self.assertFree(p, 3)
        self.assertEqual(lock.execute("a"), [(1,)])
        self.assertEqual(other.value("select get_lock('a', 0)"), "0")
        self.assertEqual(c.value("select release_lock('a')"), "1")
        temporary = Statement(other, "create temporary table x (a int)")
        temporary.execute()
        self.assertEqual(Statement(other, "select count(*) from x").execute(), [(0,)])

    def test_the_id_that_was_inserted_last(self):
        self.direct("create or replace table shop.t (id int auto_increment primary key, a int)")
        p = self.shared("fifo", 1)
        one, other = self.connect(p, database="shop"), self.connect(p, database="shop")
        inserts = [Statement(c, "insert into t (a) values (?)") for c in (one, other)]
        asks = [Statement(c, "select last_insert_id()") for c in (one, other)]
        inserts[0].execute(1)
        inserts[1].execute(1)
        self.assertEqual([a.execute() for a in asks], [[(1,)], [(2,)]])
        self.assertEqual(one.value("select last_insert_id()"), "1")

    def test_a_cursor_has_its_connection_until_its_last_row(self):
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        s = Statement(c, "select seq from seq_1_to_5")
        self.refused(lambda: s.fetch(1), 1421)
        for end in (lambda: s.fetch(9), s.reset, s.execute, s.close):
            self.assertEqual(s.execute(flags=1), [])
            self.assertTrue(c.status & CURSOR_EXISTS)
            self.assertEqual(s.fetch(2), [(1,), (2,)])
            other = self.connect(p)
            other.query("begin")  # the only other one
            waits = self.connect(p)
            waits.send(3, b"select 1")
            self.assertEqual(s.fetch(1), [(3,)])
            end()
            self.assertEqual(waits.result(), [("1",)])
            other.query("rollback")
        self.assertFree(p, 2)
        s = Statement(c, "select seq from seq_1_to_2")
        s.execute(flags=1)
        s.fetch(9)
        self.assertTrue(c.status & LAST_ROW_SENT)
        self.refused(lambda: s.fetch(1), 1421)

    def test_parts_of_a_parameter_have_a_connection_until_they_are_used(self):
        p = self.shared("funnel", 2)
        c, other = self.connect(p), self.connect(p)
        s, same = Statement(c, "select length(?), left(?, 3)"), Statement(other, "select length(?), left(?, 3)")
        for _ in range(2):
            for part in (b"a" * 1000, b"b" * 2000000, b"c"):
                s.send_long_data(0, part)
            self.assertEqual(same.execute("x", "y"), [(1, "y")])
            self.assertEqual(s.execute(LONG_DATA, "wxyz"), [(2001001, "wxy")])
        s.send_long_data(0, b"more")
        s.reset()
        self.assertEqual(s.execute("a", "b"), [(1, "b")])
        s.send_long_data(0, b"more")
        s.close()
        self.assertFree(p, 2)

    def test_what_was_refused_of_a_large_request_is_not_passed_on(self):
        """Its rest would be commands, of which nobody knows."""
        self.direct("create or replace table shop.gone (a int)", "drop table if exists shop.smuggled")
        hidden = packet(b"\3create table shop.smuggled (a int)")
        p = self.shared("funnel", 2, exchange__request_buffer="64K")
        c, other = self.connect(p, database="shop"), self.connect(p, database="shop")
        s = Statement(c, "select ?, a from gone")
        self.direct("drop table shop.gone")
        other.query("begin")
        s.send_long_data(0, b"x" * (65536 - 11) + hidden * 1000)
        self.refused(lambda: s.execute(LONG_DATA), 1146)
        other.query("rollback")
        t = Statement(c, "select ?")
        t.send_long_data(0, b"x")
        t.say(STMT_CLOSE, b"x" * (65536 - 9) + hidden * 1000)
        self.assertEqual(t.execute(LONG_DATA), [("x",)])
        self.assertEqual([x.value("select 'mine'") for x in (other, c)], ["mine"] * 2)
        self.assertEqual(self.value_of("show tables in shop like 'smuggled'"), "")
        self.assertFree(p, 2)

    def test_what_is_behind_a_large_statement_waits_for_it(self):
        self.direct("create or replace table shop.n (id int auto_increment primary key, a int)")
        p = self.shared("funnel", 2, exchange__request_buffer="64K")
        c = self.connect(p, database="shop")
        large = b"insert into n (a) values (1) /* %s */" % (b"x" * 100000)
        c.sock.sendall(packet(b"\3" + large) + packet(b"\3select last_insert_id()") + packet(b"\3selec '%s'" % (b"x" * 100000)) +
                       packet(b"\x16select 7") + packet(b"\3select 8"))
        self.assertEqual((c.result(), c.result()), ([], [("1",)]))
        self.refused(c.result, 1064)
        self.assertEqual(c.wire.read()[:5], b"\0\1\0\0\0")
        self.assertEqual([c.wire.read()[3:4] for _ in range(2)][0], b"f")
        self.assertEqual(c.result(), [("8",)])

    def test_the_parts_of_one_are_not_those_of_another(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        a, b = Statement(c, "select ?"), Statement(c, "select ?, 2")
        for s in (a, b):
            s.send_long_data(0, b"AAA")
        b.close()
        a.reset()
        self.assertEqual(a.execute("new"), [("new",)])
        self.assertFree(p, 2)

    def test_a_statement_means_what_its_session_is(self):
        p = self.shared("funnel", 3)
        c = self.connect(p)
        text = 'select "a" from (select 5 as a) x'
        self.assertEqual(Statement(c, text).execute(), [("a",)])
        c.query("set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')")
        self.assertEqual(Statement(c, text).execute(), [(5,)])

    def test_one_connection_is_made_ready_for_a_request(self):
        p = self.shared("funnel", 6)
        clients = [self.connect(p) for _ in range(6)]
        for c in clients:
            c.query("begin")
        for c in clients[1:]:
            c.query("rollback")
        s = Statement(clients[1], "select 7")
        seen = self.status("Com_stmt_prepare")
        holder = self.connect(p)
        holder.query("begin")
        self.assertEqual(s.execute(), [(7,)])
        self.assertLessEqual(self.status("Com_stmt_prepare") - seen, 1)

    def test_where_no_client_may_have_a_connection_alone(self):
        p = self.shared("fifo", 1)
        c = self.connect(p)
        s = Statement(c, "select ?")
        self.assertEqual(s.execute("a"), [("a",)])
        self.refused(lambda: s.execute("a", flags=1), 1235)
        s.send_long_data(0, b"more")
        self.refused(lambda: s.execute(LONG_DATA), 1235)
        self.assertEqual(s.execute("b"), [("b",)])

    def test_the_last_one_prepared(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        s = Statement(c, "select 1")
        s.id = LAST
        self.assertEqual(s.execute(), [(1,)])
        self.refused(lambda: Statement(c, "selec"), 1064)
        self.refused(s.execute, 1243)

    def test_a_connection_that_is_reset_has_none(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        s = Statement(c, "select 1")
        c.command(0x1f)
        self.refused(s.execute, 1243)

    def test_behind_a_client_that_left_something_they_are_prepared_anew(self):
        p = self.shared("funnel", 2)
        for _ in range(3):
            c = self.connect(p)
            s = Statement(c, "select ?")
            self.assertEqual(s.execute(1), [(1,)])
            c.query("set @a := 1 + 1")  # it pins, and the connection is logged in anew when it leaves
            self.assertEqual(s.execute(2, bound=False), [(2,)])
            c.close()
        self.assertFree(p, 2)

    def test_twenty_clients_with_statements_of_their_own(self):
        p = self.shared("funnel", 4, pool__statements=5)
        faults = []

        def play(n):
            try:
                c = self.connect(p)
                mine = [Statement(c, "select %d, ?" % (n % 7 + k)) for k in range(3)]
                for i in range(60):
                    k = i % 3
                    got = mine[k].execute(i, bound=i < 3)
                    if got != [(n % 7 + k, i)]:
                        faults.append((n, i, got))
            except Exception as fault:  # pylint: disable=broad-except
                faults.append((n, i, repr(fault)))
        threads = [threading.Thread(target=play, args=(n,), daemon=True) for n in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(LONG)
        self.assertEqual(faults, [])

    def test_what_is_no_execution_is_refused(self):
        c = self.connect(self.shared("fifo", 1))
        s = Statement(c, "select ?, ?")
        for body in (b"", b"\0", b"\0\1\0\0\0", b"\0\1\0\0\0\0\1\xfd"):
            self.refused(lambda: c.command(EXECUTE, s.id.to_bytes(4, "little") + body), 1835)
        self.assertEqual(s.execute("a", "b"), [("a", "b")])
