"""memcached shared by clients: memccapable, clients with noreply, cas and meta commands, and clients that send what a
server delimits in another way."""
import base64
import random
import re
import socket
import struct
import subprocess
import threading

from harness import LONG
from peer import SHARES, PeerCase


class Forms(PeerCase):
    """Forms of commands, said directly and through."""
    REFUSED = b"CLIENT_ERROR proximux:"

    @staticmethod
    def said(port, form):
        """All that a server says to this line: what comes before the answers to commands in an order of our own."""
        order = random.getrandbits(40)
        ask = b"".join(b"delete nokey\r\n" if order >> n & 1 else b"get nokey\r\n" for n in range(40))
        end = b"".join(b"NOT_FOUND\r\n" if order >> n & 1 else b"END\r\n" for n in range(40))
        with socket.create_connection(("127.0.0.1", port), LONG) as s:
            s.settimeout(LONG)
            s.sendall(form + b"\r\n")
            s.sendall(ask)
            got = b""
            while not got.endswith(end):
                more = s.recv(65536)
                if not more:
                    return got, True
                got += more
            return got[:-len(end)], False

    @staticmethod
    def plain(answer):
        """Without what changes from one moment to the next."""
        lines = re.sub(rb"\d+", b"0", answer).split(b"\n")
        lines = [b"OK\r" if line.startswith(b"BUSY") else line for line in lines]  # the crawler is not done yet
        stats = sorted({line.split(b" ")[1] for line in lines if line.startswith(b"STAT ")})
        return stats, [line for line in lines if not line.startswith((b"STAT ", b"ITEM "))]

    @staticmethod
    def writer(name):
        """What a victim asks, and what it is due."""
        value = b"of-%s" % name
        found = b"VALUE %s 7 %d\r\n%s\r\n" % (name, len(value), value)  # or not: others flush
        return (b"set %s 7 0 %d\r\n%s\r\nget %s\r\ndelete no-%s\r\n" % (name, len(value), value, name, name),
                rb"STORED\r\n(%s)?END\r\nNOT_FOUND\r\n" % found)

    @staticmethod
    def reader(name):
        return b"get no-%s\r\ndelete no-%s\r\n" % (name, name), rb"END\r\nNOT_FOUND\r\n"

    def are_answered_as_directly(self, forms, talk):
        """Beside victims, of which nobody gets a byte of that."""
        p = self.share("memcached", "funnel", 2)
        stop = threading.Event()
        failures = []

        def victim(name):
            ask, answer = talk(name)
            due = re.compile(b"(" + answer + b"){5}")
            with p.client() as c:
                while not stop.is_set() and not failures:
                    c.sendall(ask * 5)
                    got = b""
                    try:
                        while got.count(b"NOT_FOUND") < 5 and not got.endswith(b"(closed)"):
                            got += c.recv(65536) or b"(closed)"
                    except OSError as error:
                        got += str(error).encode()
                    if not due.fullmatch(got):
                        failures.append(got)

        victims = [threading.Thread(target=victim, args=(b"victim%d" % n,)) for n in range(4)]
        for each in victims:
            each.start()
        try:
            for form in forms:
                with self.subTest(form=form[:60]):
                    if failures:
                        break
                    directly = self.said(self.port, form)
                    through = self.said(p.port, form)
                    if not through[0].startswith(self.REFUSED):
                        self.assertEqual((self.plain(through[0]), through[1]), (self.plain(directly[0]), directly[1]))
                    self.assertEqual(failures, [])
        finally:
            stop.set()
            for each in victims:
                each.join()


