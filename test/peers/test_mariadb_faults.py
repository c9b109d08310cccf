"""MariaDB shared by fifo and funnel: its connections, its clients and itself end in each state."""
import signal
import subprocess
import threading

from harness import LONG, reset, wait_until
from mariadb_shared import DirectPeer, Sampler, SharedMariaDBCase
from mysql_answers import LONG as INTEGER
from mysql_answers import Watched
from mysql_wire import LOCAL_FILES, MULTI, QUERY, Client, Error, packet

SLEEP = "select sleep(600)"
ANNA = "select id from information_schema.processlist where user = 'anna'"
LOST = (1158, 1053, 1927, 2013)  # "it is not known whether it was done", and the server's own words for its end


def begun(*statements):
    def act(_, c):
        for sql in statements:
            c.query(sql)
    return act


def failed(*statements):
    def act(case, c):
        begun(*statements)(case, c)
        case.refused(lambda: c.query("select nothing"), 1054)
    return act


def running(*statements):
    def act(case, c):
        begun(*statements)(case, c)
        c.send(QUERY, SLEEP.encode())
        case.assertTrue(wait_until(lambda: case.sleeping(), LONG))
    return act


def prepared(sql, flags=0):
    def act(_, c):
        c.do_prepare("s", sql)
        c.do_execute("s", flags, (INTEGER,), (1,), True)
    return act


def with_long_data(_, c):
    c.do_prepare("s", "select length(?)")
    c.do_long("s", 0, b"x" * 1000)


def reading(_, c):
    c.send(QUERY, b"select repeat('x', 1000) from seq_1_to_100000")
    c.wire.read()


def sending_a_file(case, c):
    c.send(QUERY, b"load data local infile 'lines' into table kept")
    case.assertEqual(c.wire.read()[:1], b"\xfb")
    c.wire.write(b"1\n2\n")


def behind_a_batch(_, c):
    c.sock.sendall(packet(bytes([QUERY]) + b"begin") + packet(bytes([QUERY]) + b"insert into kept values (3)"))


# What a client has under way. Behind each it, its connection, or the server ends.
STATES = {
    "at rest": begun("select 1"), "in a transaction": begun("begin", "insert into kept values (1)"), "in a statement": running(),
    "in a statement of a transaction": running("begin", "insert into kept values (1)"), "behind an error": failed(),
    "behind an error of a transaction": failed("begin", "insert into kept values (1)"), "without autocommit": begun(
        "set autocommit = 0", "insert into kept values (1)"), "with a lock": begun("select get_lock('mine', 0)"),
    "with locked tables": begun("lock tables kept write"), "with a lock of all": begun("flush tables with read lock"),
    "with a temporary table": begun("create temporary table x (a int)"), "with variables": begun("set @a = 1"),
    "with settings": begun("set sql_mode = 'ANSI_QUOTES'", "set wait_timeout = 777, names latin1", "use store"),
    "with settings that are computed": begun("set wait_timeout = 700 + 7"), "with a statement of SQL": begun("prepare s from 'select 1'"),
    "with a statement": prepared("select ?"), "with a cursor": prepared("select seq from seq_1_to_9 where seq > ?", 1),
    "with long data": with_long_data, "with a handler": begun("handler kept open"), "with a role": begun("set role keeper"),
    "in a distributed transaction": begun("xa start 'x'", "insert into kept values (1)"), "reading rows": reading,
    "sending a file": sending_a_file, "behind a batch": behind_a_batch,
    "within a message": lambda _, c: c.sock.sendall(packet(bytes([QUERY]) + b"insert into kept values (1)")[:9])}
BLOCKING = ("with locked tables", "with a lock of all")  # others who have anything under way
CLEAN = (("select @@sql_mode like '%ANSI%', @@wait_timeout = 777, @@wait_timeout = 707, @@autocommit", ("0", "0", "0", "1")),
         ("select database(), @@character_set_client, @@character_set_results", ("shop", "utf8mb4", "utf8mb4")),
         ("select count(*) from information_schema.user_variables", ("0",)), ("select is_used_lock('mine')", (None,)),
         ("select current_role()", (None,)))


