"""500 clients of pgbench over few connections: none sees an error, none of their transactions is lost or done twice, and
the server never has more connections than the proxy may open."""
import os
import re
import threading

from harness import BACKEND, LONG, SLOW, wait_until
from measure import allow_descriptors
from postgres import Client
from postgresql_shared import DirectPeer, SharedPeerCase

SECONDS = int(os.environ.get("PROXIMUX_PGBENCH_SECONDS", "60"))
CLIENTS, SCALE = 500, 20
KINDS = (("-S", ("-S",)), ("TPC-B", ()))
PROCESSED = re.compile(r"number of transactions actually processed: (\d+)")
FAILED = re.compile(r"number of failed transactions: (\d+)")
RATE = re.compile(r"tps = ([\d.]+)")
ALIKE = ("select b = a and b = t and b = d, n from (select sum(bbalance) b from pgbench_branches) as x, "
         "(select sum(abalance) a from pgbench_accounts) as y, (select sum(tbalance) t from pgbench_tellers) as z, "
         "(select coalesce(sum(delta), 0) d, count(*) n from pgbench_history) as h")


class Sampler:
    """Asks the server again and again which connections it has, without its own."""
    SQL = ("select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and "
           "application_name <> 'psql'")  # as which direct() comes

    def __init__(self, case):
        self.case, self.most, self.seen, self.failed = case, 0, set(), None
        self.client = Client(DirectPeer(case.port), user="me", password="any", database="postgres")
        self.done, self.thread = threading.Event(), threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self.done.wait(0.02):
                found = set(self.case.run_query(self.client, self.SQL))
                self.most, self.seen = max(self.most, len(found)), self.seen | found
        except Exception as fault:  # the test says so
            self.failed = fault

    def __enter__(self):
        assert wait_until(lambda: not self.case.run_query(self.client, self.SQL), LONG), "who was there before has left"
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join(LONG)
        self.client.close()


class Pgbench(SharedPeerCase):
    OPTIONS = ("-c", "fsync=off", "-c", "shared_buffers=512MB")  # the proxy is tested, not a disk

    @classmethod
    def setUpClass(cls):
        if allow_descriptors(4 * CLIENTS) < 2 * CLIENTS + 200:
            raise AssertionError("ulimit -n is too small")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.bench(DirectPeer(self.port), "-i", "-q", "-s", str(SCALE))
        self.done = 0

    def run_bench(self, p, name, how, connections, kind):
        said = self.bench(p, "-n", "-M", how, *kind, "-c", str(CLIENTS), "-j", "2", "-T", str(SECONDS)).decode()
        self.assertRegex(said, RATE, "PROXIMUX_PGBENCH_SECONDS is too short for all to connect")
        processed, failed, rate = (float(each.search(said).group(1)) for each in (PROCESSED, FAILED, RATE))
        print("%s, funnel of %d, %s, %s: %.0f tps, %.0f transactions, %.0f failed" % (
            BACKEND, connections, name, how, rate, processed, failed), flush=True)
        self.assertEqual(failed, 0, said)
        self.done += int(processed) if name == "TPC-B" else 0
        self.assertEqual(self.direct(ALIKE), b"t|%d\n" % self.done)

    def hold(self, connections):
        with Sampler(self) as sampler:
            p = self.shared("funnel", connections, local__max_connections=CLIENTS, auth__method="trust",
                            exchange__queue_timeout="%ds" % (60 * SLOW))
            for name, kind in KINDS:
                for how in ("simple", "extended", "prepared"):
                    with self.subTest(kind=name, how=how):
                        self.run_bench(p, name, how, connections, kind)
        self.assertIsNone(sampler.failed)
        self.assertEqual((sampler.most, len(sampler.seen)), (connections, connections), "none was opened beyond, nor anew")
        self.assertTrue(p.alive(), p.text()[-2000:])

    def test_over_four(self):
        self.hold(4)

    def test_over_twenty(self):
        self.hold(20)
