"""MongoDB with scripted servers: ids, handshakes, cursors, transactions, authentication, and servers that go wrong."""
import threading
import time

import mongo
from harness import SHORT, gone, patience, reset
from mongo import COMPRESSED, EXHAUST_ALLOWED, MORE_TO_COME, QUERY, Long, Server, message, read
from sharing import MODES, SharedCase

PING = {"ping": 1, "$db": "admin"}


def counting(comment):
    return {"count": "items", "comment": comment, "$db": "test"}


class Mongodb(SharedCase):
    def share(self, *servers, mode="funnel", connections=2, **settings):
        return self.shared(mode, *map(self.target, servers), protocol="mongodb", connections=connections, **settings)

    def ask(self, c, body, number=5, **more):
        c.sendall(message(body, number, **more))
        m = read(c)
        self.assertEqual((m.to, m.flags), (number, 0))
        return m.body

    def works(self, proxy):
        with proxy.client(timeout=SHORT) as c:
            self.assertEqual(self.ask(c, counting("works"))["echo"], "works", proxy.text()[-3000:])

    def test_equal_ids_of_many_clients_are_told_apart(self):
        for mode, connections in MODES:
            waiting, sent = [], []

            def last_first(server, s, m):
                with server.lock:
                    sent.append(m.number)
                    waiting.append((s, m))
                    if len(waiting) == 4:
                        for to, each in reversed(waiting):
                            to.sendall(server.answer(each))
                        waiting.clear()
                return True
            proxy = self.share(Server(last_first), mode=mode, connections=connections, exchange__pipeline=4)
            clients = [self.client(proxy) for _ in range(4)]
            for n in range(3):
                for i, c in enumerate(clients):
                    c.sendall(message(counting("%d of %d" % (n, i)), 5))
                for i, c in enumerate(clients):
                    m = read(c)
                    self.assertEqual((m.to, m.body["echo"]), (5, "%d of %d" % (n, i)))
            self.assertEqual(len(set(sent)), 12)

    def test_a_handshake_leaves_nothing_on_the_connection(self):
        def torn(server, s, m):
            data = server.answer(m)
            for i in range(0, len(data), 7):
                s.sendall(data[i:i + 7])
                time.sleep(0.002)  # so that the pieces are read one by one
            return True
        server = Server(torn)
        proxy = self.share(server, connections=1)
        for n in range(3):
            c = self.client(proxy)
            c.sendall(mongo.query({"isMaster": 1, "helloOk": True, "client": {"driver": {"name": "x"}},
                                   "compression": ["zlib"], "comment": "a"}, n))
            m = read(c)
            self.assertEqual((m.to, m.opcode, m.body), (n, mongo.REPLY, {"isWritablePrimary": True, "echo": "a", "ok": 1.0}))
            body = self.ask(c, {"hello": 1, "topologyVersion": {"processId": 7}, "maxAwaitTimeMS": Long(10000),
                                "speculativeAuthenticate": {"saslStart": 1}, "comment": "b", "$db": "admin"}, flags=EXHAUST_ALLOWED)
            self.assertEqual(body, {"isWritablePrimary": True, "echo": "b", "ok": 1.0})
        for _, m in server.asked:
            self.assertIn(m.body, ({"isMaster": 1, "comment": "a"}, {"hello": 1, "comment": "b", "$db": "admin"}))
            self.assertEqual(m.flags, 0)
        self.assertEqual(len({s for s, _ in server.asked}), 1)

    def test_a_cursor_of_the_only_server_is_reached_over_any_connection(self):
        for mode, connections in (("fifo", 1), ("funnel", 3)):
            server = Server()
            proxy = self.share(server, mode=mode, connections=connections)
            first, second = self.client(proxy), self.client(proxy)
            cursor = self.ask(first, {"find": "items", "$db": "test"})["cursor"]["id"]
            self.assertEqual(self.ask(second, {"getMore": Long(cursor), "$db": "test"})["cursor"]["id"], cursor)
            self.assertEqual(self.ask(first, {"getMore": Long(cursor), "$db": "test"})["cursor"]["id"], 0)

    def test_with_several_servers_a_cursor_keeps_its_connection_until_it_ends(self):
        for ends_by_kill in (False, True):
            servers = [Server(), Server()]
            proxy = self.share(*servers, connections=1)
            c = self.client(proxy)
            cursor = self.ask(c, {"find": "items", "$db": "test"})["cursor"]["id"]
            holders = [s for s in servers if s.asked]
            for n in range(6):  # all of them go elsewhere
                with proxy.client() as other:
                    self.assertEqual(self.ask(other, counting(str(n)))["echo"], str(n))
            self.assertEqual(holders[0].names(), ["find"])
            if ends_by_kill:
                self.ask(c, {"killCursors": "items", "cursors": [Long(cursor)], "$db": "test"})
            else:
                for left in (cursor, 0):
                    self.assertEqual(self.ask(c, {"getMore": Long(cursor), "$db": "test"})["cursor"]["id"], left)
            self.assertIn(holders[0].names()[-1], ("getMore", "killCursors"))
            clients = [self.client(proxy) for _ in range(2)]  # now both serve everyone
            for each in clients:
                each.sendall(message(counting("x"), 1))
            for each in clients:
                read(each)
            c.close()
            self.works(proxy)

    def test_with_several_servers_a_transaction_keeps_its_connection(self):
        servers = [Server(), Server()]
        proxy = self.share(*servers, connections=1)
        c = self.client(proxy)
        rest = {"lsid": {"id": bytes(16)}, "txnNumber": Long(1), "autocommit": False, "$db": "test"}
        self.ask(c, {"update": "items", "startTransaction": True, **rest})
        holder = servers[0] if servers[0].asked else servers[1]
        for n in range(4):
            with proxy.client() as other:
                self.ask(other, counting(str(n)))
        self.ask(c, {"update": "items", **rest})
        self.ask(c, {"commitTransaction": 1, **rest})
        self.assertEqual(holder.names(), ["update", "update", "commitTransaction"])

    def test_what_needs_a_connection_alone_is_refused_where_there_is_none(self):
        servers = [Server(), Server()]
        proxy = self.share(*servers, exchange__stateful="refuse")
        c = self.client(proxy)
        for body in ({"find": "items", "$db": "test"}, {"saslStart": 1, "$db": "admin"}, {"unheardOf": 1, "$db": "admin"},
                     {"getlasterror": 1, "$db": "test"}):
            answer = self.ask(c, body)
            self.assertEqual((answer["ok"], answer["code"], answer["errmsg"][:10]), (0.0, 20, "proximux: "))
        self.assertEqual(servers[0].asked + servers[1].asked, [])
        self.works(proxy)

    def test_who_logs_in_has_a_connection_alone_until_it_leaves(self):
        server = Server()
        proxy = self.share(server)
        c = self.client(proxy)
        self.ask(c, {"saslStart": 1, "payload": b"x", "$db": "admin"})
        authenticated = server.asked[0][0]
        for n in range(4):
            self.works(proxy)
        self.ask(c, counting("mine"))
        self.assertEqual([m.body.get("comment") for s, m in server.asked if s is authenticated], [None, "mine"])
        c.close()
        self.assertTrue(gone(authenticated) if authenticated.fileno() >= 0 else True)
        self.works(proxy)
        self.assertNotIn(authenticated, [s for s, _ in server.asked[-1:]])

    def test_a_write_without_a_reply_delays_nobody(self):
        server = Server()
        proxy = self.share(server, connections=1)
        c = self.client(proxy)
        insert = {"insert": "items", "writeConcern": {"w": 0}, "$db": "test"}
        for n in range(3):
            c.sendall(message(insert, 5, flags=MORE_TO_COME, sequences=[("documents", [{"n": n}])]))
            self.assertEqual(self.ask(c, counting(str(n)))["echo"], str(n))
        self.assertEqual(server.names(), ["insert", "count"] * 3)

    def test_a_reply_that_was_not_asked_for_reaches_nobody(self):
        wrong = {"foreign": lambda server, m: message({"ok": 1.0}, to=m.number ^ 1),
                 "checksum": lambda server, m: message({"ok": 1.0}, to=m.number, flags=mongo.CHECKSUM, checksum=b"1234"),
                 "more": lambda server, m: message({"ok": 1.0}, to=m.number, flags=MORE_TO_COME),
                 "compressed": lambda server, m: mongo.header(12, 1, m.number, COMPRESSED) + bytes(12),
                 "request": lambda server, m: m.data[:8] + m.data[4:8] + mongo.header(0, 0, 0, QUERY)[12:] + m.data[16:],
                 "nonsense": lambda server, m: b"HTTP/1.1 400 Bad Request\r\n\r\n",
                 "two bodies": lambda server, m: mongo.header(5 + 2 * 6, 1, m.number, mongo.MSG) + bytes(4) + b"\0\5\0\0\0\0" * 2 + b"\0"}

        def script(server, s, m):
            if m.body.get("comment") not in wrong:
                return False
            s.sendall(wrong[m.body["comment"]](server, m))
            return True
        for name in wrong:
            with self.subTest(name):
                proxy = self.share(Server(script), connections=1)
                c = self.client(proxy)
                answer = self.ask(c, counting(name))
                self.assertEqual((answer["ok"], answer["code"]), (0.0, 6), proxy.text()[-3000:])
                self.assertEqual(self.ask(c, counting("right"))["echo"], "right")

    def test_a_server_that_fails_costs_the_requests_in_flight_alone(self):
        def script(server, s, m):
            comment = m.body.get("comment")
            if comment == "reset":
                reset(s)
            elif comment == "tear":
                s.sendall(server.answer(m)[:30])
                time.sleep(0.05)  # the reset must not overtake it
                reset(s)
            return comment in ("reset", "tear", "silent")
        proxy = self.share(Server(script), exchange__response_timeout=patience(300))
        for comment, code in (("reset", 6), ("tear", 6), ("silent", 89)):
            c = self.client(proxy)
            body = {"findAndModify": "items", "comment": comment, "$db": "test"}
            self.assertEqual(self.ask(c, body)["code"], code)
            self.works(proxy)

    def test_a_silent_write_without_a_reply_fails_by_the_end_of_the_connection(self):
        proxy = self.shared("funnel", "127.0.0.1:1", protocol="mongodb", pool__connect_timeout="200ms", exchange__queue_timeout="300ms")
        c = self.client(proxy)
        c.sendall(message({"insert": "items", "$db": "test"}, 5, flags=MORE_TO_COME))
        self.assertTrue(gone(c))
        c = self.client(proxy)
        self.assertEqual(self.ask(c, PING)["code"], 6)

    def test_what_cannot_be_seen_into_is_refused(self):
        server = Server()
        proxy = self.share(server)
        insert = bytes(4) + b"test.items\0" + mongo.encode({"a": 1})
        for request in (mongo.header(12, 5, 0, COMPRESSED) + bytes(12), mongo.header(len(insert), 5, 0, 2002) + insert):
            c = self.client(proxy)
            c.sendall(request)
            self.assertTrue(gone(c))
        c = self.client(proxy)
        c.sendall(mongo.query({"find": "items"}, 5, "test.$cmd"))
        self.assertEqual(read(c).body["ok"], 0.0)
        self.assertEqual(server.asked, [])

    def test_a_large_insert_passes_among_others(self):
        server = Server()
        proxy = self.share(server)
        documents = [{"x": "y" * 1000} for _ in range(500)]
        threads = [threading.Thread(target=self.works, args=(proxy,)) for _ in range(4)]
        c = self.client(proxy)
        request = message({"insert": "items", "$db": "test"}, 5, sequences=[("documents", documents)])
        c.sendall(request[:100000])
        for t in threads:
            t.start()
        c.sendall(request[100000:])
        self.assertEqual(read(c).to, 5)
        for t in threads:
            t.join()
        self.assertEqual([m.data[16:] for _, m in server.asked if m.name == "insert"], [request[16:]])
