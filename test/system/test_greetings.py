"""Servers that speak first, behind a mode that cannot serve them: what the log says."""
from harness import BACKEND, Case, read_line, state
from sharing import Lines, SharedCase

ADVICE = "if the server speaks first (MySQL, SSH, SMTP), set exchange.mode = proxy (--mode proxy)"
SILENCE = "has sent nothing for 3 s"


class Greetings(SharedCase):
    def started(self, *args):
        """With these options and a target that greets; no mode is said."""
        t = self.target(Lines(greet=b"220 hello\n"))
        p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:%d" % t.port, "--io-backend", BACKEND, *args)
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Server is running on")))
        return p

    def test_the_log_says_at_start_that_clients_share_a_connection(self):
        r = self.started().record(lambda r: "clients share one target connection" in r["d"])
        self.assertEqual((r["l"], r["s"]), (2, "server"))
        self.assertIn("a server that speaks first (MySQL, SSH, SMTP) needs exchange.mode = proxy", r["d"])

    def test_it_does_not_where_the_mode_was_chosen(self):
        for args in (("--mode", "fifo"), ("--max-connections", "5"), ("--protocol", "raw")):
            p = self.started(*args)
            p.drain()
            self.assertNotIn("clients share", p.text())

    def test_a_silent_client_is_told_of_once(self):
        proxy = self.shared("fifo", self.target(Lines(greet=b"220 hello\n")), protocol="auto")
        clients = [self.client(proxy) for _ in range(3)]
        r = proxy.record(lambda r: SILENCE in r["d"])
        self.assertEqual((r["l"], r["s"]), (2, "server"))
        self.assertIn("client 127.0.x.x:%d " % clients[0].getsockname()[1], r["d"])
        self.assertIn(ADVICE, r["d"])
        clients.append(self.client(proxy))
        self.assertEqual(state(clients[-1], 3.5), "OPEN")  # it waits in vain, as long as the first
        self.assertEqual(proxy.text().count(SILENCE), 1)

    def test_a_silent_client_is_watched_anew_when_one_has_left(self):
        proxy = self.shared("fifo", self.target(Lines(greet=b"220 hello\n")), protocol="line")
        self.client(proxy).close()
        second = self.client(proxy)
        r = proxy.record(lambda r: SILENCE in r["d"])
        self.assertIn("127.0.x.x:%d " % second.getsockname()[1], r["d"])

    def test_an_idle_client_is_none_where_clients_speak_first(self):
        for protocol in ("auto", "resp"):
            proxy = self.shared("fifo", self.target(Lines()), protocol=protocol)
            idle, asking = self.client(proxy), self.client(proxy)
            if protocol != "resp":  # whose targets never greet
                asking.sendall(b"x\n")
                self.assertEqual(read_line(asking), b"A:x\n")
            self.assertEqual(state(idle, 3.5), "OPEN")
            self.assertNotIn(SILENCE, proxy.text())

    def test_a_request_that_waits_for_its_target_is_not_silence(self):
        proxy = self.shared("fifo", self.target(Lines()), protocol="line", pool__connect_delay="10s")
        c = self.client(proxy)
        c.sendall(b"x\n")
        self.assertEqual(state(c, 3.5), "OPEN")
        self.assertNotIn(SILENCE, proxy.text())

    def test_a_greeting_is_told_of_with_the_way_out(self):
        proxy = self.shared("fifo", self.target(Lines(greet=b"220 hello\n")), pool__settle="500ms")
        self.client(proxy).sendall(b"x\n")
        said = "target 1: the target sent data before the first request; " + ADVICE
        self.assertIsNotNone(proxy.record(lambda r: r["e"]["message"] == said))

    def test_greetings_do_not_fill_the_log(self):
        proxy = self.shared("fifo", self.target(Lines(greet=b"220 hello\n")), pool__settle="500ms",
                            pool__backoff_min="10ms", pool__backoff_max="10ms")
        self.client(proxy).sendall(b"x\n")
        r = proxy.record(lambda r: r["e"]["message"].endswith(" more since the last record)"))
        self.assertRegex(r["e"]["message"], r"\(\d+ more since the last record\)$")
        self.assertLess(proxy.text().count("before the first request"), proxy.text().count("Connection opened"))


class AnyServer(Case):
    def test_the_first_example_serves_a_server_that_speaks_first(self):
        """And one that does not."""
        for greet in (b"220 hello\n", b""):
            p = self.proxy(self.target(Lines(greet=greet)))  # proxy mode
            c = self.client(p)
            if greet:
                self.assertEqual(read_line(c), greet)
            c.sendall(b"x\n")
            self.assertEqual(read_line(c), b"A:x\n")
