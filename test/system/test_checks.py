"""Active health checks: targets that are killed, stopped, silent or flapping and come back; devices of one connection."""
import contextlib
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import windows
from admin_client import AdminProxy
from harness import LONG, SHORT, SLOW, ask, echo, free_port, listens, patience, read_all, wait_until
from resp_client import Client
from sharing import SharedCase, read_exactly
from test_modbus import request, value

INTERVAL = 0.1  # check.interval
CHECKS = {"check__interval": "100ms", "check__timeout": "300ms"}
PONG = b"+PONG\r\n"
REGISTER = r"\0\x01\0\0\0\x06\x01\x03\0\0\0\x01"  # check.request: one register of unit 1
SHARES = (("fifo", 1), ("funnel", 2))

# a server of a process of its own, which can be stopped: as much of a Redis as these tests need
SERVER = """
import socketserver, sys

class One(socketserver.StreamRequestHandler):
    def handle(self):
        for line in iter(self.rfile.readline, b""):
            words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2].upper() for _ in range(int(line[1:]))]
            self.wfile.write({b"PING": b"+PONG\\r\\n", b"GET": b"$1\\r\\n%s\\r\\n" % sys.argv[2].encode()}[words[0]])
            self.wfile.flush()

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

Server(("127.0.0.1", int(sys.argv[1])), One).serve_forever()
"""


class Redis:
    """A scripted target: what it was asked, without checks; and whether it answers."""

    def __init__(self, name):
        self.name, self.asked, self.checks, self.silent = name, [], 0, threading.Event()

    def __call__(self, s):
        f = s.makefile("rb")
        for line in iter(f.readline, b""):
            words = [f.read(int(f.readline()[1:]) + 2)[:-2].upper() for _ in range(int(line[1:]))]
            if words[0] == b"PING":
                self.checks += 1
            else:
                self.asked.append(words)
            if not self.silent.is_set():
                s.sendall(PONG if words[0] == b"PING" else b"$1\r\n%s\r\n" % self.name)


class Device:
    """A Modbus device that allows one connection: what it sees of more is its `most`. One thread does all, so that the
    end of a connection is seen before the next one begins."""

    def __init__(self, case, port=0):
        self.most, self.served, self.checks, self.silent = 0, 0, 0, threading.Event()
        self.ls = socket.socket()
        self.ls.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.ls.bind(("127.0.0.1", port))
        self.ls.listen(16)
        self.ls.settimeout(0.01)
        self.port = self.ls.getsockname()[1]
        self.open, self.ends = {}, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        case.addCleanup(self.thread.join, LONG)
        case.addCleanup(self.ends.set)

    def run(self):
        while not self.ends.is_set():
            with contextlib.suppress(socket.timeout):
                s, _ = self.ls.accept()
                s.setblocking(False)
                self.open[s] = b""
                self.read()
                self.most = max(self.most, len(self.open))
            self.read()
        for s in list(self.open):
            s.close()
        self.ls.close()

    def read(self):
        """All that has come of each, up to its end."""
        for s in list(self.open):
            while s in self.open:
                try:
                    came = s.recv(4096)
                except BlockingIOError:
                    break
                except OSError:
                    came = b""
                if not came:
                    s.close()
                    del self.open[s]
                    break
                self.open[s] += came
                self.answer(s)

    def answer(self, s):
        while len(self.open[s]) >= 12 and not self.silent.is_set():
            one, self.open[s] = self.open[s][:12], self.open[s][12:]
            ident, _, _, unit, function, address, _ = struct.unpack(">HHHBBHH", one)
            self.checks += unit == 1
            self.served += unit != 1
            with contextlib.suppress(OSError):
                s.sendall(value(ident, unit, address, function))


