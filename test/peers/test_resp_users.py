"""redis-server with users of its own: each client signs in as itself, whoever else uses the connections."""
import random
import threading

from peer import SHARES, PeerCase
from resp_client import Client

USERS = ["u%d" % n for n in range(6)]


class Users(PeerCase):
    SERVER = ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", "{folder}")

    def setUp(self):
        super().setUp()
        with Client(self.port) as c:
            c.ask("FLUSHALL")
            for user in USERS:
                assert c.ask("ACL", "SETUSER", user, "reset", "on", ">of " + user, "~%s:*" % user, "+@all") == b"OK"

    def shares(self, mode, connections, **settings):
        return self.share("resp", mode, connections, target__1__username="client", **settings)

    def all_work(self, work, port, meanwhile=lambda: None):
        """24 clients at once."""
        faults = []

        def one(number):
            try:
                work(port, number)
            except Exception as error:  # told below, with its client
                faults.append((number, repr(error)))
        threads = [threading.Thread(target=one, args=(n,)) for n in range(24)]
        for t in threads:
            t.start()
        while any(t.is_alive() for t in threads):
            meanwhile()
            threads[-1].join(0.2)
        for t in threads:
            t.join()
        self.assertEqual(faults, [])

    def test_each_is_its_own_user_all_the_time(self):
        for mode, connections in SHARES:
            p = self.shares(mode, connections)
            self.all_work(self.work, p.port)
            self.assertLessEqual(p.text().count("Connection opened"), connections)
            self.assertNotIn("of u1", p.text())

    def test_also_on_connections_that_take_the_place_of_lost_ones(self):
        for mode, connections in SHARES:
            p = self.shares(mode, connections, limits__reconnects=0, pool__backoff_min="10ms", pool__backoff_max="50ms")
            with Client(self.port) as admin:
                self.all_work(self.ask_who, p.port, lambda: admin.ask("CLIENT", "KILL", "TYPE", "NORMAL"))
            self.assertGreater(p.text().count("Connection opened"), connections)

    @staticmethod
    def ask_who(port, number):
        user, modern, right = USERS[number % len(USERS)], number % 2, 0
        with Client(port) as c:
            while right < 60:
                words = ("HELLO", 3, "AUTH", user, "of " + user) if modern else ("AUTH", user, "of " + user)
                said = c.ask(*words) if right % 10 == 0 else c.ask("ACL", "WHOAMI")
                if isinstance(said, bytes) and said.startswith(b"-"):  # it was lost, or not yet let in
                    assert said.startswith((b"-ERR proximux: the target connection was lost",
                                            b"-ERR proximux: no target connection was free", b"-NOAUTH A")), said
                    continue
                assert right % 10 == 0 or said == user.encode(), (said, user)
                right += 1

    @staticmethod
    def work(port, number):
        rng, user = random.Random(number), USERS[number % len(USERS)]
        with Client(port) as c:
            if number % 2:
                assert c.ask("HELLO", 3, "AUTH", user, "of " + user)[b"proto"] == b"3"
            else:
                assert c.ask("AUTH", user, "of " + user) == b"OK"
            for n in range(60):
                if n == 30:  # as another one from now on
                    user = USERS[(number + 1) % len(USERS)]
                    assert c.ask("AUTH", user, "wrong").startswith(b"-WRONGPASS")
                    assert c.ask("AUTH", user, "of " + user) == b"OK"
                key, value = "%s:%d" % (user, number), b"%d" % rng.randrange(10 ** 9)
                assert c.ask("SET", key, value) == b"OK"
                assert c.ask("ACL", "WHOAMI") == user.encode()
                for words in (("GET", key), ("ACL", "WHOAMI"), ("GET", "x:1")):
                    c.send(*words)
                said = [c.reply() for _ in range(3)]
                assert said[:2] == [value, user.encode()] and said[2].startswith(b"-NOPERM"), said
                if n % 20 == 5:
                    c.ask("MULTI")
                    c.ask("ACL", "WHOAMI")
                    said = c.ask("EXEC")
                    assert said == [user.encode()] or said.startswith(b"-"), said  # fifo has none to spare

    def test_whoever_is_not_let_in_learns_why(self):
        p = self.shares("funnel", 2)
        with Client(p.port) as c, Client(p.port) as other:
            self.assertEqual(other.ask("AUTH", "u1", "of u1"), b"OK")
            self.assertEqual(c.ask("GET", "u1:1"), b"-NOAUTH Authentication required.")
            self.assertTrue(c.ask("AUTH", "u1", "of u2").startswith(b"-WRONGPASS"))
            self.assertTrue(c.ask("HELLO", 3, "AUTH", "u1", "of u2").startswith(b"-WRONGPASS"))
            self.assertEqual(c.ask("GET", "u1:1"), b"-NOAUTH Authentication required.")
            self.assertEqual(other.ask("ACL", "WHOAMI"), b"u1")

    def test_a_user_who_is_deleted_is_out_and_the_others_are_not(self):
        p = self.shares("fifo", 1)
        with Client(p.port) as a, Client(p.port) as b, Client(self.port) as admin:
            self.assertEqual(a.ask("AUTH", "u1", "of u1"), b"OK")
            self.assertEqual(b.ask("AUTH", "u2", "of u2"), b"OK")
            admin.ask("ACL", "DELUSER", "u1")
            self.assertTrue(a.ask("GET", "u1:1").startswith(b"-NOAUTH proximux"))
            self.assertEqual(b.ask("ACL", "WHOAMI"), b"u2")
            self.assertEqual(b.ask("SET", "u2:1", "x"), b"OK")

    def test_a_subscriber_is_its_own_user(self):
        p = self.shares("funnel", 2)
        with Client(self.port) as admin, Client(p.port) as a, Client(p.port) as b:
            admin.ask("ACL", "SETUSER", "u1", "&one")
            self.assertEqual(a.ask("AUTH", "u1", "of u1"), b"OK")
            self.assertEqual(b.ask("AUTH", "u2", "of u2"), b"OK")
            self.assertEqual(a.ask("SUBSCRIBE", "one"), [b"subscribe", b"one", b"1"])
            admin.ask("PUBLISH", "one", "x")
            self.assertEqual(a.reply(), [b"message", b"one", b"x"])
            self.assertEqual(b.ask("ACL", "WHOAMI"), b"u2")
            self.assertEqual(a.ask("UNSUBSCRIBE", "one"), [b"unsubscribe", b"one", b"0"])
            self.assertEqual(a.ask("ACL", "WHOAMI"), b"u1")
