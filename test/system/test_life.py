"""Start, drain, stop, signals, daemon, demonstration, exit codes."""
import os
import re
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

import windows
from certificates import has_tls
from harness import BACKEND, LONG, SHORT, Case, ask, free_port, gone, read_all, wait_until


class Life(Case):
    def drains(self, number):
        body = os.urandom(4 << 20)
        go = threading.Event()

        def slowly(s):
            s.recv(10)
            s.sendall(body[:1 << 20])
            go.wait(LONG)
            s.sendall(body[1 << 20:])
        p = self.proxy(self.target(slowly))
        c = self.client(p)
        c.sendall(b"get\n")
        first = c.recv(10)
        p.signal(number)
        self.assertTrue(wait_until(lambda: self.refused(p.port)), "it still listens")
        go.set()
        self.assertTrue(first + read_all(c) == body)
        c.close()
        self.assertEqual(p.wait(), 0)
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Server stopped"))

    @staticmethod
    def refused(port):
        try:
            socket.create_connection(("127.0.0.1", port), SHORT).close()
            return False
        except OSError as error:  # who stood in the backlog is reset
            return isinstance(error, ConnectionRefusedError)

    def test_term_lets_what_is_under_way_finish(self):
        self.drains(signal.SIGTERM)

    def test_int_lets_what_is_under_way_finish(self):
        self.drains(signal.SIGINT)

    def test_drain_ends_at_its_deadline(self):
        p = self.proxy(self.target(), args=["--set", "shutdown.drain_timeout=400ms"])
        c = self.client(p)
        self.assertEqual(ask(c, b"x"), b"x")
        started = time.monotonic()
        p.signal()
        self.assertEqual(p.wait(), 0)
        self.assertGreater(time.monotonic() - started, 0.3)
        self.assertIsNotNone(p.record(lambda r: r["l"] == 1 and "clients cut off at shutdown.drain_timeout: 1" in r["e"]["message"]))

    def test_second_signal_ends_at_once(self):
        p = self.proxy(self.target(), args=["--set", "shutdown.drain_timeout=1h"])
        c = self.client(p)
        self.assertEqual(ask(c, b"x"), b"x")
        p.drain()
        self.assertTrue(wait_until(lambda: self.refused(p.port)))
        p.signal()
        self.assertEqual(p.wait(), 0)
        self.assertTrue(gone(c))

    def test_ends_at_once_where_nothing_is_under_way(self):
        p = self.proxy(self.target(), args=["--set", "shutdown.drain_timeout=1h"])
        self.assertServes(p)
        p.signal()
        self.assertEqual(p.wait(), 0)

    def test_hup_does_not_end_it(self):
        p = self.proxy(self.target())
        p.signal(signal.SIGHUP)
        self.assertIsNotNone(p.record(lambda r: "Reload" in r["d"]))
        self.assertServes(p)

    def test_usr2_does_not_end_it(self):
        for number in (signal.SIGUSR2, signal.SIGPIPE, signal.SIGXFSZ):
            p = self.proxy(self.target())
            p.signal(number)
            self.assertServes(p)
            p.signal()
            self.assertEqual(p.wait(), 0)

    def test_address_in_use_is_said_with_address_and_reason(self):
        for level in ("0", "2"):
            with socket.socket() as s:
                s.bind(("127.0.0.1", 0))
                s.listen(1)
                port = s.getsockname()[1]
                p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:1", "--mode", "proxy",
                                 "--log-level", level)
                self.assertEqual(p.wait(), 71)
                self.assertIn("127.0.0.1:%d" % port, "\n".join(p.err))
                self.assertRegex("\n".join(p.err), "Address already in use|EADDRINUSE")

    def test_all_interfaces(self):
        for listen in ("*", ""):
            p = self.program("--listen", listen + ":0", "--target", "127.0.0.1:%d" % self.target().port,
                             "--mode", "proxy", "--io-backend", BACKEND)
            line = p.record(lambda r: r["d"].startswith("Server is running on *:"))["d"]
            with socket.create_connection(("127.0.0.1", int(re.search(r":(\d+) ", line).group(1))), SHORT) as c:
                self.assertEqual(ask(c, b"x"), b"x")

    def test_an_ipv6_address_has_brackets_but_not_in_the_record_of_the_original(self):
        try:
            p = self.proxy(self.target(), listen="[::1]:0")
        except AssertionError:
            self.skipTest("no IPv6 here")
        self.assertIn("Server is running on ::1:%d in PROXY mode" % p.port, p.text())
        p = self.program("--listen", "[::1]:%d" % p.port, "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual(p.wait(), 71)
        self.assertRegex("\n".join(p.err), r"cannot listen on \[::1\]:\d+: .*EADDRINUSE")

    @unittest.skipUnless(os.geteuid() == 0, "drops the rights of root")
    def test_a_privileged_port_names_what_it_needs(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start") as f:
            if int(f.read()) < 1024:
                self.skipTest("every port is allowed here")
        p = self.program("--listen", "127.0.0.1:1", "--target", "127.0.0.1:2", "--mode", "proxy",
                         preexec=lambda: os.setuid(65534))
        self.assertEqual(p.wait(), 71)
        self.assertIn("Permission denied (EACCES); a port below 1024 needs root or, on Linux, CAP_NET_BIND_SERVICE",
                      "\n".join(p.err))

    def test_address_that_is_not_ours(self):
        p = self.program("--listen", "192.0.2.1:0", "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual(p.wait(), 71)
        self.assertIn("192.0.2.1", "\n".join(p.err))

    @staticmethod
    def ended_or_zombie(pid):
        try:
            with open("/proc/%d/stat" % pid) as f:
                return f.read().rsplit(")", 1)[1].split()[0] == "Z"
        except FileNotFoundError:
            return True

    def test_daemon_with_pidfile_and_log_file(self):
        t = self.target()
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/p.ini", "w") as f:
                f.write("[log]\nfile = p.log\n[local]\nhost = 127.0.0.1\nport = %d\n[exchange]\nmode = proxy\n"
                        "[target]\n1.host = 127.0.0.1\n1.port = %d\n[io]\nbackend = %s\n" % (port, t.port, BACKEND))
            pidfile = folder + "/p.pid"
            p = self.program("--config", "p.ini", "--daemon", "--pidfile", pidfile, cwd=folder)
            self.assertEqual(p.wait(), 0)
            self.assertTrue(wait_until(lambda: os.path.exists(pidfile) and open(pidfile).read().strip()))
            pid = int(open(pidfile).read())
            try:
                def served():
                    try:
                        with socket.create_connection(("127.0.0.1", port), SHORT) as c:
                            return ask(c, b"x") == b"x"
                    except OSError:
                        return False
                self.assertTrue(wait_until(served))
                self.assertEqual(os.readlink("/proc/%d/cwd" % pid), "/")
                os.kill(pid, signal.SIGTERM)
                self.assertTrue(wait_until(lambda: self.ended_or_zombie(pid), LONG))
                self.assertFalse(os.path.exists(pidfile))
                self.assertIn("Server is running on 127.0.0.1:%d" % port, open(folder + "/p.log").read())
            finally:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def daemon(self, folder, port, *more):
        """A daemon, asked for with these options: its exit code, and what it said."""
        p = self.program("--daemon", "--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:1", "--mode", "proxy",
                         "--set", "log.file=%s/p.log" % folder, "--io-backend", BACKEND, *more)
        return p.wait(), "\n".join(p.err)

    def test_daemon_that_cannot_start_fails_as_in_the_foreground(self):
        with socket.socket() as s, tempfile.TemporaryDirectory() as folder:
            s.bind(("127.0.0.1", 0))
            s.listen(1)
            port = s.getsockname()[1]
            code, said = self.daemon(folder, port)
            self.assertEqual(code, 71)
            self.assertRegex(said, r"^proximux: cannot listen on 127\.0\.0\.1:%d: Address already in use" % port)
            self.assertTrue(wait_until(lambda: "StartError" in open(folder + "/p.log").read()))

    def test_daemon_serves_when_its_start_returns(self):
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            code, said = self.daemon(folder, port, "--pidfile", folder + "/p.pid")
            self.assertEqual((code, said), (0, ""))
            pid = int(open(folder + "/p.pid").read())
            try:
                socket.create_connection(("127.0.0.1", port), SHORT).close()
            finally:
                os.kill(pid, signal.SIGTERM)
                self.assertTrue(wait_until(lambda: self.ended_or_zombie(pid), LONG))

    def test_daemon_tells_mistakes_before_it_leaves_the_terminal(self):
        p = self.program("--daemon", "--listen", "1")
        self.assertEqual(p.wait(), 78)
        self.assertIn("target.1.host", "\n".join(p.err))

    def test_demonstration(self):
        p = self.program("--demo", "--io-backend", BACKEND)
        self.assertTrue(wait_until(lambda: "try it" in p.text(), LONG), p.text())
        self.assertIn("Every client got its own answers", p.text())
        p.signal(signal.SIGINT)
        self.assertEqual(p.wait(), 0)

    @unittest.skipIf(windows.IS, "nothing of what it names can be had under Wine")
    def test_demonstration_names_a_way_to_talk_to_it_that_a_fresh_system_has(self):
        p = self.program("--demo", "--io-backend", BACKEND)
        self.assertTrue(wait_until(lambda: "Press Ctrl-C" in p.text(), LONG), p.text())
        self.assertRegex(p.text(), r"try it: nc 127\.0\.0\.1 \d+ .*\n    or: bash -c '.*'    if there is no nc")
        way = re.search(r"    or: (bash -c '.*')    if there is no nc", p.text()).group(1)
        said = subprocess.run(["sh", "-c", way], capture_output=True, timeout=LONG)
        self.assertEqual((said.returncode, said.stdout, said.stderr), (0, b"hello\n", b""))
        p.signal(signal.SIGINT)
        self.assertEqual(p.wait(), 0)

    @unittest.skipUnless(has_tls(), "built without TLS")
    def test_demonstration_of_tls(self):
        """Somebody new to it types what it prints, and sees that nothing is left at the end."""
        p = self.program("--demo", "--tls", "--io-backend", BACKEND)
        self.assertTrue(wait_until(lambda: "Press Ctrl-C" in p.text(), LONG), p.text())
        self.assertIn("Every client got its own answers and no others, over TLSv1.3.", p.text())
        way, file = re.search(r"try it: (openssl .* -CAfile \"(.*?)\" .*)    type a line", p.text()).groups()
        folder = os.path.dirname(file)
        self.assertEqual([stat.S_IMODE(os.stat(each).st_mode) for each in (folder, file)], [0o700, 0o600])
        typed = subprocess.Popen(["sh", "-c", "exec " + way + " -verify_return_error"], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            typed.stdin.write(b"hello\n")
            typed.stdin.flush()
            self.assertEqual(typed.stdout.readline(), b"hello\n")
        finally:
            typed.kill()
            said = typed.communicate()[1]
        self.assertIn(b"verify return:1", said)
        self.assertNotIn(b"verify error", said)
        p.signal(signal.SIGINT)
        self.assertEqual(p.wait(), 0)
        self.assertFalse(os.path.exists(folder))
        self.assertEqual(p.err, [])

    def test_background_job_of_a_shell_hears_int(self):
        def ignored():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        p = self.proxy(self.target(), preexec=ignored)
        p.signal(signal.SIGINT)
        self.assertEqual(p.wait(SHORT), 0)

    def test_drain_on_several_threads(self):
        go = threading.Event()

        asked = []

        def waits(s):
            asked.append(s.recv(10))
            go.wait(LONG)
            s.sendall(b"done")
        p = self.proxy(self.target(waits), args=["--set", "io.threads=2"])
        clients = [self.client(p) for _ in range(6)]
        for c in clients:
            c.sendall(b"get\n")
        self.assertTrue(wait_until(lambda: len(asked) == len(clients)))
        p.signal()
        self.assertTrue(wait_until(lambda: self.refused(p.port)))
        go.set()
        self.assertEqual([read_all(c) for c in clients], [b"done"] * 6)
        for c in clients:
            c.close()
        self.assertEqual(p.wait(), 0)

    def test_signals_at_any_moment_of_the_start_end_it(self):
        t = self.target()
        for pause in (0.0, 0.002, 0.005, 0.01, 0.02, 0.05):
            p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:%d" % t.port, "--mode", "proxy")
            time.sleep(pause)  # the moment is what is varied
            p.signal()
            self.assertIn(p.wait(SHORT), (0, -windows.signal_for(signal.SIGTERM)), p.text())

    def test_waits_for_sockets_by_what_was_asked_for(self):
        p = self.proxy(self.target())
        self.assertServes(p)
        folder = "/proc/%d/fd/" % p.pid

        def opened(fd):
            try:
                return os.readlink(folder + fd)
            except FileNotFoundError:
                return ""  # a connection of assertServes was closed since the folder was listed
        epoll = any("eventpoll" in opened(fd) for fd in os.listdir(folder))
        self.assertEqual(epoll, BACKEND != "poll")

    def test_standard_streams_that_are_closed_are_not_taken_by_a_client(self):
        t = self.target()
        for closed in ((0,), (1,), (2,), (0, 1, 2)):
            port = free_port()
            p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:%d" % t.port, "--mode", "proxy",
                             "--log-level", "3", "--io-backend", BACKEND, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, preexec=lambda which=closed: [os.close(fd) for fd in which])

            def connect():
                try:
                    return socket.create_connection(("127.0.0.1", port), SHORT)
                except OSError:
                    return None
            with wait_until(connect) as c:
                for i in range(5):  # each makes records, none of which may come here
                    self.assertEqual(ask(c, b"%d" % i), b"%d" % i)
            for fd in (0, 1, 2):
                self.assertNotIn("socket", os.readlink("/proc/%d/fd/%d" % (p.pid, fd)))

    def test_pidfile_that_cannot_be_written_is_said(self):
        p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy",
                         "--pidfile", "/nonexistent/pid")
        self.assertEqual(p.wait(), 71)
        self.assertIn("/nonexistent/pid", "\n".join(p.err))

    def test_pidfile_in_the_foreground(self):
        with tempfile.TemporaryDirectory() as folder:
            pidfile = folder + "/p.pid"
            p = self.proxy(self.target(), args=["--pidfile", pidfile])
            self.assertEqual(int(open(pidfile).read()), p.pid)
            p.signal()
            self.assertEqual(p.wait(), 0)
            self.assertFalse(os.path.exists(pidfile))

    def test_pidfile_keeps_a_second_process_out_until_the_first_has_ended(self):
        with tempfile.TemporaryDirectory() as folder:
            pidfile = folder + "/p.pid"
            first = self.proxy(self.target(), args=["--pidfile", pidfile])
            inuse = "cannot write --pidfile %s: process %d uses it and is running" % (pidfile, first.pid)
            second = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy",
                                  "--pidfile", pidfile)
            self.assertEqual((second.wait(), second.out), (71, []))
            self.assertIn(inuse, "\n".join(second.err))
            code, said = self.daemon(folder, free_port(), "--pidfile", pidfile)
            self.assertEqual((code, said), (71, "proximux: " + inuse))
            self.assertEqual(int(open(pidfile).read()), first.pid)
            self.assertServes(first)
            first.signal(signal.SIGKILL)
            self.assertEqual(first.wait(), -signal.SIGKILL)
            self.assertEqual(int(open(pidfile).read()), first.pid)  # it is stale
            third = self.proxy(self.target(), args=["--pidfile", pidfile])
            self.assertEqual(int(open(pidfile).read()), third.pid)

    def test_pidfile_of_a_daemon_keeps_another_out(self):
        with tempfile.TemporaryDirectory() as folder:
            pidfile = folder + "/p.pid"
            self.assertEqual(self.daemon(folder, free_port(), "--pidfile", pidfile), (0, ""))
            pid = int(open(pidfile).read())
            try:
                self.assertEqual(self.daemon(folder, free_port(), "--pidfile", pidfile),
                                 (71, "proximux: cannot write --pidfile %s: process %d uses it and is running"
                                  % (pidfile, pid)))
                self.assertEqual(int(open(pidfile).read()), pid)
            finally:
                os.kill(pid, signal.SIGTERM)
                self.assertTrue(wait_until(lambda: self.ended_or_zombie(pid), LONG))
            self.assertFalse(os.path.exists(pidfile))

    def test_demonstration_finds_another_port_and_serves_those_who_try(self):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                s.bind(("127.0.0.1", 3307))
                s.listen(1)
            except OSError:
                pass  # somebody else has it: just as well
            p = self.program("--demo", "--io-backend", BACKEND)
            self.assertTrue(wait_until(lambda: "try it" in p.text(), LONG), p.text())
        port = int(re.findall(r"127\.0\.0\.1[: ](\d+)", p.text())[-1])
        for word in re.findall(r"nc \S+ (\d+)", p.text()):
            port = int(word)
        self.assertNotEqual(port, 3307)
        with socket.create_connection(("127.0.0.1", port), SHORT) as c:
            self.assertEqual(ask(c, b"is it true?"), b"is it true?")
        p.signal()
        self.assertEqual(p.wait(), 0)
