"""PostgreSQL shared by fifo and funnel: psql, pgbench and others on a real server that asks for SCRAM, MD5 or nothing."""
import os
import random
import threading

from harness import LONG, wait_until
from peer import SHARES
from postgres import EXECUTE, SYNC, Error, bind, message, parse, query
from postgresql_shared import SharedPeerCase


class SharedPostgresql(SharedPeerCase):
    def test_each_login_of_a_server_is_known(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            for user in ("anna", "bert", "carl"):
                self.assertEqual(self.psql(p, "select current_user", user=user, password="pencil"), (user + "\n").encode())
            self.assertEqual(self.psql(p, "select current_database()", database="shop"), b"shop\n")

    def test_the_server_s_own_refusals_reach_the_client(self):
        p = self.shared("funnel", 2)
        with self.assertRaises(Error) as raised:
            self.connect(p, database="none")
        self.assertEqual((raised.exception.code, raised.exception.text), ("3D000", 'database "none" does not exist'))
        self.assertEqual(self.value(self.connect(p), "select 1"), "1")

    def test_no_state_of_one_client_is_seen_by_another(self):
        p = self.shared("funnel", 4)
        for sql, look, clean in (
                ("set work_mem = '7MB'", "show work_mem", "4MB"),
                ("select set_config('my.setting', 'a', false)", "select current_setting('my.setting', true)", None),
                ("create temp table mine (a int)", "select count(*) from pg_class where relname = 'mine' and "
                 "relnamespace = pg_my_temp_schema()", "0"),
                ("set role anna", "select current_user", "me"),
                ("prepare s as select 1", "select count(*) from pg_prepared_statements", "0"),
                ("listen x", "select count(*) from pg_listening_channels()", "0"),
                ("select pg_advisory_lock(7)", "select count(*) from pg_locks where locktype = 'advisory' and pid = "
                 "pg_backend_pid()", "0"),
                ("declare c cursor with hold for select 1", "select count(*) from pg_cursors", "0")):
            c = self.connect(p)
            if "declare" in sql:
                c.query("begin")
            c.query(sql)
            if "declare" in sql:
                c.query("commit")
            for _ in range(6):
                self.assertEqual(self.value(self.connect(p), look), clean, sql)
            c.close()
            for _ in range(6):
                self.assertEqual(self.value(self.connect(p), look), clean, sql)

    def test_settings_follow_their_client_and_nobody_else_has_them(self):
        names = ("work_mem", "TimeZone", "search_path", "application_name", "DateStyle", "statement_timeout")
        values = {"work_mem": ("'5MB'", "'6MB'"), "TimeZone": ("'Europe/Rome'", "'UTC'"), "search_path": ("shop, public", "pg_catalog"),
                  "application_name": ("'a'", "'b'"), "DateStyle": ("'German'",), "statement_timeout": ("'1min'", "0")}
        shows = {"'5MB'": "5MB", "'6MB'": "6MB", "'Europe/Rome'": "Europe/Rome", "'UTC'": "UTC", "'a'": "a", "'b'": "b",
                 "'German'": "German, DMY", "'1min'": "1min", "pg_catalog": "pg_catalog", "shop, public": "shop, public", "0": "0"}
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            wrong = []

            def work(seed, p=p, wrong=wrong):
                rng = random.Random(seed)
                own, c = {}, self.connect(p)
                first = {name: self.value(c, "show " + name) for name in names}
                for _ in range(40):
                    name = rng.choice(names)
                    if rng.random() < 0.3:
                        value = rng.choice(values[name])
                        c.query("set %s = %s" % (name, value))
                        own[name] = shows[value]
                    elif rng.random() < 0.1:
                        c.query("discard all")
                        own = {}
                    elif (seen := self.value(c, "show " + name)) != own.get(name, first[name]):
                        wrong.append((seed, name, seen, own.get(name, first[name])))
            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(12)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG * 2)
            self.assertEqual(wrong, [])

    def test_transactions_of_many_over_few_lose_nothing(self):
        self.direct("create table if not exists counter (n int)", "truncate counter", "insert into counter values (0)")
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            self.direct("update counter set n = 0")

            def work():
                c = self.connect(p)
                for _ in range(10):
                    c.query("begin")
                    c.query("update counter set n = n + 1")
                    c.query("rollback" if _ % 2 else "commit")
            threads = [threading.Thread(target=work) for _ in range(12)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG * 2)
            self.assertEqual(self.direct("select n from counter"), b"60\n")

    def test_pgbench_over_few_connections(self):
        p = self.shared("funnel", 4, local__max_connections=200)
        self.bench(p, "-i", "-q")
        most = []

        def sample():
            most.append(int(self.direct("select count(*) from pg_stat_activity where backend_type = 'client backend' and "
                                        "application_name <> 'psql'")))  # as which this one comes
            return done.is_set()
        done = threading.Event()
        sampler = threading.Thread(target=lambda: wait_until(sample, LONG * 6, 0.05))
        sampler.start()
        try:
            for how in ("simple", "extended", "prepared"):
                for kind in (("-S",), ()):
                    out = self.bench(p, "-n", "-M", how, *kind, "-c", "100", "-t", "10")
                    self.assertIn(b"processed: 1000/1000", out)
                    self.assertIn(b"failed transactions: 0 ", out)
        finally:
            done.set()
            sampler.join()
        self.assertLessEqual(max(most), 4)
        self.assertEqual(self.direct("select (select sum(abalance) from pgbench_accounts) = (select sum(bbalance) from "
                                     "pgbench_branches), (select sum(tbalance) from pgbench_tellers) = "
                                     "(select sum(delta) from pgbench_history), count(*) from pgbench_history"), b"t|t|3000\n")

    def test_prepared_statements_are_their_clients_own(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections, pool__statements=5)
            wrong = []

            def ask(c, data):
                c.s.sendall(data)
                return [body[6:].decode() for kind, body in c.until() if kind == b"D"]

            def work(seed, p=p, wrong=wrong):
                rng, mine, c = random.Random(seed), {}, self.connect(p)
                for step in range(60):
                    name, value = rng.choice("abc"), str(rng.randrange(10))
                    act = rng.randrange(6)
                    if act == 0:
                        ask(c, message(b"C", b"S" + name.encode() + b"\0") + parse("select '%s'::text" % value, name) + SYNC)
                        mine[name] = value
                    elif act == 1 and name in mine:
                        c.query("deallocate " + name)
                        del mine[name]
                    elif act == 2 and step % 5 == 0:
                        c.query(rng.choice(("discard all", "deallocate all")))
                        mine = {}
                    elif ask(c, bind(name) + EXECUTE + SYNC) != ([mine[name]] if name in mine else []):
                        wrong.append((seed, step))
            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(12)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG * 2)
            self.assertEqual(wrong, [])

    def test_a_plan_whose_table_has_changed_is_made_anew(self):
        self.direct("drop table if exists changing", "create table changing (a int)", "insert into changing values (1)",
                    "grant all on changing to public")
        c = self.connect(self.shared("funnel", 2))
        c.ask(parse("select * from changing", "s") + bind("s") + EXECUTE + SYNC)
        self.direct("alter table changing add column b int")
        with self.assertRaises(Error) as raised:
            c.ask(bind("s") + EXECUTE + SYNC)
        self.assertEqual(raised.exception.code, "0A000")
        self.assertEqual(c.ask(bind("s") + EXECUTE + SYNC)[0], ["SELECT 1"])

    def test_psycopg_with_its_defaults(self):
        for connections in (2, 4):
            p = self.shared("funnel", connections)
            self.run_tool("/usr/bin/python3", os.path.join(os.path.dirname(__file__), "psycopg_python.py"),
                          "host=127.0.0.1 port=%d user=carl password=pencil dbname=postgres" % p.port)

    def test_copy_both_ways_and_its_errors(self):
        for mode, connections in SHARES:
            p = self.shared(mode, connections)
            self.direct("drop table if exists numbers", "create table numbers (a int)", "grant all on numbers to public")
            rows = b"".join(b"%d\n" % n for n in range(100000))
            self.psql(p, "copy numbers from stdin", text=rows)
            self.assertEqual(self.psql(p, "copy (select a from numbers order by a) to stdout"), rows)
            c = self.connect(p)
            for text, code in ((b"1\nx\n", "22P02"), (b"", None)):
                call = query("copy numbers from stdin") + message(b"d", text) + message(b"c")
                if code:
                    with self.assertRaises(Error) as raised:
                        c.ask(call)
                    self.assertEqual(raised.exception.code, code)
                else:
                    self.assertEqual(c.ask(call)[0], ["COPY 0"])
            self.assertEqual(self.value(c, "select count(*) from numbers"), "100000")

    def test_backends_that_are_terminated_cost_what_they_did_alone(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        for state in ("at rest", "in a transaction"):
            if state != "at rest":
                c.query("begin")
            self.assertEqual(self.value(self.connect(p), "select 1"), "1")
            self.direct("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and "
                        "pid <> pg_backend_pid()")

            def serves():
                try:
                    return self.value(self.connect(p), "select 1") == "1"
                except (Error, OSError, EOFError):
                    return False  # it was told that its connection was terminated
            self.assertTrue(wait_until(serves))
        with self.assertRaises((Error, OSError, EOFError)):
            c.query("commit")
