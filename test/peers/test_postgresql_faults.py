"""PostgreSQL shared by fifo and funnel: its connections, its clients and itself end in each state."""
import os
import signal
import subprocess
import threading

from harness import LONG, reset, wait_until
from postgres import EXECUTE, FLUSH, SYNC, Client, Error, bind, message, parse, query, startup
from postgresql import own
from postgresql_shared import DirectPeer, SharedPeerCase

SLEEP = "select pg_sleep(600)"


def begun(*statements):
    def act(_, c):
        for sql in statements:
            c.query(sql)
    return act


def sent(data, *statements):
    def act(case, c):
        begun(*statements)(case, c)
        c.s.sendall(data)
    return act


def running(*statements):
    def act(case, c):
        sent(query(SLEEP), *statements)(case, c)
        case.assertTrue(wait_until(lambda: case.sleeping(), LONG))
    return act


def copying(case, c):
    c.s.sendall(query("copy kept from stdin"))
    c.until(b"G")
    c.s.sendall(message(b"d", b"1\n"))


def reading(case, c):
    c.s.sendall(query("copy (select repeat('x', 1000) from generate_series(1, 100000)) to stdout"))
    c.until(b"H")


# What a client has under way. Behind each it, its connection, or the server ends.
STATES = {
    "at rest": begun("select 1"), "in a transaction": begun("begin", "insert into kept values (1)"), "in a statement": running(),
    "in a statement of a transaction": running("begin"), "in a failed transaction": sent(query("select 1 / 0"), "begin"),
    "with a lock": begun("select pg_advisory_lock(1)"), "with a temporary table": begun("create temp table x (a int)"),
    "with settings": begun("set work_mem = '7MB'", "set search_path = pg_catalog"), "listening": begun("listen x"),
    "sending rows": copying, "reading rows": reading, "behind Flush": sent(parse("select 1") + FLUSH),
    "within a batch": sent(parse("select 1", "a") + bind("a")), "behind a batch": sent(parse("select 1", "a") + bind("a") + EXECUTE + SYNC),
    "within a message": sent(query("select 1")[:7]), "with a cursor": begun("begin", "declare c cursor for select generate_series(1, 9)",
                                                                            "fetch 1 from c")}


