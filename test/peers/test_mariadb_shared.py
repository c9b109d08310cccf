"""MariaDB shared by fifo and funnel: its own client, PyMySQL and others on a real server."""
import os
import random
import threading
import unittest

from harness import LONG, wait_until
from mariadb_shared import DirectPeer, SharedMariaDBCase
from mysql_wire import FOUND_ROWS, IN_TRANSACTION, INIT_DB, MULTI, PING, QUERY, RESET, SHA2, Client, Error
from peer import SHARES

PREPARED = "select variable_value from information_schema.global_status where variable_name = 'prepared_stmt_count'"


class SharedMariaDB(SharedMariaDBCase):
    def test_each_login_is_proven_to_us_and_to_the_server(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            for user, password in (("anna", b"pencil"), ("bert", b"crayon")):
                self.assertEqual(self.connect(p, user=user, password=password).value("select user()").split("@")[0], user)
            self.assertEqual(self.connect(p, plugin=SHA2).value("select 1"), "1")
            self.assertEqual(self.connect(p, database="shop").value("select database()"), "shop")
            self.assertIsNone(self.connect(p).value("select database()"))

    def test_wrong_passwords_and_strangers_are_refused_alike(self):
        p = self.shared("funnel", 2, local__failed_auth_delay="1ms")
        for user, password in (("anna", b"pen"), ("anna", b""), ("dora", b"pencil")):
            self.refused(lambda u=user, w=password: self.connect(p, user=u, password=w), 1045)
        self.refused(lambda: self.connect(p, user="carl", password=b"unknown to the server"), 1045)
        self.refused(lambda: self.connect(p, database="none"), 1049)
        self.assertEqual(self.connect(p).value("select 1"), "1")

    def test_the_greeting_is_that_of_the_server(self):
        p = self.shared("funnel", 2)
        own = self.connect(DirectPeer(self.port))
        for _ in range(3):
            c = self.connect(p)
            self.assertEqual((c.version, c.plugin), (own.version, own.plugin))

    def test_the_client_of_the_server(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            out = self.run_tool("mariadb", "--no-defaults", "-h127.0.0.1", "-P%d" % p.port, "-uanna", "-ppencil", "--skip-ssl",
                                "-N", "-e", "use shop; drop table if exists t; create table t (a int); insert into t values (1), (2); "
                                "select sum(a) from t; begin; delete from t; rollback; select count(*) from t; show tables like 't'")
            self.assertEqual(out.decode().split(), ["3", "2", "t"])

    def test_twenty_clients_share_four_connections(self):
        self.direct("create or replace table shop.sums (id int primary key, a int)", "insert into shop.sums values (1, 0), (2, 0)")
        p = self.shared("funnel", 4)
        wrong = []

        def work(seed):
            rng, c = random.Random(seed), Client(p, database="shop")
            for _ in range(30):
                n = rng.randint(1, 9)
                c.query("begin")
                c.query("update sums set a = a + %d where id = 1" % n)
                c.query("update sums set a = a - %d where id = 2" % n)
                c.query("commit" if rng.random() < 0.7 else "rollback")
                if c.status & IN_TRANSACTION or c.value("select %d" % seed) != str(seed):
                    wrong.append(seed)
            c.close()
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(wrong, [])
        self.assertEqual(self.connect(p, database="shop").value("select sum(a) from sums"), "0")
        self.assertLessEqual(self.connections(), 4)

    def test_no_state_of_one_client_is_seen_by_another(self):
        self.direct("create or replace table shop.t (a int)", "insert into shop.t values (1), (2), (3)",
                    "create or replace procedure shop.sets() set @mine = 7",
                    "create or replace function shop.sets_too() returns int begin set @mine = 8; return 1; end")
        p = self.shared("funnel", 4)
        for sql, look, clean in (
                ("set @mine = 1", "select @mine", None), ("select @mine := 1", "select @mine", None),
                ("select 1 into @mine", "select @mine", None), ("call shop.sets()", "select @mine", None),
                ("select shop.sets_too()", "select @mine", None),
                ("set sql_mode = concat(@@sql_mode, ',NO_BACKSLASH_ESCAPES')", "select @@sql_mode like '%ESCAPES%'", "0"),
                ("set wait_timeout = 777", "select @@wait_timeout = 777", "0"),
                ("set autocommit = 0", "select @@autocommit", "1"),
                ("set session transaction isolation level serializable", "select @@tx_isolation", "REPEATABLE-READ"),
                ("set transaction read only", "insert into shop.t values (9)", None),
                ("use store", "select database()", None), ("set names latin1", "select @@character_set_client", "utf8mb4"),
                ("select get_lock('mine', 1)", "select release_lock('mine')", "0"),
                ("set timestamp = 1", "select now() > '2000-01-01'", "1"),
                ("prepare mine from 'select 1'", PREPARED, "0")):
            c = self.connect(p)
            c.query(sql)
            for left in (False, True):
                for _ in range(6):
                    other = self.connect(p)
                    if look.startswith("insert"):
                        other.query(look)
                    elif "release_lock" in look and left:
                        self.assertTrue(wait_until(lambda c=other: c.value(look) is None, LONG), sql)
                    elif look == PREPARED:
                        self.assertTrue(not left or wait_until(lambda c=other: c.value(PREPARED) == "0", LONG))
                    else:
                        self.assertEqual(other.value(look), clean, sql)
                    other.close()
                c.close()
        c = self.connect(p, database="shop")
        c.query("create temporary table mine (a int)")
        self.refused(lambda: self.connect(p, database="shop").query("select * from mine"), 1146)
        c.close()
        for _ in range(6):
            self.refused(lambda: self.connect(p, database="shop").query("select * from mine"), 1146)

    def test_settings_follow_their_client(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            wrong = []

            def work(seed, p=p, wrong=wrong):
                rng, c = random.Random(seed), Client(p)
                own = {"@@wait_timeout": c.value("select @@wait_timeout"), "@@autocommit": "1", "database()": None,
                       "@@sql_select_limit": c.value("select @@sql_select_limit"), "@@character_set_client": "utf8mb4"}
                for _ in range(25):
                    name = rng.choice(sorted(own))
                    if rng.random() < 0.4:
                        value = {"@@wait_timeout": ("500", "600"), "@@autocommit": ("0", "1"), "database()": ("shop", "store"),
                                 "@@sql_select_limit": ("10", "20"), "@@character_set_client": ("latin1", "utf8mb4")}[name]
                        own[name] = rng.choice(value)
                        form = {"database()": "use %s", "@@character_set_client": "set names %s"}.get(name, "set " + name[2:] + " = %s")
                        c.query(form % own[name])
                    elif (seen := c.value("select " + name)) != own[name]:
                        wrong.append((seed, name, seen, own[name]))
                    if own["@@autocommit"] == "0":
                        c.query("commit")
                c.close()
            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(wrong, [], (mode, connections))
            self.assertTrue(wait_until(lambda n=connections: self.connections() <= n, LONG))
            p.stop()

    def test_the_id_that_was_inserted_last_is_one_s_own(self):
        self.direct("create or replace table shop.ids (id int auto_increment primary key, a int)")
        p = self.shared("funnel", 2)
        clients = [self.connect(p, database="shop") for _ in range(5)]
        self.assertEqual(clients[0].value("select last_insert_id()"), "0")
        for c in clients:
            c.query("insert into ids (a) values (1)")
        for _ in range(3):
            for c in reversed(clients):
                self.assertEqual(c.value("select last_insert_id()"), str(c.inserted))
        clients[0].query("insert into ids (a) values (last_insert_id())")
        self.assertEqual(clients[1].value("select max(a) from ids"), "1")

    def test_what_a_statement_has_left_is_told_while_nobody_else_was_there(self):
        self.direct("create or replace table shop.t (a int)")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        for sql in ("select row_count()", "show count(*) warnings", "select found_rows()", "kill user anna"):
            self.refused(lambda s=sql: c.query(s), 1235)
        for asks in ("show warnings", "show count(*) warnings", "select @@warning_count, 1"):
            c.query("select 1/0")
            for _ in range(2):
                self.assertIn(c.query(asks)[0][:2], (("Warning", "1365"), ("1",), ("1", "1")))
        self.refused(lambda: c.query("select * from nothing"), 1146)
        self.assertEqual(c.query("show errors")[0][1], "1146")
        c.query("insert into t values (1), (2)")
        self.assertEqual([c.value("select row_count()") for _ in range(2)], ["2", "-1"])
        c.query("select a from t")
        self.assertEqual(c.value("select found_rows()"), "2")
        self.assertEqual(c.query("select sql_calc_found_rows 1 union select 2 limit 1"), [("1",)])
        self.assertEqual(c.value("select found_rows()"), "2")
        self.assertFree(p, 2)

    def test_where_there_is_no_message_that_is_the_answer(self):
        self.direct("create or replace table shop.t (a int)")
        p = self.shared("funnel", 2)
        for flags in (0, 1 << 35):
            c = self.connect(p, database="shop", flags=flags)
            columns = []
            for peer in (c, self.connect(DirectPeer(self.port), flags=flags)):
                for sql in ("show warnings", "show errors limit 5"):
                    peer.send(QUERY, sql.encode())
                    columns.append([peer.wire.read() for _ in range(6)])
            self.assertEqual(columns[:2], columns[2:])
            c.query("select 1/0")
            c.query("insert into t values (1)")
            self.assertEqual(c.query("show warnings"), [])

    def test_what_is_created_is_not_done(self):
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        c.query("create or replace procedure asks(out n int) begin show warnings; select row_count() into n; end")
        self.assertFree(p, 2)

    def test_what_a_statement_has_left_is_not_told_of_another_client_s(self):
        self.direct("create or replace table shop.t (a int)")
        p = self.shared("fifo", 1)
        c, other = self.connect(p, database="shop"), self.connect(p, database="shop")
        for says, asks in (("select 1/0", "show warnings"), ("insert into t values (1)", "select row_count()"),
                           ("select a from t", "select found_rows()"), ("select last_insert_id(5)", "select last_insert_id()")):
            c.query(says)
            c.query(asks)
            c.query(says)
            other.query("select 1/0")
            self.refused(lambda a=asks: c.query(a), 1235)
            self.assertEqual(c.value("select 7"), "7")

    def test_an_id_that_nothing_tells(self):
        self.direct("create or replace table shop.n (id int auto_increment primary key, a int)",
                    "create or replace procedure shop.i(n int) insert into n (a) values (n)")
        p = self.shared("funnel", 2)
        c, asks = self.connect(p, database="shop"), "select last_insert_id()"
        for sql, number in (("select last_insert_id(18)", "18"), ("insert into n (a) values (1)", "1"),
                            ("insert into n (a) values (1) returning id", "2"), ("call i(8)", "3")):
            c.query(sql)
            self.assertEqual([c.value(asks), c.value("select @@identity")], [number] * 2, sql)

    def test_errors_end_no_transaction_and_begin_none(self):
        self.direct("create or replace table shop.t (a int primary key) engine = innodb",
                    "create or replace procedure shop.fails() begin start transaction; insert into t values (7); signal sqlstate '45000'; end")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        for _ in range(3):
            self.refused(lambda: c.query("select bogus"), 1054)
        self.assertFree(p, 2)
        c.query("begin")
        c.query("insert into t values (1)")
        self.refused(lambda: c.query("insert into t values (1)"), 1062)
        self.assertEqual(c.value("select count(*) from t"), "1")
        c.query("rollback")
        self.assertEqual(c.value("select count(*) from t"), "0")
        self.refused(lambda: c.query("call fails()"), 1644)
        self.assertEqual(self.connect(p, database="shop").value("select count(*) from t"), "0")
        c.query("commit")
        self.assertEqual(self.connect(p, database="shop").value("select count(*) from t"), "1")

    def test_locks_of_tables_end_with_them(self):
        self.direct("create or replace table shop.t (a int)")
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        c.query("lock tables t write")
        c.query("insert into t values (1)")
        c.query("unlock tables")
        self.assertFree(p, 2)

    def test_commands_that_are_not_queries(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        c.command(PING)
        self.refused(lambda: c.command(INIT_DB, b"none"), 1049)
        self.assertIsNone(c.value("select database()"))
        c.command(INIT_DB, b"shop")
        self.assertEqual(c.value("select database()"), "shop")
        c.query("set @a = 1")
        c.command(RESET)
        self.assertIsNone(c.value("select @a"))
        self.assertFree(p, 2)
        self.refused(lambda: c.query("select 1; select 2"), 1064)
        many = self.connect(p, flags=MULTI)
        self.assertEqual(many.query("select 1; select 2; set @x = 1"), [("1",), ("2",)])

    def test_found_rows_is_a_login_of_its_own(self):
        self.direct("create or replace table shop.t (a int)", "insert into shop.t values (1)")
        p = self.shared("funnel", 2)
        counts = []
        for flags in (0, FOUND_ROWS, 0, FOUND_ROWS):
            c = self.connect(p, database="shop", flags=flags)
            c.send(3, b"update t set a = 1")
            counts.append(c.wire.read()[1])
        self.assertEqual(counts, [0, 1, 0, 1])

    def test_a_file_of_the_client_is_loaded(self):
        self.direct("create or replace table shop.rows_of_a_file (a varchar(100))")
        path = self.folder + "/lines"
        with open(path, "w") as f:
            f.write("".join("line %d\n" % i for i in range(20000)))
        p = self.shared("funnel", 2)
        for _ in range(2):
            self.run_tool("mariadb", "--no-defaults", "-h127.0.0.1", "-P%d" % p.port, "-uanna", "-ppencil", "--skip-ssl",
                          "--local-infile=1", "shop", "-e", "load data local infile '%s' into table rows_of_a_file" % path)
        self.assertEqual(self.connect(p, database="shop").value("select count(*) from rows_of_a_file"), "40000")

    def test_statements_and_rows_of_many_megabytes(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        for size in (900000, 5000000):
            self.assertEqual(c.value("select length('%s')" % ("x" * size)), str(size))
        self.assertEqual(len(c.value("select repeat('y', 17000000)")), 17000000)
        self.assertFree(p, 2)
        out = self.run_tool("mariadb", "--no-defaults", "-h127.0.0.1", "-P%d" % p.port, "-uanna", "-ppencil", "--skip-ssl", "-N",
                            "--max-allowed-packet=64M", text=b"select length('%s')" % (b"z" * 17000000))
        self.assertEqual(out.strip(), b"17000000")

    def test_a_connection_that_is_killed_costs_one_statement(self):
        p = self.shared("funnel", 2)
        c, other = self.connect(p), self.connect(p)
        number = c.value("select connection_id() + 0")
        other.query("select 1")
        self.direct("kill %s" % number)

        def works():
            try:
                return self.connect(p).value("select 3") == "3"
            except (Error, EOFError, OSError):
                return False
        self.assertTrue(wait_until(works, LONG))
        self.assertEqual(other.value("select 2"), "2")
        c = self.connect(p)
        c.query("begin")
        self.direct("kill %s" % c.value("select connection_id() + 0"))
        with self.assertRaises((Error, EOFError, OSError)):
            c.query("select 1")

    def test_a_client_that_leaves_in_a_transaction_leaves_nothing(self):
        self.direct("create or replace table shop.t (a int) engine = innodb")
        p = self.shared("funnel", 2)
        for _ in range(6):
            c = self.connect(p, database="shop")
            c.query("begin")
            c.query("insert into t values (1)")
            c.sock.close()
        self.assertFree(p, 2)
        self.assertEqual(self.connect(p, database="shop").value("select count(*) from t"), "0")

    def test_pymysql_with_its_defaults(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            self.run_tool("/usr/bin/python3", os.path.join(os.path.dirname(__file__), "pymysql_python.py"), str(p.port))


if __name__ == "__main__":
    unittest.main()
