"""PostgreSQL shared by fifo and funnel: cancel requests on a real server."""
import os
import random
import signal
import subprocess
import threading
import time

from harness import LONG, reset, wait_until
from peer import SHARES
from postgres import Error, cancel, query
from postgresql_shared import SharedPeerCase

TRIALS = int(os.environ.get("PROXIMUX_TRIALS", 60))  # of each client


class Sampler:
    """Counts the server's connections that come through a proxy, as often as it can, until it is stopped."""

    def __init__(self, case):
        self.case, self.most, self.go = case, [], True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.go:
            self.most = max(self.most, self.case.connections(), key=len)

    def stop(self):
        self.go = False
        self.thread.join(LONG)
        return self.most


class PostgresqlCancels(SharedPeerCase):
    def connections(self):
        """Those that the server has, but for psql's."""
        return self.direct("select pid, state, query from pg_stat_activity where backend_type = 'client backend' and "
                           "application_name = ''").decode().splitlines()

    def sampler(self):
        sampler = Sampler(self)
        self.addCleanup(sampler.stop)
        return sampler

    def are_never_more(self, sampler, connections, p):
        most = sampler.stop()
        self.assertLessEqual(len(most), connections, (most, p.text()[-3000:]))
        p.stop()
        self.assertTrue(wait_until(lambda: not self.connections(), LONG))

    def test_only_whoever_is_meant_is_cancelled(self):
        for mode, connections in SHARES:
            p, sampler = self.shared(mode, connections), self.sampler()
            wrong, hits = [], [0]

            def ask(c, number, wrong=wrong):
                try:
                    if self.value(c, "select %d" % number) != str(number):
                        wrong.append("another answer")
                except Error as error:
                    wrong.append(str(error))

            def innocent(p=p, ask=ask):
                c = self.connect(p)
                for number in range(4 * TRIALS):
                    ask(c, number)

            def canceller(seed, p=p, ask=ask, hits=hits, wrong=wrong):
                rng, c = random.Random(seed), self.connect(p)
                for number in range(TRIALS):
                    c.s.sendall(query("select pg_sleep(%f)" % rng.uniform(0, 0.01)))
                    time.sleep(rng.uniform(0, 0.01))  # it comes at any moment: before, amid or behind the statement
                    cancel(p, c.key)
                    got = [body for kind, body in c.until() if kind == b"E"]
                    hits[0] += len(got)
                    wrong.extend(str(Error(body)) for body in got if Error(body).code != "57014")
                    ask(c, number)

            threads = [threading.Thread(target=innocent, daemon=True) for _ in range(3)]
            threads += [threading.Thread(target=canceller, args=(seed,), daemon=True) for seed in range(5)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG + 0.2 * TRIALS)
            self.assertEqual(wrong, [])
            self.assertFalse([t for t in threads if t.is_alive()])
            self.assertGreater(hits[0], 0)
            self.are_never_more(sampler, connections, p)

    def test_what_a_leaver_has_under_way_ends_at_the_server(self):
        for mode, connections in SHARES:
            p, sampler = self.shared(mode, connections), self.sampler()
            for sql in ("select 1", "begin", "select pg_advisory_lock(1)")[:3 if connections > 1 else 2]:
                for _ in range(2 * connections):
                    c = self.connect(p)
                    c.query(sql)
                    c.s.sendall(query("select pg_sleep(600)"))
                    self.assertTrue(wait_until(lambda: self.sleeping() > 0, LONG))
                    reset(c.s)
                    self.assertTrue(wait_until(lambda: self.sleeping() == 0, LONG))
            self.assertEqual(self.value(self.connect(p), "select 1"), "1")
            self.are_never_more(sampler, connections, p)

    def sleeping(self):
        return int(self.direct("select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(600)' and "
                               "pid <> pg_backend_pid()"))

    def test_an_interrupt_of_psql_ends_its_statement(self):
        p = self.shared("funnel", 2)
        psql = subprocess.Popen(("psql", "-X", "-At", "-h", "127.0.0.1", "-p", str(p.port), "-U", "me", "postgres", "-c",
                                 "select pg_sleep(600)"), stderr=subprocess.PIPE, env=dict(os.environ, PGPASSWORD="any"))
        self.assertTrue(wait_until(lambda: self.sleeping() == 1, LONG))
        psql.send_signal(signal.SIGINT)
        self.assertIn(b"canceling statement due to user request", psql.communicate(timeout=LONG)[1])
        self.assertEqual(self.sleeping(), 0)
