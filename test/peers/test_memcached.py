"""memcached shared by clients: memccapable, and clients with noreply, cas and meta commands."""
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
