"""Scripts in Lua: the examples, errors, and reloads."""
import os
import signal
import shutil
import subprocess
import tempfile
import unittest

from harness import COMMAND, Case, ask, gone, wait_until

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "etc", "script")


def has_lua():
    said = subprocess.run([*COMMAND, "--check-config", "--listen", "127.0.0.1:1", "--target", "127.0.0.1:2", "--mode", "proxy",
                           "--set", "script.file=" + os.path.join(EXAMPLES, "limit.lua")], capture_output=True, text=True)
    return "built without Lua" not in said.stdout + said.stderr


@unittest.skipUnless(has_lua(), "built without Lua")
class Script(Case):
    def folder(self):
        path = tempfile.mkdtemp(prefix="proximux-")
        self.addCleanup(shutil.rmtree, path)
        return path

    def script(self, text):
        path = os.path.join(self.folder(), "x.lua")
        with open(path, "w") as f:
            f.write(text)
        return path

    def scripted(self, text, mode="fifo", **settings):
        path = text if os.path.exists(text) else self.script(text)
        settings = {"exchange.protocol": "line", "script.file": path, **settings}
        return self.proxy(self.target(), mode=mode, settings=settings, args=["--set", "log.mask_addresses=0"])

    def test_the_block_list_refuses_with_its_reason(self):
        with open(os.path.join(EXAMPLES, "blocklist.lua")) as f:
            text = f.read()
        for mode in ("proxy", "fifo"):
            p = self.scripted(text, mode)
            self.assertEqual(ask(self.client(p), b"a"), b"a")
            self.assertTrue(gone(self.client(p, source="127.0.0.66")))
            self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Connection from 127.0.0.66:") and
                                          r["d"].endswith(" refused: on the block list")))

    def test_the_query_log_has_each_request_in_a_file_of_its_own(self):
        for mode in ("proxy", "fifo"):
            path = os.path.join(self.folder(), "queries.log")
            p = self.scripted(os.path.join(EXAMPLES, "querylog.lua"), mode, **{"script.output": path})
            c = self.client(p)
            for line in (b"first", b"a\x1b\x01 b"):
                self.assertEqual(ask(c, line), line)
            c.close()
            p.drain()
            self.assertEqual(p.wait(), 0)
            with open(path) as f:
                lines = f.read().splitlines()
            self.assertEqual(len(lines), 2, lines)
            self.assertRegex(lines[0], r"^\d+\.\d{3} client 1 \d+\.\d{3} ms: first$")
            self.assertTrue(lines[1].endswith("a\\u001b\\u0001 b"), lines[1])

    def test_the_limit_counts_connections_of_each_address(self):
        p = self.scripted(os.path.join(EXAMPLES, "limit.lua"))
        held = [self.client(p) for _ in range(10)]
        for c in held:
            self.assertEqual(ask(c, b"a"), b"a")
        self.assertTrue(gone(self.client(p)))
        self.assertEqual(ask(self.client(p, source="127.0.0.2"), b"a"), b"a")
        held.pop().close()

        def is_served():
            c = self.client(p)
            try:
                c.sendall(b"a\n")
                return c.recv(10) == b"a\n"
            except ConnectionError:
                return False
        self.assertTrue(wait_until(is_served))

    def test_an_error_is_logged_and_harms_nobody(self):
        p = self.scripted("function connected() error('oh') end function request() while true do end end\n"
                          "function response() return nil + 1 end function disconnected() local t = {} "
                          "while true do t[#t + 1] = {} end end")
        for _ in range(5):
            c = self.client(p)
            self.assertEqual(ask(c, b"a"), b"a")
            c.close()
        self.assertIsNotNone(p.record(lambda r: r["e"]["name"] == "ScriptError" and "x.lua:1: oh" in r["e"]["message"]))
        errors = [r for r in p.records() if r.get("e", {}).get("name") == "ScriptError"]
        self.assertLess(len(errors), 20)

    def test_a_reload_replaces_it_or_changes_nothing(self):
        path = self.script("function request(c, r) log('one ' .. r.text) end")
        p = self.scripted(path)
        c = self.client(p)
        ask(c, b"a")
        self.assertIsNotNone(p.record(lambda r: r["d"] == "script: one a"))
        for text, wanted in (("function request(", "ReloadError"), ("request = 1", "expected a function")):
            with open(path, "w") as f:
                f.write(text)
            seen = len(p.records())
            p.signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: wanted in p.text() and len(p.records()) > seen), p.text())
            self.assertEqual(ask(c, b"b"), b"b")
        self.assertIsNotNone(p.record(lambda r: r["d"] == "script: one b"))
        with open(path, "w") as f:
            f.write("function response(c, q, r) log('two ' .. q.text .. ' ' .. r.size) end")
        p.signal(signal.SIGHUP)
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Reloaded: ")))
        self.assertEqual(ask(c, b"c"), b"c")
        self.assertIsNotNone(p.record(lambda r: r["d"] == "script: two c 2"))
        self.assertNotIn("script: one c", p.text())

    def test_it_hears_only_of_whom_the_access_list_admits_also_after_a_reload(self):
        script = self.script("function connected(c) log('came ' .. c.address) end")
        config = os.path.join(self.folder(), "proximux.ini")

        def write(access):
            with open(config, "w") as f:
                f.write("[log]\nmask_addresses = 0\n" + access)
        write("")
        p = self.proxy(self.target(), mode="fifo", settings={"exchange.protocol": "line", "script.file": script},
                       args=["--config", config])
        self.assertEqual(ask(self.client(p, source="127.0.0.2"), b"a"), b"a")
        write("[access]\ndeny = 127.0.0.2\n")
        p.signal(signal.SIGHUP)
        self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Reloaded: 1 setting changed (access.deny)")), p.text())
        self.assertTrue(gone(self.client(p, source="127.0.0.2")))
        self.assertEqual(ask(self.client(p, source="127.0.0.3"), b"a"), b"a")
        self.assertIsNotNone(p.record(lambda r: r["d"] == "script: came 127.0.0.3"))
        self.assertEqual([r["d"] for r in p.records()].count("script: came 127.0.0.2"), 1)

    def test_a_script_that_cannot_be_used_is_a_mistake(self):
        for text, wanted in (("function connected(", "x.lua:1:"), ("while true do end", "script.instructions = 100000")):
            path = self.script(text)
            for extra in ([], ["--check-config"]):
                said = subprocess.run([*COMMAND, "--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--set", "script.file=" + path] + extra,
                                      capture_output=True, text=True)
                self.assertEqual(said.returncode, 78, said)
                self.assertIn("script.file = " + path, said.stderr)
                self.assertIn(wanted, said.stderr)
