"""The named protocols without their servers: what is no message of theirs, the prologue, ids, and the tools that look at
messages."""
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import cql
import diameter
import kafka_wire
import mongo
from harness import COMMAND, SANITIZED, LONG, SHORT, echo, gone, read_line, wait_until
from modbus_bus import ascii_line, read_request, reading, rtu, values
from sharing import SharedCase, read_exactly, read_frame

PING = b"*1\r\n$4\r\nPING\r\n"


def resp(s):
    """Answers whatever may be a command."""
    f = s.makefile("rb")
    for line in f:
        if line.startswith(b"*") and line[1:-2].isdigit():
            for _ in range(int(line[1:-2])):
                f.read(int(f.readline()[1:-2]) + 2)
            s.sendall(b"+PONG\r\n")
        elif line.strip():
            s.sendall(b"-ERR unknown\r\n")


def memcached(s):
    answers = {b"version": b"VERSION 1\r\n", b"get": b"END\r\n", b"incr": b"NOT_FOUND\r\n"}  # it knows no key
    for line in s.makefile("rb"):
        s.sendall(answers.get(line.split(b" ")[0].strip(), b"ERROR\r\n"))


def http(s):
    got = b""
    while data := s.recv(65536):
        got += data
        while b"\r\n\r\n" in got:
            got = got.split(b"\r\n\r\n", 1)[1]
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")


def modbus(s):
    while True:
        head = read_exactly(s, 6)
        s.sendall(head + read_exactly(s, struct.unpack(">H", head[4:])[0]))


def modbus_rtu(s):
    while True:
        read_request(s, "rtu")
        s.sendall(rtu(values(1, 0, 1)))


def modbus_ascii(s):
    while True:
        read_request(s, "ascii")
        s.sendall(ascii_line(values(1, 0, 1)))


def dns(s):
    while True:
        size = read_exactly(s, 2)
        message = bytearray(read_exactly(s, struct.unpack(">H", size)[0]))
        message[2] |= 0x80
        s.sendall(size + message)


def frames(s):
    while True:
        payload = read_frame(s)
        s.sendall(struct.pack(">I", len(payload)) + payload)


def iso8583(s):
    while True:
        size = read_exactly(s, 2)
        message = bytearray(read_exactly(s, struct.unpack(">H", size)[0]))
        message[2] |= 1
        s.sendall(size + message)


def scpi(s):
    for line in s.makefile("rb"):
        if b"?" in line:
            s.sendall(b"ACME\n")