class PostgresqlFaults(SharedPeerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct("create table kept (a int)")

    def sleeping(self):
        return int(self.direct("select count(*) from pg_stat_activity where state = 'active' and query = '%s'" % SLEEP))

    def connections(self):
        return [int(pid) for pid in self.direct(
            "select pid from pg_stat_activity where backend_type = 'client backend' and application_name = ''").decode().split()]

    def is_clean(self, p, connections):
        """Whether each connection is as new to another client."""
        clients = [self.connect(p) for _ in range(connections)]
        for c in clients:
            c.query("begin")
        for c in clients:
            self.assertEqual(self.run_query(c, "select current_setting('work_mem')"), ["4MB"])
            self.assertEqual(self.run_query(c, "select current_setting('search_path')"), ['"$user", public'])
            self.assertEqual(self.run_query(c, "select count(*) from pg_class where relname = 'x' and relnamespace = pg_my_temp_schema()"), ["0"])
            self.assertEqual(self.run_query(c, "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"), ["0"])
            self.assertEqual(self.run_query(c, "select count(*) from pg_listening_channels()"), ["0"])
            self.assertEqual(self.run_query(c, "select count(*) from pg_cursors where name = 'c'"), ["0"])
            c.query("commit")
            c.close()
        self.assertLessEqual(len(self.connections()), connections)
        self.assertEqual(self.direct("select count(*) from kept"), b"0\n")

    def works(self, p):
        try:
            c = self.connect(p)
            return self.value(c, "select 1") == "1"
        except (Error, OSError, EOFError):
            return False

    def test_a_client_gone_in_each_state_leaves_clean_connections(self):
        p = self.shared("funnel", 2, local__half_close_timeout="500ms")
        for name, act in STATES.items():
            for leave in (lambda c: reset(c.s), lambda c: c.close()):
                with self.subTest(state=name):
                    c, other = self.connect(p), self.connect(p)
                    act(self, c)
                    leave(c)
                    self.assertEqual(self.value(other, "select 1"), "1")
                    self.assertTrue(wait_until(lambda: self.sleeping() == 0, LONG))
                    self.is_clean(p, 2)
                    other.close()

    def test_a_client_gone_within_its_login_leaves_nothing(self):
        p = self.shared("funnel", 1)
        whole = startup(user="anna", database="postgres")
        for n in range(0, len(whole) + 1, 3):
            with p.client() as c:
                c.sendall(whole[:n])
                if n % 2:
                    reset(c)
        self.assertTrue(self.works(p))

    def test_a_connection_ended_in_each_state_costs_its_client_alone(self):
        p = self.shared("funnel", 2)
        for name, act in STATES.items():
            with self.subTest(state=name):
                c, other = self.connect(p), self.connect(p)
                act(self, c)
                self.direct("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and "
                            "application_name = '' and (state <> 'idle' or '%s' <> 'in a statement')" % name)
                self.assertTrue(wait_until(lambda: self.works(p), LONG))
                try:
                    self.assertEqual(self.value(other, "select 1"), "1")
                except Error as error:  # it had been told to use the connection that ended
                    self.assertEqual(error.code, "08006")
                    self.assertEqual(self.value(other, "select 1"), "1")
                for each in (c, other):
                    each.close()
                self.is_clean(p, 2)

    def test_the_server_restarts_in_each_state(self):
        p = self.shared("funnel", 2, pool__backoff_max="100ms", exchange__queue_timeout="1m")
        for how in ("fast", "immediate"):
            clients, over = [], threading.Event()
            for act in list(STATES.values()):
                clients.append(threading.Thread(target=self.quietly, args=(act, p, over), daemon=True))
                clients[-1].start()
            subprocess.check_call(own(self.BIN + "/pg_ctl", "-D", self.folder + "/data", "-m", how, "stop"), stdout=subprocess.DEVNULL, cwd="/")
            self.server.wait(LONG)
            type(self).start_server()
            self.assertTrue(wait_until(lambda: self.works(p), LONG))
            over.set()
            for t in clients:
                t.join(LONG)
            self.direct("truncate kept")
        self.assertLessEqual(len(self.connections()), 2)

    def quietly(self, act, p, over):
        """What becomes of it is the server's to decide."""
        try:
            c = self.connect(p)
            act(self, c)
            over.wait(LONG)
            c.close()
        except (Error, OSError, EOFError, AssertionError, subprocess.CalledProcessError):
            pass

    def test_a_server_that_is_stopped_and_goes_on(self):
        p = self.shared("funnel", 2, exchange__queue_timeout="500ms")
        c, holder = self.connect(p), self.connect(p)
        for each in (c, holder):
            each.query("begin")
        c.query("commit")
        pids = self.connections()
        self.assertEqual(len(pids), 2)
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            c.s.sendall(query("select 2"))
            self.assertTrue(p.has_read())
            with self.assertRaises(Error) as raised:
                self.value(self.connect(p), "select 3")
            self.assertEqual(raised.exception.code, "53300")
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        self.assertEqual([body[-1:] for kind, body in c.until() if kind == b"D"], [b"2"])
        self.assertEqual(holder.query("commit")[1], "I")

    def test_a_server_that_is_out_of_connections_is_no_end(self):
        p = self.shared("funnel", 2, pool__backoff_max="100ms")
        limit = int(self.direct("show max_connections"))
        taken = []
        try:
            while len(taken) < limit:
                taken.append(Client(DirectPeer(self.port), user="me", password="", database="postgres"))
        except Error as error:
            self.assertEqual(error.code, "53300")
        with self.assertRaises(Error) as raised:
            self.connect(p)
        self.assertEqual(raised.exception.code, "53300")
        for c in taken:
            c.close()
        self.assertTrue(wait_until(lambda: self.works(p), LONG))
