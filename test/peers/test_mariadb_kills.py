"""MariaDB shared by fifo and funnel: KILL on a real server."""
import os
import random
import select
import signal
import struct
import subprocess
import threading
import time
import unittest

from harness import LONG, reset, wait_until
from mariadb import login
from mariadb_shared import Sampler, SharedMariaDBCase
from mysql_wire import QUERY, Error

TRIALS = int(os.environ.get("PROXIMUX_TRIALS", 60))  # of each client
PROCESS_KILL = 0x0c
INTERRUPTED, UNKNOWN = 1317, 1094


class MariaDbKills(SharedMariaDBCase):
    def sleeping(self):
        return int(self.direct("select count(*) from information_schema.processlist where info like 'select sleep(600)%'"))

    def sleeper(self, p, begins=True, **how):
        """A client with a statement under way."""
        c = self.connect(p, **how)
        if begins:
            c.query("begin")
        c.send(QUERY, b"select sleep(600)")
        self.assertTrue(wait_until(lambda: self.sleeping() > 0, LONG))
        return c

    def stopped(self, c):
        """MariaDB's sleep() gives 1 where it is interrupted, later versions an error."""
        try:
            self.assertEqual(c.result(), [("1",)])
        except Error as error:
            self.assertEqual(error.code, INTERRUPTED)

    def closed(self, c):
        """Behind what its statement has come to, if anything."""
        with self.assertRaises((EOFError, OSError)):
            try:
                self.stopped(c)
            except Error:
                pass
            c.result()

    def test_a_statement_ends_and_its_client_goes_on(self):
        p = self.shared("funnel", exchange__mysql_kill="1", connections=2)
        for begins in (True, False):
            c, other = self.sleeper(p, begins), self.connect(p)
            other.query("kill query %d" % c.number)
            self.stopped(c)
            self.assertEqual(self.sleeping(), 0)
            self.assertEqual(c.value("select 7"), "7")
            c.query("rollback")
            self.assertFree(p, 2)

    def test_a_client_ends(self):
        p = self.shared("funnel", exchange__mysql_kill="1", connections=3)
        for how in (lambda o, n: o.query("kill %d" % n), lambda o, n: o.query("KILL CONNECTION %d ;" % n),
                    lambda o, n: o.command(PROCESS_KILL, struct.pack("<I", n))):
            c, idle, other = self.sleeper(p), self.connect(p), self.connect(p)
            for victim in (c, idle):
                how(other, victim.number)
                self.closed(victim)
            self.assertTrue(wait_until(lambda: self.sleeping() == 0, LONG))
            self.refused(lambda o=other, n=c.number: o.query("kill %d" % n), UNKNOWN)
            self.assertFree(p, 3)

    def test_whom_nobody_may_end(self):
        """Another user's, a connection of the server's own, and nobody."""
        p = self.shared("funnel", exchange__mysql_kill="1", connections=3)
        c, bert = self.sleeper(p), self.connect(p, user="bert", password=b"crayon")
        real = self.direct("select id from information_schema.processlist where info like 'select sleep%'").decode().strip()
        for number in (c.number, int(real), c.number + 1000):
            for sql in ("kill query %d", "kill %d"):
                self.refused(lambda s=sql, n=number: bert.query(s % n), UNKNOWN)
        self.assertEqual(self.sleeping(), 1)
        self.refused(lambda: bert.query("kill query %d" % bert.number), INTERRUPTED)
        self.refused(lambda: bert.query("kill %d" % bert.number), INTERRUPTED)
        self.closed(bert)
        self.connect(p).query("kill query %d" % c.number)
        self.stopped(c)

    def test_with_one_connection(self):
        """What waits can be ended, and what is under way can't."""
        p = self.shared("fifo", exchange__mysql_kill="1", connections=1)
        c, waits, other = self.sleeper(p, False), self.connect(p), self.connect(p)
        waits.send(QUERY, b"select 1")
        self.assertTrue(wait_until(lambda: self.is_hit(other, waits), LONG))
        self.refused(waits.result, INTERRUPTED)
        self.refused(lambda: other.query("kill query %d" % c.number), UNKNOWN)
        other.query("kill %d" % waits.number)
        self.closed(waits)
        self.direct("select concat('kill query ', id) into @a from information_schema.processlist where info like 'select sleep%'",
                    "execute immediate @a")
        self.stopped(c)

    @staticmethod
    def is_hit(other, waits):
        """Whether it is, by then: it may come later than this."""
        other.query("kill query %d" % waits.number)
        return bool(select.select([waits.sock], [], [], 0)[0])

    def test_what_a_leaver_has_under_way_ends_at_the_server(self):
        p = self.shared("funnel", exchange__mysql_kill="1", connections=4)
        with Sampler(self) as sampler:
            for begin in ("select 1", "begin", "select get_lock('mine', 10)"):
                for _ in range(8):
                    c, other = self.connect(p), self.connect(p)
                    c.query(begin)
                    other.query("select 2")
                    c.send(QUERY, b"select sleep(600)")
                    self.assertTrue(wait_until(lambda: self.sleeping() > 0, LONG))
                    other.query("begin")
                    other.query("commit")
                    reset(c.sock)
                    self.assertTrue(wait_until(lambda: self.sleeping() == 0, LONG))
                    other.close()
        sampler.assertNeverMore(4)
        self.assertFree(p, 4)

    def test_only_what_is_meant_ends(self):
        p = self.shared("funnel", exchange__mysql_kill="1", connections=4)
        wrong, hits = [], [0]

        def ask(c, number):
            try:
                if c.value("select %d" % number) != str(number):
                    wrong.append("another answer")
            except Error as error:
                wrong.append(str(error))

        def innocent():
            c = self.connect(p)
            for number in range(4 * TRIALS):
                ask(c, number)

        def killer(seed):
            rng, c, other = random.Random(seed), self.connect(p), self.connect(p)
            for number in range(TRIALS):
                c.send(QUERY, b"select benchmark(%d, md5('a')) = 0 or sleep(%f) >= 0" % (rng.randrange(1, 5000), rng.uniform(0, 0.01)))
                time.sleep(rng.uniform(0, 0.01))  # it comes at any moment: before, amid or behind the statement
                other.query("kill query %d" % c.number)
                try:
                    c.result()
                except Error as error:
                    hits[0] += 1
                    if error.code != INTERRUPTED:
                        wrong.append(str(error))
                ask(c, number)

        with Sampler(self) as sampler:
            threads = [threading.Thread(target=innocent, daemon=True) for _ in range(3)]
            threads += [threading.Thread(target=killer, args=(seed,), daemon=True) for seed in range(5)]
            for t in threads:
                t.start()
            for t in threads:
                t.join(LONG + 0.5 * TRIALS)
        sampler.assertNeverMore(4)
        self.assertEqual(wrong, [])
        self.assertFalse([t for t in threads if t.is_alive()])
        self.assertGreater(hits[0], 0)

    def test_an_interrupt_of_the_client_program(self):
        p = self.shared("funnel", exchange__mysql_kill="1", connections=2)
        program = subprocess.Popen(("mariadb", *login(p, "anna"), "-ppencil", "-N", "-e", "select sleep(600)"), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.assertTrue(wait_until(lambda: self.sleeping() == 1, LONG))
        program.send_signal(signal.SIGINT)
        self.assertTrue(wait_until(lambda: self.sleeping() == 0, LONG))
        program.communicate(timeout=LONG)
        self.assertEqual(self.connect(p).value("select 1"), "1")


if __name__ == "__main__":
    unittest.main()
