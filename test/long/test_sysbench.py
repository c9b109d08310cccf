"""200 threads of sysbench, and of mariadb-slap, over four connections: none sees an error, what their transactions keep is kept,
and the server never has more connections than the proxy may open."""
import os
import random
import re
import threading

from harness import BACKEND, LONG, SLOW, wait_until
from mariadb_shared import DirectPeer, Sampler, SharedMariaDBCase
from measure import allow_descriptors
from mysql_wire import Client, Error

SECONDS = int(os.environ.get("PROXIMUX_SYSBENCH_SECONDS", "30"))
THREADS, CONNECTIONS, ROWS, TABLES = 200, 4, 2000, 2
ACCOUNTS, SUM = 50, 50 * 100
RATE = re.compile(r"transactions: +(\d+) +\(([\d.]+) per sec")
ERRORS = re.compile(r"ignored errors: +(\d+)")
RECONNECTS = re.compile(r"reconnects: +(\d+)")


class Sysbench(SharedMariaDBCase):
    SERVER = SharedMariaDBCase.SERVER + ["--max-connections=400", "--table-open-cache=1000"]

    @classmethod
    def setUpClass(cls):
        if allow_descriptors(4 * THREADS) < 2 * THREADS + 200:
            raise AssertionError("ulimit -n is too small")
        super().setUpClass()
        cls.direct("create database bench", "use bench", "create table accounts (id int primary key, amount int)",
                   *["insert into accounts values (%d, 100)" % n for n in range(ACCOUNTS)])

    def many(self):
        return self.shared("funnel", CONNECTIONS, local__max_connections=2 * THREADS, exchange__queue_timeout="%ds" % (60 * SLOW))

    def bench(self, port, test, *args):
        """What sysbench says. It ends at the first error that it does not ignore."""
        return self.run_tool("sysbench", test, "--mysql-host=127.0.0.1", "--mysql-port=%d" % port, "--mysql-user=anna",
                             "--mysql-password=pencil", "--mysql-db=bench", "--mysql-ssl=off", "--tables=%d" % TABLES, "--table-size=%d" % ROWS,
                             "--rand-type=uniform", *args, timeout=SECONDS + 60 * SLOW).decode()

    def hold(self, test, prepared):
        self.bench(self.port, test, "cleanup")
        self.bench(self.port, test, "prepare")
        before = self.direct("select count(*), min(id), max(id) from bench.sbtest1")
        with Sampler(self) as sampler:
            p = self.many()
            said = self.bench(p.port, test, "--threads=%d" % THREADS, "--time=%d" % SECONDS, "--db-ps-mode=" + prepared, "run")
        done, rate = RATE.search(said).groups()
        print("%s, funnel of %d, %s, prepared statements: %s: %s transactions, %s/s, %s" % (
            BACKEND, CONNECTIONS, test, prepared, done, rate, ERRORS.search(said).group(0)), flush=True)
        self.assertGreater(int(done), THREADS)
        self.assertEqual(RECONNECTS.search(said).group(1), "0", said)
        if test == "oltp_point_select":
            self.assertEqual(ERRORS.search(said).group(1), "0", said)
        self.assertEqual(self.direct("select count(*), min(id), max(id) from bench.sbtest1"), before, "each deleted row was inserted again")
        sampler.assertNeverMore(CONNECTIONS)
        self.assertTrue(p.alive(), p.text()[-2000:])

    def test_reading_and_writing(self):
        self.hold("oltp_read_write", "disable")

    def test_points(self):
        self.hold("oltp_point_select", "disable")

    def test_reading_and_writing_with_prepared_statements(self):
        self.hold("oltp_read_write", "auto")

    def test_points_with_prepared_statements(self):
        self.hold("oltp_point_select", "auto")

    def test_the_sum_of_all_accounts_is_kept(self):
        """Transfers of 200 clients, a third of which are rolled back or end with their client."""
        wrong, ending, done = [], threading.Event(), [0] * THREADS

        def transfer(seed):
            rng, c = random.Random(seed), None
            try:
                while not ending.is_set():
                    c = c or Client(p, database="bench")
                    first, second = sorted(rng.sample(range(ACCOUNTS), 2))  # one order: no deadlock
                    c.query("begin")
                    c.query("update accounts set amount = amount - %d where id = %d" % (seed, first))
                    c.query("update accounts set amount = amount + %d where id = %d" % (seed, second))
                    if c.value("select %d" % seed) != str(seed):
                        wrong.append((seed, "another answer"))
                    how = rng.random()
                    if how < 0.1:
                        c.sock.close()
                        c = None
                    else:
                        c.query("commit" if how < 0.7 else "rollback")
                    done[seed] += 1
            except (Error, EOFError, OSError) as fault:
                wrong.append((seed, repr(fault)))

        with Sampler(self) as sampler:
            p = self.many()
            threads = [threading.Thread(target=transfer, args=(seed,), daemon=True) for seed in range(THREADS)]
            for t in threads:
                t.start()
            ending.wait(SECONDS)  # so long they work
            ending.set()
            for t in threads:
                t.join(LONG)
        self.assertEqual(wrong, [])
        print("%s, funnel of %d: %d transfers" % (BACKEND, CONNECTIONS, sum(done)), flush=True)
        self.assertGreater(sum(done), THREADS)
        self.assertEqual(self.direct("select sum(amount) from bench.accounts"), b"%d\n" % SUM)
        sampler.assertNeverMore(CONNECTIONS)

    def test_the_client_of_the_server_that_makes_load(self):
        with Sampler(self) as sampler:
            p = self.many()
            self.run_tool("mariadb-slap", "--no-defaults", "-h127.0.0.1", "-P%d" % p.port, "-uanna", "-ppencil", "--skip-ssl", "--silent",
                          "--create-schema=slap", "--auto-generate-sql", "--auto-generate-sql-add-autoincrement", "--auto-generate-sql-load-type=mixed",
                          "--auto-generate-sql-execute-number=%d" % (4 * SECONDS), "--number-char-cols=2", "--number-int-cols=2",
                          "--concurrency=%d" % THREADS, "--commit=5", timeout=SECONDS * 10 + 60 * SLOW)
        sampler.assertNeverMore(CONNECTIONS)
        self.assertEqual(self.direct("select schema_name from information_schema.schemata where schema_name = 'slap'"), b"", "it has cleaned up")

    def test_the_sampler_sees_more_connections(self):
        """What is asserted of it can fail."""
        with Sampler(self) as sampler:
            clients = [Client(DirectPeer(self.port)) for _ in range(CONNECTIONS + 1)]
            self.assertTrue(wait_until(lambda: len(sampler.most) > CONNECTIONS, LONG))
            for c in clients:
                c.close()
        with self.assertRaises(AssertionError):
            sampler.assertNeverMore(CONNECTIONS)
