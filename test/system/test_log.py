"""What is written, where, and what happens when it can't be."""
import json
import os
import signal
import socket
import tempfile
import time

import windows
from harness import BACKEND, SHORT, Case, ask, free_port, gone, wait_until


class Log(Case):
    def test_records_are_json_with_their_fields(self):
        p = self.proxy(self.target(), args=["--log-level", "3"])
        c = self.client(p)
        who = "127.0.x.x:%d" % c.getsockname()[1]
        self.assertEqual(ask(c, b'\xff\x00"\\\x01\x7f\xc3('), b'\xff\x00"\\\x01\x7f\xc3(')
        c.close()
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Client disconnected: " + who))
        for line in p.out:
            r = json.loads(line)
            self.assertEqual(set(r), {"t", "s", "l", "d"})
            self.assertFalse([ch for ch in line if ord(ch) < 32], line)
        have = [(r["l"], r["s"], r["d"]) for r in p.records()]
        for want in ((3, "server", "Client connected: " + who), (3, "exchange", '"%s" paired with upstream 1' % who),
                     (2, "target", {"target": 1, "msg": "Connection opened"}),
                     (2, "pool", {"target": 1, "msg": "Connection closed"})):
            self.assertIn(want, have)
        self.assertEqual(p.err, [])

    def test_data_is_cut(self):
        p = self.proxy(self.target(), args=["--log-level", "3", "--set", "log.data_limit=16"])
        c = self.client(p)
        ask(c, b"a" * 100)
        r = p.record(lambda r: r["d"]["data"])
        self.assertEqual(r["d"]["data"], "a" * 16)

    def test_level_zero_is_silent(self):
        port = free_port()
        p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:1", "--mode", "proxy",
                         "--log-level", "0")

        def refused_and_closed():
            try:
                with socket.create_connection(("127.0.0.1", port), SHORT) as c:
                    return gone(c)
            except OSError:
                return False
        self.assertTrue(wait_until(refused_and_closed))
        p.signal()
        self.assertEqual(p.wait(), 0)
        self.assertEqual((p.out, p.err), ([], []))

    def test_addresses_are_shown_when_told(self):
        p = self.proxy(self.target(), args=["--log-level", "3", "--set", "log.mask_addresses=0"])
        c = self.client(p)
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Client connected: 127.0.0.1:%d" % c.getsockname()[1]))

    def test_addresses_of_targets_are_masked_as_those_of_clients_are(self):
        for mask, shown in (("1", r"127\.0\.x\.x:\d+: "), ("0", r"127\.0\.0\.1:\d+: ")):
            p = self.proxy("127.0.0.1:%d" % free_port(), args=["--log-level", "3", "--set", "log.mask_addresses=" + mask])
            self.assertTrue(gone(self.client(p)))
            failure = p.record(lambda r: r["d"]["error"])
            self.assertRegex(failure["d"]["error"]["message"], "^" + shown)
            targets = "\n".join(line for line in p.out + p.err if "Server is running" not in line)
            self.assertEqual("127.0.0.1" in targets, mask == "0")

    def test_a_target_that_resets_behind_its_end_is_a_failed_write(self):
        def ends(s):
            s.recv(1)
            s.shutdown(socket.SHUT_WR)
            s.close()
        t = self.target(ends)
        p = self.proxy(t)
        c = self.client(p)
        c.sendall(b"x")
        self.assertEqual(c.recv(1), b"")

        def lost():
            try:
                c.sendall(b"to nobody")
            except OSError:
                pass
            return any(r["s"] == "pool" and r["l"] == 1 for r in p.records())
        self.assertTrue(wait_until(lost), p.text())
        failure = p.record(lambda r: r["d"]["error"])["d"]["error"]
        self.assertEqual((failure["code"], failure["syscall"]), ("ECONNRESET" if windows.IS else "EPIPE", "write"))

    def test_text_format(self):
        p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy",
                         "--set", "log.format=text")
        self.assertTrue(wait_until(lambda: "Server is running on" in p.text()))
        self.assertNotIn("{", p.text())

    def test_request_log(self):
        p = self.proxy(self.target(), args=["--set", "log.requests=1"])
        c = self.client(p)
        ask(c, b"first")
        ask(c, b"second one")
        r = p.record(lambda r: r["d"]["request"] == "first")
        self.assertEqual((r["l"], r["s"]), (2, "exchange"))
        self.assertEqual((r["d"]["target"], r["d"]["bytesIn"], r["d"]["bytesOut"]), (1, 6, 6))
        self.assertEqual(r["d"]["client"], "127.0.x.x:%d" % c.getsockname()[1])
        self.assertGreaterEqual(r["d"]["ms"], 0)
        c.close()
        self.assertIsNotNone(p.record(lambda r: r["d"]["request"] == "second one"))

    def test_only_slow_requests_have_records_and_share_the_number_of_their_client(self):
        def server(s):
            while line := s.recv(100):
                time.sleep(0.3 if line == b"slow\n" else 0)
                s.sendall(line)
        p = self.proxy(self.target(server), mode="fifo", settings={
            "exchange.protocol": "line", "log.slow": "300ms", "log.requests": "0", "log.connections": "1"})
        first, c = self.client(p), self.client(p)
        for line in (b"a", b"slow", b"b"):
            self.assertEqual(ask(c, line), line)
        c.close()
        ended = p.record(lambda r: "end" in r["d"])["d"]
        slow = [r["d"] for r in p.records() if "request" in r["d"]]
        self.assertEqual([(r["request"], r["slow"], r["id"]) for r in slow], [("slow", True, ended["id"])])
        self.assertEqual(ended["client"], slow[0]["client"])
        self.assertEqual(ask(first, b"c"), b"c")

    def test_a_connection_has_one_record_at_its_end(self):
        p = self.proxy(self.target())
        c = self.client(p)
        who = "127.0.x.x:%d" % c.getsockname()[1]
        ask(c, b"hello")
        self.assertIsNone(p.record(lambda r: r["d"]["client"], 0))
        c.close()
        r = p.record(lambda r: r["d"]["client"])
        self.assertEqual((r["l"], r["s"]), (2, "exchange"))
        self.assertEqual(list(r["d"]), ["client", "id", "target", "bytesIn", "bytesOut", "connectMs", "ms", "end"])
        self.assertEqual((r["d"]["client"], r["d"]["target"], r["d"]["bytesIn"], r["d"]["bytesOut"], r["d"]["end"]),
                         (who, 1, 6, 6, "ended"))
        self.assertGreaterEqual(r["d"]["ms"], r["d"]["connectMs"])

    def test_a_connection_without_a_target_has_a_record_too(self):
        p = self.proxy("127.0.0.1:%d" % free_port())
        self.assertTrue(gone(self.client(p)))
        r = p.record(lambda r: r["d"]["client"])["d"]
        self.assertEqual((r["bytesIn"], r["bytesOut"], r["end"]), (0, 0, "could not connect to any target"))
        self.assertNotIn("target", r)

    def test_records_of_connections_as_configured(self):
        for mode, wanted, there in (("proxy", "0", False), ("fifo", "auto", False), ("fifo", "1", True)):
            p = self.proxy(self.target(), mode=mode, args=["--set", "log.connections=" + wanted, "--log-level", "3"])
            c = self.client(p)
            ask(c, b"hello")
            c.close()
            self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Client disconnected")))
            p.drain()
            self.assertEqual(p.record(lambda r: r["d"]["bytesIn"] == 6, 0) is not None, there, p.text())

    def test_a_target_that_is_down_has_one_record_and_one_when_it_is_back(self):
        port = free_port()
        p = self.proxy("127.0.0.1:%d" % port, settings={"pool.backoff_min": "10ms", "pool.backoff_max": "10ms"})
        for _ in range(5):
            self.assertTrue(gone(self.client(p)))
        t = self.target(port=port)
        self.assertEqual(t.port, port)

        def served():
            with p.client() as c:
                c.sendall(b"x\n")
                return c.recv(2) == b"x\n"
        self.assertTrue(wait_until(served))
        back = p.record(lambda r: "is back" in r["d"])
        self.assertRegex(back["d"], r"^target 1 is back; failed attempts to connect: ([5-9]|\d\d+)$")
        self.assertIsNotNone(p.record(lambda r: r["l"] == 1))  # it comes by another pipe
        self.assertEqual(len([r for r in p.records() if r["s"] == "pool" and r["l"] == 1]), 1, p.text())

    def test_file_is_rotated_and_reopened(self):
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/p.log"
            port = free_port()
            p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:1", "--mode", "proxy",
                             "--log-level", "3", "--set", "log.file=" + path, "--set", "log.file_size=4K",
                             "--set", "log.file_count=2", "--io-backend", BACKEND)
            self.assertTrue(wait_until(lambda: os.path.exists(path) and "Server is running" in open(path).read()))
            for _ in range(100):
                with socket.create_connection(("127.0.0.1", port), SHORT) as c:
                    last = "Client disconnected: 127.0.x.x:%d" % c.getsockname()[1]
                    gone(c)

            def all_written():
                try:
                    return last in open(path).read()
                except FileNotFoundError:  # in the middle of a rotation
                    return False
            self.assertTrue(wait_until(all_written))
            self.assertEqual(sorted(os.listdir(folder)), ["p.log", "p.log.1", "p.log.2"])
            os.rename(path, folder + "/moved")
            p.signal(signal.SIGUSR1)
            self.assertTrue(wait_until(lambda: os.path.exists(path)))
            p.signal()
            self.assertEqual(p.wait(), 0)
            self.assertIn("Server stopped", open(path).read())
            self.assertEqual(p.out, [])

    def test_full_disk_and_lost_reader_do_not_end_it(self):
        t = self.target()
        for stdout in (open("/dev/full", "w"), None):
            if stdout is None:
                r, w = os.pipe()
                os.close(r)
                stdout = os.fdopen(w, "w")
            port = free_port()
            with stdout:
                p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:%d" % t.port,
                                 "--mode", "proxy", "--log-level", "3", stdout=stdout, stderr=stdout)

            def served():
                try:
                    with socket.create_connection(("127.0.0.1", port), SHORT) as c:
                        return ask(c, b"x") == b"x"
                except OSError:
                    return False
            self.assertTrue(wait_until(served))
            for _ in range(20):
                self.assertTrue(served())
            p.signal()
            self.assertEqual(p.wait(), 0)

    def test_log_that_nobody_reads_does_not_hold_up_clients(self):
        r, w = os.pipe()
        self.addCleanup(os.close, r)
        t = self.target()
        port = free_port()
        with os.fdopen(w, "w") as stdout:
            p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:%d" % t.port, "--mode", "proxy",
                             "--log-level", "3", "--set", "log.queue=100", stdout=stdout)

        def connect():
            try:
                return socket.create_connection(("127.0.0.1", port), SHORT)
            except OSError:
                return None
        c = wait_until(connect)
        with c:
            for _ in range(3000):
                self.assertEqual(ask(c, b"y" * 50), b"y" * 50)
        p.signal(9)
        p.wait()

    def test_records_that_wait_are_bounded_in_bytes(self):
        r, w = os.pipe()
        self.addCleanup(os.close, r)
        t = self.target()
        port = free_port()
        with os.fdopen(w, "w") as stdout:  # nobody reads it
            p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:%d" % t.port, "--mode", "proxy",
                             "--log-level", "3", "--set", "log.data_limit=1M", "--set", "log.queue_bytes=4M",
                             "--io-backend", BACKEND, stdout=stdout)

        def connect():
            try:
                return socket.create_connection(("127.0.0.1", port), SHORT)
            except OSError:
                return None
        with wait_until(connect) as c:
            before = p.memory()
            for _ in range(600):  # escaped, each byte is six
                c.sendall(bytes(60000))
                left = 60000
                while left:
                    left -= len(c.recv(left))
            self.assertMemory(p, before, 16 << 20)
        p.signal(9)
        p.wait()

    def test_file_that_cannot_be_written_is_said(self):
        p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy",
                         "--set", "log.file=/nonexistent/p.log")
        self.assertEqual(p.wait(), 71)
        self.assertRegex("\n".join(p.err), r"[/\\]nonexistent[/\\]p\.log")

    def test_errors_go_to_stderr_and_the_rest_to_stdout(self):
        p = self.proxy("127.0.0.1:%d" % free_port())
        self.assertTrue(gone(self.client(p)))
        self.assertTrue(wait_until(lambda: p.err))
        self.assertEqual({json.loads(line)["l"] for line in list(p.err)}, {1})
        self.assertEqual({json.loads(line)["l"] for line in list(p.out)}, {2})
        failure = next(r for r in map(json.loads, list(p.err)) if r["s"] == "pool")
        self.assertEqual((failure["d"]["target"], failure["d"]["error"]["code"], failure["d"]["error"]["syscall"]),
                         (1, "ECONNREFUSED", "connect"))
        self.assertRegex(failure["d"]["error"]["message"], r"^127\.0\.x\.x:\d+: ")
        for r in map(json.loads, list(p.err)):
            if "e" in r:
                self.assertEqual(set(r["e"]), {"name", "message"})

    def test_addresses_of_ipv6_are_masked(self):
        try:
            p = self.proxy(self.target(), listen="[::1]:0", args=["--log-level", "3"])
        except AssertionError:
            self.skipTest("no IPv6 here")
        c = self.client(p)
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Client connected: ::x:%d" % c.getsockname()[1]))

    def test_text_shows_no_control_characters(self):
        p = self.proxy(self.target(), args=["--log-level", "3", "--set", "log.format=text"])
        c = self.client(p)
        self.assertEqual(ask(c, b"\x1b[31mred\r\x07\x9b"), b"\x1b[31mred\r\x07\x9b")
        self.assertTrue(wait_until(lambda: "red" in p.text()))
        for line in p.out:
            self.assertFalse([ch for ch in line if ord(ch) < 32 or 127 <= ord(ch) < 160], line)

    def test_records_that_found_no_room_are_counted(self):
        r, w = os.pipe()
        self.addCleanup(os.close, r)
        t = self.target()
        port = free_port()
        with os.fdopen(w, "w") as stdout:
            p = self.program("--listen", "127.0.0.1:%d" % port, "--target", "127.0.0.1:%d" % t.port, "--mode", "proxy",
                             "--log-level", "3", "--set", "log.queue=10", "--io-backend", BACKEND, stdout=stdout)
        os.set_blocking(r, False)
        seen = [b""]

        def read():
            try:
                seen[0] += os.read(r, 1 << 20)
            except BlockingIOError:
                pass
            return b"Server is running" in seen[0]
        self.assertTrue(wait_until(read))
        with socket.create_connection(("127.0.0.1", port), SHORT) as c:
            for _ in range(1500):
                self.assertEqual(ask(c, b"y" * 200), b"y" * 200)

        def told():
            read()
            return "records dropped" in p.text() or b"records dropped" in seen[0]
        self.assertTrue(wait_until(told))
