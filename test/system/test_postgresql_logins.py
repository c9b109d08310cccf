"""PostgreSQL in fifo and funnel: who may come in, and how connections sign in, with scripted servers."""
import signal

import postgres
from harness import SHORT, gone, wait_until
from postgres import SSL, Error, Server, error, message, query, read, special, startup, texts
from postgres_case import SharedPostgresqlCase


class PostgresqlLogins(SharedPostgresqlCase):
    def test_each_proves_who_it_is_and_gets_what_the_target_says(self):
        server = Server()
        proxy = self.share(server, connections=3)
        for user, password in (("anna", "pencil"), ("bert", "pen"), ("carl", "crayon")):
            c = self.connect(proxy, user=user, password=password)
            self.assertEqual(c.parameters, {"server_version": "15.9", "TimeZone": "UTC"})
            self.assertEqual(len(c.key), 8)
            self.assertEqual(c.query("SELECT 1")[1], "I")
        self.assertEqual([s["user"] for s in server.logins], ["anna", "bert", "carl"])
        for method in ("password", "md5", "trust"):
            other = self.share(Server(), auth__method=method)
            self.assertEqual(self.connect(other).query("x")[0], ["x@1"])

    def test_nobody_comes_in_with_a_wrong_password_or_name(self):
        server = Server()
        for method in ("auto", "password", "md5", "scram"):
            proxy = self.share(server, auth__method=method, local__failed_auth_delay="0s")
            for user, password in (("anna", "pen"), ("anna", ""), ("nobody", "pencil")):
                e = self.refused(lambda: self.connect(proxy, user=user, password=password), "FATAL", "28P01")
                self.assertEqual(e.text, 'password authentication failed for user "%s"' % user)
        self.assertEqual(server.logins, [])

    def test_a_reload_takes_other_users_and_closes_nobody(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        with open(self.users, "w") as f:
            f.write('"dora" "chalk"\n')
        proxy.signal(signal.SIGHUP)
        self.assertIsNotNone(proxy.record(lambda r: "auth.file: what is in it" in str(r["d"])), proxy.text())
        self.assertEqual(self.connect(proxy, user="dora", password="chalk").query("SELECT 1")[1], "I")
        self.refused(lambda: self.connect(proxy), "FATAL", "28P01")
        self.assertEqual(c.query("SELECT 1")[1], "I")

    def test_what_comes_before_a_session_is_answered_as_a_server_would(self):
        proxy = self.share(Server())
        with proxy.client() as c:
            c.sendall(special(SSL))
            self.assertEqual(c.recv(1), b"N")
            c.sendall(startup(user="anna"))
            self.assertEqual(read(c)[0], b"R")
        for data, code in ((startup(user="anna", replication="database"), "0A000"), (startup(database="x"), "28000"),
                           (b"\0\0\0\x09\0\x03\0\0x", "08P01"), (b"GET / HTTP/1.1\r\n\r\n", "08P01"),
                           (b"\0\0\0\x08\0\x02\0\0", "08P01"), (startup(user="anna") + query("SELECT 1"), "08P01")):
            with proxy.client() as c:
                c.sendall(data)
                kind, body = read(c)
                while kind == b"R":
                    kind, body = read(c)
                self.assertEqual((kind, Error(body).severity, Error(body).code), (b"E", "FATAL", code), data)
                self.assertTrue(gone(c))
        self.assertEqual(postgres.cancel(proxy, b"\0" * 8), b"")
        for data in (message(b"X"), message(b"X") + startup(user="anna")):
            with proxy.client() as c:
                c.sendall(data)
                self.assertTrue(gone(c))  # without a word, as a server does

    def test_who_does_not_sign_in_is_closed(self):
        proxy = self.share(Server(), local__login_timeout="1s")
        with proxy.client() as c:
            self.assertTrue(gone(c, SHORT))
        c = self.connect(proxy)
        self.assertEqual(c.query("SELECT 1")[0], ["SELECT 1@1"])

    def test_each_login_and_database_has_connections_of_its_own_and_never_more_than_there_may_be(self):
        server = Server()
        proxy = self.share(server, connections=2)
        for _ in range(3):
            for database in ("shop", "store", "depot"):
                c = self.connect(proxy, database=database)
                number = int(c.query("SELECT 1")[0][0].split("@")[1])
                self.assertEqual(server.logins[number - 1]["database"], database)
                c.close()
        self.assertLessEqual(server.most, 2)
        one = self.share(Server(), connections=1, target__1__username="service", target__1__password="x")
        for user, password in (("anna", "pencil"), ("carl", "crayon")):
            self.assertEqual(self.connect(one, user=user, password=password).query("SELECT 1")[0], ["SELECT 1@1"])

    def test_settings_of_a_startup_are_those_of_its_connection(self):
        server = Server()
        proxy = self.share(server, connections=1)
        for value in ("one", "two", "one"):
            c = self.connect(proxy, application_name="x", options="-c a=" + value)
            number = int(c.query("SELECT 1")[0][0].split("@")[1])
            self.assertEqual(server.logins[number - 1],
                             {"user": "anna", "database": "shop", "application_name": "x", "options": "-c a=" + value})

    def test_a_login_that_the_target_refuses_is_told_in_its_words_and_costs_nobody_else(self):
        def login(server, s, settings):
            if settings["database"] != "none":
                return False
            s.sendall(error("3D000", 'database "none" does not exist', "FATAL"))
            raise EOFError
        proxy = self.share(Server(login=login), connections=2)
        good = self.connect(proxy)
        for _ in range(3):
            e = self.refused(lambda: self.connect(proxy, database="none"), "FATAL", "3D000")
            self.assertEqual(e.text, 'database "none" does not exist')
        self.assertEqual(good.query("SELECT 1")[1], "I")

    def test_a_target_that_stops_in_a_login_counts_as_failed(self):
        for way in ("silent", "fin", "garbage"):
            wrong = [True]

            def login(server, s, settings):
                if not wrong[0]:
                    return False
                if way == "garbage":
                    s.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                if way == "fin":
                    raise EOFError
                s.recv(1)
                raise EOFError
            proxy = self.share(Server(login=login), connections=1, pool__connect_timeout="1s", exchange__queue_timeout="2s")
            with self.assertRaises(Error):
                self.connect(proxy)
            wrong[0] = False
            self.assertTrue(wait_until(lambda: self.works(proxy)), way)

    def test_a_target_that_asks_again_and_again_in_a_login_is_left(self):
        scram = message(b"R", b"\0\0\0\x0a" + texts("SCRAM-SHA-256") + b"\0")
        for again in (scram, message(b"R", b"\0\0\0\3"), message(b"R", b"\0\0\0\5salt"), message(b"R", b"\0\0\0\x0bx"),
                      message(b"R", b"\0\0\0\x0cv=x")):
            wrong = [True]

            def login(server, s, settings):
                if not wrong[0]:
                    return False
                s.sendall(scram + again * 1000)
                while s.recv(65536):
                    pass
                raise EOFError
            proxy = self.share(Server(login=login), connections=1)
            with self.assertRaises(Error) as raised:
                self.connect(proxy)
            self.assertIn(raised.exception.code, ("08P01", "28000"))
            wrong[0] = False
            self.assertTrue(wait_until(lambda: self.works(proxy)))
