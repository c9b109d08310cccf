"""The admin port over its UNIX socket: commands, and the tools that give them."""
import os
import socket
import stat
import subprocess
import threading
import unittest

from harness import COMMAND, LONG, ask, clean_environment, gone, read_all, wait_until
from resp_client import Client, redis
from test_admin import AdminCase


class AdminCommands(AdminCase):
    def local(self, *targets, **kw):
        return self.admin(*targets, path=self.folder() + "/admin.sock", **kw)

    def tool(self, p, *words):
        done = subprocess.run(COMMAND + ["admin", "--socket", p.path] + list(words), env=clean_environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    # -- the socket

    def test_the_socket_has_its_mode_and_goes_with_the_program(self):
        p = self.local(self.target(), settings={"admin__path_mode": "0600"})
        self.assertEqual(stat.S_IMODE(os.stat(p.path).st_mode), 0o600)
        self.assertEqual(p.end(), 0)
        self.assertFalse(os.path.exists(p.path))

    def test_a_socket_that_a_killed_program_left_is_replaced(self):
        p = self.local(self.target())
        p.stop()
        self.assertTrue(os.path.exists(p.path))
        again = self.admin(self.target(), path=p.path)
        self.assertEqual(again.command("show version")[0], 0)
        other = self.program("--listen", "0", "--target", "127.0.0.1:1", "--mode", "proxy",
                             "--set", "admin.listen=unix:" + p.path)
        self.assertEqual(other.wait(), 71)
        self.assertIn("a running program listens there", other.text())
        self.assertEqual(again.command("show version")[0], 0)

    def test_both_protocols_are_spoken(self):
        p = self.local(self.target())
        self.assertEqual(p.http("/livez", local=True, host="anything"), (200, "ok\n"))
        self.assertEqual(p.post("/reopen", local=True, host="anything")[0], 200)
        self.assertTrue(p.raw(b"show version\n", local=True).startswith(b"proximux "))
        with p.admin_socket(local=True) as s:  # a line may end with the connection
            s.sendall(b"help")
            s.shutdown(socket.SHUT_WR)
            self.assertIn(b"\nshow clients ", read_all(s))

    # -- what is shown

    def test_a_pinned_client_is_shown_with_its_connection(self):
        p = self.local(self.target(redis), mode="funnel",
                       settings={"exchange__protocol": "resp", "target__1__connections": "2"})
        with Client(p.port) as pinned, Client(p.port) as other:
            self.assertEqual(pinned.ask("MULTI"), b"OK")
            self.assertEqual(other.ask("PING"), b"PONG")
            clients = {each["id"]: each for each in p.shown("clients")}
            self.assertEqual(sorted(clients), [1, 2])
            self.assertEqual((clients[1]["state"], clients[1]["pinned"]), ("pinned", "transaction"))
            self.assertEqual((clients[2]["state"], clients[2]["pinned"]), ("idle", None))
            self.assertEqual([clients[n]["requests"] for n in (1, 2)], [1, 1])
            self.assertEqual(clients[1]["address"], "127.0.0.1:%d" % pinned.s.getsockname()[1])
            self.assertGreater(clients[1]["bytesIn"], 0)
            shown = p.shown("targets")
            held = [each for each in shown["connections"] if each["client"] is not None]
            self.assertEqual([(each["client"], each["state"], each["pinned"]) for each in held],
                             [(1, "pinned", "transaction")])
            self.assertEqual(held[0]["connection"], clients[1]["connection"])
            self.assertEqual(shown["targets"][0]["state"], "living")
            self.assertEqual(pinned.ask("EXEC"), [])
            self.assertTrue(wait_until(lambda: all(c["pinned"] is None for c in p.shown("clients"))))

    def test_the_queue_is_shown(self):
        released = threading.Event()
        self.addCleanup(released.set)

        def slow(s):
            while s.recv(4096):
                released.wait(LONG)
                s.sendall(b"x\n")
        p = self.local(self.target(slow), mode="fifo", settings={"exchange__protocol": "line",
                                                                 "exchange__pairing": "exclusive"})
        with p.client() as first, p.client() as second:
            first.sendall(b"a\n")
            self.assertTrue(wait_until(lambda: [c["state"] for c in p.shown("clients")].count("served") == 1))
            second.sendall(b"b\n")
            queue = wait_until(lambda: p.shown("queue"))
            self.assertEqual([(each["id"], each["queued"]) for each in queue], [(2, 1)])
            self.assertIn("queue     1 requests, the oldest waits for ", p.command("show status")[1])

    def test_errors_are_shown(self):
        def rude(s):
            s.recv(4096)
            s.sendall(b"one\ntwo\n")
            s.recv(4096)
        p = self.local(self.target(rude), mode="fifo", settings={"exchange__protocol": "line"})
        self.assertEqual(p.shown("errors"), [])
        with p.client() as c:
            self.assertEqual(ask(c, b"hello"), b"one")
            errors = wait_until(lambda: p.shown("errors"))
        self.assertEqual(errors[0]["name"], "TargetError")
        self.assertIn("the target sent unsolicited bytes", errors[0]["text"])

    # -- what has an effect

    def test_a_client_is_killed_by_its_number(self):
        p = self.local(self.target())
        with p.client() as first, p.client() as second:
            self.assertEqual((ask(first, b"a"), ask(second, b"b")), (b"a", b"b"))
            self.assertEqual(p.command("kill client 1"), (0, "clients closed: 1\n"))
            self.assertTrue(gone(first, LONG))
            self.assertEqual(ask(second, b"c"), b"c")
            self.assertEqual(p.command("kill client 1"), (78, "there is no client 1\n"))
        self.assertTrue(p.record(lambda r: r["d"] == "Admin command from a UNIX socket: kill client 1"))
        self.assertTrue(p.record(lambda r: r["e"]["message"].endswith(": closed by an administrator")))

    def test_clients_are_killed_by_their_address_in_each_mode(self):
        for mode, settings in (("proxy", {}), ("fifo", {"exchange__protocol": "line"}), ("fifo", {})):
            with self.subTest(mode=mode, settings=settings):
                p = self.local(self.target(), mode=mode, settings=settings)
                with p.client() as c, p.client() as silent:
                    self.assertEqual(ask(c, b"a"), b"a")
                    self.assertTrue(wait_until(lambda p=p: len(p.shown("clients")) == 2))
                    self.assertEqual(p.command("kill address 10.0.0.0/8")[0], 78)
                    self.assertEqual(p.command("kill address 127.0.0.0/8"), (0, "clients closed: 2\n"))
                    self.assertTrue(gone(c, LONG) and gone(silent, LONG))
                self.assertServes(p)

    def test_the_level_of_the_log_is_changed(self):
        p = self.local(self.target())
        self.assertEqual(p.command("set log.level 3"), (0, "log.level = 3\n"))
        with p.client() as c:
            self.assertEqual(ask(c, b"hello"), b"hello")
            self.assertTrue(p.record(lambda r: r["d"].startswith("Client connected: ")))
        self.assertEqual(p.command("set log.level 4")[0], 64)
        self.assertEqual(p.command("set log.level 0")[0], 0)

    def test_drain_and_stop_end_the_program(self):
        p = self.local(self.target(), settings={"shutdown__drain_timeout": "-1"})
        with p.client() as c:
            self.assertEqual(ask(c, b"a"), b"a")
            self.assertEqual(p.command("ready"), (0, "ok\n"))
            self.assertEqual(p.command("drain"), (0, "draining\n"))
            self.assertTrue(wait_until(lambda: p.http("/readyz")[0] == 503))
            self.assertEqual(p.command("ready"), (69, "draining: it is about to end\n"))
            self.assertEqual(ask(c, b"b"), b"b")
            self.assertEqual(p.command("stop"), (0, "stopping\n"))
            self.assertTrue(gone(c, LONG))
        self.assertEqual(p.wait(), 0)

    def test_commands_may_be_forbidden(self):
        p = self.local(self.target(), settings={"admin__commands": "none"})
        self.assertEqual(p.command("show clients")[0], 0)
        for line in ("drain", "stop", "reload", "reopen", "kill client 1", "set log.level 3"):
            self.assertEqual(p.command(line), (77, "not allowed: admin.commands = none\n"))
        self.assertEqual(p.post("/drain", local=True)[0], 403)
        self.assertServes(p)

    # -- the tools

    def test_the_tool_gives_commands(self):
        p = self.local(self.target())
        code, out, _ = self.tool(p, "show", "status")
        self.assertEqual(code, 0)
        self.assertIn("phase     serving\n", out)
        code, out, _ = self.tool(p, "--json", "show", "clients")
        self.assertEqual((code, out), (0, "[]\n"))
        self.assertEqual(self.tool(p, "help")[0], 0)
        code, out, err = self.tool(p, "show", "cleints")
        self.assertEqual((code, out, err), (64, "", "unknown command; the nearest known command is show clients\n"))
        self.assertEqual(self.tool(p)[0], 64)
        self.assertEqual(self.tool(p, "--nonsense")[0], 64)
        self.assertEqual(self.tool(p, "reload"), (0, "applied\n", ""))
        self.assertEqual(self.tool(p, "kill", "client", "1")[0], 78)
        self.assertEqual(self.tool(p, "drain")[0], 0)
        self.assertEqual(p.wait(), 0)
        code, _, err = self.tool(p, "show", "status")
        self.assertEqual(code, 69)
        self.assertIn(p.path + ": No such file or directory", err)

    def test_the_tool_says_what_a_reload_has_changed_or_why_it_was_refused(self):
        folder = self.folder()
        file = folder + "/p.ini"
        with open(file, "w") as f:
            f.write("[log]\nmask_addresses = 1\n")
        p = self.local(self.target(), args=["--config", file])
        with open(file, "w") as f:
            f.write("[log]\nmask_addresses = 0\n")
        self.assertEqual(self.tool(p, "reload"), (0, "applied\nlog.mask_addresses\n", ""))
        self.assertRegex(p.http("/config", local=True)[1], r"log\.mask_addresses *= 0")
        self.assertIn("proximux_config_last_reload_successful 1\n", p.http("/metrics", local=True)[1])
        with open(file, "w") as f:
            f.write("[log]\nmask_adresses = 0\n[io]\nthreads = x\n")
        code, _, err = self.tool(p, "reload")
        self.assertEqual(code, 78)
        self.assertIn("log.mask_adresses (p.ini): unknown", err)
        self.assertIn("io.threads = x", err)
        self.assertIn("proximux_config_last_reload_successful 0\n", p.http("/metrics", local=True)[1])
        self.assertServes(p)

    @unittest.skipIf(os.geteuid() == 0, "root may open any socket")
    def test_the_mode_of_the_socket_is_the_right(self):
        p = self.local(self.target(), settings={"admin__path_mode": "0"})
        self.assertEqual(self.tool(p, "show", "status")[0], 77)

    def test_status_is_short_for_show_status(self):
        p = self.local(self.target())
        done = subprocess.run(COMMAND + ["status", "--socket", p.path], env=clean_environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=LONG)
        self.assertEqual(done.returncode, 0)
        self.assertIn(b"phase     serving\n", done.stdout)
