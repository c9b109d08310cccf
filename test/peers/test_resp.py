"""redis-server shared by clients: redis-benchmark, redis-cli, python3-redis, hiredis."""
import os
import socket
import subprocess

from harness import LONG, wait_until
from peer import SHARES, PeerCase

# the interpreter that Debian's packages for Python belong to
PYTHON = "/usr/bin/python3"

LIBRARY = r"""
import redis, sys, threading
port, tied = int(sys.argv[1]), sys.argv[2] == "tied"
def new(): return redis.Redis(port=port, socket_timeout=20)
r = new()
def outcome(f):
    try: return f()
    except redis.ResponseError as e: return str(e)
def multi():
    p = r.pipeline(); p.set("a", 1); p.incr("a"); return p.execute()
def watch():
    def fn(p): v = int(p.get("a") or 0); p.multi(); p.set("a", v + 1)
    return r.transaction(fn, "a")
def subscribe():
    p = r.pubsub(); p.subscribe("c"); got = [p.get_message(timeout=9)["type"]]
    r.publish("c", "hi"); got.append(p.get_message(timeout=9)["data"]); p.unsubscribe("c")
    got.append(p.get_message(timeout=9)["type"]); p.close(); return got
def block():
    other = new()
    threading.Timer(0.2, lambda: other.rpush("l", "x")).start()
    return r.blpop("l", timeout=9)
r.delete("l"); r.delete("a")
assert r.set("k", "v") and r.get("k") == b"v"
assert r.client_setname("me") and r.client_getname() == "me"
got = [outcome(f) for f in (multi, watch, subscribe, block)]
if tied: assert got == [[True, 2], [True], ["subscribe", b"hi", "unsubscribe"], (b"l", b"x")], got
else: assert all(isinstance(x, str) and "dedicated target connection" in x for x in got), got
assert r.get("k") == b"v"
big = bytes(range(256)) * 400000
assert r.set("big", big) and r.get("big") == big
r.delete("big")
"""