QUESTION = b"\0\x11\0\7\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1"
SETTINGS = {"diameter": diameter.IDENTITY}  # those without a default
PAYMENT = b"\0\x20\0\0\0\x80\0\0" b"000001" b"TERM0001"  # fields 11 and 41
PEERS = {
    "length": (frames, b"\0\0\0\2hi", b"\0\0\0\2hi"),
    "resp": (resp, PING, b"+PONG\r\n"),
    "memcached": (memcached, b"version\r\n", b"VERSION 1\r\n"),
    "http": (http, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"),
    "modbus": (modbus, b"\0\1\0\0\0\6\1\3\0\0\0\1", b"\0\1\0\0\0\6\1\3\0\0\0\1"),
    "modbus-rtu": (modbus_rtu, rtu(reading(1, 0, 1)), rtu(values(1, 0, 1))),
    "modbus-ascii": (modbus_ascii, ascii_line(reading(1, 0, 1)), ascii_line(values(1, 0, 1))),
    "dns": (dns, QUESTION, QUESTION[:4] + b"\x81" + QUESTION[5:]),
    "scpi": (scpi, b"*IDN?\n", b"ACME\n"),
    "mongodb": (mongo.Server(), mongo.message({"ping": 1, "$db": "admin"}, 7), mongo.message({"echo": "", "ok": 1.0}, 99, 7)),
    "kafka": (kafka_wire.Broker(), kafka_wire.request(kafka_wire.METADATA, 1, 7, b"a"), kafka_wire.response(7, b"a")),
    "cassandra": (cql.Node(), cql.query(b"SELECT 1", 7), cql.result(7, body=b"SELECT 1")),
    "diameter": (diameter.Server(), diameter.ask(7, 8, b"u"), diameter.Server.answer(diameter.Message(diameter.ask(7, 8, b"u")))),
    "iso8583": (iso8583, b"\0\x1a" b"0200" + PAYMENT, b"\0\x1a" b"0210" + PAYMENT),
}


def babble(port):
    """Says a megabyte of nonsense. Returns what came back, and whether the connection was ended."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONG) as s:
        try:
            s.sendall(os.urandom(1 << 20))
            s.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        came = b""
        try:
            while data := s.recv(65536):
                came += data
        except ConnectionError:
            pass
        except OSError:
            return came, False
        return came, True


class Nonsense(SharedCase):
    def test_each_protocol_that_can_be_shared_has_a_peer(self):
        def is_shared(protocol):
            command = [*COMMAND, "--listen", "0", "--target", "x:1", "--mode", "fifo", "--protocol", protocol, "--check-config"]
            for key, value in SETTINGS.get(protocol, {}).items():
                command += ["--set", "%s=%s" % (key.replace("__", "."), value)]
            return subprocess.run(command, capture_output=True, timeout=LONG).returncode == 0
        mistake = subprocess.run([*COMMAND, "--protocol", "morse", "--check-config"], capture_output=True, timeout=LONG).stderr
        names = re.search("expected one of ([a-z0-9, -]*)", mistake.decode()).group(1).split(", ")
        without_sense = {"auto", "raw", "line", "fixed"}  # any bytes are messages of theirs
        shared = {name for name in names if is_shared(name)} - without_sense
        self.assertIn("modbus-rtu", shared)
        self.assertEqual(shared - set(PEERS), set())

    def test_a_megabyte_of_it_from_each_of_100_clients_harms_nobody(self):
        for protocol, (peer, question, answer) in PEERS.items():
            with self.subTest(protocol):
                proxy = self.shared("funnel", self.target(peer), protocol=protocol, connections=2,
                                    **SETTINGS.get(protocol, {}))
                with proxy.client() as c:
                    c.sendall(question)
                    self.assertEqual(read_exactly(c, len(answer)), answer)
                before = proxy.memory_at_rest()
                ends = []
                threads = [threading.Thread(target=lambda: ends.append(babble(proxy.port))) for _ in range(100)]
                for t in threads:
                    t.start()
                asked = 0
                while any(t.is_alive() for t in threads) or asked == 0:
                    with proxy.client(timeout=SHORT) as c:
                        c.sendall(question)
                        self.assertEqual(read_exactly(c, len(answer)), answer)
                        asked += 1
                for t in threads:
                    t.join()
                self.assertEqual([end for came, end in ends], [True] * 100)
                self.assertMemory(proxy, before, 4 << 20)


class Prologue(SharedCase):
    def test_it_is_said_on_each_connection_before_anybody_is_served(self):
        said = []

        def peer(s):
            said.append(read_line(s))
            s.sendall(b"hello\n")
            while line := read_line(s):
                s.sendall(b"A:" + line)
        proxy = self.shared("funnel", self.target(peer), protocol="line", connections=2,
                            pool__prologue=r"login \x41\n", pool__prologue_expect=r"hello\n")
        clients = [self.client(proxy) for _ in range(6)]
        for c in clients:
            c.sendall(b"x\n")
        self.assertEqual([read_line(c) for c in clients], [b"A:x\n"] * 6)
        self.assertEqual(set(said), {b"login A\n"})

    def test_who_refuses_it_serves_nobody_and_it_is_said(self):
        def peer(s):
            read_line(s)
            s.sendall(b"go away\n")
            s.recv(1)
        proxy = self.shared("fifo", self.target(peer), protocol="line", exchange__queue_timeout="300ms",
                            pool__prologue=r"login\n", pool__prologue_expect=r"hello\n")
        c = self.client(proxy)
        c.sendall(b"x\n")
        self.assertTrue(gone(c))
        self.assertIsNotNone(proxy.record(lambda r: "go away" in str(r)))

    def test_a_target_that_refuses_it_has_one_record_and_one_when_it_is_back(self):
        refused, accepts = [], threading.Event()

        def peer(s):
            read_line(s)
            if accepts.is_set():
                s.sendall(b"hello\n")
                while line := read_line(s):
                    s.sendall(line)
            else:
                refused.append(s)
                s.sendall(b"go away, %d\n" % len(refused))  # another reply each time
        proxy = self.shared("fifo", self.target(peer), protocol="line", pool__backoff_min="10ms",
                            pool__backoff_max="10ms", pool__prologue=r"login\n", pool__prologue_expect=r"hello\n")
        c = self.client(proxy)
        c.sendall(b"x\n")
        self.assertTrue(wait_until(lambda: len(refused) > 5))
        accepts.set()
        self.assertEqual(read_line(c), b"x\n")
        back = proxy.record(lambda r: "is back" in r["d"])
        self.assertRegex(back["d"], r"^target 1 is back; refused logins: ([5-9]|\d\d+)$")
        told = [r["e"]["message"] for r in proxy.records() if r.get("e", {}).get("name") == "PrologueError"]
        self.assertEqual(told, ['target 1: unexpected reply to pool.prologue: "go away, 1"'])


class Ids(SharedCase):
    def test_responses_in_another_order_reach_those_who_asked(self):
        """A protocol that is declared in the configuration alone: three clients with the same id, answered backwards."""
        def peer(s):
            asked = [read_frame(s) for _ in range(3)]
            self.assertEqual(len({a[:2] for a in asked}), 3)
            for a in reversed(asked):
                s.sendall(struct.pack(">I", len(a) + 1) + a + b"!")
        proxy = self.shared("fifo", self.target(peer), protocol="length", exchange__pairing="identifier",
                            exchange__pipeline=8, exchange__id_offset=4, exchange__id_width=16)
        clients = [self.client(proxy) for _ in range(3)]
        for i, c in enumerate(clients):
            c.sendall(struct.pack(">I", 3) + b"\0\7" + b"abc"[i:i + 1])
        for i, c in enumerate(clients):
            self.assertEqual(read_frame(c), b"\0\7" + b"abc"[i:i + 1] + b"!")


class Tools(SharedCase):
    def run_tool(self, *args, stdin=b""):
        run = subprocess.run([*COMMAND, *args], input=stdin, capture_output=True, timeout=LONG)
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def test_decode_shows_messages_and_what_is_wrong(self):
        code, out, _ = self.run_tool("decode", "--protocol", "resp", "-", stdin=PING + b"*2\r\n$4\r\nAUTH\r\n$3\r\nxyz\r\n")
        self.assertEqual(code, 0)
        self.assertIn("PING", out.splitlines()[0])
        self.assertNotIn("xyz", out)
        with tempfile.NamedTemporaryFile() as f:
            f.write(PEERS["modbus"][1] + b"\0\2\0\1\0\6\1\3\0\0\0\1")
            f.flush()
            code, out, _ = self.run_tool("decode", "--protocol", "modbus", "--response", f.name)
        self.assertEqual(code, 65)
        self.assertIn("id 1", out.splitlines()[0])
        self.assertRegex(out.splitlines()[1], r"^ *12 .*malformed: ")
        code, out, _ = self.run_tool("decode", "--protocol", "length", "-", stdin=b"\0\0\0\5abc")
        self.assertEqual((code, "incomplete" in out), (65, True))

    def test_decode_says_what_is_tls(self):
        """From the beginning, inside of a protocol, or where a capture begins later. Also where any bytes are messages."""
        hello, later = b"\x16\3\1\2\0\1\0\1\xfc\3\3" + bytes(501), b"\x17\3\3\0\x20" + bytes(32)
        line = ["--protocol", "line"]
        for args, stdin, at, said in (
                (["--protocol", "resp"], hello, 0, "TLS; "), (line, hello + b"\n", 0, "TLS; "),
                (["--protocol", "postgresql"], b"\0\0\0\x08\4\xd2\x16\x2f" + hello, 8, "malformed: .*; it is TLS; "),
                (["--protocol", "postgresql", "--response"], b"S" + hello[:5] + b"\2" + hello[6:], 0, "TLS; "),
                (["--protocol", "http"], later, 0, "malformed: .*; it is TLS; "),
                (line, later, 0, "incomplete; it is TLS; ")):
            code, out, _ = self.run_tool("decode", *args, "-", stdin=stdin)
            self.assertEqual(code, 65, (args, out))
            self.assertRegex(out.splitlines()[-1], r"^ *%d .*%sdecode reads clear text$" % (at, said))
        for stdin in (b"\x16\3\1 not a record\n", hello[:6] + b"\n"):
            code, out, _ = self.run_tool("decode", *line, "-", stdin=stdin)
            self.assertEqual((code, "TLS" in out), (0, False), out)

    def test_mistakes_are_named(self):
        for args, said in ((["decode", "--protocol", "morse", "x"], "--protocol morse"),
                           (["decode", "--protocol", "resp"], "FILE: missing"),
                           (["decode", "--protocol", "resp", "/none"], "/none: cannot be read: "),
                           (["decode", "--protocol", "resp", "/"], "/: cannot be read: "),
                           (["decode", "--protocol", "resp", "--target", "x:1", "-"], "--target: unknown"),
                           (["decode", "--protocol", "fixed", "-"], "exchange.message_size: missing"),
                           (["decode", "--protocol", "length", "-", "--set", "exchange.length_encoding=bcd", "--set",
                             "exchange.length_order=little"], "byte order applies to binary"),
                           (["probe", "--protocol", "resp", "127.0.0.1:1"], "127.0.0.1:1: unknown"),
                           (["probe", "--protocol", "resp", "--target", "127.0.0.1"], "expected HOST:PORT"),
                           (["probe", "--protocol", "line", "--target", "x:1", "--request", "a"],
                            "--request: an incomplete line message; expected exactly one whole message, which ends with"),
                           (["probe", "--protocol", "line", "--target", "x:1", "--request", "a\\nb\\n"],
                            "--request: more than one line message; expected exactly one"),
                           (["probe", "--protocol", "modbus", "--target", "x:1", "--request", "123456789"],
                            "; expected one modbus message"),
                           (["probe", "--protocol", "line", "--target", "x:1", "--request", "a\\q"], "unknown escape"),
                           (["probe", "--protocol", "resp"], "--target: missing"),
                           (["probe", "--protocol", "line", "--target", "127.0.0.1:1"], "no harmless request"),
                           (["decode", "--protocol", "resp", "--set", "exchange.x=1", "-"], "exchange.x")):
            code, _, err = self.run_tool(*args)
            self.assertEqual(code, 78, args)
            self.assertIn(said, err)

    @unittest.skipIf(SANITIZED, "with a sanitizer")
    def test_decode_keeps_no_more_than_it_shows(self):
        def most_memory(pieces):
            r = subprocess.Popen([*COMMAND, "decode", "--protocol", "resp", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            for piece in pieces:
                r.stdin.write(piece)
            r.stdin.close()
            _, status, usage = os.wait4(r.pid, 0)
            r.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(r.returncode, 0)
            return usage.ru_maxrss * 1024
        few = most_memory([PING])
        many = most_memory([PING * 1000] * 1000)
        one = most_memory([b"*2\r\n$4\r\nPING\r\n$%d\r\n" % (50 << 20)] + [bytes(1 << 20)] * 50 + [b"\r\n"])
        self.assertLess(max(many, one) - few, 10 << 20)

    def probe(self, protocol, handler, *args):
        return self.run_tool("probe", "--protocol", protocol, "--target", "127.0.0.1:%d" % self.target(handler).port, *args)

    def test_probe_says_what_holds(self):
        code, out, err = self.probe("resp", resp)
        self.assertEqual((code, err), (0, ""))
        self.assertIn("exchange.protocol = resp", out)
        self.assertIn("requests in flight per connection: 1024 or more", out)
        self.assertEqual(self.probe("resp", http)[0], 69)
        for protocol, handler, said in (("http", lambda s: s.sendall(b"220 hello\r\n") or s.recv(1), "before the first request: 220 hello"),
                                        ("http", lambda s: None, "closed the connection immediately"),
                                        ("resp", echo, "does not match its request"),
                                        ("memcached", echo, "does not match its request"),
                                        ("modbus", echo, "does not match its request"),
                                        ("resp", lambda s: s.recv(99) and s.sendall(b"+PONG\r\n" * 2), "unsolicited bytes"),
                                        ("resp", lambda s: s.recv(99) and s.sendall(b"-NOAUTH no\r\n"),
                                         "-NOAUTH no; if the target needs a login, set target.1.password")):
            late = ("--set", "pool.settle=10s") if protocol == "http" else ()  # a target that speaks first may be slow
            code, _, err = self.probe(protocol, handler, *late)
            self.assertEqual((code, said in err), (69, True), err)

    def test_probe_has_an_end(self):
        def drips(s):
            s.recv(99)
            for _ in range(int(LONG)):
                s.sendall(b"$")
                time.sleep(1)  # the pace itself is tested

        def streams(s):
            s.recv(99)
            s.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                s.sendall(bytes(65536))
        for protocol, handler in (("memcached", drips), ("http", streams)):
            code, _, err = self.probe(protocol, handler)
            self.assertEqual((code, "within 5 s" in err), (69, True), err)

    def test_probe_asks_what_it_is_told_to(self):
        code, out, _ = self.probe("line", echo, "--request", "*IDN?\\n")
        self.assertEqual(code, 0)
        self.assertIn("exchange.pairing = order\n  exchange.pipeline = 128", out)
        code, out, _ = self.probe("length", echo, "--request", "\\0\\0\\0\\x02ab", "--set", "exchange.id_offset=4")
        self.assertEqual((code, "exchange.id_offset = 4" in out, "order" in out), (0, True, False))
        code, out, _ = self.probe("resp", lambda s: s.recv(99) and s.sendall(b"+OK\r\n") or resp(s), "--set", "target.1.password=x")
        self.assertEqual((code, "1024 or more" in out), (0, True))
        code, out, _ = self.probe("line", lambda s: s.sendall(b"220 hello\r\n") or echo(s), "--request", "a\\n", "--set",
                                  "pool.prologue_expect=220 hello\\r\\n")
        self.assertEqual((code, "128 or more" in out), (0, True))

    def test_probe_finds_out_that_ids_are_not_repeated(self):
        def gateway(s):
            while s.recv(12, socket.MSG_WAITALL):
                s.sendall(b"\xff\xff\0\0\0\5\1\3\2\0\0")
        code, out, _ = self.probe("modbus", gateway)
        self.assertEqual((code, "exchange.pairing = order" in out), (0, True))
