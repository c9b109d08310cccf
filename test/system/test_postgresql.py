"""PostgreSQL in fifo and funnel with scripted servers: transactions, state, COPY, and servers that go wrong."""
import threading
import time

from harness import SHORT, gone, wait_until
from postgres import EXECUTE, FLUSH, SYNC, Error, Server, Session, bind, error, message, parse, query, read, texts
from postgres_case import SharedPostgresqlCase


class Postgresql(SharedPostgresqlCase):
    def test_a_transaction_has_its_connection_alone_until_it_ends(self):
        for mode, connections in (("fifo", 1), ("funnel", 2)):
            server = Server()
            proxy = self.share(server, mode=mode, connections=connections)
            busy = [self.connect(proxy) for _ in range(connections)]
            for n, c in enumerate(busy):
                self.assertEqual(c.query("begin"), (["begin@%d" % (n + 1)], "T"))
            other = []
            thread = threading.Thread(target=lambda: other.append(self.connect(proxy).query("SELECT 2")))
            thread.start()
            for n, c in enumerate(busy):
                for _ in range(3):
                    self.assertEqual(c.query("SELECT 1"), (["SELECT 1@%d" % (n + 1)], "T"))
            self.assertEqual(other, [])
            self.assertEqual(busy[0].query("commit"), (["commit@1"], "I"))
            thread.join(SHORT)
            self.assertEqual(other, [(["SELECT 2@1"], "I")])
            self.assertLessEqual(server.most, connections)

    def test_a_transaction_whose_client_vanishes_is_never_another_clients(self):
        server = Server()
        proxy = self.share(server, mode="fifo", connections=1)
        for end in ("idle", "busy"):
            c = self.connect(proxy)
            c.query("begin")
            if end == "busy":
                c.s.sendall(query("SELECT 'long'"))
            c.close()
            self.assertEqual(self.connect(proxy).query("SELECT 1")[1], "I")
        self.assertEqual(len(server.logins), 3)

    def test_what_lasts_ties_its_client_and_nobody_sees_it(self):
        server = Server()
        proxy = self.share(server, connections=3, exchange__tie_timeout="1s")
        tied = [self.connect(proxy), self.connect(proxy)]
        for n, (c, sql) in enumerate(zip(tied, ("PREPARE s AS SELECT 1", "SELECT my_function()"))):
            self.assertEqual(c.query(sql)[0], ["%s@%d" % (sql, n + 1)])
        for _ in range(3):
            self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@3"])
        third = self.connect(proxy)
        e = self.refused(lambda: third.query("LISTEN x"), "FATAL", "0A000")
        self.assertIn("pool.max_tied", e.fields["H"])
        self.assertEqual(tied[0].query("DISCARD ALL")[0], ["DISCARD ALL"])
        self.assertEqual(self.connect(proxy).query("LISTEN x")[0], ["LISTEN x@1"])

    def test_discard_all_as_a_query_of_its_own_ends_state_when_it_was_done(self):
        def fails(server, session, kind, body):
            if b"fails" not in body:
                return False
            session.s.sendall(error("XX000", "no") + session.ready())
            return True
        proxy = self.share(Server(fails), connections=2)
        c = self.connect(proxy)
        c.query("LISTEN a")
        self.refused(lambda: c.query("DISCARD ALL /* fails */"), "ERROR", "XX000")
        for sql in ("RESET ALL", "DEALLOCATE ALL", "SELECT pg_advisory_unlock_all()", "SELECT 1; DISCARD ALL"):
            c.query(sql)
        self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@2"])
        for discards in (query("DISCARD ALL"), parse("DISCARD ALL") + bind() + EXECUTE + SYNC):
            c.query("LISTEN a")
            c.ask(discards)
            self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@1"])

    def test_state_ends_when_the_target_says_so(self):
        server = Server()
        proxy = self.share(server, connections=2)
        for begins, other, ends in (("LISTEN a", "UNLISTEN b", "UNLISTEN *"), ("CREATE TEMP TABLE t (a int)", "DROP TABLE x", "DROP TABLE t"),
                                    ("SELECT pg_advisory_lock(1)", "SELECT pg_advisory_unlock(2)", "SELECT pg_advisory_unlock(1)"),
                                    ("PREPARE s AS SELECT 1", "DEALLOCATE x", "DEALLOCATE s"), ("SET ROLE r", "COMMIT", "RESET ROLE")):
            c = self.connect(proxy)
            for sql in (query(begins), parse(begins) + bind() + EXECUTE + SYNC):
                c.ask(sql)
                place = next(i for i, word in enumerate(Session.BEGINS) if begins.lower().startswith(word))
                mine = next(n for n, session in server.sessions.items() if session.has[place])
                try:
                    c.query(other)  # which it could have ended
                except Error:
                    pass
                for _ in range(2):
                    self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@%d" % (3 - mine)])
                c.ask(query(ends))
                self.assertFalse(any(server.sessions[mine].has))
                busy = self.connect(proxy)
                busy.query("begin")
                free = self.connect(proxy)
                self.assertEqual(free.query("SELECT 1")[1], "I")  # on the connection that was pinned, or nobody serves it
                busy.query("commit")
            c.close()

    def test_with_one_connection_state_is_refused_and_the_client_goes_on(self):
        proxy = self.share(Server(), mode="fifo", connections=1)
        c = self.connect(proxy)
        e = self.refused(lambda: c.query("LISTEN a"), "ERROR", "0A000")
        self.assertIn("exchange.stateful", e.fields["H"])
        self.assertEqual(c.query("SELECT 1")[1], "I")
        c.query("begin")
        self.assertEqual(c.query("SET LOCAL a = 'b'")[1], "T")
        self.refused(lambda: c.query("LISTEN a"), "ERROR", "0A000")
        self.assertEqual(c.query("rollback")[1], "I")

    def test_a_lost_connection_costs_a_transaction_and_outside_of_one_only_its_statement(self):
        def dies(server, session, kind, body):
            if b"die" in body:
                raise EOFError
            return False
        proxy = self.share(Server(dies), connections=1)
        c = self.connect(proxy)
        e = self.refused(lambda: c.query("SELECT 'die'"), "ERROR", "08006")
        self.assertIn("not known whether", e.text)
        self.assertEqual(c.query("SELECT 1")[1], "I")
        c.query("begin")
        self.refused(lambda: c.query("SELECT 'die'"), "FATAL", "08006")
        self.assertTrue(gone(c.s))
        self.assertEqual(self.connect(proxy).query("SELECT 1")[1], "I")

    def test_what_a_target_says_at_rest_is_taken_for_no_answer(self):
        notice, status = message(b"N", b"SNOTICE\0\0"), message(b"S", texts("TimeZone", "GMT"))
        notification = message(b"A", b"\0" * 4 + texts("x", "hello"))

        def speaks(server, session, kind, body):
            if b"quiet" not in body:
                return False
            session.s.sendall(session.done(body[:-1].decode()) + session.ready() + notice + status)
            return True
        server = Server(speaks)
        proxy = self.share(server, connections=2)
        for n in range(20):
            c = self.connect(proxy)
            self.assertTrue(c.query("SELECT 'quiet %d'" % n)[0][0].startswith("SELECT 'quiet %d'@" % n))
        self.assertLessEqual(len(server.logins), 2)

        def notifies(server, session, kind, body):
            if kind == b"Q" and body.startswith(b"LISTEN"):
                session.s.sendall(session.done("LISTEN") + session.ready() + notification)
                return True
            return False
        proxy = self.share(Server(notifies), connections=2)
        c = self.connect(proxy)
        c.query("LISTEN x")
        self.assertEqual(read(c.s)[0], b"A")
        self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@2"])

    def test_a_target_that_ends_a_connection_at_rest_says_so_and_is_no_fault(self):
        def ends(server, session, kind, body):
            if b"last" not in body:
                return False
            session.s.sendall(session.done("last") + session.ready() + error("57P01", "terminating", "FATAL"))
            raise EOFError
        proxy = self.share(Server(ends), connections=1)
        c = self.connect(proxy)
        for _ in range(5):
            self.assertEqual(c.query("SELECT 'last'")[1], "I")
        self.assertNotIn("unsolicited", proxy.text())

    def copying(self, server, session, kind, body):
        if kind == b"Q" and b"stdin" in body:
            session.rows, session.left = [], b"refused" in body
            session.s.sendall(error("42P01", "no") + session.ready() if session.left else message(b"G", b"\0\0\0"))
        elif kind == b"d" and not session.left:
            session.rows.append(body)
            if b"wrong" in body:
                session.left = True
                session.s.sendall(error("22P02", "wrong") + session.ready())
        elif kind == b"c" and not session.left:
            session.s.sendall(message(b"C", texts("COPY %d@%d" % (len(session.rows), session.number))) + session.ready())
        else:
            return kind in b"dcf"
        return True

    def test_rows_of_a_copy_follow_it_and_late_ones_are_dropped(self):
        server = Server(self.copying)
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        rows = b"".join(message(b"d", b"row %d\n" % n) for n in range(100))
        for _ in range(2):
            self.assertEqual(c.ask(query("copy t from stdin") + rows + message(b"c"))[0], ["COPY 100@1"])
            wrong = message(b"d", b"wrong\n")
            self.refused(lambda: c.ask(query("copy t from stdin") + rows + wrong + rows + message(b"c")), "ERROR", "22P02")
            self.assertEqual(c.query("SELECT 1")[0], ["SELECT 1@1"])
            self.refused(lambda: c.ask(query("copy refused from stdin") + rows + message(b"c")), "ERROR", "42P01")
            self.assertEqual(c.query("SELECT 1")[0], ["SELECT 1@1"])
        self.assertEqual(len(server.logins), 1)

    def test_rows_of_any_size_in_any_pieces(self):
        proxy = self.share(Server(self.copying), connections=1, exchange__request_buffer="64K")
        c = self.connect(proxy)
        c.s.sendall(query("copy t from stdin"))
        self.assertEqual(read(c.s)[0], b"G")
        sent = message(b"d", b"x" * 300000) + message(b"d", b"y" * 7)
        for at in range(0, len(sent), 5000):
            c.s.sendall(sent[at:at + 5000])
        for byte in message(b"d", b"z") + message(b"c"):
            c.s.sendall(bytes([byte]))
        self.assertEqual(c.until()[-2], (b"C", texts("COPY 3@1")))

    def test_a_client_that_leaves_in_a_copy_costs_its_connection_alone(self):
        server = Server(self.copying)
        proxy = self.share(server, connections=1)
        c = self.connect(proxy)
        c.s.sendall(query("copy t from stdin"))
        self.assertEqual(read(c.s)[0], b"G")
        c.s.sendall(message(b"d", b"half")[:-2])
        c.close()
        self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@2"])

    def test_a_flush_is_answered_before_the_sync(self):
        for mode, connections in (("fifo", 1), ("funnel", 2)):
            proxy = self.share(Server(), mode=mode, connections=connections)
            c = self.connect(proxy)
            for _ in range(2):
                c.s.sendall(parse("SELECT 1") + bind() + EXECUTE + FLUSH)
                self.assertEqual([kind for kind, _ in c.until(b"C")], [b"1", b"2", b"C"])
                c.s.sendall(parse("SELECT 2") + bind() + EXECUTE + FLUSH)
                self.assertEqual([kind for kind, _ in c.until(b"C")], [b"1", b"2", b"C"])
                c.s.sendall(SYNC)
                self.assertEqual(c.until()[-1], (b"Z", b"I"))

    def test_what_comes_behind_a_flush_is_judged_as_what_comes_before(self):
        server = Server()
        proxy = self.share(server, connections=1)
        for late, code in ((parse("SELECT lastval()"), "55000"), (parse("SET a = 'b'"), "0A000"),
                           (parse("copy t from stdin"), "0A000"), (parse("DEALLOCATE ALL", "a"), "0A000")):
            c = self.connect(proxy)
            c.s.sendall(parse("SELECT 1") + bind() + EXECUTE + FLUSH)
            self.assertEqual([kind for kind, _ in c.until(b"C")], [b"1", b"2", b"C"])
            c.s.sendall(late + bind() + EXECUTE)
            self.assertEqual(Error(c.until(b"E")[-1][1]).code, code)
            c.s.sendall(parse("SELECT 2") + bind() + EXECUTE + SYNC)
            self.assertEqual(c.until(), [(b"Z", b"I")])
            self.assertEqual(c.query("SELECT 3")[0], ["SELECT 3@1"])
        self.assertFalse(any(b"lastval" in body or b"SET a" in body or b"copy" in body for _, _, body in server.asked))

    def test_what_comes_behind_a_flush_may_pin_its_client(self):
        proxy = self.share(Server(), connections=2)
        c, other = self.connect(proxy), self.connect(proxy)
        c.s.sendall(parse("SELECT 1") + bind() + EXECUTE + FLUSH)
        c.until(b"C")
        c.ask(parse("LISTEN x") + bind() + EXECUTE + SYNC)
        self.assertEqual({other.query("SELECT 2")[0][0][-1] for _ in range(4)}, {"2"})
        self.assertEqual(c.query("SELECT 3")[0], ["SELECT 3@1"])

    def test_a_batch_without_its_sync_is_passed_on_after_a_pause(self):
        for mode, connections in (("fifo", 1), ("funnel", 2)):
            server = Server()
            c = self.connect(self.share(server, mode=mode, connections=connections))
            c.s.sendall(parse("SELECT 1") + bind() + EXECUTE)
            wait_until(lambda asked=server.asked: any(kind == b"E" for _, kind, _ in asked))
            c.s.sendall(parse("SELECT 2") + bind() + EXECUTE + SYNC)
            self.assertEqual("".join(kind.decode() for kind, _ in c.until()), "12C12CZ")
            self.assertEqual(c.query("SELECT 3")[1], "I")

    def test_a_batch_of_any_size_passes(self):
        proxy = self.share(Server(), connections=1, exchange__request_buffer="64K")
        c, other = self.connect(proxy), self.connect(proxy)
        large = parse("SELECT 1") + b"".join(bind() + EXECUTE for _ in range(20000)) + SYNC
        sender = threading.Thread(target=c.s.sendall, args=(large,))
        sender.start()
        got = c.until()
        sender.join()
        self.assertEqual(sum(kind == b"C" for kind, _ in got), 20000)
        self.assertEqual(got[-1], (b"Z", b"I"))
        self.assertEqual(other.query("SELECT 2")[0], ["SELECT 2@1"])

    def test_a_batch_holds_nothing_that_would_get_no_answer(self):
        proxy = self.share(Server(), connections=1)
        for data in (query("SELECT 1"), message(b"X"), message(b"d", b"x"), message(b"F", b"")):
            c = self.connect(proxy)
            self.refused(lambda: c.ask(parse("x") + data), "FATAL", "08P01")
            self.assertTrue(gone(c.s))
        self.assertEqual(self.connect(proxy).query("SELECT 1")[0], ["SELECT 1@1"])

    def test_a_refusal_behind_what_may_begin_a_transaction_fails_it(self):
        def fails(_server, session, kind, body):
            if b"proximux/none" in body and session.state == "T":
                session.state = "E"
            return False
        proxy = self.share(Server(fails), connections=1, exchange__request_buffer="64K")
        c = self.connect(proxy)
        c.s.sendall(query("begin") + query("SELECT lastval()") + query("SELECT 1"))
        got = [c.until() for _ in range(3)]
        self.assertEqual(got[0][-1], (b"Z", b"T"))
        self.assertEqual([kind for kind, _ in got[1]], [b"E", b"Z"])
        self.assertEqual((Error(got[1][0][1]).severity, Error(got[1][0][1]).code, got[1][1][1]), ("ERROR", "55000", b"E"))
        self.refused(lambda: c.ask(parse("LISTEN x") + bind() + EXECUTE + SYNC), "ERROR", "0A000")
        self.refused(lambda: c.ask(parse("SELECT '%s'" % ("x" * 70000)) + SYNC), "ERROR", "54000")
        self.assertEqual(c.query("rollback")[1], "I")
        c.query("begin")
        self.refused(lambda: c.query("SELECT '%s'" % ("x" * 70000)), "FATAL", "54000")
        self.assertTrue(gone(c.s))

    def test_a_lost_request_is_an_error_of_its_own_whatever_is_queued_behind_it(self):
        lost = []

        def dies(server, session, kind, body):
            if b"die" in body and not lost:
                lost.append(True)
                raise EOFError
            return False
        proxy = self.share(Server(dies), connections=2)
        c = self.connect(proxy)
        c.s.sendall(query("SELECT 'die'") + query("SET a = 'b'") + query("SELECT 3"))
        self.assertEqual([kind for _ in range(3) for kind, _ in c.until()], [b"E", b"Z", b"C", b"Z", b"C", b"Z"])

    def test_a_copy_and_a_flush_may_take_their_time_as_a_transaction_may(self):
        proxy = self.share(Server(self.copying), mode="fifo", connections=1, exchange__stall_timeout="200ms",
                           exchange__tie_idle_timeout="2s")
        c, other = self.connect(proxy), self.connect(proxy)
        for start, end in ((query("copy t from stdin"), message(b"c")), (parse("SELECT 1") + bind() + EXECUTE + FLUSH, SYNC)):
            c.s.sendall(start)
            read(c.s)
            other.s.sendall(query("SELECT 2"))
            time.sleep(1)  # longer than a client may delay others that only reads or sends slowly
            c.s.sendall(end)
            self.assertEqual(c.until()[-1], (b"Z", b"I"))
            self.assertEqual(other.until()[-1], (b"Z", b"I"))
        c.s.sendall(query("copy t from stdin"))
        read(c.s)
        other.s.sendall(query("SELECT 2"))
        self.assertTrue(gone(c.s))  # but not for ever
        self.assertEqual(other.until()[-1], (b"Z", b"I"))

    def test_the_last_number_of_a_sequence_is_never_another_clients(self):
        proxy = self.share(Server(), connections=2)
        c = self.connect(proxy)
        self.refused(lambda: c.query("SELECT lastval()"), "ERROR", "55000")
        c.query("begin")
        c.query("INSERT INTO t VALUES (1)")
        self.refused(lambda: c.query("SELECT currval('s')"), "ERROR", "55000")

    def test_bytes_may_come_one_by_one(self):
        def torn(server, session, kind, body):
            if kind != b"Q":
                return False
            for byte in session.done(body[:-1].decode()) + session.ready():
                session.s.sendall(bytes([byte]))
            return True
        proxy = self.share(Server(torn), connections=1)
        c = self.connect(proxy)
        for byte in query("SELECT 1"):
            c.s.sendall(bytes([byte]))
        self.assertEqual(c.until()[-2:], [(b"C", texts("SELECT 1@1")), (b"Z", b"I")])

    def test_a_statement_larger_than_the_buffer_is_refused_and_its_client_goes_on(self):
        proxy = self.share(Server(), connections=1, exchange__request_buffer="64K")
        c = self.connect(proxy)
        for _ in range(2):
            self.assertEqual(c.query("SELECT '%s'" % ("x" * 60000))[1], "I")
            self.refused(lambda: c.query("SELECT '%s'" % ("x" * 70000)), "ERROR", "54000")
            large = parse("SELECT '%s'" % ("x" * 70000)) + bind() + EXECUTE + SYNC
            self.refused(lambda: c.ask(large), "ERROR", "54000")
        proxy = self.share(Server(), connections=1, exchange__request_buffer="8M")
        self.assertEqual(self.connect(proxy).query("SELECT '%s'" % ("x" * 5000000))[1], "I")
