"""What systemd asks of a service: notifications, a watchdog, a passed socket, priorities of the journal."""
import os
import re
import signal
import socket
import tempfile
import time
import unittest

from harness import BACKEND, LONG, SHORT, ask, free_port, gone, wait_until
from restarts import RestartCase

RESTARTS = int(os.environ.get("PROXIMUX_RESTARTS", "5"))


class Manager:
    """Receives notifications as systemd does, at a path or at an abstract name (which begins with @)."""

    def __init__(self, address):
        self.address = address
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.s.bind("\0" + address[1:] if address.startswith("@") else address)
        self.s.settimeout(LONG)

    def next(self):
        """The fields of the next notification, in their order."""
        return dict(line.split("=", 1) for line in self.s.recv(4096).decode().split("\n"))

    def next_but_alive(self):
        while True:
            fields = self.next()
            if "WATCHDOG" not in fields:
                return fields

    def stop(self):
        self.s.close()


@unittest.skipUnless(os.path.exists("/proc/self"), "a protocol of Linux")
class Service(RestartCase):
    def manager(self, address=None):
        if address is None:
            folder = tempfile.TemporaryDirectory()
            self.addCleanup(folder.cleanup)
            address = folder.name + "/notify"
        m = Manager(address)
        self.addCleanup(m.stop)
        return m

    def listener(self, host="127.0.0.1", family=socket.AF_INET, kind=socket.SOCK_STREAM, listening=True):
        """A socket as systemd passes it: it blocks, and it is not closed on exec."""
        s = socket.socket(family, kind)
        self.addCleanup(s.close)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((host, 0))
        if listening:
            s.listen(1024)
        return s

    def with_socket(self, *passed, mode="proxy", args=(), target=None):
        return self.program("--target", "127.0.0.1:%d" % (target or self.target()).port, "--mode", mode,
                            "--io-backend", BACKEND, *args, passed=passed)

    def refused(self, p, text):
        self.assertEqual(p.wait(), 78, p.text())
        self.assertIn(text, "\n".join(p.err))

    # -- notifications

    def tells_its_life(self, address):
        m = self.manager(address)
        p = self.proxy(self.target(), env={"NOTIFY_SOCKET": m.address})
        self.assertEqual(m.next(), {"READY": "1", "STATUS": "Serving on 127.0.0.1:%d in PROXY mode" % p.port})
        self.assertServes(p)

        before = time.clock_gettime(time.CLOCK_MONOTONIC)
        p.signal(signal.SIGHUP)
        reloading = m.next()
        self.assertEqual(list(reloading), ["RELOADING", "MONOTONIC_USEC", "STATUS"])
        self.assertEqual(reloading["RELOADING"], "1")
        told = int(reloading["MONOTONIC_USEC"]) / 1e6
        self.assertTrue(before <= told <= time.clock_gettime(time.CLOCK_MONOTONIC), told)
        ready = m.next()
        self.assertEqual(ready["READY"], "1")
        self.assertRegex(ready["STATUS"], r"^Serving on \S+ in PROXY mode$")

        p.signal()
        self.assertEqual(m.next(), {"STOPPING": "1", "STATUS": "Draining: clients have up to 10 s",
                                    "EXTEND_TIMEOUT_USEC": "15000000"})
        self.assertEqual(p.wait(), 0)

    def test_tells_its_life_to_a_path(self):
        self.tells_its_life(None)

    def test_tells_its_life_to_an_abstract_name(self):
        self.tells_its_life("@proximux-test-%d-%s" % (os.getpid(), BACKEND))

    def test_is_ready_only_when_it_listens(self):
        for _ in range(5):
            m, port = self.manager(), free_port()
            p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:%d" % self.target().port,
                             "--mode", "proxy", "--log-level", "0", env={"NOTIFY_SOCKET": m.address})
            self.assertEqual(m.next()["READY"], "1")
            with socket.create_connection(("127.0.0.1", port), SHORT) as c:
                self.assertEqual(ask(c, b"at once"), b"at once")
            p.signal()
            self.assertEqual(p.wait(), 0)

    def test_is_not_ready_where_the_port_is_taken(self):
        m = self.manager()
        taken = self.listener()
        p = self.program("--listen", "127.0.0.1:%d" % taken.getsockname()[1], "--target", "127.0.0.1:1", "--mode",
                         "proxy", env={"NOTIFY_SOCKET": m.address})
        self.assertEqual(p.wait(), 71)
        m.s.settimeout(0)
        self.assertRaises(BlockingIOError, m.next)

    def test_a_delayed_drain_asks_for_its_whole_time(self):
        m = self.manager()
        p = self.proxy(self.target(), settings={"shutdown__drain_timeout": "20s", "shutdown__delay": "1h"},
                       env={"NOTIFY_SOCKET": m.address})
        m.next()
        p.signal()
        self.assertEqual(m.next()["EXTEND_TIMEOUT_USEC"], str((3600 + 20 + 5) * 10 ** 6))
        self.assertServes(p)
        p.signal()
        self.assertEqual(p.wait(), 0)

    def test_a_drain_without_a_limit_has_that_of_the_unit(self):
        m = self.manager()
        p = self.proxy(self.target(), settings={"shutdown__drain_timeout": "-1"}, env={"NOTIFY_SOCKET": m.address})
        m.next()
        c = self.client(p)
        self.assertEqual(ask(c, b"x"), b"x")
        p.signal()
        self.assertEqual(m.next(), {"STOPPING": "1", "STATUS": "Draining"})
        p.signal()
        self.assertEqual(m.next(), {"STOPPING": "1", "STATUS": "Stopping"})
        self.assertEqual(p.wait(), 0)

    def test_an_address_without_a_receiver_is_no_hindrance(self):
        for address in ("/nonexistent/notify", "@nobody-%d" % os.getpid(), "/" + 200 * "x", "vsock:1:2", "x"):
            p = self.proxy(self.target(), env={"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "30000"})
            self.assertServes(p)
            p.signal()
            self.assertEqual(p.wait(), 0)

    # -- the watchdog

    def test_the_watchdog_is_fed_while_it_serves(self):
        m = self.manager()
        p = self.proxy(self.target(), settings={"io__threads": "2"},
                       env={"NOTIFY_SOCKET": m.address, "WATCHDOG_USEC": "60000", "WATCHDOG_PID": ""})
        self.assertEqual(m.next()["READY"], "1")
        for _ in range(5):
            self.assertEqual(m.next(), {"WATCHDOG": "1"})
        c = self.client(p)
        self.assertEqual(ask(c, b"x"), b"x")
        p.signal()
        self.assertIn("STOPPING", m.next_but_alive())
        for _ in range(3):  # one of the two threads has ended, and the other one serves
            self.assertEqual(m.next(), {"WATCHDOG": "1"})
        c.close()
        self.assertEqual(p.wait(), 0)

    def test_the_watchdog_of_another_process_is_not_fed(self):
        m = self.manager()
        p = self.proxy(self.target(), env={"NOTIFY_SOCKET": m.address, "WATCHDOG_USEC": "3000", "WATCHDOG_PID": "1"})
        self.assertEqual(m.next()["READY"], "1")
        for i in range(20):
            with self.client(p) as c:
                self.assertEqual(ask(c, b"%d" % i), b"%d" % i)
        p.signal()
        self.assertIn("STOPPING", m.next())
        self.assertEqual(p.wait(), 0)

    # -- a passed socket

    def test_serves_on_a_passed_socket(self):
        s = self.listener()
        p = self.with_socket(s)
        where = "127.0.0.1:%d" % s.getsockname()[1]
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Server is running on %s in PROXY mode" % where))
        with socket.create_connection(s.getsockname(), SHORT) as c:
            self.assertEqual(ask(c, b"x"), b"x")
        p.signal()
        self.assertEqual(p.wait(), 0)

    def test_serves_on_a_passed_socket_of_ipv6(self):
        try:
            s = self.listener("::1", socket.AF_INET6)
        except OSError:
            self.skipTest("no IPv6 here")
        p = self.with_socket(s, args=("--set", "local.host=::1"))
        with socket.create_connection(s.getsockname()[:2], SHORT) as c:
            self.assertEqual(ask(c, b"x"), b"x")
        self.assertTrue(p.alive())

    def test_a_socket_of_another_process_is_left_alone(self):
        p = self.proxy(self.target(), env={"LISTEN_PID": "1", "LISTEN_FDS": "1"})
        self.assertServes(p)

    def test_what_is_no_listening_socket_is_refused(self):
        a, b = socket.socketpair()
        self.addCleanup(a.close)
        self.addCleanup(b.close)
        for passed in (self.listener(listening=False), a,
                       self.listener(kind=socket.SOCK_DGRAM, listening=False)):
            self.refused(self.with_socket(passed), "something other than a listening TCP or UNIX socket")
        self.refused(self.with_socket(self.listener(), self.listener()), "LISTEN_FDS = 2: ")

    def test_a_configuration_that_contradicts_the_passed_socket_is_refused(self):
        s = self.listener()
        where = "127.0.0.1:%d" % s.getsockname()[1]
        for listen, wrong in (("127.0.0.1:1", "local.port = 1 "), ("0.0.0.0:0", "local.host = 0.0.0.0 ")):
            self.refused(self.with_socket(s, args=("--listen", listen)), wrong)
        for listen in (where, "127.0.0.1:0", "localhost:0"):
            p = self.with_socket(s, args=("--listen", listen, "--print-config"))
            self.assertEqual(p.wait(), 0, p.text())
            self.assertRegex(p.text(), r"local.port = %d +; socket of the service manager" % s.getsockname()[1])

    def test_a_restart_under_load_refuses_no_client(self):
        self.restarts("proxy", 3)

    def test_a_restart_under_load_answers_each_first_request(self):
        # of several requests of a client a restart may come between two
        self.restarts("fifo", 1, "--protocol", "line")

    def restarts(self, mode, requests, *args):
        s, target = self.listener(), self.target()
        self.restarts_under_load(lambda: self.with_socket(s, mode=mode, args=args, target=target), s.getsockname(), RESTARTS,
                                 requests)

    # -- the journal

    def in_journal(self, *args, named=True):
        """The program's lines, written to one pipe that $JOURNAL_STREAM names, or does not."""
        r, w = os.pipe()
        found = os.fstat(w)
        journal = "%d:%d" % (found.st_dev, found.st_ino + (not named))
        with os.fdopen(r) as reader:
            with os.fdopen(w, "w") as writer:
                p = self.program("--mode", "proxy", *args, env={"JOURNAL_STREAM": journal}, stdout=writer, stderr=writer)
            if "--listen" in args:
                port = int(args[args.index("--listen") + 1].rsplit(":", 1)[1])
                self.assertTrue(wait_until(lambda: self.closed(port)))
                p.signal()
            self.assertIn(p.wait(), (0, 78))
            return reader.read().splitlines()

    @staticmethod
    def closed(port):
        try:
            with socket.create_connection(("127.0.0.1", port), SHORT) as c:
                return gone(c)
        except OSError:
            return False

    def test_lines_in_the_journal_have_priorities(self):
        lines = self.in_journal("--listen", "127.0.0.1:%d" % free_port(), "--target", "127.0.0.1:%d" % free_port(),
                                "--log-level", "3")
        for line in lines:
            m = re.match(r'<(\d)>{"t":\d+,"s":"\w+","l":(\d)', line)
            self.assertIsNotNone(m, line)
            self.assertIn(m.groups(), (("3", "1"), ("6", "2"), ("7", "3")))
        self.assertEqual({line[:3] for line in lines}, {"<3>", "<6>", "<7>"})

    def test_mistakes_in_the_journal_are_errors(self):
        lines = self.in_journal("--set", "local.prot=1", "--log-level", "7")
        self.assertGreater(len(lines), 1)
        for line in lines:
            self.assertTrue(line.startswith("<3>"), line)

    def test_lines_elsewhere_have_none(self):
        for line in self.in_journal("--listen", "127.0.0.1:%d" % free_port(), "--target", "127.0.0.1:1",
                                    "--log-level", "3", named=False):
            self.assertTrue(line.startswith("{"), line)
