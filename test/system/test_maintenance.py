"""Maintenance: an administrator drains, closes and readies targets, and pauses all, under load and in each mode."""
import os
import re
import socket
import threading
import time

from harness import LONG, ask, gone, read_line, state, wait_until
from resp_client import Client, redis
from sharing import Lines, SharedCase, read_exactly
from test_admin import AdminCase
from test_checks import Device, Redis
from test_modbus import request, value

LINE = {"exchange__protocol": "line", "exchange__pairing": "order"}
RESP = {"exchange__protocol": "resp", "exchange__queue_timeout": "1h"}
PATIENCE = 5.0  # for which `pause` waits for its end


class Crowd:
    """Clients that ask again and again. In proxy mode each request has a connection of its own. What goes wrong is in
    `errors`."""

    def __init__(self, case, p, clients=4, anew=False):
        self.p, self.anew, self.answers, self.errors = p, anew, 0, []
        self.lock, self.ends = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(clients)]
        for thread in self.threads:
            thread.start()
        case.addCleanup(self.stop)

    def run(self, number):
        s = None
        for n in range(1000000):
            if self.ends.is_set():
                return
            try:
                s = s if s is not None and not self.anew else self.p.client()
                line = b"%d-%d" % (number, n)
                answer = ask(s, line)
                with self.lock:
                    self.answers += answer == b"A:" + line
                    if answer != b"A:" + line:
                        self.errors.append(answer)
                if self.anew:
                    s.close()
            except (OSError, EOFError) as error:
                with self.lock:
                    self.errors.append(error)
                return

    def stop(self):
        self.ends.set()
        for thread in self.threads:
            thread.join(LONG)

    def more(self, n):
        """Waits for so many further answers."""
        before = self.answers
        return wait_until(lambda: self.answers >= before + n or self.errors, LONG) and not self.errors


