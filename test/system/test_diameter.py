"""Diameter with scripted servers: introductions, ids, requests of the server's own, and servers that go wrong."""
import subprocess

import diameter as d
from diameter import Server, ask, read
from harness import COMMAND, LONG, SHORT, gone, patience, reset, wait_until
from sharing import MODES, SharedCase


class Diameter(SharedCase):
    def share(self, server, mode="funnel", connections=2, **settings):
        return self.shared(mode, self.target(server), protocol="diameter", connections=connections, **{**d.IDENTITY, **settings})

    def open(self, proxy):
        c = self.client(proxy)
        c.sendall(d.capabilities(5, 6))
        m = read(c)
        self.assertEqual((m.command, m.hop, m.end, m.result), (d.CAPABILITIES, 5, 6, d.SUCCESS))
        self.assertEqual((m.get(d.ORIGIN_HOST), m.get(d.PRODUCT)), (b"server.test", b"scripted"))
        return c

    def asks(self, c, user=b"u", hop=7):
        c.sendall(ask(hop, hop + 1, user))
        self.assertEqual(read(c).data, self.answer(ask(hop, hop + 1, user)))

    @staticmethod
    def answer(request, **more):
        return Server.answer(d.Message(request), **more)

    def works(self, proxy):
        with proxy.client(timeout=SHORT) as c:
            self.asks(c, b"works")

    def test_equal_ids_of_many_clients_are_told_apart(self):
        for mode, connections in MODES:
            waiting, ids = [], []

            def backwards(server, s, m):
                if m.command != d.CREDIT:
                    return False
                with server.lock:
                    waiting.append((s, m))
                    ids.append(m.hop)
                    if len(waiting) == 20:
                        for to, each in reversed(waiting):
                            to.sendall(server.answer(each))
                        waiting.clear()
                return True
            proxy = self.share(Server(backwards), mode, connections)
            clients = [self.open(proxy) for _ in range(4)]
            requests = {(i, n): ask(n, 99, b"%d-%d" % (i, n)) for i in range(4) for n in range(5)}
            for (i, _), request in requests.items():
                clients[i].sendall(request)
            for i, c in enumerate(clients):
                got = {m.hop: m.data for m in (read(c) for _ in range(5))}
                self.assertEqual(got, {n: self.answer(requests[i, n]) for n in range(5)})
            self.assertEqual(len(set(ids)), 20)

    def test_each_target_connection_is_introduced_and_each_client_gets_the_answer(self):
        server = Server()
        proxy = self.share(server, exchange__diameter_applications="4,10415:16777251")
        clients = [self.open(proxy) for _ in range(4)]
        for c in clients:
            self.asks(c)
        introductions = server.requests(d.CAPABILITIES)
        self.assertEqual(len(introductions), len({s for s, _ in server.asked}))
        for m in introductions:
            self.assertEqual((m.get(d.ORIGIN_HOST), m.get(d.ORIGIN_REALM)), (b"proximux.test", b"test"))
            self.assertEqual([value[-4:] for code, value in m.avps if code in (d.AUTH_APPLICATION, 260)],
                             [b"\0\0\0\4", b"\x01\0\0\x23"])
        for c in clients:
            c.sendall(d.watchdog(1, 2))
            m = read(c)
            self.assertEqual((m.command, m.hop, m.end, m.result, m.get(d.ORIGIN_HOST)), (d.WATCHDOG, 1, 2, d.SUCCESS, b"server.test"))
            c.sendall(d.disconnect(3, 4))
            self.assertEqual(read(c).command, d.DISCONNECT)
            self.assertTrue(gone(c))
        self.assertEqual(server.requests(d.WATCHDOG) + server.requests(d.DISCONNECT), [])
        self.works(proxy)

    def test_a_server_that_does_not_know_us_serves_nobody_and_it_is_said(self):
        def script(server, s, m):
            s.sendall(server.answer(m, 3010, d.ERROR))
            return True
        proxy = self.share(Server(script), exchange__queue_timeout="300ms", pool__connect_timeout="300ms")
        c = self.client(proxy)
        c.sendall(d.capabilities(5, 6))
        m = read(c)
        self.assertEqual((m.command, m.hop, m.end, m.result, m.flags & d.ERROR), (d.CAPABILITIES, 5, 6, d.BUSY, d.ERROR))
        self.assertIsNotNone(proxy.record(lambda r: 'unexpected reply to the login: "Capabilities-Exchange 3010"' in r["e"]["message"]))

    def test_what_a_server_asks_is_answered_and_reaches_no_client(self):
        server = Server()
        proxy = self.share(server, "fifo", 1)
        c = self.open(proxy)
        self.asks(c)
        s = server.asked[0][0]
        numbers = [server.ask(s, command, [(d.SESSION, b"client.test;1;2")]) for command in (d.WATCHDOG, d.RE_AUTH, d.ABORT)]
        self.assertTrue(wait_until(lambda: len(server.answers()) == 3, SHORT))
        self.assertEqual([(m.command, m.hop, m.end, m.result) for m in server.answers()],
                         [(d.WATCHDOG, numbers[0], numbers[0], d.SUCCESS), (d.RE_AUTH, numbers[1], numbers[1], d.UNABLE),
                          (d.ABORT, numbers[2], numbers[2], d.UNABLE)])
        self.assertEqual(server.answers()[1].get(d.SESSION), b"client.test;1;2")
        self.asks(c, b"behind")
        self.assertEqual(len({s for s, _ in server.asked}), 1)

    def test_a_server_that_leaves_costs_nobody_anything(self):
        def script(server, s, m):
            if m.get(d.USER) != b"last":
                return False
            server.ask(s, d.DISCONNECT, [(273, 0)])
            s.sendall(server.answer(m))
            return True
        server = Server(script)
        proxy = self.share(server, "fifo", 1)
        c = self.open(proxy)
        for _ in range(5):
            self.asks(c, b"last")
            self.asks(c, b"next")
        self.assertTrue(wait_until(lambda: len(server.answers(d.DISCONNECT)) == 5, LONG))
        self.assertEqual([m.result for m in server.answers(d.DISCONNECT)], [d.SUCCESS] * 5)

    def test_an_answer_that_was_not_asked_for_reaches_nobody(self):
        wrong = {b"id": lambda m: d.message(0x40, m.command, 4, m.hop ^ 1, m.end, [(d.USER, b"secret")]),
                 b"end": lambda m: d.message(0x40, m.command, 4, m.hop, m.end ^ 1, [(d.USER, b"secret")]),
                 b"command": lambda m: d.message(0x40, 271, 4, m.hop, m.end, [(d.USER, b"secret")]),
                 b"nonsense": lambda m: b"HTTP/1.1 400 Bad Request\r\n\r\n"}

        def script(server, s, m):
            make = wrong.get(m.get(d.USER))
            if make:
                s.sendall(make(m))
            return make is not None
        for name in wrong:
            with self.subTest(name):
                proxy = self.share(Server(script), connections=1)
                c = self.open(proxy)
                c.sendall(ask(5, 6, name))
                m = read(c)
                self.assertEqual((m.hop, m.end, m.result, m.flags & d.ERROR), (5, 6, d.UNABLE, d.ERROR), m.data)
                self.assertEqual((m.get(d.SESSION), m.get(d.ORIGIN_HOST)), (b"client.test;1;2", b"proximux.test"))
                self.assertNotIn(b"secret", m.data)
                self.works(proxy)

    def test_a_server_that_fails_costs_the_requests_in_flight_alone(self):
        def script(server, s, m):
            if m.get(d.USER) == b"reset":
                reset(s)
            return m.get(d.USER) in (b"reset", b"silent")
        proxy = self.share(Server(script), exchange__response_timeout=patience(300))
        for failure in (b"reset", b"silent"):
            c = self.open(proxy)
            c.sendall(ask(5, 6, failure))
            self.assertEqual(read(c).result, d.UNABLE)
            self.works(proxy)

    def test_torn_messages_are_whole(self):
        def torn(server, s, m):
            for byte in server.answer(m):
                s.sendall(bytes([byte]))
            return True
        proxy = self.share(Server(torn))
        c = self.open(proxy)
        for n in range(3):
            for byte in ask(n, n, b"torn"):
                c.sendall(bytes([byte]))
            self.assertEqual(read(c).data, self.answer(ask(n, n, b"torn")))

    def test_what_no_client_may_say(self):
        proxy = self.share(Server())
        c = self.open(proxy)
        c.sendall(d.request(d.CREDIT, 1, 2, flags=d.REQUEST | d.ERROR))
        self.assertEqual(read(c).result, 3008)
        c.sendall(d.message(0, d.RE_AUTH, 4, 1, 2, []))
        self.assertTrue(gone(c))
        self.works(proxy)

    def test_it_is_observed_in_proxy_mode(self):
        server = Server()
        proxy = self.proxy(self.target(server), settings={"exchange.protocol": "diameter", "log.requests": "1"})
        c = self.open(proxy)
        self.asks(c)
        server.ask(server.asked[0][0], d.WATCHDOG)
        self.assertEqual(read(c).command, d.WATCHDOG)
        c.sendall(d.message(0, d.WATCHDOG, 0, 7000, 7000, [(d.RESULT, d.SUCCESS)]))
        self.asks(c)
        self.assertEqual(len(server.answers(d.WATCHDOG)), 1)
        self.assertEqual(len(server.requests(d.CAPABILITIES)), 1)

    def test_its_names_are_required_where_it_is_shared(self):
        command = [*COMMAND, "--listen", "0", "--target", "x:1", "--protocol", "diameter", "--check-config", "--mode"]
        self.assertEqual(subprocess.run([*command, "proxy"], capture_output=True, timeout=LONG).returncode, 0)
        run = subprocess.run([*command, "fifo"], capture_output=True, timeout=LONG)
        self.assertEqual(run.returncode, 78)
        for key in (b"exchange.diameter_identity", b"exchange.diameter_realm"):
            self.assertIn(key, run.stderr)

    def test_probe_introduces_itself(self):
        target = self.target(Server())
        run = subprocess.run([*COMMAND, "probe", "--protocol", "diameter", "--target", "127.0.0.1:%d" % target.port],
                             capture_output=True, timeout=LONG)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(b"requests in flight per connection: 128", run.stdout)
