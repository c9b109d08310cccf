"""The tools that show a running proxy again and again: status --watch and top, the latter in a terminal of its own."""
import json
import re
import signal
import subprocess

from harness import COMMAND, LONG, ask, clean_environment, free_port, wait_until
from resp_client import Client, redis
from screen import Windowed
from test_admin import AdminCase

SECOND = "--interval=1"


class Tools(AdminCase):
    def local(self, *targets, **kw):
        return self.admin(*targets, path=self.folder() + "/admin.sock", **kw)

    def piped(self, p, tool, *args):
        """A tool whose output nobody looks at but the test."""
        process = subprocess.Popen(COMMAND + [tool, "--socket", p.path, *args], env=clean_environment(),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        return process

    def mistakes(self, *args):
        done = subprocess.run(COMMAND + list(args), env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=LONG)
        return done.returncode, done.stderr.decode()

    def lines_to(self, process, pattern):
        """The lines up to one that matches."""
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip("\n"))
            if re.fullmatch(pattern, lines[-1]):
                return lines
        raise AssertionError("no %s in %s" % (pattern, lines))

    # -- status --watch

    def test_a_watched_status_is_shown_again_with_its_rates(self):
        p = self.local(self.target(), mode="fifo", args=["--protocol", "line"])
        process = self.piped(p, "status", "--watch", "1")
        with p.client() as c:
            rates = r"rates     [\d.]+ requests/s, median .*, 99th percentile .*, \d+ errors, .*/s from clients, .*/s to clients"
            self.assertIn("phase     serving", self.lines_to(process, rates))
            for _ in range(3):
                self.assertEqual(ask(c, b"hello"), b"hello")
            seen = []
            while not seen or seen[-1].startswith("rates     0.0 "):  # until the look after the requests
                seen = self.lines_to(process, rates)
            self.assertRegex(seen[-1], r"median \d+(\.\d)? (us|ms|s), ")
        p.drain()
        self.assertEqual(p.wait(), 0)
        errors = process.communicate(timeout=LONG)[1]
        self.assertEqual(process.returncode, 69)
        self.assertIn(p.path, errors)

    def test_what_is_watched_may_be_another_command_or_json(self):
        p = self.local(self.target())
        process = self.piped(p, "admin", "show", "clients", "--json", "--watch")
        self.assertEqual([json.loads(process.stdout.readline()) for _ in range(2)], [[], []])
        process = self.piped(p, "admin", "show", "queue", "--watch")
        self.lines_to(process, "id  address  waits  queued  inFlight")
        self.lines_to(process, "id  address  waits  queued  inFlight")

    def test_a_reader_that_leaves_ends_it(self):
        p = self.local(self.target())
        for tool, option in (("status", "--watch"), ("top", SECOND)):
            process = self.piped(p, tool, option)
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.wait(LONG), 74)
            process.stdout = open("/dev/null")

    def test_what_makes_no_sense_is_refused(self):
        for args, words in ((("status", "--watch", "0"), "--watch 0: expected 1 to 3600 seconds"),
                            (("admin", "stop", "--watch"), "--watch: expected a command that shows something"),
                            (("top", "--interval", "x"), "--interval x: expected 1 to 3600 seconds"),
                            (("top", "--json"), "--json: unknown; expected --socket, --interval or --help"),
                            (("top", "clients"), "clients: unexpected; top takes only options")):
            self.assertEqual(self.mistakes(*args), (64, words + "\n"))
        self.assertEqual(self.mistakes("top", "--socket", "/nowhere")[0], 69)

    # -- top

    def windowed(self, p, **kw):
        top = Windowed(COMMAND + ["top", "--socket", p.path, SECOND], clean_environment(), **kw)
        self.addCleanup(top.stop)
        return top

    def test_without_a_terminal_top_prints_lines(self):
        p = self.local(self.target())
        process = self.piped(p, "top", SECOND)
        for _ in range(2):
            lines = self.lines_to(process, "CONNECTION .*")
            self.assertTrue(any(re.match(r"1: 127.0.0.1:\d+  living ", line) for line in lines))
        self.assertNotIn("\x1b", "".join(lines))

    def test_top_shows_who_holds_a_connection_and_what_is_dead(self):
        p = self.local("127.0.0.1:%d" % free_port(), self.target(redis), mode="funnel",
                       settings={"exchange__protocol": "resp", "target__1__connections": "1", "target__2__connections": "2",
                                 "pool__backoff_min": "1h", "pool__backoff_max": "1h"})
        with Client(p.port) as pinned:
            self.assertEqual(pinned.ask("MULTI"), b"OK")
            top = self.windowed(p, columns=160)
            client = "1 at 127.0.0.1:%d" % pinned.s.getsockname()[1]
            lines = top.shows(lambda lines: lines[-1] == "q ends", LONG)
            self.assertTrue(any(re.search(r"^\d+ +pinned +0 +%s +transaction +\S+ +2: " % client, line) for line in lines), lines)
            self.assertTrue(any(re.search(r"^1: \S+ +dead +- +\S+ +\S+ .*refused", line) for line in lines), lines)
            self.assertTrue(lines[0].startswith("Proximux "))
            self.assertIn("clients    1", "\n".join(lines))
            self.assertEqual(pinned.ask("EXEC"), [])
            self.assertTrue(top.shows(lambda lines: not any("transaction" in line for line in lines), LONG))

    def test_top_follows_the_size_of_its_window(self):
        p = self.local(self.target())
        top = self.windowed(p, columns=80, rows=24)
        self.assertTrue(top.shows(lambda lines: len(lines) == 24 and lines[-1] == "q ends", LONG))
        self.assertLessEqual(top.screen.overflow, 80)
        top.resize(30, 12)
        lines = top.shows(lambda lines: len(lines) == 12 and max(map(len, lines)) <= 30, LONG)
        self.assertEqual(lines[-1], "q ends")
        top.resize(120, 40)
        self.assertTrue(top.shows(lambda lines: len(lines) == 40 and lines[-1] == "q ends", LONG))

    def test_top_leaves_the_terminal_as_it_was(self):
        p = self.local(self.target())
        for end in (lambda top: top.press(b"q"), lambda top: top.press(b"x\x03"),
                    lambda top: top.process.send_signal(signal.SIGTERM)):
            top = self.windowed(p)
            self.assertTrue(top.shows(lambda lines: lines[-1] == "q ends", LONG))
            self.assertEqual(top.screen.modes, {"?1049"[1:]})
            self.assertNotEqual(top.settings(), top.before)
            end(top)
            self.assertEqual(top.wait(LONG), (0, ""))
            self.assertEqual(top.settings(), top.before)
            self.assertTrue(wait_until(lambda: top.screen.modes == {"25"}, LONG))

    def test_top_ends_with_the_proxy(self):
        p = self.local(self.target())
        top = self.windowed(p)
        self.assertTrue(top.shows(lambda lines: lines[-1] == "q ends", LONG))
        p.drain()
        self.assertEqual(p.wait(), 0)
        code, errors = top.wait(LONG)
        self.assertEqual(code, 69)
        self.assertIn(p.path, errors)
        self.assertEqual(top.settings(), top.before)
