"""UNIX sockets towards clients and targets."""
import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

from admin_client import AdminProxy
from harness import (BACKEND, COMMAND, LONG, SHORT, ask, clean_environment, gone, local_client, read_all, read_line,
                     state, wait_until)
from resp_client import redis
from unix_case import UnixCase


class UnixSockets(UnixCase):
    # -- bytes

    def test_bytes_pass_between_two_sockets_in_every_mode(self):
        for mode in ("proxy", "fifo", "funnel"):
            target = self.local_target(lambda s: redis(s), name=mode + ".target")
            p = self.local_proxy(target, name=mode + " of clients", mode=mode, settings={"exchange__protocol": "resp"})
            self.assertIsNotNone(p.record(lambda r: r["d"] == "Server is running on unix:%s in %s mode" %
                                          (p.socket_path, mode.upper())), p.text())
            for _ in range(3):
                with p.client() as c:
                    c.sendall(b"*1\r\n$4\r\nPING\r\n" * 3)
                    answer = b""
                    while len(answer) < 21:
                        answer += c.recv(100)
                    self.assertEqual(answer, b"+PONG\r\n" * 3)

    def test_much_passes_whole_past_a_slow_reader(self):
        body = os.urandom(1 << 20) * 16
        p = self.local_proxy(self.local_target(lambda s: s.sendall(body)))
        with p.client() as c:
            time.sleep(0.1)  # so that both sides are full
            self.assertEqual(read_all(c), body)

    def test_a_half_close_passes_on_and_the_answer_comes(self):
        p = self.local_proxy(self.local_target(lambda s: s.sendall(b"got " + read_all(s))))
        with p.client() as c:
            c.sendall(b"all of it")
            c.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(c), b"got all of it")

    def test_a_client_that_closes_ends_its_target_connection(self):
        target = self.local_target()
        p = self.local_proxy(target)
        c = p.client()
        self.assertEqual(ask(c, b"hello"), b"hello")
        c.close()
        self.assertTrue(wait_until(lambda: not target.open()), "the target connection is still open")
        self.assertServes(p)

    def test_a_client_gone_while_its_answer_waits_costs_no_time(self):
        """The system tells of its end again and again, whether that is of interest or not."""
        def sends(s):
            s.sendall(b"x" * (1 << 22))
            s.recv(1)
        target = self.local_target(sends)
        p = self.local_proxy(target)
        held = p.client()
        held.recv(1)
        half = p.client()
        half.shutdown(socket.SHUT_WR)
        half.recv(1)
        before = p.cpu()
        time.sleep(0.5)
        self.assertLess(p.cpu() - before, 0.2)
        held.close()
        half.close()
        self.assertTrue(wait_until(lambda: not target.open()), "a target connection is still open")

    def test_no_descriptor_is_lost(self):
        p = self.local_proxy(self.local_target())
        before = p.fds()
        for _ in range(200):
            with p.client() as c:
                c.sendall(b"x\n")
        self.assertFds(p, before)

    # -- the socket

    def test_the_file_has_its_permissions_and_goes_with_the_program(self):
        for settings, mode in (({}, 0o660), ({"local__path_mode": "0600"}, 0o600), ({"local__path_mode": "666"}, 0o666)):
            p = self.local_proxy(self.target(), settings=settings)
            self.assertEqual(stat.S_IMODE(os.stat(p.socket_path).st_mode), mode)
            self.assertEqual(os.listdir(self.folder), ["clients.sock"])  # nothing is left of how it was made
            self.assertEqual(p.end(), 0)
            self.assertFalse(os.path.exists(p.socket_path))

    @unittest.skipUnless(getattr(os, "geteuid", lambda: 1)() == 0, "gives a file to another group")
    def test_the_file_has_its_group(self):
        p = self.local_proxy(self.target(), settings={"local__path_group": "daemon"})
        import grp
        self.assertEqual(os.stat(p.socket_path).st_gid, grp.getgrnam("daemon").gr_gid)
        code, said = self.refused("--listen", "unix:" + self.at("b"), "--target", "127.0.0.1:1", "--mode", "proxy",
                                  "--set", "local.path_group=no-such-group")
        self.assertEqual(code, 71)
        self.assertIn("cannot listen on unix:%s: there is no group no-such-group" % self.at("b"), said)
        self.assertFalse(os.path.exists(self.at("b")))

    def test_a_killed_program_leaves_a_socket_that_the_next_one_replaces(self):
        p = self.local_proxy(self.target())
        p.stop()
        self.assertTrue(os.path.exists(p.socket_path))
        self.assertServes(self.local_proxy(self.target()))

    def test_a_second_program_leaves_the_first_alone(self):
        p = self.local_proxy(self.target())
        code, said = self.refused("--listen", "unix:" + p.socket_path, "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual(code, 71)
        self.assertIn("cannot listen on unix:%s: a running program listens there" % p.socket_path, said)
        self.assertServes(p)

    def test_what_is_no_socket_and_a_missing_folder_are_refused(self):
        with open(self.at("file"), "w") as f:
            f.write("kept")
        code, said = self.refused("--listen", "unix:" + self.at("file"), "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual((code, os.path.getsize(self.at("file"))), (71, 4))
        self.assertIn("there is a file that is no socket", said)
        code, said = self.refused("--listen", "unix:" + self.at("none/a"), "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual(code, 71)
        self.assertIn("No such file or directory", said)

    def test_a_program_removes_only_its_own_file(self):
        p = self.local_proxy(self.target())
        os.unlink(p.socket_path)
        successor = self.local_proxy(self.target())
        self.assertEqual(p.end(), 0)
        self.assertServes(successor)

    def test_the_longest_path_is_used_whole(self):
        name = "x" * (107 - len(self.folder) - 1)
        self.assertServes(self.local_proxy(self.target(), name=name))
        code, said = self.refused("--listen", "unix:" + self.at(name + "x"), "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual(code, 78)
        self.assertIn("the path is longer than 107 bytes", said)

    @unittest.skipUnless(os.path.exists("/proc/self"), "a kind of name that Linux has")
    def test_an_abstract_name_needs_no_file(self):
        name = "@proximux-test-%d-%s" % (os.getpid(), BACKEND)
        target = self.target(path=name + "-target")
        p = self.proxy(target, listen="unix:" + name)
        self.assertServes(p)
        code, said = self.refused("--listen", "unix:" + name, "--target", "127.0.0.1:1", "--mode", "proxy")
        self.assertEqual(code, 71)
        self.assertIn("cannot listen on unix:%s: Address already in use (EADDRINUSE)" % name, said)

    def test_a_drain_removes_the_file_and_lets_clients_finish(self):
        answer = threading.Event()

        def late(s):
            read_line(s)
            answer.wait(LONG)
            s.sendall(b"late\n")
        p = self.local_proxy(self.target(late))
        self.addCleanup(answer.set)
        c = self.client(p)
        c.sendall(b"x\n")
        self.assertIsNotNone(p.record(lambda r: r.get("d", {}).get("msg") == "Connection opened"), p.text())
        p.drain()
        self.assertTrue(wait_until(lambda: not os.path.exists(p.socket_path)))
        answer.set()
        self.assertEqual(read_line(c), b"late\n")
        c.close()
        self.assertEqual(p.wait(), 0)

    # -- a reload

    def write(self, **settings):
        text = "[exchange]\nmode = proxy\n[target]\n1.path = %s\n" % self.at("target.sock")
        for key, value in settings.items():
            section, name = key.split("__")
            text += "[%s]\n%s = %s\n" % (section, name, value)
        with open(self.at("proximux.ini.new"), "w") as f:
            f.write(text)
        os.replace(self.at("proximux.ini.new"), self.at("proximux.ini"))

    def reloaded(self, p, changed):
        """Reloads, and expects these settings to be named."""
        def records():
            return [r["d"] for r in p.records() if str(r.get("d")).startswith("Reloaded: ")]
        before = len(records())
        p.signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: len(records()) > before, LONG), p.text())
        self.assertIn("(%s)" % changed, records()[before])

    def test_a_reload_keeps_the_socket_or_changes_it(self):
        target = self.local_target()
        self.write(local__path=self.at("a"))
        p = self.program("--config", self.at("proximux.ini"), "--io-backend", BACKEND)
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Server is running on unix:"), LONG), p.text())
        stays = local_client(self.at("a"))
        self.addCleanup(stays.close)
        self.assertEqual(ask(stays, b"a"), b"a")
        inode = os.stat(self.at("a")).st_ino
        self.write(local__path=self.at("a"), local__path_mode="0600")
        self.reloaded(p, "local.path_mode")
        self.assertEqual((os.stat(self.at("a")).st_ino, stat.S_IMODE(os.stat(self.at("a")).st_mode)), (inode, 0o600))
        self.write(local__path=self.at("b"))
        self.reloaded(p, "local.path, local.path_mode")
        self.assertTrue(wait_until(lambda: not os.path.exists(self.at("a"))))
        with local_client(self.at("b")) as c:
            self.assertEqual(ask(c, b"b"), b"b")
        self.write(local__host="127.0.0.1", local__port="0")
        self.reloaded(p, "local.host, local.path")
        self.assertTrue(wait_until(lambda: not os.path.exists(self.at("b"))))
        self.write(local__path=self.at("b"))
        self.reloaded(p, "local.host, local.path")
        with local_client(self.at("b")) as c:
            self.assertEqual(ask(c, b"again"), b"again")
        self.assertEqual(ask(stays, b"still"), b"still")
        self.assertTrue(target.open())

    # -- clients

    @unittest.skipUnless(os.path.exists("/proc/self"), "the system does not tell of a client's process")
    def test_a_client_is_known_by_its_process(self):
        p = self.local_proxy(self.target(), settings={"log__level": 3})
        with p.client() as c:
            ask(c, b"x")
        who = "unix (uid %d, pid %d)" % (os.geteuid(), os.getpid())
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Client connected: " + who), p.text())
        record = p.record(lambda r: r["d"].get("client") == "unix" and "end" in r["d"])
        self.assertIsNotNone(record, p.text())
        self.assertEqual((record["d"]["uid"], record["d"]["pid"]), (os.geteuid(), os.getpid()))

    @unittest.skipUnless(os.path.exists("/proc/self"), "the system does not tell of a client's process")
    def test_users_may_be_chosen_and_addresses_do_not_count(self):
        own = os.geteuid()
        for uids, welcome in (("%d, 4242" % own, True), ("4242", False)):
            p = self.local_proxy(self.target(), settings={"access__uids": uids, "access__deny": "0.0.0.0/0, ::/0",
                                                          "limits__connections": 1})
            if welcome:
                with p.client() as a, p.client() as b:
                    self.assertEqual((ask(a, b"x"), ask(b, b"y")), (b"x", b"y"))
            else:
                self.assertTrue(gone(self.client(p)))
                self.assertIsNotNone(p.record(lambda r: r["d"] == "Connection from unix (uid %d, pid %d) refused: not in "
                                              "access.uids" % (own, os.getpid())), p.text())
            self.assertEqual(p.end(), 0)

    def test_the_limit_of_clients_holds(self):
        p = self.local_proxy(self.target(), args=["--max-connections", "1"])
        with p.client() as first:
            self.assertEqual(ask(first, b"x"), b"x")
            self.assertTrue(gone(self.client(p)))
            self.assertIsNotNone(p.record(lambda r: r["d"] == "Connection from unix dropped"), p.text())

    def test_what_is_shown_reads_well(self):
        target = self.local_target(redis)
        p = AdminProxy(target, listen="unix:" + self.at("clients.sock"), path=self.at("admin.sock"), mode="funnel",
                       settings={"exchange__protocol": "resp"})
        self.addCleanup(self.ended, p)
        with p.client() as c:
            c.sendall(b"*1\r\n$4\r\nPING\r\n")
            self.assertEqual(read_line(c), b"+PONG\r\n")
            self.assertRegex(p.shown("clients")[0]["address"], r"^unix( uid=\d+ pid=\d+)?$")
            self.assertEqual(p.shown("targets")["targets"][0]["address"], target.address)
            status = json.loads(p.http("/status.json")[1])
            self.assertIn("unix:" + self.at("clients.sock"), json.dumps(status))
            self.assertIn('address="%s"' % target.address, p.http("/metrics")[1])
            self.assertIn("proxy,unix:%s,serving" % self.at("clients.sock"), p.http("/?csv")[1])
            self.assertIn(target.address, p.http("/")[1])

    # -- targets

    def test_a_target_that_is_not_there_is_named(self):
        p = self.proxy("unix:" + self.at("none"))
        self.assertTrue(gone(self.client(p)))
        record = p.record(lambda r: r["d"]["error"]["code"] == "ENOENT")
        self.assertIsNotNone(record, p.text())
        self.assertEqual(record["d"]["error"]["message"], "unix:%s: No such file or directory" % self.at("none"))
        self.local_target(name="none")
        self.assertTrue(wait_until(lambda: state(self.asking(p)) == "DATA", LONG), p.text())

    def asking(self, p):
        c = self.client(p)
        try:
            c.sendall(b"x\n")
        except OSError:
            pass  # it was closed already
        return c

    def full(self, path):
        """A target that accepts nobody yet, and those who wait for it."""
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen(0)
        waiting = []
        while True:
            s = socket.socket(socket.AF_UNIX)
            self.addCleanup(s.close)
            s.setblocking(False)
            try:
                s.connect(path)
            except BlockingIOError:
                return listener, waiting
            waiting.append(s)

    @unittest.skipUnless(os.path.exists("/proc/self"), "other systems refuse at once")
    def test_a_target_whose_queue_is_full_is_waited_for(self):
        listener, waiting = self.full(self.at("busy"))
        p = self.proxy("unix:" + self.at("busy"))
        c = self.client(p)
        c.sendall(b"x\n")
        self.assertEqual(state(c, 0.3), "OPEN")
        for _ in waiting:
            listener.accept()[0].close()
        s, _ = listener.accept()
        self.assertEqual(read_line(s), b"x\n")
        s.close()

    @unittest.skipUnless(os.path.exists("/proc/self"), "other systems refuse at once")
    def test_a_target_whose_queue_stays_full_is_given_up(self):
        self.full(self.at("busy"))
        p = self.proxy("unix:" + self.at("busy"), settings={"pool__connect_timeout": "200ms"})
        self.assertTrue(gone(self.client(p), LONG))
        self.assertIsNotNone(p.record(lambda r: "unix:%s: the queue of connections that it has yet to accept is full" %
                                      self.at("busy") in json.dumps(r)), p.text())

    def test_health_checks_go_over_it(self):
        up = threading.Event()

        def answers(s):
            if up.is_set():
                redis(s)
        up.set()
        target = self.local_target(answers)
        p = AdminProxy(target, path=self.at("admin.sock"), mode="funnel",
                       settings={"exchange__protocol": "resp", "check__interval": "50ms", "check__fall": 1,
                                 "check__rise": 1, "check__timeout": "%dms" % (SHORT * 1000)})
        self.addCleanup(self.ended, p)
        target.stop()
        self.assertTrue(wait_until(lambda: p.shown("targets")["targets"][0]["state"] == "down", LONG), p.shown("targets"))
        os.unlink(self.at("target.sock"))
        self.local_target(answers)
        self.assertTrue(wait_until(lambda: p.shown("targets")["targets"][0]["state"] != "down", LONG), p.shown("targets"))

    def test_probe_tests_it(self):
        target = self.local_target(redis)
        done = subprocess.run(COMMAND + ["probe", "--protocol", "resp", "--target", target.address],
                              env=clean_environment(), capture_output=True, timeout=LONG)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(target.address + ": frames and pairs its responses", done.stdout.decode())
        done = subprocess.run(COMMAND + ["probe", "--protocol", "resp", "--target", "unix:" + self.at("none")],
                              env=clean_environment(), capture_output=True, timeout=LONG)
        self.assertEqual(done.returncode, 69)
        self.assertIn("No such file or directory", done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
