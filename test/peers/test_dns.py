"""unbound over one connection, asked by dig; and a target that answers out of order."""
import random
import struct
import subprocess
import threading

from harness import LONG, wait_until
from peer import SHARES, PeerCase

NAMES = 1000


class Dns(PeerCase):
    SERVER = ("unbound", "-d", "-c", "{folder}/unbound.conf")

    @classmethod
    def prepare(cls):
        with open(cls.folder + "/unbound.conf", "w") as f:
            f.write("""server:
                interface: 127.0.0.1
                port: %d
                do-udp: no
                username: ""
                chroot: ""
                directory: "%s"
                pidfile: ""
                use-syslog: no
                module-config: "iterator"
                incoming-num-tcp: 100
                local-zone: "test." static
                """ % (cls.port, cls.folder))
            for i in range(NAMES):
                f.write('local-data: "n%d.test. A 10.0.%d.%d"\n' % (i, i // 256, i % 256))

    def test_dig_by_fifty_clients(self):
        for mode, connections in SHARES:
            p = self.share("dns", mode, connections)
            batch = NAMES // 50
            running = []
            for n in range(50):
                path = "%s/batch%d" % (self.folder, n)
                with open(path, "w") as f:
                    f.writelines("n%d.test A\n" % i for i in range(n * batch, (n + 1) * batch))
                running.append(subprocess.Popen(["dig", "+tcp", "+keepopen", "+short", "+time=20", "@127.0.0.1", "-p",
                                                 str(p.port), "-f", path], stdout=subprocess.PIPE, text=True))
            for n, each in enumerate(running):
                out = each.communicate(timeout=LONG * 4)[0].split()
                self.assertEqual(out, ["10.0.%d.%d" % (i // 256, i % 256) for i in range(n * batch, (n + 1) * batch)])
            self.assertLessEqual(p.text().count("Connection opened"), connections)

    def test_what_is_not_one_question_costs_nobody_else(self):
        """unbound closes the connection behind most of these."""
        def message(flags, counts, rest, ident=7):
            body = struct.pack(">HHHHHH", ident, flags, *counts) + rest
            return struct.pack(">H", len(body)) + body

        def record(kind, data):
            return b"\0" + struct.pack(">HHIH", kind, 1, 0, len(data)) + data

        def reply(f):
            return f.read(struct.unpack(">H", f.read(2))[0])
        question = b"\2n1\4test\0\0\1\0\1"
        bad = [message(0x100, (2, 0, 0, 0), question * 2), message(0x100, (0, 0, 0, 0), b""),
               message(0x100, (1, 0, 0, 0), b"\1a\xc0\x0c\0\1\0\1"), message(0x100, (1, 0, 0, 0), b"\xc0\x0c\0\1\0\1"),
               message(0x100, (1, 1, 0, 0), question + record(1, b"1234")), message(0x100, (1, 1, 0, 0), question),
               message(0x100, (1, 0, 1, 0), question + record(2, b"\0")), message(0x300, (1, 0, 0, 0), question),
               message(0x100, (1, 0, 0, 2), question + record(41, b"") * 2), message(0x100, (1, 0, 0, 0), question + b"x"),
               message(0x100, (1, 0, 0, 1), question + record(41, b"\0\x0a\0\x99")), message(0, (1, 0, 0, 0), b"")]
        other = [message(operation << 11, (1, 0, 0, 0), question) for operation in (1, 2, 4, 5, 6, 15)]
        for mode, connections in (("fifo", 1), ("funnel", 4)):
            p = self.share("dns", mode, connections)
            hostile = self.client(p)
            victims = [self.client(p) for _ in range(12)]
            h, files = hostile.makefile("rb"), [v.makefile("rb") for v in victims]
            for codes, queries in (({1}, bad), ({4}, other)):
                for each in queries * 3:
                    hostile.sendall(each)
                    for n, v in enumerate(victims):
                        v.sendall(message(0x100, (1, 0, 0, 0), b"\3n%02d\4test\0\0\1\0\1" % (n + 20), n))
                    answer = reply(h)
                    self.assertEqual(answer[:2], each[2:4])
                    self.assertIn(answer[3] & 15, codes)
                    for n, f in enumerate(files):
                        answer = reply(f)
                        self.assertEqual((answer[:2], answer[3] & 15, answer[-4:]),
                                         (struct.pack(">H", n), 0, bytes([10, 0, 0, n + 20])))
            self.assertLessEqual(p.text().count("Connection opened"), connections)

    def test_answers_out_of_order(self):
        def shuffled(s):
            f, waiting, lock = s.makefile("rb"), [], threading.Lock()
            while True:
                size = f.read(2)
                if len(size) < 2:
                    return
                message = f.read(struct.unpack(">H", size)[0])
                with lock:
                    waiting.append(message[:2] + b"\x81\x80" + message[4:])
                    random.shuffle(waiting)
                    # the last of a burst lets all out
                    if message.endswith(b"\4last\0\0\1\0\1"):
                        for each in waiting:
                            s.sendall(struct.pack(">H", len(each)) + each)
                        waiting.clear()
        p = self.proxy(self.target(shuffled), mode="fifo", settings={"exchange.protocol": "dns"})

        def query(ident, name):
            message = struct.pack(">HHHHHH", ident, 0x0100, 1, 0, 0, 0) + bytes([len(name)]) + name + b"\0\0\1\0\1"
            return struct.pack(">H", len(message)) + message
        clients = [p.client() for _ in range(20)]
        for n, c in enumerate(clients):
            self.addCleanup(c.close)
            c.sendall(query(7, b"a%d" % n) + query(8, b"b%d" % n))
        last = p.client()
        self.addCleanup(last.close)
        expected = [{query(7, b"a%d" % n), query(8, b"b%d" % n)} for n in range(20)]
        last.sendall(query(9, b"last"))
        for n, c in enumerate(clients):
            f = c.makefile("rb")
            got = set()
            for _ in range(2):
                size = f.read(2)
                got.add(size + f.read(struct.unpack(">H", size)[0]))
            self.assertEqual({g[:4] + b"\1\0" + g[6:] for g in got}, expected[n])

    def test_transfers_of_dig_and_queries_behind_them(self):
        soa = b"\0\0\6\0\1\0\0\0\0\0\x16\0\0" + struct.pack(">IIIII", 7, 1, 1, 1, 1)
        text = b"\0\0\x10\0\1\0\0\0\0\0\x65\x64" + b"x" * 100

        def message(query, records, question=True):
            body = query[:2] + b"\x84\0" + struct.pack(">HHHH", int(question), len(records), 0, 0)
            body += (query[12:17] if question else b"") + b"".join(records)
            return struct.pack(">H", len(body)) + body

        def server(s):
            f = s.makefile("rb")
            while True:
                size = f.read(2)
                if len(size) < 2:
                    return
                query = f.read(struct.unpack(">H", size)[0])
                if query[13:15] != b"\0\xfc":  # AXFR
                    s.sendall(message(query, [text]))
                    continue
                s.sendall(message(query, [soa]))
                for _ in range(20):
                    s.sendall(message(query, [text] * 100, False))
                s.sendall(message(query, [text, soa], False))
        p = self.proxy(self.target(server), mode="funnel",
                       settings={"exchange.protocol": "dns", "target.1.connections": 2})
        dig = ["dig", "+tcp", "+noedns", "+tries=1", "@127.0.0.1", "-p", str(p.port), "+short", "."]
        running = [subprocess.Popen(dig + [kind], stdout=subprocess.PIPE, text=True)
                   for kind in ("AXFR", "TXT") * 5]
        lines = [len(each.communicate(timeout=LONG)[0].splitlines()) for each in running]
        self.assertEqual(lines, [2003, 1] * 5)

        def query(ident, kind):
            return struct.pack(">HHHHHHHBHH", 17, ident, 0, 1, 0, 0, 0, 0, kind, 1)
        c = self.client(p)
        c.sendall(query(1, 252) + query(2, 16) + query(3, 252) + query(4, 16))
        f, seen = c.makefile("rb"), []
        for _ in range(22 + 1 + 22 + 1):
            answer = f.read(struct.unpack(">H", f.read(2))[0])
            seen.append(struct.unpack(">H", answer[:2])[0])
        self.assertEqual(seen, [1] * 22 + [2] + [3] * 22 + [4])
        # each transfer had one of its own at last, and no query behind it
        self.assertTrue(wait_until(lambda: p.text().count("Connection opened") >= 7), p.text()[-3000:])
        self.assertEqual(p.text().count("a response with an unknown id"), 0)
