"""A real MariaDB that fifo and funnel share: what ends a session, or makes it another user's, and what it tells."""
from harness import gone
from mariadb_shared import DirectPeer, SharedMariaDBCase
from mysql_wire import CHANGE_USER, CHANGED, INIT_DB, NATIVE, QUERY, RESET, TRACK, Error

EXTENDED_TYPES = 1 << 35


class Sessions(SharedMariaDBCase):
    def change_user(self, c, user="anna", password=b"pencil", database=b""):
        c.send(CHANGE_USER, user.encode() + b"\0\0" + database + b"\0\x2d\0" + NATIVE + b"\0")
        c._log_in(password)

    def test_a_client_becomes_another_user(self):
        p = self.shared("funnel", 2)
        c = self.connect(p, database="shop")
        c.query("set time_zone = '+03:00'")
        c.query("create temporary table x (a int)")
        c.query("begin")
        self.change_user(c, "bert", b"crayon", b"store")
        self.assertEqual(c.query("select current_user(), database(), @@time_zone"), [("bert@127.0.0.1", "store", "SYSTEM")])
        self.change_user(c)
        self.assertEqual(c.query("select current_user(), database()"), [("anna@127.0.0.1", None)])
        self.assertFree(p, 2)
        with self.assertRaises(Error) as raised:
            self.change_user(c, password=b"pen")
        self.assertEqual(raised.exception.code, 1045)
        self.assertTrue(gone(c.sock))

    def test_a_role_ends_with_its_client(self):
        self.direct("create or replace role keeper", "create or replace role usual", "grant keeper to anna@'127.0.0.1'",
                    "grant usual to anna@'127.0.0.1'")
        for expected in (None, "usual"):
            if expected:
                self.direct("set default role usual for anna@'127.0.0.1'")
            p = self.shared("fifo", 1, exchange__stateful="tie")
            c = self.connect(p)
            self.assertEqual(c.value("select current_role()"), expected)
            c.query("set role keeper")
            self.assertEqual(c.value("select current_role()"), "keeper")
            c.close()
            self.assertEqual(self.connect(p).value("select current_role()"), expected)
        self.direct("set default role none for anna@'127.0.0.1'")

    def test_a_reset_keeps_the_database(self):
        c = self.connect(self.shared("funnel", 2), database="shop")
        c.command(INIT_DB, b"store")
        c.query("set @a = 1")
        c.command(RESET)
        self.assertEqual(c.query("select database(), @a"), [("store", None)])

    def test_a_connection_that_is_released_ends_its_client(self):
        p = self.shared("funnel", 2)
        for sql in ("commit release", "rollback release"):
            c = self.connect(p)
            c.query("begin")
            c.query(sql)
            self.assertTrue(gone(c.sock))
        c = self.connect(p)
        c.query("set completion_type = 2")
        c.query("begin")
        c.query("commit")
        self.assertTrue(gone(c.sock))
        self.assertFree(p, 2)

    def test_a_client_that_asks_for_it_is_told_what_changes(self):
        p = self.shared("funnel", 2)
        c, other = self.connect(p, flags=TRACK), self.connect(p)
        for client, told in ((c, True), (other, False)):
            client.send(QUERY, b"set names latin1")
            said = client.wire.read()
            self.assertEqual(b"character_set_client" in said, told, said)
            self.assertNotIn(b"session_track", said)
            self.assertEqual(bool(said[3] | said[4] << 8 & CHANGED), told or said[3] != 0)
            self.assertEqual(client.value("select @@character_set_client"), "latin1")
        self.assertTrue(c.capabilities & TRACK)
        direct = self.connect(DirectPeer(self.port), flags=TRACK)
        for sql in (b"set names utf8mb4", b"use shop", b"set time_zone = '+01:00'", b"set sort_buffer_size = 100000", b"set @a = 1",
                    b"create temporary table shop.x (a int)", b"do 1", b"begin", b"commit"):
            said = []
            for client in (c, direct):
                client.send(QUERY, sql)
                said.append(client.wire.read())
            self.assertEqual(*(sorted(each) for each in said), sql)  # variables are told in any order

    def test_columns_say_their_types_as_to_a_client_of_the_server(self):
        self.direct("create or replace table shop.j (a json)", "insert into shop.j values ('[1]')")
        said = []
        for peer in (self.shared("funnel", 2), DirectPeer(self.port)):
            for flags in (0, EXTENDED_TYPES):
                c = self.connect(peer, database="shop", flags=flags)
                c.send(QUERY, b"select a from j")
                self.assertEqual(c.wire.read(), b"\1")
                said.append(c.wire.read())
                c.wire.read(), c.wire.read(), c.wire.read()
        self.assertEqual(said[:2], said[2:])
        self.assertIn(b"json", said[1])

    def test_statements_that_were_kept_are_not_shown_to_others(self):
        p = self.shared("fifo", 1, exchange__stateful="tie")
        c = self.connect(p)
        c.query("set profiling = 1")
        c.query("select 'secret'")
        self.assertIn("secret", str(c.query("show profiles")))
        c.close()
        self.assertEqual(self.connect(p).query("show profiles"), [])

    def test_an_unknown_option_is_refused(self):
        c = self.connect(self.shared("funnel", 2))
        self.refused(lambda: c.command(0x1b, b"\7\0"), 1047)

    def test_an_id_that_was_set(self):
        p = self.shared("funnel", 2)
        c = self.connect(p)
        for sql in ("set last_insert_id = 30", "set identity = 30", "set @@last_insert_id = 30"):
            c.query(sql)
            self.assertEqual(c.value("select last_insert_id()"), "30", sql)
