"""redis-server shared by clients of RESP2 and RESP3, on the same connections."""
import os
import random
import re
import subprocess
import threading

from harness import LONG
from peer import SHARES, PeerCase
from resp_client import Client

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


class Resp3(PeerCase):
    SERVER = ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", "{folder}")

    def test_each_is_answered_in_its_own_version(self):
        for mode, connections in SHARES:
            p = self.share("resp", mode, connections)
            faults = []

            def work(number):
                try:
                    self.work(p.port, number)
                except Exception as error:  # told below, with its client
                    faults.append((number, repr(error)))
            threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(faults, [])
            self.assertLessEqual(p.text().count("Connection opened"), connections)

    @staticmethod
    def work(port, number):
        rng, key, modern = random.Random(number), "h%d" % number, number % 2 == 1
        with Client(port) as c:
            if modern:
                assert c.ask("HELLO", 3)[b"proto"] == b"3"
            elif number % 4 == 0:
                assert b"proto" in c.ask("HELLO", 2)
            for n in range(200):
                value = b"%d" % rng.randrange(10 ** 9)
                c.ask("HSET", key, "f", value)
                got = c.ask("HGETALL", key)
                assert got == ({b"f": value} if modern else [b"f", value]), got
                assert c.ask("GET", "nothing") is None
                assert c.ask("CLIENT", "GETNAME") is None
                if n % 40 == 7:
                    modern = not modern
                    c.types.clear()
                    c.ask("HELLO", 3 if modern else 2)
                    if modern:
                        c.types.clear()
            seen = c.types
            assert not modern or b"$-1" not in seen
            assert modern or not seen & {b"%", b"_", b",", b"~", b">", b"#", b"="}, seen

    def test_whoever_tracks_hears_of_changes_until_it_ends(self):
        p = self.share("resp", "funnel", 2, exchange__stateful="tie")
        with Client(p.port) as c, Client(p.port) as other:
            c.ask("HELLO", 3)
            self.assertEqual(c.ask("CLIENT", "TRACKING", "ON"), b"OK")
            other.ask("SET", "k", "1")
            self.assertEqual(c.ask("GET", "k"), b"1")
            other.ask("SET", "k", "2")
            self.assertEqual(c.value(), ([b"invalidate", [b"k"]], True))
            self.assertEqual(c.ask("CLIENT", "TRACKING", "OFF"), b"OK")
            with Client(p.port) as third:  # both connections serve whoever comes
                third.send("BLPOP", "none", "30")
                self.assertEqual(other.ask("GET", "k"), b"2")
                self.assertEqual(c.ask("GET", "k"), b"2")

    def test_a_subscriber_asks_other_things_meanwhile(self):
        p = self.share("resp", "funnel", 2)
        with Client(p.port) as c, Client(p.port) as other:
            c.ask("HELLO", 3)
            c.send("SUBSCRIBE", "ch")
            self.assertEqual(c.value(), ([b"subscribe", b"ch", b"1"], True))
            self.assertEqual(c.ask("SET", "a", "b"), b"OK")
            self.assertEqual(other.ask("PUBLISH", "ch", "hi"), b"1")
            self.assertEqual(c.value(), ([b"message", b"ch", b"hi"], True))
            c.send("UNSUBSCRIBE", "ch")
            self.assertEqual(c.value(), ([b"unsubscribe", b"ch", b"0"], True))
            self.assertEqual(c.ask("GET", "a"), b"b")
            with Client(p.port) as third:
                third.send("BLPOP", "none", "30")
                self.assertEqual(other.ask("GET", "a"), b"b")
                self.assertEqual(c.ask("GET", "a"), b"b")

    def test_replies_off_are_off(self):
        p = self.share("resp", "funnel", 2)
        with Client(p.port) as c:
            c.send("CLIENT", "REPLY", "OFF")
            c.send("SET", "quiet", "1")
            c.send("CLIENT", "REPLY", "SKIP")
            c.send("SET", "quiet", "2")
            self.assertEqual(c.ask("CLIENT", "REPLY", "ON"), b"OK")
            self.assertEqual(c.ask("GET", "quiet"), b"2")
            c.send("RESET")
            self.assertEqual(c.reply(), b"RESET")
            self.assertEqual(c.ask("GET", "quiet"), b"2")

    def test_redis_cli_of_either_version(self):
        p = self.share("resp", "fifo", 1)
        for option in ("-2", "-3"):
            done = subprocess.run(["redis-cli", option, "-p", str(p.port), "PING"], capture_output=True, timeout=LONG)
            self.assertEqual(done.stdout.strip(), b"PONG")


class Commands(PeerCase):
    SERVER = Resp3.SERVER

    def test_each_command_of_the_server_has_a_row(self):
        """COMMAND DOCS names them, and their subcommands."""
        with open(os.path.join(ROOT, "docs", "protocols.md")) as document:
            table = document.read().split("## Commands", 1)[1].split("\n## ", 1)[0]
        rows = dict(row[2:].split(" | ", 1) for row in table.splitlines() if row.startswith("| "))
        names = {word for row in rows for word in re.findall(r"[A-Z][A-Z_0-9-]+", row.split("(")[0])[:1]}
        with Client(self.port) as c:
            c.ask("HELLO", 3)
            docs = c.ask("COMMAND", "DOCS")
        for name, about in docs.items():
            self.assertIn(name.decode().upper(), names)
            for sub in about.get(b"subcommands", {}):
                container, word = sub.decode().upper().split("|")
                self.assertTrue(any(row.startswith(container + " ") and re.search(r"\b%s\b" % re.escape(word), row)
                                    for row in rows), sub)


class Resp2Only(PeerCase):
    SERVER = (*Resp3.SERVER, "--rename-command", "HELLO", "")

    def test_a_client_falls_back_as_without_a_proxy(self):
        with Client(self.port) as c:
            refusal = c.ask("HELLO", 3)
        p = self.share("resp", "fifo", 1)
        with Client(p.port) as c:
            self.assertEqual(c.ask("HELLO", 3), refusal)
            self.assertEqual(c.ask("SET", "o", "1"), b"OK")
            self.assertIsNone(c.ask("GET", "nothing"))
            self.assertNotIn(b"_", c.types)