class Checks(SharedCase):
    def server(self, port, name):
        process = subprocess.Popen([sys.executable, "-I", "-c", SERVER, str(port), name], stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop, process)
        self.assertTrue(wait_until(lambda: listens(port), LONG))
        return process

    @staticmethod
    def stop(process):
        process.kill()
        process.wait()

    def admin(self, *targets, **kw):
        p = AdminProxy(*targets, **kw)
        self.addCleanup(self.ended, p)
        return p

    def told(self, p, text, timeout=LONG):
        self.assertTrue(wait_until(lambda: text in p.text(), timeout), "no %r in: %s" % (text, p.text()[-3000:]))

    def count(self, p, text):
        return p.text().count(text)

    def get(self, p):
        """Who answers a new client."""
        with p.client(timeout=SHORT) as s:
            s.sendall(b"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n")
            return read_exactly(s, 7)[4:5]

    # -- proxy mode

    def test_a_killed_target_is_noticed_and_used_again(self):
        first, second = self.target(lambda s: s.sendall(b"1")), self.target(lambda s: s.sendall(b"2"))
        p = self.proxy(first, second, settings=CHECKS)

        def who():
            with p.client() as c:
                return read_all(c)
        self.assertEqual(who(), b"1")
        killed = time.monotonic()
        first.stop()
        self.told(p, "target 1 is down; failed health checks in a row: 3; the last one: Connection refused")
        self.assertLess(time.monotonic() - killed, 3 * INTERVAL + 0.5 * SLOW)
        self.assertEqual([who() for _ in range(20)], [b"2"] * 20)
        self.target(lambda s: s.sendall(b"1"), port=first.port)
        back = time.monotonic()
        self.told(p, "target 1 is up again")
        self.assertLess(time.monotonic() - back, 2 * INTERVAL + 0.5 * SLOW)
        self.assertTrue(wait_until(lambda: who() == b"1", SHORT))
        self.assertEqual(self.count(p, "is down"), 1)

    def test_a_check_says_nothing_and_ends_by_a_reset(self):
        ends = []

        def note(s):
            try:
                ends.append(s.recv(1))
            except OSError as error:
                ends.append(type(error))
        self.proxy(self.target(note), settings=CHECKS)
        self.assertTrue(wait_until(lambda: len(ends) >= 5, LONG))
        self.assertEqual(set(ends), {ConnectionResetError})

    def test_connecting_does_not_show_that_a_server_hangs(self):
        silent = Redis(b"1")
        silent.silent.set()
        target = self.target(silent)
        p = self.proxy(target, settings=CHECKS)
        self.assertTrue(wait_until(lambda: len(target.conns) >= 5, LONG))
        self.assertNotIn("is down", p.text())
        other = self.proxy(target, settings={**CHECKS, "check__kind": "protocol", "exchange__protocol": "resp"})
        self.told(other, "target 1 is down; failed health checks in a row: 3; the last one: no response in time")

    def test_one_thread_checks_for_all(self):
        target = self.target()
        p = self.proxy(target, settings={**CHECKS, "check__interval": "300ms", "io__threads": "4"})
        self.assertTrue(wait_until(lambda: len(target.conns) >= 1, LONG))
        began, before = time.monotonic(), len(target.conns)
        self.assertTrue(wait_until(lambda: len(target.conns) >= before + 8, LONG))
        self.assertGreater(time.monotonic() - began, 7 * 0.27)
        target.stop()
        self.told(p, "target 1 is down")
        self.assertEqual(self.count(p, "is down"), 1)

    def test_a_target_that_fails_now_and_then_stays_up(self):
        turns = [0]

        def flap(s):
            s.recv(100)
            turns[0] += 1
            if turns[0] % 3 == 0:
                s.sendall(PONG)
        p = self.proxy(self.target(flap),
                       settings={**CHECKS, "check__kind": "protocol", "exchange__protocol": "resp"})
        self.assertTrue(wait_until(lambda: turns[0] >= 20, LONG))
        self.assertNotIn("is down", p.text())

    # -- fifo and funnel

    @unittest.skipIf(windows.IS, "it has no SIGSTOP")
    def test_a_stopped_process_is_noticed_and_used_again(self):
        for mode, connections in SHARES:
            ports = free_port(), free_port()
            first, _ = self.server(ports[0], "1"), self.server(ports[1], "2")
            p = self.shared(mode, *("127.0.0.1:%d" % port for port in ports), protocol="resp", connections=connections,
                            **CHECKS)
            self.assertEqual(self.get(p), b"1")
            first.send_signal(signal.SIGSTOP)
            stopped = time.monotonic()
            self.told(p, "target 1 is down")
            self.assertLess(time.monotonic() - stopped, 3 * (INTERVAL + 0.3) + 0.5 * SLOW)
            self.assertEqual([self.get(p) for _ in range(20)], [b"2"] * 20)
            first.send_signal(signal.SIGCONT)
            back = time.monotonic()
            self.told(p, "target 1 is up again")
            self.assertLess(time.monotonic() - back, 2 * INTERVAL + 0.3 + 0.5 * SLOW)

    def test_nothing_is_sent_to_a_target_that_is_down(self):
        for mode, connections in SHARES:
            first, second = Redis(b"1"), Redis(b"2")
            p = self.shared(mode, self.target(first), self.target(second), protocol="resp", connections=connections,
                            exchange__response_timeout="10s", **CHECKS)
            self.assertEqual(self.get(p), b"1")
            first.silent.set()
            self.told(p, "target 1 is down")
            asked = len(first.asked)
            checks = first.checks
            while first.checks < checks + 5:
                self.assertEqual(self.get(p), b"2")
            self.assertEqual(len(first.asked), asked)
            first.silent.clear()
            self.told(p, "target 1 is up again")
            self.assertEqual(self.count(p, "is down"), 1)

    def test_the_only_target_is_tried_though_it_is_down(self):
        for mode, _ in SHARES:
            only = Redis(b"1")
            only.silent.set()
            p = self.shared(mode, self.target(only), protocol="resp", exchange__response_timeout=patience(500),
                            **CHECKS)
            self.told(p, "target 1 is down")
            with p.client(timeout=LONG) as s:
                s.sendall(b"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n")
                self.assertEqual(read_exactly(s, 1), b"-")
            self.assertEqual(len(only.asked), 1)
            only.silent.clear()
            self.assertEqual(self.get(p), b"1")
            self.told(p, "target 1 is up again")

    def test_who_is_answered_need_not_be_checked(self):
        only = Redis(b"1")
        p = self.shared("fifo", self.target(only), protocol="resp", check__interval="500ms")
        with Client(p.port) as redis:
            end = time.monotonic() + 2
            while time.monotonic() < end:
                self.assertEqual(redis.ask("GET", "x"), b"1")
                time.sleep(0.02)
            self.assertLessEqual(only.checks, 1)  # the first may come before the first request
            self.assertTrue(wait_until(lambda: only.checks >= 3, LONG))

    def test_a_device_of_one_connection_never_sees_two(self):
        for mode in ("fifo", "funnel"):
            for kind, more in (("protocol", {}), ("connect", {}), ("exchange", {"check__request": REGISTER})):
                device = Device(self)
                p = self.shared(mode, "127.0.0.1:%d" % device.port, protocol="modbus", check__interval="20ms",
                                check__timeout="100ms", check__kind=kind, check__lazy=0, pool__inactive_timeout="50ms",
                                exchange__response_timeout="10s", **more)
                for n in range(1, 41):
                    with p.client() as s:
                        for ident in range(n % 3 + 1):
                            s.sendall(request(ident, 9, n))
                            self.assertEqual(read_exactly(s, 11), value(ident, 9, n))
                    time.sleep(0.005 * (n % 20))
                if kind != "connect":
                    self.assertTrue(wait_until(lambda d=device: d.checks >= 10, LONG))
                    device.silent.set()
                    self.told(p, "target 1 is down")
                    device.silent.clear()
                    self.told(p, "target 1 is up again")
                self.assertEqual(device.most, 1, "%s, %s" % (mode, kind))
                self.assertEqual(p.end(), 0)

    # -- a request of one's own

    def test_the_response_to_a_request_of_ones_own_counts(self):
        for mode, _ in SHARES:
            name, asked = [b"ACME 1"], [0]

            def instrument(s, name=name, asked=asked):
                for line in s.makefile("rb"):
                    asked[0] += line == b"*IDN?\n"
                    s.sendall((name[0] if line == b"*IDN?\n" else line.strip()) + b"\n")
            p = self.shared(mode, self.target(instrument), protocol="line", check__kind="exchange",
                            check__request="*IDN?\\n", check__expect="ACME", check__lazy=0, **CHECKS)
            with p.client() as c:
                self.assertEqual(ask(c, b"a"), b"a")
                self.assertTrue(wait_until(lambda asked=asked: asked[0] >= 3, LONG))
                self.assertEqual(ask(c, b"b"), b"b")
                name[0] = b"booting"
                self.told(p, "target 1 is down; failed health checks in a row: 3; the last one: an unexpected response")
                self.assertEqual(ask(c, b"c"), b"c")  # it is the only one
                name[0] = b"ACME 1"
                self.told(p, "target 1 is up again")

    def test_a_greeting_counts_in_proxy_mode(self):
        greeting = [b"220 mail\r\n"]
        p = self.proxy(self.target(lambda s: (s.sendall(greeting[0]), s.recv(1))), self.target(lambda s: s.sendall(b"SSH")),
                       settings={**CHECKS, "check__kind": "exchange", "check__expect": "220 "})
        self.told(p, "target 2 is down; failed health checks in a row: 3; the last one: an unexpected response")
        self.assertNotIn("target 1 is down", p.text())
        greeting[0] = b"421 mail\r\n"
        self.told(p, "target 1 is down; failed health checks in a row: 3; the last one: an unexpected response")
        greeting[0] = b"220 mail\r\n"
        self.told(p, "target 1 is up again")

    # -- what is told of it

    def test_status_and_metrics_tell_of_it(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        port = free_port()
        p = self.admin("127.0.0.1:%d" % port, path=os.path.join(folder.name, "admin.sock"), settings=CHECKS)
        self.told(p, "target 1 is down")
        target = p.shown("targets")["targets"][0]
        self.assertEqual(target["state"], "down")
        self.assertIn("health check: Connection refused", str(target))
        status, text = p.http("/readyz")
        self.assertEqual(status, 503)
        metrics = p.http("/metrics")[1]
        failures = re.search(r'proximux_target_check_failures_total\{target="1",[^}]*\} (\d+)', metrics)
        self.assertGreaterEqual(int(failures.group(1)), 3)
        self.assertRegex(metrics, r'proximux_target_up\{[^}]*\} 0')
        self.assertRegex(metrics, r'proximux_target_state_changes_total\{[^}]*to="down"\} 1')
        self.target(echo, port=port)
        self.told(p, "target 1 is up again")
        self.assertEqual(p.shown("targets")["targets"][0]["state"], "living")
        self.assertEqual(p.http("/readyz")[0], 200)
        with p.client() as c:
            self.assertEqual(ask(c, b"x"), b"x")

    def test_a_reload_ends_checks_and_begins_them(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path, port = os.path.join(folder.name, "proximux.ini"), free_port()

        def write(interval):
            with open(path, "w", encoding="ascii") as f:
                f.write("[check]\ninterval = %s\n" % interval)
        write("100ms")
        p = self.proxy("127.0.0.1:%d" % port, args=("--config", path))
        self.told(p, "target 1 is down")
        write("0")
        p.signal(signal.SIGHUP)
        self.told(p, "Reloaded: ")
        target = self.target(echo, port=port)
        with p.client() as c:
            self.assertEqual(ask(c, b"x"), b"x")
        connections = len(target.conns)
        time.sleep(3 * INTERVAL)  # what does not happen cannot be awaited
        self.assertEqual(len(target.conns), connections)
        write("100ms")
        p.signal(signal.SIGHUP)
        self.assertTrue(wait_until(lambda: len(target.conns) > connections, LONG))
