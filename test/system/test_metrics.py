"""What /metrics tells of a living proxy."""
import re
import threading

from admin_client import AdminProxy, samples
from harness import LONG, SHORT, Case, ask, gone, reset, wait_until


def total(values, metric):
    return sum(value for name, value in values.items() if re.match(metric + r"(\{|$)", name))


class Metrics(Case):
    def admin(self, *targets, **kw):
        p = AdminProxy(*targets, **kw)
        self.addCleanup(self.ended, p)
        return p

    def scrape(self, p):
        status, text = p.http("/metrics")
        self.assertEqual(status, 200)
        return samples(text)

    def assertAddsUp(self, p):
        """Every accepted client is there, was refused, or was closed for a reason."""
        def balance():
            values = self.scrape(p)
            return total(values, "proximux_client_connections_accepted_total") == (
                total(values, "proximux_client_connections") + total(values, "proximux_client_connections_refused_total") +
                total(values, "proximux_client_connections_closed_total"))
        self.assertTrue(wait_until(balance, LONG), p.http("/metrics")[1])

    def test_the_type_of_the_answer_names_the_format(self):
        p = self.admin(self.target())
        head = p.raw(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n").partition(b"\r\n\r\n")[0]
        self.assertIn(b"\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n", head + b"\r\n")

    def test_requests_of_fifo_are_counted(self):
        p = self.admin(self.target(), mode="fifo", args=["--protocol", "line"])
        with p.client() as a, p.client() as b:
            for n in range(5):
                self.assertEqual((ask(a, b"a%d" % n), ask(b, b"b%d" % n)), (b"a%d" % n, b"b%d" % n))
            wait_until(lambda: total(self.scrape(p), "proximux_requests_total") == 10, LONG)
            values = self.scrape(p)
        self.assertEqual(values['proximux_requests_total{outcome="answered"}'], 10)
        self.assertEqual(values["proximux_request_duration_seconds_count"], 10)
        self.assertEqual(values['proximux_request_duration_seconds_bucket{le="+Inf"}'], 10)
        self.assertEqual(values["proximux_client_connections"], 2)
        self.assertEqual(total(values, "proximux_target_connections"), 1)
        self.assertEqual(values['proximux_received_bytes_total{side="client"}'],
                         values['proximux_sent_bytes_total{side="target"}'])
        self.assertEqual(values["proximux_draining"], 0)

    def test_clients_add_up_whatever_becomes_of_them(self):
        p = self.admin(self.target(), args=["--max-connections", "2"])
        with p.client() as a, p.client() as b:
            self.assertEqual((ask(a, b"a"), ask(b, b"b")), (b"a", b"b"))
            with p.client() as c:
                self.assertTrue(gone(c))
            self.assertAddsUp(p)
            reset(b)
            self.assertAddsUp(p)
        self.assertAddsUp(p)
        values = self.scrape(p)
        self.assertEqual(values['proximux_client_connections_refused_total{reason="limit"}'], 1)

    def test_counters_never_fall_while_everything_fails(self):
        def fickle(s):
            """Answers every other line, and resets."""
            for n, line in enumerate(s.makefile("rb")):
                s.sendall(line)
                if n % 2:
                    return reset(s)

        p = self.admin(self.target(fickle), mode="fifo", args=["--protocol", "line"])
        over = threading.Event()

        def trouble():
            while not over.is_set():
                try:
                    with p.client() as c:
                        ask(c, b"one")
                        c.sendall(b"two\nthree\n")
                        reset(c)
                except (OSError, EOFError):
                    pass

        troubles = [threading.Thread(target=trouble) for _ in range(4)]
        for each in troubles:
            each.start()
        try:
            types = dict(re.findall(r"(?m)^# TYPE (\S+) (\S+)$", p.http("/metrics")[1]))
            before = {}
            for _ in range(60):
                values = self.scrape(p)
                for name, value in values.items():
                    metric = re.sub(r"(_bucket|_sum|_count)?(\{.*)?$", "", name)
                    if types.get(name.partition("{")[0], types.get(metric)) in ("counter", "histogram"):
                        self.assertGreaterEqual(value, before.get(name, 0), name)
                before = values
        finally:
            over.set()
            for each in troubles:
                each.join()
        self.assertGreater(total(before, "proximux_requests_total"), 10)
        self.assertAddsUp(p)

    def test_it_can_be_read_while_draining(self):
        p = self.admin(self.target(), settings={"shutdown__drain_timeout": "-1"})
        with p.client() as c:
            self.assertEqual(ask(c, b"before"), b"before")
            p.drain()
            self.assertTrue(wait_until(lambda: self.scrape(p)["proximux_draining"] == 1, SHORT))
            self.assertEqual(self.scrape(p)["proximux_client_connections"], 1)
            self.assertEqual(ask(c, b"after"), b"after")
