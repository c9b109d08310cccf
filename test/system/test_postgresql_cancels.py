"""PostgreSQL in fifo and funnel with scripted servers: a cancel request reaches the statement that it was meant for, or none."""
import threading

from harness import LONG, reset, wait_until
from postgres import CANCEL, Server, cancel, query, special
from postgres_case import SharedPostgresqlCase

SHARES = (("fifo", 1), ("funnel", 1), ("funnel", 3))
SLEEP = "select sleep"


class Held:
    """Cancel requests that the server has read, each with the socket over which it came: heard and ended when `go` is set."""

    def __init__(self, heard=True):
        self.go, self.heard = threading.Event(), heard

    def __call__(self, s, number):
        self.go.wait(LONG)
        return self.heard


class PostgresqlCancels(SharedPostgresqlCase):
    def begin(self, c, sql=SLEEP):
        """Sends a statement; its answer comes by self.end()."""
        c.s.sendall(query(sql))

    def end(self, c):
        """The SQLSTATE with which it has failed, or "", and the state of the transaction."""
        got = c.until()
        errors = [body for kind, body in got if kind == b"E"]
        return (errors[0].split(b"\0C")[1].split(b"\0")[0].decode() if errors else ""), got[-1][1].decode()

    def runs(self, server, count=1):
        self.assertTrue(wait_until(lambda: self.asked(server, SLEEP) == count, LONG))

    @staticmethod
    def asked(server, sql):
        return sum(kind == b"Q" and body.decode().startswith(sql) for _, kind, body in server.asked)

    def later(self, *call):
        thread = threading.Thread(target=call[0], args=call[1:], daemon=True)
        thread.start()
        return thread

    def test_only_the_statement_of_the_client_with_this_key_is_cancelled(self):
        server = Server()
        proxy = self.share(server, connections=3)
        clients = [self.connect(proxy) for _ in range(3)]
        for n, c in enumerate(clients):
            self.begin(c)
            self.runs(server, n + 1)
        for c in (clients[1], clients[2], clients[0]):
            self.assertEqual(cancel(proxy, c.key), b"")
            self.assertEqual(self.end(c), ("57014", "I"))
        self.assertEqual(len(server.cancels), 3)
        self.assertEqual(len(set(server.cancels)), 3)
        self.assertEqual(len({c.key for c in clients}), 3)

    def test_it_is_said_that_it_was_heard_as_the_server_says_it(self):
        for mode, connections in SHARES:
            held = Held()
            server = Server(cancelled=held)
            proxy = self.share(server, mode=mode, connections=connections)
            c = self.connect(proxy)
            self.begin(c)
            self.runs(server)
            ended = []
            asker = self.later(lambda p=proxy, k=c.key, e=ended: e.append(cancel(p, k)))
            self.assertTrue(wait_until(lambda s=server: s.cancels, LONG))
            self.assertEqual(ended, [])
            held.go.set()
            asker.join(LONG)
            self.assertEqual(ended, [b""])
            self.assertEqual(self.end(c), ("57014", "I"))

    def test_nobody_gets_the_connection_while_a_cancel_request_is_under_way(self):
        held = Held(heard=False)
        server = Server(cancelled=held)
        proxy = self.share(server, connections=1)
        a, b = self.connect(proxy), self.connect(proxy)
        self.begin(a)
        self.runs(server)
        asker = self.later(cancel, proxy, a.key)
        self.assertTrue(wait_until(lambda: server.cancels, LONG))
        self.begin(b, "select 1")
        server.sessions[1].cancelled.set()  # the statement ends before the request that is to cancel it is heard
        self.assertEqual(self.end(a), ("57014", "I"))
        self.begin(a, "select 2")
        self.assertTrue(proxy.has_read())
        self.assertEqual(self.asked(server, "select 1") + self.asked(server, "select 2"), 0)
        held.go.set()
        self.assertEqual((self.end(b), self.end(a)), (("", "I"), ("", "I")))
        asker.join(LONG)

    def test_a_statement_in_the_queue_is_not_sent(self):
        for mode, connections in SHARES[:2]:
            server = Server()
            proxy = self.share(server, mode=mode, connections=connections)
            a, b = self.connect(proxy), self.connect(proxy)
            self.begin(a)
            self.runs(server)
            self.begin(b, "select 1")
            self.begin(b, "select 2")
            self.assertTrue(proxy.has_read())
            self.assertEqual(cancel(proxy, b.key), b"")
            self.assertEqual(self.end(b), ("57014", "I"))
            self.assertEqual(server.cancels, [])
            cancel(proxy, a.key)
            self.assertEqual((self.end(a), self.end(b)), (("57014", "I"), ("", "I")))
            self.assertEqual(self.asked(server, "select 1"), 0)

    def test_a_transaction_stays_its_client_s(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        c.query("begin")
        self.begin(c)
        self.runs(server)
        cancel(proxy, c.key)
        self.assertEqual(self.end(c), ("57014", "E"))
        self.assertEqual(cancel(proxy, c.key), b"")  # of nothing
        self.assertEqual(c.query("rollback")[1], "I")
        self.assertEqual(len(server.cancels), 1)

    def test_who_does_not_know_the_key_cancels_nothing(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        self.begin(c)
        self.runs(server)
        for key in (c.key[:4] + b"word", b"\0" * 8, Server.key(1), b"", c.key + b"\0", c.key[:7]):
            self.assertEqual(cancel(proxy, key), b"")
        self.assertTrue(wait_until(lambda: "a cancel request with an unknown key" in proxy.text(), LONG), proxy.text())
        self.assertEqual(server.cancels, [])
        cancel(proxy, c.key)
        self.assertEqual(self.end(c), ("57014", "I"))

    def test_where_nobody_knows_whether_it_was_heard_the_connection_is_closed(self):
        for how in (lambda s, number: reset(s), Held(heard=False)):  # it is reset, or does not end in time
            server = Server(cancelled=how)
            proxy = self.share(server, connections=1, pool__connect_timeout="500ms")
            c = self.connect(proxy)
            self.begin(c)
            self.runs(server)
            self.assertEqual(cancel(proxy, c.key), b"")
            self.assertEqual(self.end(c)[0], "08006")
            self.assertEqual(self.connect(proxy).query("select 1")[0], ["select 1@2"])
            if isinstance(how, Held):
                how.go.set()

    def test_a_server_that_cannot_be_reached_for_it_goes_on(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        self.begin(c)
        self.runs(server)
        self.targets[-1].refuse()
        self.assertEqual(cancel(proxy, c.key), b"")
        server.sessions[1].cancelled.set()
        self.assertEqual(self.end(c), ("57014", "I"))
        self.assertEqual(c.query("select 1")[0], ["select 1@1"])

    def test_what_a_leaver_has_under_way_is_cancelled_and_no_connection_is_one_too_many(self):
        for mode, connections in SHARES:
            for sql in ("select 0", "begin"):
                server = Server()
                proxy = self.share(server, mode=mode, connections=connections)
                for n in range(4):
                    c = self.connect(proxy)
                    c.query(sql)
                    self.begin(c)
                    self.runs(server, n + 1)
                    reset(c.s)
                    self.assertTrue(wait_until(lambda s=server, n=n: len(s.cancels) == n + 1, LONG))
                    self.assertEqual(self.connect(proxy).query("select 1")[1], "I")
                self.assertLessEqual(server.most, connections)

    def test_who_asks_may_leave_at_once(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        for n in range(20):
            self.begin(c)
            self.runs(server, n + 1)
            with proxy.client() as asker:
                asker.sendall(special(CANCEL, c.key))
                if n % 2:
                    reset(asker)
            self.assertEqual(self.end(c), ("57014", "I"))
        self.assertEqual(len(server.cancels), 20)
