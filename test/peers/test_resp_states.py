"""redis-server behind fifo and funnel: whatever states a client passes through in one send, torn or not, it gets what
it gets without a proxy, and three others get their own answers alone."""
import os
import random
import re
import socket
import threading
import time

from harness import LONG
from peer import PeerCase

ROUNDS = int(os.environ.get("PROXIMUX_RESP_ROUNDS", "60"))
SEED = int(os.environ.get("PROXIMUX_RESP_SEED", "0")) or random.randrange(1 << 32)

MONITORED = re.compile(rb'\+\d{10}\.\d{6} \[\d+ [^\]]*\] "[^\r\n]*\r\n')


def said(*words):
    words = [w if isinstance(w, bytes) else w.encode() for w in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


def script(text):
    return said("EVAL", text, "0")


FORGED = [script("return {'unsubscribe',%s,0}" % name) for name in ("'x'", "false", "'a'", "{'a'}", "{'a',{0}}")] + [
    script("return {'%s','a',%s}" % (kind, last))
    for kind in ("punsubscribe", "sunsubscribe", "subscribe", "psubscribe", "message", "smessage")
    for last in ("0", "'0'", "1")] + [
    script("return {'pmessage','a*','a','hi'}"),
    script("return {'unsubscribe','x',{0}}"),
    script("return {{'unsubscribe','x',0}}"),
    script("return {'unsubscribe','x',0,{'unsubscribe','x',0}}"),
    script("return redis.status_reply('RESET')"),
    script("return redis.status_reply('OK')"),
    script("return redis.status_reply('PONG')"),
    script("return redis.error_reply('ERR unknown command')"),
    script("return redis.error_reply('unsubscribe')"),
    script("return 'x' .. string.rep('*3\\r\\n$11\\r\\nunsubscribe\\r\\n$1\\r\\na\\r\\n:0\\r\\n', 50)"),
    script("redis.setresp(3); return {map={unsubscribe='x'}}"),
    script("redis.setresp(3); return {set={unsubscribe=true}}"),
    script("return {'pong',''}"),
    script("return redis.call('SUBSCRIBE','a')"),
    script("return redis.call('SELECT','3')"),
    script("return redis.pcall('MULTI')"),
    script("local t=0 for i=1,200000 do t=t+i end return {'unsubscribe','x',0}"),
    script("local t={} for i=1,3000 do t[i]='victim0' end return t")]

STATES = [said(*line.split()) for line in (
    "SUBSCRIBE a", "SUBSCRIBE a b", "SUBSCRIBE", "UNSUBSCRIBE", "UNSUBSCRIBE a", "UNSUBSCRIBE a b c", "PSUBSCRIBE p*",
    "PSUBSCRIBE a* a*", "PUNSUBSCRIBE", "PUNSUBSCRIBE p*", "SSUBSCRIBE s", "SUNSUBSCRIBE", "SUNSUBSCRIBE s", "MONITOR",
    "RESET", "RESET", "RESET x", "PING", "PING hi", "PING a b", "ECHO hi", "MULTI", "MULTI", "MULTI x", "EXEC", "EXEC x",
    "DISCARD", "DISCARD x", "GET hostile", "SET hostile 1", "INCR hostile", "WATCH hostile", "UNWATCH", "SELECT 1",
    "SELECT 0", "READONLY", "READWRITE", "FOO bar", "PUBSUB NUMPAT x", "CLIENT NO-EVICT on", "CLIENT CACHING yes",
    "BLPOP none 0.01")] + [b"PING\r\n", b"\r\n", b"*0\r\n", b"subscribe a\r\n", b"unsubscribe\r\n"]

# which are answered by us in another way than by the server, or name the server
OTHER = [said(*line.split()) for line in (
    "HELLO 3", "HELLO 2", "AUTH x", "AUTH a b", "CLIENT KILL TYPE normal SKIPME no", "CLIENT UNBLOCK 1", "CLIENT REPLY OFF",
    "CLIENT REPLY SKIP", "CLIENT ID", "CLIENT INFO", "CLIENT LIST", "CLIENT TRACKING ON", "CLIENT TRACKING ON BCAST",
    "CLIENT SETNAME me", "CLIENT GETNAME", "CLIENT SETINFO lib-name x", "SCRIPT DEBUG YES", "PSYNC ? -1", "SYNC",
    "REPLCONF listening-port 1", "ASKING", "CLUSTER INFO", "CLUSTER RESET", "DEBUG JMAP", "DEBUG SLEEP 0.01",
    "DEBUG PROTOCOL push", "FUNCTION LIST", "FUNCTION STATS", "MODULE LIST", "OBJECT HELP", "WAIT 0 1", "JSON.GET k",
    "CLIENT PAUSE 20", "CLIENT UNPAUSE", "QUIT now", "CONFIG GET requirepass", "ACL WHOAMI", "LATENCY RESET")]


class Victim(threading.Thread):
    """Whose every answer is known."""

    def __init__(self, port, number):
        super().__init__()
        self.port, self.number, self.stop, self.wrong, self.done = port, number, threading.Event(), None, 0

    def run(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=LONG) as s:
                f = s.makefile("rb")
                while not self.stop.is_set() and self.wrong is None:
                    self.ask(s, f)
                    time.sleep(0.0005)  # it shares two processors with the server
        except OSError as e:
            self.wrong = repr(e)

    def ask(self, s, f):
        self.done += 1
        value = b"victim%d:%d:" % (self.number, self.done) + b"v" * random.choice((1, 30, 3000))
        key = b"victim%d" % self.number
        s.sendall(said("SET", key, value) + said("GET", key) + said("ECHO", value))
        whole = b"$%d\r\n%s\r\n" % (len(value), value)
        wanted = b"+OK\r\n" + whole + whole
        got = f.read(len(wanted))
        if got != wanted:
            self.wrong = "wanted %r..., got %r..." % (wanted[:60], got[:200])


class RespStates(PeerCase):
    SERVER = ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", "{folder}",
              "--enable-debug-command", "yes")

    def talk(self, port, pieces):
        """What is said to these pieces, up to the end, but for what is monitored."""
        with socket.create_connection(("127.0.0.1", port), timeout=LONG) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            got = []
            try:
                for piece in pieces:
                    s.sendall(piece)
            except OSError:
                pass  # it had enough
            try:
                while True:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    got.append(piece)
            except ConnectionResetError:
                got.append(b"RST")
        return MONITORED.sub(b"", b"".join(got))

    def directly(self, pieces):
        """And what is left behind is taken away, before and after."""
        self.clean()
        got = self.talk(self.port, [b"".join(pieces)])
        self.clean()
        return got

    def clean(self):
        self.talk(self.port, [b"".join(said("SELECT", n) + said("DEL", "hostile") for n in "013") + said("QUIT")])

    def torn(self, rng, line):
        """In one send, or cut somewhere."""
        cuts = sorted(rng.randrange(len(line)) for _ in range(rng.choice((0, 0, 1, 3))))
        return [line[a:b] for a, b in zip([0] + cuts, cuts + [len(line)])]

    def pipeline(self, rng, commands):
        line = [rng.choice(commands) for _ in range(rng.randrange(1, 12))]
        if rng.random() < 0.2:
            line.insert(rng.randrange(len(line) + 1), script("return string.rep('x', 20000)"))
        return line

    def victims(self, port):
        victims = [Victim(port, n) for n in range(3)]
        for each in victims:
            each.start()
            self.addCleanup(each.join)
            self.addCleanup(each.stop.set)
        return victims

    def unharmed(self, victims, what):
        for each in victims:
            self.assertIsNone(each.wrong, "seed %d: %r" % (SEED, what))

    def asks(self, p, line, wanted):
        self.assertEqual(self.talk(p.port, [b"".join(line) + said("QUIT")]), wanted + b"+OK\r\n", line)

    def test_a_client_gets_what_it_gets_without_us(self):
        """In any order, in one send or torn. Its end is a RESET, by which it leaves all states, and QUIT."""
        p = self.share("resp", "funnel", 4)
        victims = self.victims(p.port)
        rng = random.Random(SEED)
        for _ in range(ROUNDS):
            line = self.pipeline(rng, STATES * 2 + FORGED)
            last = rng.choice((said("RESET") + said("PING", "end"), said("PING", "end"), b"")) + said("QUIT")
            pieces = self.torn(rng, b"".join(line) + last)
            directly = self.directly(pieces)
            self.assertEqual(self.talk(p.port, pieces), directly, "seed %d: %r" % (SEED, line))
            self.unharmed(victims, line)
        self.assertTrue(all(each.done > 10 for each in victims))
        self.assertNotIn("desync", p.text())

    def test_nobody_gets_anything_that_was_not_his(self):
        for mode, connections in (("fifo", 1), ("funnel", 2), ("funnel", 4)):
            p = self.share("resp", mode, connections)
            victims = self.victims(p.port)
            rng = random.Random(SEED + connections)
            for _ in range(ROUNDS // 2):
                line = self.pipeline(rng, STATES + FORGED + OTHER)
                pieces = self.torn(rng, b"".join(line) + rng.choice((b"", said("RESET"), said("QUIT"))))
                with socket.create_connection(("127.0.0.1", p.port), timeout=LONG) as s:
                    for piece in pieces:
                        s.sendall(piece)
                    s.shutdown(socket.SHUT_WR)
                    if rng.random() < 0.8:
                        try:
                            while s.recv(65536):
                                pass
                        except ConnectionResetError:
                            pass
                self.unharmed(victims, line)
            for each in victims:
                each.stop.set()
                each.join()
            self.assertTrue(all(each.done > 10 for each in victims))

    def test_what_is_owed_comes_before_a_reset_or_an_end(self):
        p = self.share("resp", "funnel", 4)
        confirmed = b"*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n"
        self.asks(p, [said("MONITOR"), said("RESET"), said("PING")], b"+OK\r\n+RESET\r\n+PONG\r\n")
        self.asks(p, [said("SUBSCRIBE", "a"), said("RESET"), said("PING")], confirmed + b"+RESET\r\n+PONG\r\n")
        self.asks(p, [said("SUBSCRIBE", "a"), said("PING", "x")], confirmed + b"*2\r\n$4\r\npong\r\n$1\r\nx\r\n")
        for end in (b"", said("QUIT")):
            with p.client() as s:
                s.sendall(said("SUBSCRIBE", "a") + end)
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(s.makefile("rb").read(), confirmed + (b"+OK\r\n" if end else b""))

    def test_who_wants_no_replies_leaves_as_others_do(self):
        """The server would answer no farewell, and so is told the end."""
        self.clean()
        p = self.share("resp", "funnel", 2, exchange__response_timeout=str(int(LONG * 4)) + "s")
        for last in (said("INCR", "hostile"), said("BLPOP", "none", "0.01"), said("INCR", "hostile") + said("RESET")):
            with p.client() as s:
                s.sendall(said("CLIENT", "REPLY", "OFF") + last)
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(s.makefile("rb").read(), b"+RESET\r\n" if b"RESET" in last else b"")
        self.asks(p, [said("GET", "hostile")], b"$1\r\n2\r\n")
        self.clean()

    def test_a_subscribers_connection_goes_back(self):
        """More subscribers, one after the other, than there are connections; and somebody publishes what looks as if
        it ended a subscription."""
        p = self.share("resp", "funnel", 2)
        victims = self.victims(p.port)
        forged = b"*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:0\r\n"
        stop = threading.Event()

        def publish():
            with socket.create_connection(("127.0.0.1", self.port), timeout=LONG) as s:
                while not stop.is_set():
                    s.sendall(said("PUBLISH", "a", forged))
                    s.recv(100)
        publisher = threading.Thread(target=publish)
        publisher.start()
        self.addCleanup(publisher.join)
        self.addCleanup(stop.set)
        with p.client() as s:
            f = s.makefile("rb")
            for n in range(100):
                s.sendall(said("SUBSCRIBE", "a") + said("PSUBSCRIBE", "a*") + said("PING") + said("UNSUBSCRIBE") +
                          said("PUNSUBSCRIBE", "a*"))
                got = b""
                while not got.endswith(b"punsubscribe\r\n$2\r\na*\r\n:0\r\n"):
                    got += f.readline()
                s.sendall(said("ECHO", "mine%d" % n))
                self.assertEqual(f.readline() + f.readline(), b"$%d\r\nmine%d\r\n" % (len("mine%d" % n), n))
        self.unharmed(victims, "subscriptions")
        self.assertEqual(p.text().count("Connection opened"), 2, p.text()[-3000:])

    def test_a_transaction_queues_what_the_server_queues(self):
        p = self.share("resp", "funnel", 2)
        for line in ("CLIENT NO-EVICT on", "CLIENT INFO x", "AUTH x", "HELLO 2 SETNAME", "SUBSCRIBE a", "UNSUBSCRIBE",
                     "MONITOR", "READONLY", "FOO", "CLIENT TRACKING on"):
            asked = [said("MULTI"), said(*line.split()), said("INCR", "hostile"), said("EXEC"), said("PING"),
                     said("QUIT")]
            directly = self.directly(asked)
            self.assertEqual(self.talk(p.port, [b"".join(asked)]), directly, line)
        for line in ("CLIENT KILL ID 1", "CLIENT REPLY OFF", "SCRIPT DEBUG YES", "REPLCONF x y"):
            self.clean()
            got = self.talk(p.port, [said("MULTI") + said(*line.split()) + said("INCR", "hostile") + said("EXEC") +
                                     said("EXISTS", "hostile") + said("QUIT")])
            self.assertRegex(got, rb"^\+OK\r\n-ERR unknown command 'proximux:refused'[^\r]*\r\n\+QUEUED\r\n-EXECABORT "
                                  rb"[^\r]*\r\n:0\r\n\+OK\r\n$", line)

    def test_guesses_of_the_password_are_slow_and_logged(self):
        p = self.share("resp", "fifo", 1, local__password="secret", local__failed_auth_delay="200ms")
        wrong = b"-WRONGPASS invalid username-password pair or user is disabled.\r\n"
        begun = time.monotonic()
        self.assertEqual(self.talk(p.port, [said("AUTH", "x%d" % n) for n in range(1000)]), wrong * 3)
        self.assertGreaterEqual(time.monotonic() - begun, 0.6)
        self.talk(p.port, [said("AUTH", "z") + said("AUTH", "secret") + said("QUIT")])
        records = [r for r in p.records() if "wrong password" in str(r)]
        self.assertTrue(1 <= len(records) <= 2, records)
        self.assertNotIn("x0", p.text())

    def test_a_refused_hello_is_logged(self):
        p = self.share("resp", "fifo", 1)
        self.assertIn(b"-NOPROTO", self.talk(p.port, [said("HELLO", "4") + said("QUIT")]))
        self.assertTrue(p.record(lambda r: "HELLO with a protocol version other than 2 and 3" in str(r)))

    def test_an_unknown_command_that_passed_keeps_its_connection(self):
        """A command that the server has under a name that we do not know."""
        p = self.share("resp", "funnel", 2)
        with p.client() as s, p.client() as other:
            s.sendall(said("FOO"))
            self.assertIn(b"unknown command", s.recv(1000))
            other.sendall(said("MULTI") + said("EXEC"))
            self.assertIn(b"*0", other.makefile("rb").read(9))
