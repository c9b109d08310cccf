"""Cassandra with scripted nodes: streams, versions, keyspaces, events, and nodes that go wrong."""
import time

import cql
from cql import Node, query, read
from harness import SHORT, gone, patience, reset
from sharing import MODES, SharedCase, read_exactly


class Cassandra(SharedCase):
    def share(self, node, mode="funnel", connections=2, **settings):
        return self.shared(mode, self.target(node), protocol="cassandra", connections=connections, **settings)

    def open(self, proxy):
        c = self.client(proxy)
        c.sendall(cql.startup(7))
        self.assertEqual(read(c).data, cql.answer(cql.READY, 7))
        return c

    def ask(self, c, statement, stream=5):
        c.sendall(query(statement, stream))
        f = read(c)
        self.assertEqual((f.stream, f.opcode, f.body[4:]), (stream, cql.RESULT, statement))

    def works(self, proxy):
        with proxy.client(timeout=SHORT) as c:
            self.ask(c, b"SELECT works")

    def test_equal_streams_of_many_clients_are_told_apart(self):
        for mode, connections in MODES:
            waiting, streams = [], []

            def backwards(node, s, f):
                if f.opcode != cql.QUERY:
                    return False
                with node.lock:
                    waiting.append((s, f))
                    streams.append(f.stream)
                    if len(waiting) == 20:
                        for to, each in reversed(waiting):
                            to.sendall(node.answer(each))
                        waiting.clear()
                return True
            proxy = self.share(Node(backwards), mode, connections)
            clients = [self.open(proxy) for _ in range(4)]
            for i, c in enumerate(clients):
                for n in range(5):
                    c.sendall(query(b"SELECT %d %d" % (i, n), n * 0x0100 + 9))
            for i, c in enumerate(clients):
                got = {f.stream: f.body[4:] for f in (read(c) for _ in range(5))}
                self.assertEqual(got, {n * 0x0100 + 9: b"SELECT %d %d" % (i, n) for n in range(5)})
            self.assertEqual(len({stream & 0xff for stream in streams}), 20)
            self.assertTrue(all(stream >= 0 for stream in streams))

    def test_each_target_connection_begins_with_a_startup_of_version_4(self):
        node = Node()
        proxy = self.share(node)
        c = self.client(proxy)
        c.sendall(cql.startup(3, version=5))
        f = read(c)
        self.assertEqual((f.version, f.opcode, f.stream), (0x84, cql.ERROR, 3))
        self.assertIn(b"Invalid or unsupported protocol version (5)", f.body)
        self.assertTrue(gone(c))
        c = self.client(proxy)
        c.sendall(cql.frame(cql.OPTIONS, 1))
        self.assertEqual(read(c).data, cql.answer(cql.SUPPORTED, 1, b"\0\0"))
        c.sendall(cql.startup(2, DRIVER_NAME=b"x"))
        self.assertEqual(read(c).data, cql.answer(cql.READY, 2))
        self.ask(c, b"SELECT 1")
        self.assertEqual(node.asked[0][1].data, cql.startup())
        startups = [f for _, f in node.asked if f.opcode == cql.STARTUP]
        self.assertEqual(len(startups), len({s for s, _ in node.asked}))

    def test_a_node_that_requires_authentication_serves_nobody_and_it_is_said(self):
        def script(node, s, f):
            s.sendall(cql.answer(cql.AUTHENTICATE, f.stream, cql.text(b"org.apache.cassandra.auth.PasswordAuthenticator")))
            return True
        proxy = self.share(Node(script), exchange__queue_timeout="300ms", pool__connect_timeout="300ms")
        c = self.open(proxy)
        c.sendall(query(b"SELECT 1"))
        self.assertEqual(read(c).opcode, cql.ERROR)
        self.assertIsNotNone(proxy.record(lambda r: "PasswordAuthenticator" in str(r)))

    def test_who_uses_a_keyspace_has_a_connection_alone_until_it_leaves(self):
        node = Node()
        proxy = self.share(node)
        c = self.open(proxy)
        self.ask(c, b"USE shop")
        used = next(s for s, f in node.asked if f.statement == b"USE shop")
        for _ in range(4):
            self.works(proxy)
        self.ask(c, b"SELECT mine")
        self.assertEqual([f.statement for s, f in node.asked if s is used and f.statement], [b"USE shop", b"SELECT mine"])
        c.close()
        for _ in range(4):
            self.works(proxy)
        self.assertNotIn(b"SELECT works", [f.statement for s, f in node.asked if s is used])

    def test_a_keyspace_that_nobody_may_set_ends_the_connection(self):
        def script(node, s, f):
            if f.opcode == cql.EXECUTE:
                s.sendall(cql.result(f.stream, cql.SET_KEYSPACE, cql.text(b"shop")))
            return f.opcode == cql.EXECUTE
        node = Node(script)
        proxy = self.share(node, connections=1)
        c = self.open(proxy)
        c.sendall(cql.frame(cql.EXECUTE, 4, cql.text(bytes(16))))
        self.assertEqual(read(c).stream, 4)
        self.works(proxy)
        self.assertEqual(len({s for s, _ in node.asked}), 2)

    def test_events_reach_the_one_who_registered(self):
        registered = []

        def script(node, s, f):
            if f.opcode == cql.REGISTER:
                registered.append(s)
            return False
        node = Node(script)
        proxy = self.share(node)
        c = self.open(proxy)
        request = cql.frame(cql.REGISTER, 0x0102, b"\0\1" + cql.text(b"SCHEMA_CHANGE"))
        c.sendall(request + query(b"SELECT behind", 0x0103))
        self.assertEqual(read(c).data, cql.answer(cql.READY, 0x0102))
        self.assertEqual(read(c).data, cql.result(0x0103, body=b"SELECT behind"))
        for n in range(3):
            registered[0].sendall(cql.answer(cql.EVENT, -1, cql.text(b"event")))
            self.works(proxy)
            self.assertEqual(read(c).data, cql.answer(cql.EVENT, -1, cql.text(b"event")))
            self.ask(c, b"SELECT mine", 0x7fff)
        c.close()
        self.works(proxy)
        self.assertNotIn(b"SELECT works", [f.statement for s, f in node.asked if s is registered[0]])

    def test_a_registration_that_fails_leaves_the_connection_to_all(self):
        def script(node, s, f):
            if f.opcode == cql.REGISTER:
                s.sendall(cql.error(f.stream, 10, b"no"))
            return f.opcode == cql.REGISTER
        node = Node(script)
        proxy = self.share(node)
        c = self.open(proxy)
        for stream in (3, 4):
            c.sendall(cql.frame(cql.REGISTER, stream, b"\0\0"))
            self.assertEqual(read(c).data, cql.error(stream, 10, b"no"))
        self.ask(c, b"SELECT 1")
        self.works(proxy)

    def test_what_cannot_be_shared_is_refused(self):
        node = Node()
        proxy = self.share(node, exchange__stateful="refuse")
        c = self.open(proxy)
        for refused in (query(b"USE shop", 4), query(b"USE shop", 4, cql.PREPARE), cql.frame(cql.REGISTER, 4, b"\0\0"),
                        cql.frame(cql.AUTH_RESPONSE, 4, b"\0\0\0\0"), cql.frame(cql.QUERY, 4, b"x", cql.COMPRESSED),
                        cql.startup(4, COMPRESSION=b"lz4")):
            c.sendall(refused)
            f = read(c)
            self.assertEqual((f.stream, f.opcode), (4, cql.ERROR))
        self.assertEqual(node.statements(), [])
        self.ask(c, b"SELECT 1")

    def test_a_response_that_was_not_asked_for_reaches_nobody(self):
        wrong = {b"stream": lambda f: cql.result(f.stream ^ 1, body=b"secret"),
                 b"upper byte": lambda f: cql.result(f.stream ^ 0x0100, body=b"secret"),
                 b"version": lambda f: cql.answer(cql.RESULT, f.stream, b"\0\0\0\1secret", version=3),
                 b"event": lambda f: cql.answer(cql.EVENT, -1, b"secret"),
                 b"error to none": lambda f: cql.error(-1, 10, b"secret"),
                 b"ready": lambda f: cql.answer(cql.READY, f.stream),
                 b"authenticate": lambda f: cql.answer(cql.AUTHENTICATE, f.stream, b"\0\0"),
                 b"nonsense": lambda f: b"HTTP/1.1 400 Bad Request\r\n\r\n"}

        def script(node, s, f):
            make = wrong.get(f.statement[7:])
            if make:
                s.sendall(make(f))
            return make is not None
        for name in wrong:
            with self.subTest(name):
                proxy = self.share(Node(script), connections=1)
                c = self.open(proxy)
                c.sendall(query(b"UPDATE " + name, 5))
                f = read(c)
                self.assertEqual((f.stream, f.opcode), (5, cql.ERROR), f.data)
                self.assertNotIn(b"secret", f.data)
                self.works(proxy)

    def test_a_node_that_fails_costs_the_requests_in_flight_alone(self):
        def script(node, s, f):
            if f.statement == b"UPDATE reset":
                reset(s)
            elif f.statement == b"UPDATE tear":
                s.sendall(node.answer(f)[:12])
                time.sleep(0.05)  # the reset must not overtake it
                reset(s)
            return f.statement in (b"UPDATE reset", b"UPDATE tear", b"UPDATE silent")
        proxy = self.share(Node(script), exchange__response_timeout=patience(300))
        for failure in (b"reset", b"tear", b"silent"):
            c = self.open(proxy)
            c.sendall(query(b"UPDATE " + failure, 5))
            self.assertEqual(read(c).opcode, cql.ERROR)
            self.works(proxy)

    def test_torn_frames_are_whole(self):
        def torn(node, s, f):
            if f.opcode == cql.STARTUP:
                return False
            for byte in node.answer(f):
                s.sendall(bytes([byte]))
            return True
        proxy = self.share(Node(torn))
        c = self.open(proxy)
        for stream in range(3):
            for byte in query(b"SELECT torn", stream):
                c.sendall(bytes([byte]))
            self.assertEqual(read_exactly(c, 24), cql.result(stream, body=b"SELECT torn"))
