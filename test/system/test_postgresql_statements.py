"""PostgreSQL in fifo and funnel with scripted servers: a client's prepared statements on whichever connection serves it."""
import random
import threading

from harness import LONG, wait_until
from postgres import EXECUTE, FLUSH, SYNC, Error, Server, bind, message, parse, query, texts
from postgres_case import SharedPostgresqlCase

SHARES = (("fifo", 1), ("funnel", 1), ("funnel", 3))


def close(name):
    return message(b"C", b"S" + texts(name))


def describe(name):
    return message(b"D", b"S" + texts(name))


def run(name=""):
    return bind(name) + EXECUTE


class PostgresqlStatements(SharedPostgresqlCase):
    def kinds(self, c, data):
        """The kinds of the messages that answer this, in one string."""
        c.s.sendall(data)
        return b"".join(kind for kind, _ in c.until()).decode()

    def parsed(self, server):
        """How often statements with a name were prepared, on all connections."""
        return sum(kind == b"P" and body[:1] != b"\0" for _, kind, body in server.asked)

    def test_a_name_means_the_text_that_this_client_gave_it(self):
        for mode, connections in SHARES:
            server = Server()
            proxy = self.share(server, mode=mode, connections=connections, pool__statements=3)
            wrong = []

            def work(seed, proxy=proxy, wrong=wrong):
                rng, mine, c = random.Random(seed), {}, self.connect(proxy)
                for step in range(80):
                    name, text = rng.choice("abc"), "SELECT %d" % rng.randrange(8)
                    try:
                        act = rng.randrange(8)
                        if act < 2 and name not in mine:
                            self.assertEqual(self.kinds(c, parse(text, name) + SYNC), "1Z")
                            mine[name] = text
                        elif act == 2 and name not in mine:
                            got = c.ask(parse(text, name) + run(name) + SYNC)[0]
                            mine[name] = text
                            self.assertEqual([each.split("@")[0] for each in got], [text])
                        elif act == 3:
                            self.assertEqual(self.kinds(c, close(name) + SYNC), "3Z")
                            mine.pop(name, None)
                        elif act == 4 and name in mine:
                            self.assertEqual(c.query("DEALLOCATE " + name)[0][0].split(" ")[0], "DEALLOCATE")
                            mine.pop(name)
                        elif act == 5 and step % 9 == 0:
                            c.query(rng.choice(("DISCARD ALL", "DEALLOCATE ALL")))
                            mine = {}
                        elif name in mine:
                            got = c.ask(run(name) + SYNC)[0]
                            self.assertEqual([each.split("@")[0] for each in got], [mine[name]])
                        else:
                            self.refused(lambda c=c, name=name: c.ask(run(name) + SYNC), "ERROR", "26000")
                    except (AssertionError, Error) as e:
                        wrong.append((seed, step, name, str(e)))
                        return
            threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG)
            self.assertEqual(wrong, [])
            self.assertLessEqual(server.most, connections)

    def test_clients_share_what_is_the_same_and_nobody_is_tied(self):
        server = Server()
        proxy = self.share(server, connections=1)
        clients = [self.connect(proxy) for _ in range(5)]
        for n, c in enumerate(clients):
            self.assertEqual(self.kinds(c, parse("SELECT 1", "mine%d" % n) + describe("mine%d" % n) + SYNC), "1tnZ")
        for _ in range(3):
            for n, c in enumerate(clients):
                self.assertEqual(c.ask(run("mine%d" % n) + SYNC)[0], ["SELECT 1@1"])
        self.assertEqual(self.parsed(server), 1)

    def test_errors_are_the_servers_own(self):
        proxy = self.share(Server(), connections=2)
        c, other = self.connect(proxy), self.connect(proxy)
        self.refused(lambda: c.ask(parse("bad", "a") + run("a") + SYNC), "ERROR", "42601")
        self.refused(lambda: c.ask(run("a") + SYNC), "ERROR", "26000")
        self.assertEqual(c.ask(parse("SELECT 1", "a") + run("a") + SYNC)[0], ["SELECT 1@1"])
        self.refused(lambda: c.ask(parse("SELECT 2", "a") + SYNC), "ERROR", "42P05")
        self.assertEqual(c.ask(run("a") + SYNC)[0], ["SELECT 1@1"])
        self.refused(lambda: other.ask(run("a") + SYNC), "ERROR", "26000")
        # what is behind an error was not done
        self.refused(lambda: c.ask(run("none") + close("a") + parse("SELECT 3", "b") + SYNC), "ERROR", "26000")
        self.assertEqual(c.ask(run("a") + SYNC)[0], ["SELECT 1@1"])
        self.assertEqual(c.ask(parse("SELECT 4", "b") + run("b") + SYNC)[0], ["SELECT 4@1"])
        self.assertEqual(self.kinds(c, close("a") + parse("SELECT 5", "a") + run("a") + SYNC), "312CZ")
        self.assertEqual(c.ask(run("a") + SYNC)[0], ["SELECT 5@1"])

    def test_what_another_connection_has_not_got_is_prepared_there(self):
        server = Server()
        proxy = self.share(server, connections=2)
        c, other = self.connect(proxy), self.connect(proxy)
        self.assertEqual(c.ask(parse("SELECT 1", "a") + run("a") + SYNC)[0], ["SELECT 1@1"])
        other.query("begin")  # it has the first one
        self.assertEqual(self.kinds(c, run("a") + run("a") + describe("a") + SYNC), "2C2CtnZ")
        self.assertEqual(c.ask(run("a") + SYNC)[0], ["SELECT 1@2"])
        self.assertEqual(self.parsed(server), 2)

    def test_the_statement_without_a_name_lasts_as_long_as_a_server_keeps_it(self):
        proxy = self.share(Server(), connections=1)
        c, other = self.connect(proxy), self.connect(proxy)
        self.assertEqual(self.kinds(c, parse("SELECT 1") + describe("") + SYNC), "1tnZ")
        self.refused(lambda: other.ask(run() + SYNC), "ERROR", "26000")
        self.assertEqual(other.ask(parse("SELECT 2") + run() + SYNC)[0], ["SELECT 2@1"])
        self.assertEqual(c.ask(run() + SYNC)[0], ["SELECT 1@1"])
        other.query("SELECT 3")
        self.refused(lambda: other.ask(run() + SYNC), "ERROR", "26000")
        self.assertEqual(c.ask(run() + SYNC)[0], ["SELECT 1@1"])

    def test_behind_a_flush_names_are_the_clients_own_too(self):
        proxy = self.share(Server(), connections=1)
        c = self.connect(proxy)
        self.connect(proxy).ask(parse("SELECT 0", "a") + SYNC)
        c.s.sendall(parse("SELECT 1", "a") + FLUSH)
        self.assertEqual(c.until(b"1")[-1][0], b"1")
        c.s.sendall(run("a") + FLUSH)
        self.assertEqual(c.until(b"C")[-1][1], b"SELECT 1@1\0")
        c.s.sendall(run("a") + SYNC)
        self.assertEqual(c.until()[-2][1], b"SELECT 1@1\0")

    def test_those_used_last_are_kept(self):
        server = Server()
        proxy = self.share(server, connections=1, pool__statements=2)
        c = self.connect(proxy)
        for n in range(3):
            c.ask(parse("SELECT %d" % n, "s%d" % n) + SYNC)
        self.assertEqual(self.parsed(server), 3)
        self.assertEqual(sum(kind == b"C" for _, kind, _ in server.asked), 1)
        self.assertEqual(c.ask(run("s2") + run("s1") + SYNC)[0], ["SELECT 2@1", "SELECT 1@1"])
        self.assertEqual(self.parsed(server), 3)
        self.assertEqual(c.ask(run("s0") + SYNC)[0], ["SELECT 0@1"])
        self.assertEqual(self.parsed(server), 4)

    def test_a_plan_that_is_outdated_is_made_anew(self):
        def changes(server, session, kind, body):
            if kind != b"E" or not changed:
                return False
            changed.clear()
            session.failed = True
            session.batch += message(b"E", b"SERROR\0VERROR\0C0A000\0Mcached plan must not change result type\0\0")
            return True
        changed = []
        server = Server(changes)
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        c.ask(parse("SELECT 1", "a") + SYNC)
        changed.append(True)
        self.refused(lambda: c.ask(run("a") + SYNC), "ERROR", "0A000")
        self.assertEqual(c.ask(run("a") + SYNC)[0], ["SELECT 1@1"])
        self.assertEqual(self.parsed(server), 2)

    def test_statements_that_leave_state_behind_tie_as_ever(self):
        proxy = self.share(Server(), connections=2)
        c = self.connect(proxy)
        c.ask(parse("SET a = 1", "s") + SYNC)
        self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@2"])
        self.assertEqual(c.ask(run("s") + SYNC)[0], ["SET a = 1@1"])

    def test_what_leaves_state_behind_is_executed_only_where_it_was_judged(self):
        """By a later request, or by a portal of another name, it would be unseen."""
        proxy = self.share(Server(), connections=2)
        c, other = self.connect(proxy), self.connect(proxy)
        portal = message(b"E", b"none\0" + b"\0" * 4)
        c.ask(parse("SELECT 0", "s") + SYNC)
        for text in ("SET a = 1", "DISCARD ALL"):
            self.refused(lambda text=text: c.ask(parse(text) + bind() + portal + SYNC), "ERROR", "34000")
            self.refused(lambda: c.ask(run() + SYNC), "ERROR", "26000")
        self.assertIn("@2", other.query("SELECT 1")[0][0])  # the first one is tied for what may have been done
        c.query("LISTEN x")
        c.ask(parse("SELECT 1") + bind(portal="kept") + SYNC)
        self.refused(lambda: c.ask(parse("DISCARD ALL") + portal + SYNC), "ERROR", "34000")
        self.assertIn("@2", other.query("SELECT 1")[0][0])

    def test_what_ends_statements_is_not_prepared_for_later(self):
        server = Server()
        c = self.connect(self.share(server, connections=1))
        for text in ("DEALLOCATE ALL", "DISCARD ALL", "DEALLOCATE a"):
            for data in (parse(text, "later"), parse(text) + bind(portal="later"), parse(text, "later") + bind("later") + EXECUTE):
                self.refused(lambda data=data: c.ask(data + SYNC), "ERROR", "0A000")
        self.assertEqual(server.asked, [])
        c.ask(parse("SELECT 1", "a") + SYNC)
        self.assertEqual(c.ask(parse("DEALLOCATE ALL") + bind() + EXECUTE + SYNC)[0], ["DEALLOCATE ALL"])
        self.refused(lambda: c.ask(run("a") + SYNC), "ERROR", "26000")

    def test_a_refusal_within_a_batch_ends_behind_its_sync(self):
        """Else the one who counts the ends would wait for one more."""
        proxy = self.share(Server(), connections=1, exchange__request_buffer="64K")
        c = self.connect(proxy)
        large = parse("SELECT '%s'" % ("x" * 70000))
        for data in (large, parse("LISTEN x") + FLUSH, parse("copy t from stdin") + bind() + EXECUTE + FLUSH):
            c.s.sendall(data)
            self.assertEqual([kind for kind, _ in c.until(b"E")], [b"E"])
            c.s.sendall(parse("SELECT 2") + bind() + EXECUTE + SYNC)
            self.assertEqual(c.until(), [(b"Z", b"I")])
            self.assertEqual(c.query("SELECT 3")[0], ["SELECT 3@1"])

    def test_a_client_has_so_much_memory_for_them(self):
        proxy = self.share(Server(), connections=1, local__statement_memory="64K")
        c = self.connect(proxy)
        c.ask(parse("SELECT '%s'" % ("x" * 40000), "a") + SYNC)
        self.refused(lambda: c.ask(parse("SELECT '%s'" % ("x" * 40000), "b") + SYNC), "ERROR", "54000")
        self.assertEqual(self.kinds(c, close("a") + SYNC), "3Z")
        c.ask(parse("SELECT '%s'" % ("x" * 40000), "b") + SYNC)

    def test_a_deallocation_in_a_failed_transaction_is_answered(self):
        def fails(server, session, kind, body):
            if kind == b"P" and session.state == "E" and not session.failed:
                session.failed = True
                session.batch += message(b"E", b"SERROR\0VERROR\0C25P02\0Maborted\0\0")
                return True
            if b"breaks" in body:
                session.state = "E"
            return False
        proxy = self.share(Server(fails), connections=2)
        c, other = self.connect(proxy), self.connect(proxy)
        c.ask(parse("SELECT 1", "a") + SYNC)
        other.query("begin")
        c.query("begin")
        c.query("SELECT 'breaks'")
        self.refused(lambda: c.query("DEALLOCATE a"), "ERROR", "25P02")
        self.assertEqual(c.query("rollback")[1], "I")

    def test_a_lost_connection_costs_no_statement_of_those_that_are_prepared(self):
        def dies(server, session, kind, body):
            if b"die" in body:
                raise EOFError
            return False
        proxy = self.share(Server(dies), connections=1)
        c = self.connect(proxy)
        c.ask(parse("SELECT 1", "a") + SYNC)
        self.refused(lambda: c.query("SELECT 'die'"), "ERROR", "08006")
        self.assertTrue(wait_until(lambda: self.works(proxy)))
        self.assertEqual(c.ask(run("a") + SYNC)[0][0].split("@")[0], "SELECT 1")
        self.assertEqual(c.query("DEALLOCATE PREPARE \"a\"")[1], "I")
        self.refused(lambda: c.ask(run("a") + SYNC), "ERROR", "26000")
        self.assertEqual(self.kinds(c, query("DEALLOCATE ALL")), "CZ")