class Resp(PeerCase):
    SERVER = ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", "{folder}")

    def benchmark(self, p, *args):
        out = self.run_tool("redis-benchmark", "-h", "127.0.0.1", "-p", str(p.port), "-q", *args)
        self.assertIn(b"requests per second", out)
        self.assertNotIn(b"rror", out)

    def test_benchmark_with_all_its_tests(self):
        for mode, connections in SHARES:
            p = self.share("resp", mode, connections)
            for clients, pipeline in ((50, 1), (500, 16)):
                self.benchmark(p, "-n", "2000", "-c", str(clients), "-P", str(pipeline))
            self.assertLessEqual(p.text().count("Connection opened"), connections)

    def test_the_protocol_is_found_out(self):
        p = self.share("auto", "fifo", 1)
        self.benchmark(p, "-n", "5000", "-t", "get,set")
        self.assertIsNotNone(p.record(lambda r: "detected resp" in r["d"]), p.text()[-3000:])

    def test_a_library_connects_as_it_is(self):
        for mode, connections in (("fifo", 1), ("funnel", 1), ("funnel", 2), ("funnel", 4)):
            p = self.share("resp", mode, connections)
            before = p.memory()
            tied = "tied" if connections > 1 else "refused"
            self.run_tool(PYTHON, "-c", LIBRARY, str(p.port), tied)
            self.assertMemory(p, before, 8 << 20)

    def test_a_program_with_hiredis(self):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hiredis.c")
        client = os.path.join(self.folder, "hiredis")
        flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "hiredis"], text=True).split()
        subprocess.check_call(["g++", "-x", "c++", source, "-o", client, *flags])
        for mode, connections in (("fifo", 1), ("funnel", 1), ("funnel", 2), ("funnel", 4)):
            p = self.share("resp", mode, connections)
            self.run_tool(client, str(p.port), "tied" if connections > 1 else "refused")

    def test_cli(self):
        p = self.share("resp", "funnel", 2)

        def cli(*words, text=None):
            return self.run_tool("redis-cli", "-h", "127.0.0.1", "-p", str(p.port), *words, text=text)
        self.assertEqual(cli("set", "k", "v"), b"OK\n")
        self.assertEqual(cli("-n", "3", "get", "k"), b"\n")
        self.assertEqual(cli(text=b"DEL n\nMULTI\nINCR n\nINCR n\nEXEC\n").split()[-2:], [b"1", b"2"])
        self.assertIn(b"redis_version", cli("info", "server"))
        self.assertEqual(cli("-3", "get", "k").splitlines()[-1], b"v")

    @staticmethod
    def said(words):
        return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)

    def ask(self, c, line):
        """Commands, and what is said up to the error that answers the one behind them."""
        c.sendall(b"".join(self.said(each.split()) for each in line.split(b"; ")) + b"NONE mark\r\n")
        answer = b""
        while b"mark" not in answer:
            piece = c.recv(65536)
            self.assertTrue(piece, answer)
            answer += piece
        return answer

    # what leaves a state behind; what was meant to end it, and does not
    STATES = (b"MULTI; DISCARD x", b"WATCH k; UNWATCH x", b"WATCH k; EXEC", b"SELECT 3; SELECT 0 x", b"MULTI; SELECT 3; EXEC",
              b"SSUBSCRIBE s; SUBSCRIBE c; UNSUBSCRIBE", b"SUBSCRIBE a; UNSUBSCRIBE; SELECT 5; UNSUBSCRIBE",
              b"SUBSCRIBE a; UNSUBSCRIBE a b; PUNSUBSCRIBE", b"CLIENT NO-EVICT ON", b"SCRIPT DEBUG YES", b"MULTI; MULTI; NONE")

    def test_nobody_inherits_a_state(self):
        p = self.share("resp", "funnel", 2)
        for line in self.STATES:
            for leaves in (False, True):
                with self.subTest(line=line, leaves=leaves), p.client() as c, p.client() as other:
                    self.ask(c, line)
                    if leaves:
                        c.close()
                    state = self.ask(other, b"CLIENT INFO")
                    for clean in (b" db=0 ", b" sub=0 psub=0 ssub=0 multi=-1 ", b" flags=N "):
                        self.assertIn(clean, state)
                    self.assertIn(b":1\r\n", self.ask(other, b"EVAL return(1) 0"))

    def test_a_blocked_client_that_goes_leaves_no_trace(self):
        p = self.share("resp", "funnel", 2)
        for how in (socket.SHUT_WR, socket.SHUT_RDWR):
            with p.client() as c:
                c.sendall(b"BLPOP nothing 0\r\n")
                self.assertTrue(wait_until(lambda: self.blocked() == b"1", LONG))
                c.shutdown(how)
                self.assertTrue(wait_until(lambda: self.blocked() == b"0", LONG))

    def test_a_blocked_client_that_ends_is_closed_in_silence(self):
        p = self.share("resp", "funnel", 2)
        with p.client() as c:
            c.sendall(b"BLPOP nothing 0\r\n")
            self.assertTrue(wait_until(lambda: self.blocked() == b"1", LONG))
            c.shutdown(socket.SHUT_WR)
            self.assertEqual(c.recv(100), b"")  # as without us
        self.assertEqual(self.ask_new(p, b"PING"), b"+PONG\r\n")
        self.assertFalse([r for r in p.records() if r["l"] == 1], p.text())

    def ask_new(self, p, line):
        with p.client() as c:
            c.sendall(line + b"\r\n")
            return c.recv(100)

    def blocked(self):
        clients = self.run_tool("redis-cli", "-p", str(self.port), "info", "clients")
        return clients.split(b"blocked_clients:")[1].split()[0]

    def test_nobody_ends_the_connection_of_the_others(self):
        p = self.share("resp", "fifo", 1)
        with p.client() as other:
            self.ask(other, b"SET n 9223372036854775806")
            connection = self.ask(other, b"CLIENT ID")
            for words in (b"*01\r\n$4\r\nPING\r\n", b"*1\r\n$04\r\nPING\r\n", b"*2\r\n$4\r\nECHO\r\n$-0\r\n\r\n",
                          b"POST / HTTP/1.1\r\n", b"Host: x\r\n", b"MULTI\r\n*1\r\n$70000\r\n" + b"x" * 70000 + b"\r\n",
                          b"INCR n\r\n", self.said([b"EVAL", b"return redis.status_reply(string.rep('x', 99999))", b"0"])):
                with self.subTest(words=words[:40]), p.client() as c:
                    c.sendall(words)
                    self.assertTrue(c.recv(10))
                    self.assertEqual(self.ask(other, b"CLIENT ID"), connection)

    def test_target_credentials_and_clients_password(self):
        self.run_tool("redis-cli", "-p", str(self.port), "acl", "setuser", "worker", "on", ">inner", "~*", "+@all")
        p = self.share("resp", "fifo", 1, target__1__username="worker", target__1__password="inner",
                       target__1__database=2, local__password="outer")

        def cli(*words):
            return subprocess.run(["redis-cli", "-p", str(p.port), *words], capture_output=True, timeout=LONG).stdout
        self.assertIn(b"NOAUTH", cli("get", "k"))
        self.assertEqual(cli("-a", "outer", "--no-auth-warning", "set", "two", "2"), b"OK\n")
        self.assertEqual(self.run_tool("redis-cli", "-p", str(self.port), "-n", "2", "get", "two"), b"2\n")
        self.assertIn(b"worker", cli("-a", "outer", "--no-auth-warning", "acl", "whoami"))
        self.assertNotIn("inner", p.text())
        wrong = self.share("resp", "fifo", 1, target__1__password="no", exchange__queue_timeout="500ms")
        out = subprocess.run(["redis-cli", "-p", str(wrong.port), "get", "k"], capture_output=True, timeout=LONG).stdout
        self.assertIn(b"no target connection was free in time", out)
        refused = wrong.record(lambda r: r["e"]["name"] == "PrologueError")
        self.assertIsNotNone(refused, wrong.text()[-3000:])
        self.assertRegex(refused["e"]["message"],
                         r"reply to the login \(target.N.password, target.N.database\) or to pool.prologue: \"-")