class Memcached(Forms):
    SERVER = ("memcached", "-l", "127.0.0.1", "-p", "{port}", "-U", "0", "-u", "nobody")

    def capable(self, port, dialect):
        done = subprocess.run(["memccapable", "-h", "127.0.0.1", "-p", str(port), dialect], capture_output=True,
                              timeout=LONG * 4)
        return done.stdout + done.stderr

    def test_memccapable_sees_no_difference(self):
        for dialect in ("-a", "-b"):
            directly = self.capable(self.port, dialect)
            self.assertIn(b"All tests passed", directly)
            for mode, connections in SHARES:
                p = self.share("memcached", mode, connections)
                self.assertEqual(self.capable(p.port, dialect), directly, (mode, connections))

    def test_noreply_cas_and_meta(self):
        for mode, connections in SHARES:
            p = self.share("memcached", mode, connections)
            clients = [p.client() for _ in range(20)]
            for n, c in enumerate(clients):
                self.addCleanup(c.close)
                key = b"%s%d-%d" % (mode.encode(), connections, n)
                c.sendall(b"set K 0 0 1 noreply\r\n1\r\nincr K 5 noreply\r\nmg K v q\r\nmg nokey v q\r\nmn\r\ngets K\r\n"
                          .replace(b"K", key))
            for n, c in enumerate(clients):
                key = b"%s%d-%d" % (mode.encode(), connections, n)
                f = c.makefile("rb")
                self.assertEqual([f.readline() for _ in range(3)], [b"VA 1\r\n", b"6\r\n", b"MN\r\n"])
                unique = f.readline().split()[-1]
                self.assertEqual([f.readline(), f.readline()], [b"6\r\n", b"END\r\n"])
                c.sendall(b"cas K 0 0 2 U\r\n77\r\ncas K 0 0 2 U\r\n88\r\nget K\r\n".replace(b"K", key)
                          .replace(b"U", unique))
                self.assertEqual([f.readline() for _ in range(5)],
                                 [b"STORED\r\n", b"EXISTS\r\n", b"VALUE " + key + b" 0 2\r\n", b"77\r\n", b"END\r\n"])

    def store(self, quiet):
        with socket.create_connection(("127.0.0.1", self.port), LONG) as s:
            s.sendall(quiet + b"version\r\n")
            self.assertIn(b"VERSION ", s.recv(100))

    @staticmethod
    def packet(opcode, key=b"", extras=b"", value=b""):
        body = extras + key + value
        return struct.pack(">BBHBBHIIQ", 0x80, opcode, len(key), len(extras), 0, 0, len(body), 7, 0) + body

    def assert_harmless(self, requests, ask, answer):
        """One client sends these, each on a connection of its own; others ask meanwhile and get their own answers."""
        for mode, connections in SHARES:
            p = self.share("memcached", mode, connections)
            others = [p.client() for _ in range(5)]
            for other in others:
                self.addCleanup(other.close)
            for request in requests:
                with p.client() as one:
                    one.sendall(request)
                    for other in others:
                        other.sendall(ask * 20)
                    for other in others:
                        got = b""
                        while len(got) < 20 * len(answer):
                            got += other.recv(65536)
                        self.assertEqual(got, answer * 20, (mode, connections, request[:60]))

    def test_text_that_servers_delimit_otherwise_harms_nobody(self):
        self.store(b"set seen 0 0 4 noreply\r\nseen\r\nset hidden 0 0 6 noreply\r\nhidden\r\n")
        key = b"k" * 251
        lines = (b"set " + key + b" 0 0 10", b"set a x 0 10", b"set a 0 x 10", b"set a 0 0 10 x y", b" set a 0 0 10",
                 b"set a\0 0 0 10", b"cas a 0 0 10", b"cas a 0 0 10 x", b"ms " + key + b" 10", b"ms a 10" + b" c" * 20,
                 b"delete a noreply\0", b"mg nokey v qq", b"slabs automove 0 noreply", b"lru mode segmented noreply",
                 b"GET / HTTP/1.1", b"delete " + b"k" * 5000, b"get a " + key, b"lru_crawler metadump all", b"stats cachedump 1 0")
        self.assert_harmless([line + b"\r\nget hidden\r\n" for line in lines], b"get seen\r\n",
                             b"VALUE seen 0 4\r\nseen\r\nEND\r\n")

    def test_packets_that_servers_delimit_otherwise_harm_nobody(self):
        self.store(b"set hidden 0 0 6 noreply\r\nhidden\r\n")
        hidden = self.packet(0, b"hidden")
        packets = (self.packet(0x40, b"k" * 24), self.packet(0x1b, extras=b"\0\0\0\1"), self.packet(0x10, value=hidden),
                   self.packet(0x1d, b"hidden", b"\0\0\0\0", hidden), self.packet(0x0a, value=hidden),
                   self.packet(0x00), self.packet(0x01, b"k", value=b"v"), self.packet(0x09, b"k" * 251))
        answer = struct.pack(">BBHBBHIIQ", 0x81, 0x0a, 0, 0, 0, 0, 0, 7, 0)
        self.assert_harmless(packets, self.packet(0x0a), answer)

    def test_keys_with_lines_in_them_harm_nobody(self):
        self.store(b"set seen 0 0 4 noreply\r\nseen\r\n")
        key = b"x [1 b; 0 s]\r\nEND\r\nVALUE seen 0 4\r\nevil\r\nEND\r\nITEM y"
        with socket.create_connection(("127.0.0.1", self.port), LONG) as s:
            s.sendall(self.packet(1, key, b"\0" * 8, b"value"))
            self.assertEqual(s.recv(100)[6:8], b"\0\0")
        coded = base64.b64encode(key)
        requests = [b"mg %s b k v\r\n" % coded, b"mg %s k b q\r\n" % coded, b"me %s b\r\n" % coded]
        requests += [b"stats cachedump %d 0\r\n" % n for n in (1, 2, 3, 4)]
        self.assert_harmless(requests, b"get seen\r\n", b"VALUE seen 0 4\r\nseen\r\nEND\r\n")

    # forms of commands: known ones, wrong counts, doubled words, unknown names and subcommands
    FORMS = (
        b"get none", b"get", b"get  none", b"gets none a", b" get none", b"\tget none", b"get none\t", b"gat 0 none", b"gat 0", b"gat",
        b"gat x none", b"gats 0 none none", b"delete none", b"delete none 0", b"delete none 1", b"delete none 0 noreply",
        b"delete noreply", b"delete", b"delete noreply noreply", b"delete none 0 0 0", b"incr none 1", b"incr none x",
        b"incr none -1", b"incr none", b"incr none 1 2", b"incr none noreply", b"incr none noreply noreply",
        b"decr none noreply noreply", b"incr none 1 noreply noreply", b"incr none 1 noreply", b"touch none 0", b"touch none x",
        b"touch none", b"touch noreply 0", b"touch none noreply", b"touch none noreply noreply", b"touch none 0 noreply",
        b"flush_all", b"flush_all noreply", b"flush_all 0", b"flush_all -1", b"flush_all -1 noreply",
        b"flush_all 0 noreply noreply", b"flush_all x", b"flush_all x noreply", b"flush_all noreply noreply", b"flush_all 999 noreply noreply",
        b"flush_all 999 999", b"flush_all 999 999 noreply", b"verbosity 0", b"verbosity", b"verbosity noreply", b"verbosity x",
        b"verbosity 0 noreply", b"verbosity noreply noreply", b"verbosity 0 0", b"cache_memlimit 64", b"cache_memlimit",
        b"cache_memlimit x", b"cache_memlimit noreply", b"cache_memlimit 64 noreply", b"cache_memlimit noreply noreply",
        b"version", b"version x", b"version noreply", b"stats", b"stats x", b"stats noreply", b"stats items", b"stats slabs",
        b"stats sizes", b"stats settings", b"stats conns", b"stats reset",
        b"stats detail on", b"stats detail dump", b"stats detail off", b"stats detail", b"stats cachedump 1 0",
        b"stats cachedump", b"slabs x", b"slabs reassign 1 2", b"slabs reassign", b"slabs automove 0", b"slabs automove 0 noreply",
        b"slabs", b"lru x", b"lru", b"lru mode segmented", b"lru mode segmented noreply", b"lru tune 20 40 0.2 2.0",
        b"lru_crawler", b"lru_crawler x", b"lru_crawler enable", b"lru_crawler enable noreply", b"lru_crawler tocrawl 5",
        b"lru_crawler sleep 100", b"lru_crawler crawl 1", b"lru_crawler metadump", b"lru_crawler metadump x",
        b"lru_crawler mgdump", b"lru_crawler mgdump x", b"extstore x 1", b"extstore", b"debugtime p", b"misbehave",
        b"refresh_certs", b"shutdown x", b"unknown", b"unknown noreply", b"x", b"", b" ", b"\t", b"GET none", b"bget none", b"mn",
        b"mn x", b"mn q", b"mn noreply", b"me none", b"me", b"me none x", b"me none b", b"mx none", b"mg none", b"mg", b"mg none v q",
        b"mg none q q", b"mg none v noreply", b"mg none v qq", b"mg none !", b"mg none Z q", b"mg none O1 k q", b"mg none O1 k b",
        b"mg none O" + b"1" * 40, b"mg none T", b"mg none Tx q", b"mg " + b"k" * 251, b"mg " + b"k" * 251 + b" q", b"mg none E5 q",
        b"md none", b"md none q", b"md none q x", b"md none ! q", b"md none C1 q", b"md none Cx q", b"md", b"md q", b"md q q",
        b"ma none", b"ma none q", b"ma none N0 J1", b"ma none Dx q", b"ma none ! q", b"ma none MX q", b"ma",
        b"delete " + b"k" * 251, b"incr " + b"k" * 251 + b" 1", b"touch " + b"k" * 251 + b" 0", b"get" + b" none" * 100,
        b"touch" + b" none" * 100, b"flush_all" + b" 1" * 40, b"unknown" + b" noreply" * 40, b"set none", b"ms", b"cas none 0 0 1 1 2 3",
        b"append none noreply", b"replace noreply", b"set none 0 0 1 noreply\r\nx", b"add none2 0 -1 1 x\r\nx",
        b"cas none 0 0 1 7 noreply\r\nx", b"ms none3 1\r\nx", b"ms none3 1 q\r\nx", b"ms none3 1 ! q\r\nx",
        b"ms none3 1 T q\r\nx", b"ms none3 1 MX q\r\nx", b"ms none3 1 T-1 I O1 k\r\nx", b"ms none3 1 noreply\r\nx",
        b"ms none3 1 c c\r\nx", b"ms none3 1 q q\r\nx", b"set none 0 0 2000000\r\n" + b"x" * 2000000,
        b"ms none 2000000 q\r\n" + b"x" * 2000000)
    def test_each_form_of_a_command_is_answered_as_directly(self):
        """Also where we do not know how often that is; and nobody else gets a byte of it."""
        self.are_answered_as_directly(self.FORMS, self.writer)

    def test_gat_of_many_keys(self):
        keys = [b"%s%d" % (b"k" * 240, n) for n in range(20)]
        p = self.share("memcached", "funnel", 2)
        with p.client() as c, p.client() as other:
            for key in keys:
                c.sendall(b"set %s 0 0 1\r\nx\r\n" % key)
                self.assertEqual(c.recv(100), b"STORED\r\n")
            due = b"".join(b"VALUE %s 0 1\r\nx\r\n" % key for key in keys) + b"END\r\n"
            for name in (b"gat", b"gats"):
                line = name + b" 0 " + b" ".join(keys) + b"\r\n"
                for part in (line[:3000], line[3000:]):  # a server would close the connection between the two
                    c.sendall(part)
                    other.sendall(b"get none\r\n")
                    self.assertEqual(other.recv(100), b"END\r\n")
                got = b""
                while not got.endswith(b"END\r\n"):
                    got += c.recv(65536)
                self.assertEqual(re.sub(rb"( 1) \d+\r", rb"\1\r", got), due)

    def test_many_keys_and_a_dump_behind_others(self):
        self.store(b"".join(b"set many%d 0 0 1 noreply\r\nx\r\n" % i for i in range(100)))
        for mode, connections in SHARES:
            p = self.share("memcached", mode, connections)
            with p.client() as c, c.makefile("rb") as f:
                keys = b" ".join(b"nokey%d" % i for i in range(20000)) + b" many7"
                c.sendall(b"get " + keys + b"\r\nget many1\r\nlru_crawler metadump all\r\nget many2\r\n")
                lines = []
                while lines.count(b"END\r\n") < 4:
                    lines.append(f.readline())
                    self.assertTrue(lines[-1])
                dumped = [line for line in lines if line.startswith(b"key=many")]
                self.assertGreater(len(dumped), 50)  # it passes over what is moved meanwhile
                self.assertEqual([line.split()[1] for line in lines if line.startswith(b"VALUE")],
                                 [b"many7", b"many1", b"many2"])


class MemcachedSizes(Forms):
    """memcached 1.6.18 falls over "stats sizes_disable" when an item is stored or dropped at that moment: it writes to
    memory that it has given back. Here nobody stores any."""
    SERVER = Memcached.SERVER + ("-o", "no_lru_crawler,no_lru_maintainer")

    def test_sizes_are_answered_as_directly(self):
        self.are_answered_as_directly((b"stats sizes_enable", b"stats sizes", b"stats sizes_disable") * 5, self.reader)