class Maintenance(AdminCase, SharedCase):
    def admin(self, *targets, **kw):
        return super().admin(*targets, path=os.path.join(self.folder(), "admin.sock"), **kw)

    def does(self, p, line, text=None):
        code, said = p.command(line)
        self.assertEqual(code, 0, said)
        if text:
            self.assertEqual(said, text)

    @staticmethod
    def later(p, line):
        """Gives a command whose answer takes time. Returns what waits for that."""
        answer = []
        thread = threading.Thread(target=lambda: answer.append(p.command(line)), daemon=True)
        thread.start()

        def wait():
            thread.join(LONG)
            return answer[0]
        return wait

    @staticmethod
    def target_view(p, number):
        return p.shown("targets")["targets"][number - 1]

    # -- drain, ready

    def test_a_target_is_drained_under_load_and_nothing_is_lost(self):
        for mode, connections in (("proxy", None), ("fifo", None), ("funnel", 2)):
            with self.subTest(mode=mode):
                first, second = Lines(), Lines()
                settings = dict(LINE)
                if connections:
                    settings.update({"target__1__connections": connections, "target__2__connections": connections})
                p = self.admin(self.target(first), self.target(second), mode=mode, settings=settings)
                crowd = Crowd(self, p, anew=mode == "proxy")
                self.assertTrue(crowd.more(50), crowd.errors)
                for name, number, drained, other in (("1", 1, first, second),
                                                     (self.target_view(p, 2)["address"], 2, second, first)):
                    self.does(p, "target %s drain" % name, "target %s: drained; nothing new is sent to it\n" % name)
                    self.assertEqual(self.target_view(p, number)["state"], "drained")
                    self.assertTrue(wait_until(lambda n=number: self.target_view(p, n)["connections"] == 0, LONG))
                    asked, others = len(drained.requests), len(other.requests)
                    self.assertTrue(crowd.more(200), crowd.errors)
                    self.assertEqual(len(drained.requests), asked)
                    self.assertGreater(len(other.requests), others)
                    self.does(p, "target %d ready" % number)
                    self.assertEqual(self.target_view(p, number)["state"], "living")
                self.assertTrue(crowd.more(50), crowd.errors)
                crowd.stop()
                self.assertEqual(crowd.errors, [])

    def test_a_pair_of_a_drained_target_stays(self):
        p = self.admin(self.target(), self.target(), settings={"io__threads": 2})
        with p.client() as c:
            self.assertEqual(ask(c, b"a"), b"a")
            number = p.shown("targets")["connections"][0]["target"]
            self.does(p, "target %d drain" % number)
            for _ in range(5):
                with p.client() as other:
                    self.assertEqual(ask(other, b"x"), b"x")
                    last = [each["target"] for each in p.shown("targets")["connections"] if each["client"] != 1]
                    self.assertEqual(set(last), {3 - number})
            self.assertEqual(ask(c, b"b"), b"b")

    def test_where_all_are_drained_clients_wait_or_are_refused(self):
        p = self.admin(self.target(), settings={})
        self.does(p, "target 1 drain")
        self.assertEqual(p.http("/readyz"),
                         (503, "targets that can be used: 0 of 1; expected at least 1 (admin.ready_targets)\n"))
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        self.assertTrue(p.record(lambda r: r["e"]["message"].endswith("an administrator drained or closed every target")))
        for mode in ("fifo", "funnel"):
            p = self.admin(self.target(Lines()), mode=mode, settings={**LINE, "exchange__queue_timeout": "1s"})
            self.does(p, "target 1 drain")
            with p.client() as c:
                c.sendall(b"in vain\n")
                self.assertTrue(gone(c, LONG))
            self.assertTrue(p.record(lambda r: r["e"]["message"].endswith("exchange.queue_timeout")))
            with p.client() as c:
                c.sendall(b"in time\n")
                self.assertTrue(wait_until(lambda p=p: p.shown("queue")))
                self.does(p, "target 1 ready")
                self.assertEqual(read_line(c), b"A:in time\n")

    def test_a_reload_keeps_what_is_drained(self):
        p = self.admin(self.target(), self.target())
        self.does(p, "target 2 drain")
        self.does(p, "reload")
        self.assertEqual(self.target_view(p, 2)["state"], "drained")
        self.assertEqual(self.target_view(p, 1)["state"], "living")

    # -- close

    def test_a_pinned_client_of_a_closed_target_ends_behind_its_request(self):
        p = self.admin(self.target(redis), mode="funnel", settings={**RESP, "target__1__connections": 2})
        with Client(p.port) as pinned, Client(p.port) as other:
            self.assertEqual(pinned.ask("MULTI"), b"OK")
            self.assertEqual(other.ask("PING"), b"PONG")
            self.does(p, "target 1 drain")
            self.assertEqual(pinned.ask("PING"), b"PONG")  # it keeps its connection
            self.assertTrue(wait_until(lambda: self.target_view(p, 1)["connections"] == 1))
            self.does(p, "target 1 close", "target 1: closed; its connections end\n")
            self.assertTrue(wait_until(lambda: self.target_view(p, 1)["connections"] == 0))
            self.assertEqual(self.target_view(p, 1)["state"], "closed")
            pinned.s.settimeout(LONG)
            self.assertIn(b"target close", pinned.s.recv(4096))
            self.assertTrue(gone(pinned.s, LONG))
            self.does(p, "target 1 ready")
            self.assertEqual(other.ask("PING"), b"PONG")
        self.assertTrue(p.record(
            lambda r: r["e"]["message"].endswith("an administrator closed the target (target close)")))

    def test_pairs_of_a_closed_target_end_at_rest_or_after_the_time_of_a_drain(self):
        for settings in ({**RESP, "log__requests": 1, "shutdown__drain_timeout": "1h"},
                         {"shutdown__drain_timeout": "1s"}):
            with self.subTest(settings=settings):
                p = self.admin(self.target(redis), settings={**settings, "io__threads": 2})
                with Client(p.port) as first, Client(p.port) as second:
                    self.assertEqual((first.ask("PING"), second.ask("PING")), (b"PONG", b"PONG"))
                    self.does(p, "target 1 close")
                    self.assertTrue(gone(first.s, LONG) and gone(second.s, LONG))
                closed = 'proximux_client_connections_closed_total{reason="target_closed"} 2\n'
                self.assertTrue(wait_until(lambda p=p: closed in p.http("/metrics")[1]))

    # -- pause, resume

    def test_a_device_of_one_connection_is_rebooted_and_nobody_notices(self):
        for mode in ("fifo", "funnel"):
            with self.subTest(mode=mode):
                device = Device(self)
                p = self.admin("127.0.0.1:%d" % device.port, mode=mode,
                               settings={"exchange__protocol": "modbus", "check__interval": "50ms",
                                         "exchange__queue_timeout": "1h"})
                errors, answered, ends = [], [0], threading.Event()

                def poll(p=p, errors=errors, answered=answered, ends=ends):
                    try:
                        with p.client() as s:
                            for n in range(1000000):
                                if ends.is_set():
                                    return
                                s.sendall(request(n % 1000, 9, n % 1000))
                                said = read_exactly(s, 11)
                                if said != value(n % 1000, 9, n % 1000):
                                    errors.append(said)
                                answered[0] += 1
                    except (OSError, EOFError) as error:
                        errors.append(error)
                threads = [threading.Thread(target=poll, daemon=True) for _ in range(3)]
                for thread in threads:
                    thread.start()
                self.assertTrue(wait_until(lambda a=answered: a[0] > 50, LONG))
                self.does(p, "pause", "paused; no target connection is open\n")
                self.assertTrue(wait_until(lambda d=device: not d.open))
                asked = device.served + device.checks
                device.ends.set()  # it goes down ...
                device.thread.join(LONG)
                with p.client() as new:
                    new.sendall(request(7, 9, 7))
                    time.sleep(0.3)  # what does not happen cannot be awaited: neither a check nor a connection
                    self.assertEqual(device.served + device.checks, asked)
                    again = Device(self, device.port)  # ... and comes back
                    before = answered[0]
                    self.does(p, "resume", "resumed\n")
                    self.assertEqual(read_exactly(new, 11), value(7, 9, 7))
                self.assertTrue(wait_until(lambda a=answered, b=before: a[0] > b + 50, LONG))
                ends.set()
                for thread in threads:
                    thread.join(LONG)
                self.assertEqual(errors, [])
                self.assertTrue(wait_until(lambda d=again: d.most, LONG))  # it counts when nothing more comes
                self.assertEqual((device.most, again.most), (1, 1))
                self.assertNotIn("is down", p.text())
                self.assertEqual(p.end(), 0)

    def test_a_pause_is_shown_and_survives_a_reload(self):
        p = self.admin(self.target(Lines()), mode="fifo", settings=LINE)
        self.assertIn("proximux_paused 0\n", p.http("/metrics")[1])
        self.does(p, "pause")
        self.does(p, "reload")
        self.assertIn("proximux_paused 1\n", p.http("/metrics")[1])
        self.assertIn("phase     serving, paused\n", p.command("show status")[1])
        self.assertIs(p.shown("status")["paused"], True)
        self.assertIn("paused: requests wait until resume", p.http("/")[1])
        self.assertEqual(p.http("/readyz")[0], 200)
        with p.client() as c:
            c.sendall(b"a\n")
            self.assertTrue(wait_until(lambda: p.shown("queue")))
            self.does(p, "resume")
            self.assertEqual(read_line(c), b"A:a\n")
        self.assertIs(p.shown("status")["paused"], False)
        for text in ("Paused by an administrator: ", "Resumed by an administrator: "):
            self.assertTrue(wait_until(lambda text=text: text in p.text()), p.text())

    def test_a_pause_answers_when_what_is_in_flight_has_ended(self):
        released = threading.Event()
        self.addCleanup(released.set)
        slow = Lines(lambda s, line: released.wait(LONG) and b"A:" + line + b"\n")
        p = self.admin(self.target(slow), mode="fifo", settings=LINE)
        with p.client() as first, p.client() as second:
            first.sendall(b"a\n")
            self.assertTrue(wait_until(lambda: slow.requests))
            answer = self.later(p, "pause")
            self.assertTrue(wait_until(lambda: p.shown("status")["paused"]))
            second.sendall(b"b\n")
            self.assertTrue(wait_until(lambda: p.shown("queue")))
            released.set()
            self.assertEqual(answer(), (0, "paused; no target connection is open\n"))
            self.assertEqual(read_line(first), b"A:a\n")
            self.assertEqual(slow.requests, [b"a"])
            self.does(p, "resume")
            self.assertEqual(read_line(second), b"A:b\n")

    def test_a_pause_waits_for_a_pinned_client(self):
        p = self.admin(self.target(redis), mode="funnel", settings={**RESP, "target__1__connections": 2})
        with Client(p.port) as pinned:
            self.assertEqual(pinned.ask("MULTI"), b"OK")
            began = time.monotonic()
            code, text = p.command("pause")
            self.assertGreaterEqual(time.monotonic() - began, PATIENCE)
            self.assertEqual((code, text), (78, "pausing: target connections still open: 1; of them with a client of "
                                                "their own: 1; requests in flight: 0. The pause goes on until resume\n"))
            answer = self.later(p, "pause")
            self.assertEqual(pinned.ask("PING"), b"PONG")
            self.assertEqual(pinned.ask("EXEC"), [])
            self.assertEqual(answer()[0], 0)
            pinned.send("PING")
            self.assertEqual(state(pinned.s, 0.2), "OPEN")
            pinned.s.settimeout(LONG)
            self.does(p, "resume")
            self.assertEqual(pinned.reply(), b"PONG")

    def test_in_proxy_mode_new_clients_wait_and_pairs_stay(self):
        p = self.admin(self.target(), settings={"io__threads": 3, "pool__connect_timeout": "600s"})
        with p.client() as c:
            self.assertEqual(ask(c, b"a"), b"a")
            answer = self.later(p, "pause")
            self.assertTrue(wait_until(lambda: p.shown("status")["paused"]))
            new = [p.client() for _ in range(6)]
            for s in new:
                s.sendall(b"new\n")
            self.assertTrue(wait_until(lambda: len(p.shown("clients")) == 7))
            self.assertEqual(ask(c, b"b"), b"b")
            self.assertEqual(len(p.shown("targets")["connections"]), 1)
            self.does(p, "resume")
            self.assertEqual(answer()[0], 78)
            for s in new:
                self.assertEqual(read_line(s), b"new\n")
                s.close()
            c.shutdown(socket.SHUT_WR)
            self.assertTrue(gone(c, LONG))
        self.assertTrue(wait_until(lambda: not p.shown("targets")["connections"]))
        self.does(p, "pause", "paused; no target connection is open\n")

    def test_in_proxy_mode_they_wait_as_long_as_for_a_target(self):
        p = self.admin(self.target(), settings={"pool__connect_timeout": "500ms"})
        self.does(p, "pause")
        with p.client() as c:
            self.assertTrue(gone(c, LONG))
        self.assertTrue(p.record(lambda r: r["e"]["message"].endswith("an administrator paused the proxy (pause)")))
        self.does(p, "resume")
        self.assertServes(p)

    def test_a_paused_proxy_can_be_drained_and_stopped(self):
        for end in ("drain", "stop"):
            with self.subTest(end=end):
                p = self.admin(self.target(Lines()), mode="funnel",
                               settings={**LINE, "shutdown__drain_timeout": "500ms"})
                self.does(p, "pause")
                with p.client() as c, p.client() as idle:
                    c.sendall(b"in vain\n")
                    self.assertTrue(wait_until(lambda p=p: p.shown("queue")))
                    self.does(p, end)
                    self.assertTrue(gone(idle, LONG) and gone(c, LONG))
                self.assertEqual(p.wait(), 0)

    # -- checks, rights

    def test_health_checks_rest_in_a_pause_and_of_a_closed_target(self):
        first, second = Redis(b"1"), Redis(b"2")
        targets = self.target(first), self.target(second)
        p = self.admin(*targets, mode="funnel", settings={**RESP, "check__interval": "50ms", "check__lazy": 0})

        def checked(redis):
            before = redis.checks
            return wait_until(lambda: redis.checks >= before + 3, LONG)

        def rests(redis):
            before = redis.checks
            time.sleep(0.3)  # what does not happen cannot be awaited
            return redis.checks == before
        self.assertTrue(checked(first) and checked(second))
        self.does(p, "target 2 drain")
        self.assertTrue(checked(second))
        self.does(p, "target 2 close")
        self.assertTrue(wait_until(lambda: not targets[1].open()))
        self.assertTrue(checked(first) and rests(second))
        self.does(p, "pause")
        self.assertTrue(wait_until(lambda: not targets[0].open()))
        self.assertTrue(rests(first))
        self.does(p, "resume")
        self.does(p, "target 2 ready")
        self.assertTrue(checked(first) and checked(second))

    def test_metrics_tell_of_it(self):
        p = self.admin(self.target(), self.target())
        self.does(p, "target 2 drain")
        self.does(p, "target 2 close")
        text = p.http("/metrics")[1]
        self.assertTrue(re.search(r'proximux_target_up\{target="2",[^}]*\} 0\n', text))
        self.assertTrue(re.search(r'proximux_target_up\{target="1",[^}]*\} 1\n', text))
        for to in ("drained", "closed"):
            self.assertTrue(re.search(r'proximux_target_state_changes_total\{target="2",[^}]*to="%s"\} 1\n' % to, text))
        self.assertTrue(wait_until(lambda: "target 2 is drained: an administrator wants it" in p.text()), p.text())

    def test_who_has_no_right_changes_nothing(self):
        p = self.admin(self.target(), settings={"admin__commands": "none"})
        for line in ("target 1 drain", "target 1 close", "target 1 ready", "pause", "resume"):
            self.assertEqual(p.command(line), (77, "not allowed: admin.commands = none\n"))
        self.assertEqual(p.post("/pause", local=True)[0], 403)
        self.assertEqual(self.target_view(p, 1)["state"], "living")
        self.assertServes(p)

    def test_a_target_that_is_not_there_is_refused(self):
        p = self.admin(self.target())
        address = self.target_view(p, 1)["address"]
        self.assertEqual(p.command("target 2 drain"),
                         (78, "there is no target 2; the targets are 1 (%s)\n" % address))
        self.assertEqual(p.command("target 1 stop")[0], 64)
        self.assertEqual(p.post("/pause", local=True), (200, "paused; no target connection is open\n"))
        self.assertEqual(p.post("/resume", local=True), (200, "resumed\n"))