class MariadbFaults(SharedMariaDBCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct("create table shop.kept (a int)", "create role keeper", "grant keeper to anna@'127.0.0.1'")

    def connect(self, p, **how):
        c = Watched(p, database="shop", flags=MULTI | LOCAL_FILES, **how)
        self.addCleanup(c.close)
        return c

    def sleepers(self):
        return self.direct("select id from information_schema.processlist where info = '%s'" % SLEEP).decode().split()

    def sleeping(self):
        return bool(self.sleepers())

    def wake(self):
        """A statement goes on when its client has left."""
        for number in self.sleepers():
            self.kill("query " + number)

    def kill(self, number):
        try:
            self.direct("kill " + number)
        except subprocess.CalledProcessError:
            pass  # it has ended by itself

    def is_clean(self, p, connections):
        """Whether each connection is as new to another client."""
        clients = [self.connect(p) for _ in range(connections)]
        try:
            for c in clients:
                c.query("begin")
            for c in clients:
                self.is_new(c)
        finally:
            for c in clients:
                c.close()
        self.assertEqual(self.direct("select count(*) from shop.kept"), b"0\n")

    def is_new(self, c):
        for sql, want in CLEAN:
            self.assertEqual(c.query(sql), [want], sql)
        self.refused(lambda: c.query("select * from x"), 1146)
        self.refused(lambda: c.query("handler kept read first"), 1109)
        self.assertEqual([kind for kind, *_ in c.do_query("execute s")], ["ERR"])
        self.assertEqual(c.value("select count(*) from kept"), "0")
        c.query("insert into kept values (9)")
        c.query("rollback")

    def works(self, p):
        try:
            return self.connect(p).value("select 1") == "1"
        except (Error, OSError, EOFError):
            return False

    def test_a_client_gone_in_each_state_leaves_clean_connections(self):
        with Sampler(self) as sampler:
            p = self.shared("funnel", 2, pool__max_tied=2, local__half_close_timeout="500ms")
            for name, act in STATES.items():
                for leave in (lambda c: reset(c.sock), lambda c: c.close()):
                    with self.subTest(state=name):
                        c, other = self.connect(p), self.connect(p)
                        act(self, c)
                        leave(c)
                        self.assertEqual(other.value("select 1"), "1")
                        self.wake()
                        self.is_clean(p, 2)
                        other.close()
        sampler.assertNeverMore(2)

    def test_a_client_gone_within_its_login_leaves_nothing(self):
        p = self.shared("funnel", 1)
        whole = packet(b"\x85\xa6\x0f\0\0\0\0\1\x2d" + bytes(23) + b"anna\0\0mysql_native_password\0", 1)
        for n in range(0, len(whole) + 1, 3):
            with p.client() as c:
                c.sendall(whole[:n])
                if n % 2:
                    reset(c)
        self.assertTrue(self.works(p))

    def test_a_connection_killed_in_each_state_costs_its_client_alone(self):
        with Sampler(self) as sampler:
            p = self.shared("funnel", 2, pool__max_tied=2)
            for name, act in STATES.items():
                with self.subTest(state=name):
                    c, other = self.connect(p), self.connect(p)
                    act(self, c)
                    for number in self.direct(ANNA).decode().split():
                        self.kill(number)
                    self.assertTrue(wait_until(lambda: self.works(p), LONG))
                    self.has_lost(other)
                    self.assertEqual(other.value("select 2"), "2")
                    for each in (c, other):
                        each.close()
                    self.is_clean(p, 2)
        sampler.assertNeverMore(2)

    def has_lost(self, c):
        """A statement at most: it had been told to use the connection that ended."""
        try:
            self.assertEqual(c.value("select 1"), "1")
        except Error as error:
            self.assertIn(error.code, LOST)

    def test_the_server_restarts_in_each_state(self):
        acts = [act for name, act in STATES.items() if name not in BLOCKING]
        p = self.shared("funnel", len(acts), pool__max_tied=len(acts), pool__backoff_max="100ms")
        for how in (signal.SIGTERM, signal.SIGKILL):
            over, ready = threading.Event(), []
            clients = [threading.Thread(target=self.quietly, args=(act, p, ready, over), daemon=True) for act in acts]
            for t in clients:
                t.start()
            self.assertTrue(wait_until(lambda ready=ready: len(ready) == len(acts), LONG), len(ready))
            self.server.send_signal(how)
            self.server.wait(LONG)
            type(self).start_server()
            self.assertTrue(wait_until(lambda: self.works(p), LONG))
            over.set()
            for t in clients:
                t.join(LONG)
            self.is_clean(p, len(acts))

    def quietly(self, act, p, ready, over):
        """What becomes of it is the server's to decide."""
        c = self.connect(p)
        act(self, c)
        ready.append(c)
        over.wait(LONG)
        c.close()

    def test_a_server_that_is_stopped_and_goes_on(self):
        p = self.shared("funnel", 2, pool__max_tied=2, exchange__queue_timeout="500ms")
        c, holder = self.connect(p), self.connect(p)
        for each in (c, holder):
            each.query("begin")
        c.query("commit")
        try:
            self.server.send_signal(signal.SIGSTOP)
            c.send(QUERY, b"select 2")
            self.assertTrue(p.has_read())
            self.refused(lambda: self.connect(p).value("select 3"), 1040)
        finally:
            self.server.send_signal(signal.SIGCONT)
        self.assertEqual(c.result(), [("2",)])
        holder.query("commit")
        self.is_clean(p, 2)

    def test_a_server_that_is_out_of_connections_is_no_end(self):
        p = self.shared("funnel", 2, pool__max_tied=2, pool__backoff_max="100ms")
        self.direct("set global max_connections = 10")
        taken = []
        try:
            with self.assertRaises(Error) as raised:
                while len(taken) < 20:
                    taken.append(Client(DirectPeer(self.port)))
            self.assertEqual(raised.exception.code, 1040)
            self.refused(lambda: self.connect(p).value("select 1"), 1040)
        finally:
            for c in taken:
                c.close()
            self.direct("set global max_connections = 151")
        self.assertTrue(wait_until(lambda: self.works(p), LONG))
        self.is_clean(p, 2)

    def test_a_login_that_the_server_takes_back_ends_no_other(self):
        """A user is dropped while his connections are in use: they serve on, and new ones are refused."""
        self.direct("create user dora@'127.0.0.1' identified by 'chalk'", "grant all on shop.* to dora@'127.0.0.1'")
        with open(self.users, "a") as f:
            f.write('"dora" "chalk"\n')
        p = self.shared("funnel", 2, pool__max_tied=2)
        c, other = self.connect(p, user="dora", password=b"chalk"), self.connect(p)
        self.assertEqual(c.value("select 1"), "1")
        self.direct("drop user dora@'127.0.0.1'", *["kill user dora"])
        self.has_lost(other)
        with self.assertRaises((Error, EOFError, OSError)):
            for _ in range(3):
                c.query("select 1")
        self.assertEqual(other.value("select 1"), "1")
        self.is_clean(p, 2)
