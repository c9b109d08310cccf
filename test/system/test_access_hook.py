"""A program that decides who may connect: access.hook."""
import json
import os
import signal
import socket
import tempfile
import threading

import proxy_header as header
from harness import LONG, SHORT, SLOW, Case, ask, gone, read_line, stop_accepting, wait_until


class Guard:
    """A program that answers each question with answer(question), a text or bytes; None: it says nothing."""

    def __init__(self, path, answer):
        self.path, self.answer, self.asked, self.conns = path, answer, [], []
        self.ls = socket.socket(socket.AF_UNIX)
        self.ls.bind(path)
        self.ls.listen(64)
        self.accepting = threading.Thread(target=self.accept, daemon=True)
        self.accepting.start()

    def accept(self):
        while True:
            try:
                s, _ = self.ls.accept()
            except OSError:
                return
            self.conns.append(s)
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        try:
            for line in s.makefile("rb"):
                question = json.loads(line)
                self.asked.append(question)
                said = self.answer(question)
                if said is not None:
                    s.sendall(said if isinstance(said, bytes) else said.encode() + b"\n")
        except (OSError, ValueError):
            pass

    def stop(self):
        stop_accepting(self.ls, self.accepting)
        for s in self.conns:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()
        if os.path.exists(self.path):
            os.unlink(self.path)


YES = '{"allow":true}'


