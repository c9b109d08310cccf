"""DNS over TCP: every opcode, any type, and packets that are odd."""
import struct

import servers_dns
from script import Script
from victims import Foreign, shown

A, SOA, PTR, TXT, SIG, OPT, TSIG, IXFR, AXFR, ANY = 1, 6, 12, 16, 24, 41, 250, 251, 252, 255
TYPES = [A, A, 2, 5, SOA, PTR, 15, TXT, 28, 33, OPT, 43, 46, 47, 48, TSIG, IXFR, AXFR, ANY, 0, 65535, 249, 253, 64, 65,
         SIG, 25]
NAMES = [b"\4test\0", b"\5n99-9\4test\0", b"\0", b"\4none\4test\0", b"\3big\4test\0", b"\7version\4bind\0",
         b"\2id\6server\0", b"\1*\4test\0", b"\x3f" + b"l" * 63 + b"\4test\0",
         b"\x40" + b"l" * 64 + b"\0", b"\xc0\x0c", b"\xc0\x0e", b"\xc0\xff", b"\x80abc\0",
         (b"\x3f" + b"m" * 63) * 3 + b"\x3d" + b"m" * 61 + b"\0",
         (b"\x3f" + b"m" * 63) * 4 + b"\0", b"\1a" * 127 + b"\0", b"\4te.t\0", b"\4te\0t\0", b"\1a\xc0\x0c", b"\4TEST\0",
         b"\xff", b"\3com\0", b"\7example\3com\0"]


def framed(message):
    return struct.pack(">H", len(message)) + message


def header(ident, flags=0x0100, counts=(1, 0, 0, 0)):
    return struct.pack(">HHHHHH", ident, flags, *counts)


def labels(name):
    return b"".join(bytes([len(label)]) + label for label in name.split(b".")) + b"\0"


# what has once cost others their answers, since servers close behind it
QUESTION = labels(b"n99-9.test") + struct.pack(">HH", A, 1)
CORPUS = [framed(header(7, 0x0100, (2, 0, 0, 0)) + QUESTION * 2), framed(header(7, 0x0100, (1, 1, 0, 0)) + QUESTION),
          framed(header(7) + b"\xc0\x0c" + struct.pack(">HH", A, 1)), framed(header(7, 0x2800) + QUESTION),
          framed(b"\0" * 12),
          framed(header(7, 0x0100, (0, 0, 0, 0))), framed(header(7) + QUESTION + b"rest"), framed(b"\0"),
          framed(header(7, 0x0100, (1, 0, 1, 0)) + labels(b"test") + struct.pack(">HH", IXFR, 1) + b"\xc0\x0c" +
                 struct.pack(">HHIH", SOA, 1, 0, 22) + b"\0\0" + struct.pack(">IIIII", 7 + (1 << 31), 1, 1, 1, 1))]


class Answers:
    """To some queries that were sent at once, in any order: by id, with the same question and what is known of it."""

    def __init__(self, queries):
        self.queries = queries  # id -> (question, rcode, data)
        self.left = len(queries)

    def take(self, data):
        if len(data) < 2:
            return 0
        size = 2 + struct.unpack(">H", data[:2])[0]
        message = bytes(data[2:size])
        if len(message) >= 2 and struct.unpack(">H", message[:2])[0] not in self.queries:
            raise Foreign
        if len(data) < size:
            return 0
        ident = struct.unpack(">H", message[:2])[0]
        question, rcode, known = self.queries[ident]
        flags, *counts = struct.unpack(">HHHHH", message[2:12])
        if not flags & 0x8000 or flags & 0x7a0f != rcode or counts[0] != 1 or message[12:12 + len(question)] != question:
            raise Foreign
        if known is not None:
            at = 12 + len(question)
            at += 2 if message[at] >= 0xc0 else len(question) - 4
            kind, size_of = struct.unpack(">H", message[at:at + 2]), struct.unpack(">H", message[at + 8:at + 10])[0]
            if counts[1] != 1 or kind != struct.unpack(">H",
                                                       question[-4:-2]) or message[at + 10:at + 10 + size_of] != known:
                raise Foreign
        del self.queries[ident]
        self.left -= 1
        return size

    def excuse(self, data):
        self.queries.pop(struct.unpack(">H", data[2:4])[0], None)
        self.left -= 1

    def __str__(self):
        return ", ".join("id %d: rcode %d, %s, to %s" % (ident, rcode, shown(known or b""), shown(question))
                         for ident, (question, rcode, known) in self.queries.items())


