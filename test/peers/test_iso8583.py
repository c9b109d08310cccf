"""A scripted ISO 8583 host that answers out of order, late, for another STAN, unasked, or not at all."""
import subprocess

from harness import COMMAND, LONG, SHORT, Case, gone, reset, wait_until
from iso8583 import APPROVED, ECHO_TEST, SIGN_ON, Host, message, parse, read_message, response_to
from peer import SHARES


class Iso8583(Case):
    def share(self, host, mode="fifo", connections=1, **settings):
        given = {"exchange.protocol": "iso8583", "target.1.connections": connections}
        given.update({key.replace("__", "."): value for key, value in settings.items()})
        return self.proxy(self.target(host), mode=mode, settings=given)

    def asks(self, c, stan, terminal=b"TERM0001"):
        c.sendall(message(b"0200", stan, terminal, pan=b"4000001234567899"))
        self.assertEqual(read_message(c), message(b"0210", stan, terminal, APPROVED))

    def serves(self, p):
        with p.client() as c:
            self.asks(c, 999999, b"TERM9999")

    def test_many_terminals(self):
        for mode, connections in SHARES:
            for pairing in ("auto", "order"):
                host = Host()
                p = self.share(host, mode, connections, exchange__pairing=pairing)
                clients = [self.client(p) for _ in range(10)]
                for stan in range(1, 11):  # the terminals use the same STANs
                    for n, c in enumerate(clients):
                        c.sendall(message(b"0200", stan, b"TERM%04d" % n))
                    for n, c in enumerate(clients):
                        self.assertEqual(read_message(c), message(b"0210", stan, b"TERM%04d" % n, APPROVED))
                self.assertEqual(len(host.requests), 100)
                self.assertLessEqual(p.text().count("Connection opened"), connections)

    def test_connections_are_answered_in_any_order(self):
        waiting = []

        def last_first(host, s, m):
            with host.lock:
                waiting.append((s, m))
                if len(waiting) < 2:
                    return True
            for connection, request in reversed(waiting):
                connection.sendall(response_to(request))
            return True
        p = self.share(Host(last_first), "funnel", 2)
        clients = [self.client(p) for _ in range(2)]
        for n, c in enumerate(clients):
            c.sendall(message(b"0200", 1, b"TERM%04d" % n))
        for n, c in enumerate(clients):
            self.assertEqual(read_message(c), message(b"0210", 1, b"TERM%04d" % n, APPROVED))

    def test_out_of_order_on_one_connection_reaches_nobody(self):
        def second_first(host, s, m):
            if parse(m)[1] == 999999:
                return False
            if len(host.requests) == 2:
                for request in reversed(host.requests):
                    s.sendall(response_to(request))
            return True
        host = Host(second_first)
        p = self.share(host, exchange__pairing="order")
        clients = [self.client(p) for _ in range(2)]
        for n, c in enumerate(clients):
            c.sendall(message(b"0200", 1 + n, b"TERM0001"))
        for c in clients:
            self.assertTrue(gone(c))
        self.serves(p)
        self.assertEqual(len(host.requests), 3)  # no payment was sent again

    def test_a_foreign_response_reaches_nobody(self):
        strangers = {1: lambda m: response_to(m, stan=7),
                     2: lambda m: message(b"0210", 2, b"TERM0002", APPROVED),
                     3: lambda m: message(b"0410", 3, b"TERM0001", APPROVED),
                     4: lambda m: message(b"0210", 4, None, APPROVED),
                     5: lambda m: message(b"0800", 5, management=ECHO_TEST),
                     6: lambda m: b"\0\x0c\2\x10" + bytes(10),
                     7: lambda m: m}

        def answers_wrongly(host, s, m):
            stranger = strangers.get(parse(m)[1])
            if stranger:
                s.sendall(stranger(m) + response_to(m))
            return stranger is not None
        p = self.share(Host(answers_wrongly))
        for stan in strangers:
            with self.subTest(stan), p.client() as c:
                c.sendall(message(b"0200", stan, b"TERM0001"))
                self.assertTrue(gone(c))
                self.serves(p)

    def test_a_late_response_reaches_nobody(self):
        timers = []

        def late(host, s, m):
            if parse(m)[1] != 1:
                return False
            timers.append((s, m))
            return True
        p = self.share(Host(late), exchange__response_timeout="100ms")
        with p.client() as c:
            c.sendall(message(b"0200", 1, b"TERM0001"))
            self.assertTrue(gone(c))
        with p.client() as c:
            for s, m in timers:
                try:
                    s.sendall(response_to(m))
                except OSError:
                    pass  # its connection has ended
            self.asks(c, 2)

    def test_a_lost_payment_is_not_sent_again(self):
        def drops(host, s, m):
            if parse(m)[1] == 1:
                reset(s)
                raise OSError
            return False
        host = Host(drops)
        p = self.share(host)
        self.serves(p)
        with p.client() as c:
            c.sendall(message(b"0200", 1, b"TERM0001"))
            self.assertTrue(gone(c))
        self.serves(p)
        self.assertEqual([parse(m)[1] for m in host.requests], [999999, 1, 999999])

    def test_a_request_of_the_host_ends_its_connection(self):
        def asks_too(host, s, m):
            if parse(m)[1] == 1:
                s.sendall(response_to(m) + message(b"0800", 1, management=ECHO_TEST))
            return parse(m)[1] == 1
        p = self.share(Host(asks_too))
        with p.client() as c:
            self.asks(c, 1)
            self.assertTrue(wait_until(lambda: "unsolicited bytes" in p.text(), SHORT), p.text())
            self.asks(c, 2)

    def test_network_management(self):
        host = Host()
        p = self.share(host, "funnel", 2)
        first, second = self.client(p), self.client(p)
        first.sendall(message(b"0800", 1, management=ECHO_TEST))
        self.assertEqual(read_message(first), message(b"0810", 1, None, APPROVED))
        first.sendall(message(b"0800", 2, management=SIGN_ON))  # takes a connection for itself
        self.assertEqual(read_message(first), message(b"0810", 2, None, APPROVED))
        self.asks(first, 3)
        self.asks(second, 3)
        alone = self.share(host, "fifo", 1)
        with alone.client() as c:
            c.sendall(message(b"0800", 4, management=SIGN_ON))
            self.assertTrue(gone(c))
        self.serves(alone)
        self.assertNotIn(4, [parse(m)[1] for m in host.requests])

    def test_what_is_not_understood_is_refused(self):
        host = Host()
        p = self.share(host)
        terminal = b"TERM0001"
        for wrong in (b"\0\0", b"\0\x0c\2\0" + bytes(10), message(b"1200", 1, terminal), message(b"0210", 1, terminal),
                      message(b"0200", 1), b"\0\x1a0200" + b"0020000000800000" + b"000001"):
            with self.subTest(wrong), p.client() as c:
                c.sendall(wrong)
                self.assertTrue(gone(c, LONG))
        self.serves(p)
        self.assertEqual(len(host.requests), 1)

    def test_proxy_mode_shows_no_card(self):
        held = []

        def second_first(host, s, m):
            held.append(m)
            if len(held) == 2:
                s.sendall(b"".join(response_to(each) for each in reversed(held)))
            return True
        p = self.proxy(self.target(Host(second_first)), mode="proxy",
                       settings={"exchange.protocol": "iso8583", "log.level": 3})
        with p.client() as c:
            for stan in (1, 2):
                c.sendall(message(b"0200", stan, b"TERM0001", pan=b"4000001234567899"))
            for stan in (2, 1):
                self.assertEqual(read_message(c), message(b"0210", stan, b"TERM0001", APPROVED))
        self.assertTrue(wait_until(lambda: "STAN 000002 terminal TERM0001" in p.text(), SHORT), p.text())
        self.assertNotIn("4000001234567899", p.text())

    def test_decode_and_probe(self):
        def run_tool(*args, stdin=b""):
            done = subprocess.run([*COMMAND, *args, "--protocol", "iso8583"], input=stdin, capture_output=True, timeout=LONG)
            return done.returncode, done.stdout.decode() + done.stderr.decode()
        card = message(b"0200", 1, b"TERM0001", pan=b"4000001234567899")
        code, out = run_tool("decode", "-", stdin=card + message(b"0800", 2, management=ECHO_TEST))
        self.assertEqual(code, 0, out)
        self.assertIn("0200 STAN 000001 terminal TERM0001", out)
        self.assertNotIn("4000001234567899", out)
        code, out = run_tool("probe", "--target", "127.0.0.1:%d" % self.target(Host()).port)
        self.assertEqual(code, 0, out)
        self.assertIn("exchange.protocol = iso8583", out)
