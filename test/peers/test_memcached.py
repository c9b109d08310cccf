"""memcached shared by clients: memccapable, clients with noreply, cas and meta commands, and clients that send what a
server delimits in another way."""
import base64
import socket
import struct
import subprocess

from harness import LONG
from peer import SHARES, PeerCase


class Memcached(PeerCase):
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
            s.sendall(quiet + b"mn\r\n")
            self.assertEqual(s.recv(100), b"MN\r\n")

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