class Dns:
    protocol = "dns"
    settings = {}
    secret, patient, harmful, corpus = None, True, (), CORPUS

    def __init__(self, server, _seed):
        self.server = server

    # -- victims

    def victim(self, n, random):
        while True:
            queries, data = {}, b""
            for ident in random.sample(range(65536), random.choice((1, 1, 2, 5))):
                k, kind = random.randrange(servers_dns.NAMES), random.choice((A, A, TXT))
                name, rcode, known = b"n%d-%d.test" % (n,
                                                       k), 0, bytes(int(part) for part in servers_dns.address(n,
                                                                                                              k).split("."))
                if kind == TXT:
                    known = servers_dns.text(n, k).encode()
                    known = bytes([len(known)]) + known
                if random.random() < 0.2:
                    name, rcode, known = b"none%d-%d.test" % (n, k), 3, None
                # letters in the case of this question alone come back so
                name = bytes(c ^ 0x20 if 97 <= c <= 122 and random.random() < 0.5 else c for c in name)
                question = labels(name) + struct.pack(">HH", kind, 1)
                queries[ident] = (question, rcode, known)
                data += framed(header(ident) + question)
            yield data, Answers(queries)

    def error(self, data):
        """An answer without any record that says that the question was not answered."""
        if len(data) < 6:
            return 0, b""
        size = 2 + struct.unpack(">H", data[:2])[0]
        if size < 14 or not data[4] & 0x80 or data[5] & 15 not in (1, 2, 4, 5):
            return 0, None
        return (size, b"rcode %d" % (data[5] & 15)) if len(data) >= size else (0, b"")

    @staticmethod
    def may_fail(_text, _excuses):
        return False

    @staticmethod
    def may_close(_excuses):
        return False

    @staticmethod
    def may_see(_slot):
        return False

    # -- hostile clients

    def episode(self, random):
        script = Script(random)
        for _ in range(random.choice((1, 1, 2, 3))):
            data = b"".join(self.packet(random) for _ in range(random.choice((1, 1, 3, 20))))
            script.send(data if random.random() < 0.9 else data[:random.randrange(len(data))])
            if random.random() < 0.4:
                script.hear(0, random.choice((5, 50)))
        return script.end()

    def packet(self, random):
        way = random.random()
        if way < 0.06:
            return framed(random.choice((b"", b"\0", b"\0" * 11, b"\0" * 12, b"\xff" * 12, b"\0" * 600,
                                         bytes(random.getrandbits(8) for _ in range(40)))))
        if way < 0.08:
            return random.choice((b"\xff\xff" + header(1), b"\0\x0d" + header(1) + b"\0", b"GET / HTTP/1.1\r\n\r\n"))
        counts = [1, 0, 0, 0]
        flags = random.choice((0x0100, 0x0100, 0, 0x0110, 0x0120)) if random.random() < 0.75 else random.choice((0x8180,
                                                                                                                 0x0300,
                                                                                                                 0x0140,
                                                                                                                 0xffff,
                                                                                                                 0x000f))
        if random.random() < 0.2:
            flags = flags & 0x87ff | random.randrange(16) << 11
        kind = random.choice(TYPES)
        body = self.question(random, kind)
        if kind == IXFR and random.random() < 0.9:
            serial = random.choice((0, 6, 7, 8, 7 + (1 << 31), 6 + (1 << 31), 0xffffffff))
            body += b"\xc0\x0c" + struct.pack(">HHIH", SOA, 1, 0, 22) + b"\0\0" + struct.pack(">IIIII", serial, 1, 1, 1,
                                                                                              1)
            counts[2] = 1
        if random.random() < 0.3:
            record = random.choice((
                b"\0" + struct.pack(">HHIH", OPT, 1232, 0, 0), b"\0" + struct.pack(">HHIH", OPT, 0, 0x00ff8000, 0),
                b"\0" + struct.pack(">HHIH", OPT, 4096, 0x8000, 12) + b"\0\x0a\0\x08cookies!",
                b"\0" + struct.pack(">HHIH", OPT, 512, 0, 9) + b"\0\x0a\0\xff12345",
                b"\1k\0" + struct.pack(">HHIH", TSIG, ANY, 0,
                                       29) + b"\3md5\0" + b"\0" * 6 + b"\1\x2c\0\4abcd\0\1\0\0\0\0" + b"\0",
                b"\0" + struct.pack(">HHIH", SIG, ANY, 0, 18) + b"\0" * 18,
                b"\0" + struct.pack(">HHIH", A, 1, 60, 4) + b"\1\2\3\4", b"\xc0\x0c" * 3))
            times = random.choice((1, 1, 1, 2))
            body += record * times
            counts[3] += times
        if random.random() < 0.15:
            counts[random.randrange(4)] = random.choice((0, 1, 2, 255, 65535))
        if random.random() < 0.1:
            body = random.choice((body + b"rest", body[:-1], body + body, body + b"\0" * 2000, b""))
        return framed(header(random.choice((0, 1, 7, 65535, random.getrandbits(16))), flags, counts) + body)

    @staticmethod
    def question(random, kind):
        name = random.choice(NAMES[:6] if random.random() < 0.6 else NAMES)
        if random.random() < 0.4:
            name = labels(b"n%d-%d.test" % (random.randrange(12), random.randrange(10)))
        return name + struct.pack(">HH", kind, random.choice((1, 1, 1, 1, 3, 255, 254, 0, 65535)))

    # -- for the shrinker

    @staticmethod
    def split(data):
        parts, at = [], 0
        while at < len(data):
            size = 2 + struct.unpack(">H", (data[at:at + 2] + b"\0\0")[:2])[0]
            parts.append(data[at:at + size])
            at += size
        return parts

    @staticmethod
    def words(_data):
        return None

    join = staticmethod(b"".join)