class AccessHook(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "guard")

    def guard(self, answer=lambda question: YES, path=None):
        g = Guard(path or self.path, answer)
        self.addCleanup(g.stop)
        return g

    def guarded(self, mode="proxy", **settings):
        """A proxy that asks. settings: two underscores stand for a dot."""
        if mode != "proxy":
            settings["exchange__protocol"] = "line"
        settings = {"access__hook": "unix:" + self.path, "access__hook_timeout": "%dms" % (5000 * SLOW), **settings}
        return self.proxy(self.target(), mode=mode, settings=settings, args=["--set", "log.mask_addresses=0"])

    def served(self, p):
        with self.client(p) as c:
            try:
                return ask(c, b"hello") == b"hello"
            except (OSError, EOFError):
                return False

    def test_it_is_asked_of_each_client(self):
        for mode in ("proxy", "fifo", "funnel"):
            g = self.guard(path=self.path + mode)
            p = self.guarded(mode, access__hook="unix:" + g.path)
            names = []
            for _ in range(3):
                c = self.client(p)
                self.assertEqual(ask(c, b"hello"), b"hello")
                names.append(("127.0.0.1", c.getsockname()[1]))
            self.assertEqual([(q["client"], q["port"]) for q in g.asked], names)
            self.assertEqual([q["id"] for q in g.asked], [1, 2, 3])
            self.assertEqual(len(g.conns), 1)

    def test_it_refuses_with_a_reason(self):
        self.guard(lambda q: YES if q["id"] != 2 else '{"reason":"not \\u00fcber"}')
        p = self.guarded()
        self.assertTrue(self.served(p))
        refused = self.client(p)
        self.assertTrue(gone(refused))
        name = "127.0.0.1:%d" % refused.getsockname()[1]
        self.assertTrue(p.record(lambda r: r["d"] == "Connection from %s refused: access.hook: not \u00fcber" % name))
        self.assertTrue(self.served(p))

    def test_a_refusal_needs_no_reason(self):
        self.guard(lambda q: '{"allow":false}')
        p = self.guarded()
        self.assertFalse(self.served(p))
        self.assertTrue(p.record(lambda r: str(r["d"]).endswith("refused: access.hook: without a reason")))

    def test_it_knows_what_a_header_tells(self):
        g = self.guard()
        p = self.guarded(local__proxy_protocol="on")
        c = self.client(p)
        c.sendall(header.binary(tlvs=header.tlv(header.UNIQUE_ID, b"id-1")) + b"hello\n")
        self.assertEqual(read_line(c), b"hello\n")
        self.assertEqual(g.asked, [{"client": "192.0.2.1", "port": 50000, "id": 1, "via": "127.0.0.1", "uniqueId": "id-1"}])

    def test_access_rules_apply_as_well(self):
        self.guard()
        p = self.guarded(access__deny="127.0.0.1")
        self.assertFalse(self.served(p))
        self.assertTrue(p.record(lambda r: str(r["d"]).endswith("refused: access.deny")))

    def test_many_wait_at_once_and_each_gets_its_own_answer(self):
        release = threading.Event()
        self.guard(lambda q: release.wait(LONG) and (YES if q["id"] % 2 else '{"reason":"even"}'))
        p = self.guarded(io__threads="2")
        clients = [self.client(p) for _ in range(20)]
        for c in clients:
            c.sendall(b"hello\n")
        release.set()
        self.assertEqual(sorted(not gone(c) for c in clients), [False] * 10 + [True] * 10)

    def failing(self, answer, why, **settings):
        """That a program which does this fails, with both settings."""
        for failure, served in (("deny", False), ("allow", True)):
            g = self.guard(answer)
            p = self.guarded(access__hook_failure=failure, **settings)
            self.assertEqual([self.served(p), self.served(p)], [served] * 2)
            e = p.record(lambda r: r["e"]["name"] == "AccessHookError")["e"]["message"]
            self.assertIn(why, e)
            self.assertIn("clients are " + ("admitted" if served else "refused"), e)
            self.assertEqual(len([r for r in p.records() if r.get("e", {}).get("name") == "AccessHookError"]), 1)
            g.stop()
            p.stop()

    def test_one_that_is_silent(self):
        self.failing(lambda q: None, "no answer within access.hook_timeout", access__hook_timeout="50ms")

    def test_one_that_talks_nonsense(self):
        for said in (b"yes\n", b"\n", b"[]\n", b"{\"allow\":\n", b"{\"allow\":{}}\n", b"{\"allow\":\"true\"}\n",
                     b"{\"allow\":1}\n", b"{\"reason\":\xff}\n"):
            self.failing(lambda q, said=said: said, "an answer that is no JSON object")

    def test_one_that_does_not_end(self):
        self.failing(lambda q: b"x" * 10000, "an answer longer than 4096 bytes")

    def test_one_that_says_more_than_it_was_asked(self):
        g = self.guard(lambda q: (YES + "\n" + YES))
        p = self.guarded()
        for _ in range(3):
            self.assertTrue(self.served(p))  # and never by the answer to an earlier question
        self.assertTrue(wait_until(lambda: len(g.asked) == 3))

    def test_one_that_is_not_there_and_comes(self):
        p = self.guarded()
        self.assertFalse(self.served(p))
        self.assertTrue(p.record(lambda r: "No such file or directory" in r["e"]["message"]))
        self.guard()
        self.assertTrue(self.served(p))

    def test_one_that_ends_and_comes_again(self):
        g = self.guard()
        p = self.guarded()
        self.assertTrue(self.served(p))
        g.stop()
        self.assertFalse(self.served(p))
        self.guard()
        self.assertTrue(wait_until(lambda: self.served(p)))

    def test_who_leaves_meanwhile_leaves_nothing(self):
        release = threading.Event()
        self.guard(lambda q: release.wait(LONG) and YES)
        p = self.guarded()
        before = p.fds()
        for _ in range(5):
            self.client(p).close()
        release.set()
        self.assertTrue(self.served(p))
        self.assertTrue(wait_until(lambda: p.fds() <= before + 1), p.fds())  # the connection to the program

    def test_an_end_does_not_wait_for_it(self):
        g = self.guard(lambda q: None)
        p = self.guarded(access__hook_timeout="60s", shutdown__first_request_timeout="100ms")
        c = self.client(p)
        self.assertTrue(wait_until(lambda: g.asked))
        p.drain()
        self.assertTrue(gone(c, LONG))
        self.assertEqual(p.wait(), 0)

    def test_a_reload_changes_it(self):
        config = self.path + ".ini"

        def write(text):
            with open(config, "w") as f:
                f.write(text)

        def reload(p, count):
            p.signal(signal.SIGHUP)
            self.assertTrue(wait_until(lambda: len([r for r in p.records() if str(r.get("d", "")).startswith("Reloaded:")]) ==
                                       count, SHORT))
        self.guard(lambda q: '{"reason":"first"}')
        self.guard(path=self.path + "2")
        write("")
        p = self.proxy(self.target(), args=["--config", config])
        self.assertTrue(self.served(p))
        for count, (name, served) in enumerate((("", False), ("2", True)), 1):
            write("[access]\nhook = unix:%s%s\n" % (self.path, name))
            reload(p, count)
            self.assertEqual(self.served(p), served)

    def test_mistakes_are_named(self):
        for value in ("/run/guard", "unix:guard", "127.0.0.1:80"):
            p = self.program("--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--set", "access.hook=" + value)
            self.assertEqual(p.wait(), 78)
            self.assertIn("access.hook = " + value, p.text())
