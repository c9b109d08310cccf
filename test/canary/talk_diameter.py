"""Diameter with the scripted server of the system tests, which asks itself in the midst of answers."""
import struct

import diameter
from talk_ids import Ids, Scripted

CODES = (257, 258, 271, 272, 272, 272, 274, 275, 280, 280, 282, 316, 0, 1, 0xffffff)


class Asking(diameter.Server):
    """Asks the program now and then: whether it lives, and for a session. What else it is told ends the connection."""

    EVERY, PATIENCE = 20, 3

    def __call__(self, s):
        waiting, answered, asks = set(), 0, False
        while True:
            m = diameter.read(s)
            if not m.is_request:
                waiting.remove(m.hop)
                continue
            s.sendall(self.answer(m))
            if m.command == diameter.DISCONNECT:
                return
            answered += 1
            asks = asks or m.get(diameter.ORIGIN_HOST) == b"proximux.test"
            if asks and answered % self.EVERY == 0 and len(waiting) < self.PATIENCE:
                command = diameter.WATCHDOG if answered % (2 * self.EVERY) else diameter.RE_AUTH
                waiting.add(self.ask(s, command, [(diameter.SESSION, b"client.test;1;2")]))


class Server(Scripted):
    SERVER = Asking


class Diameter(Ids):
    protocol = "diameter"
    IDS = range(1 << 32)
    settings = {"exchange.diameter_identity": "proximux.test", "exchange.diameter_realm": "test"}
    corpus = [diameter.disconnect(1, 2), diameter.capabilities(1, 2) * 2, diameter.message(0, 280, 0, 1, 2, [(268, 2001)]),
              diameter.request(272, 1, 2, flags=0xa0), diameter.watchdog(1, 2) * 20, diameter.ask(1, 2, b"u" * 90000)]

    def known(self, secret, ident, random):
        way = random.randrange(10)
        if way == 0:
            request = diameter.capabilities(ident, random.getrandbits(32))
        else:
            more = [(diameter.PROXY_INFO, diameter.avp(280, b"p"))] * random.randrange(3)
            user = secret * random.choice((1, 1, 1, 1000, 5000))
            request = diameter.ask(ident, random.getrandbits(32), user, more=more, command=random.choice((272, 272, 316, 271)))
        return request, diameter.Server.answer(diameter.Message(request))

    @staticmethod
    def ident(data):
        return struct.unpack_from(">I", data, 12)[0] if len(data) >= 16 else None

    @staticmethod
    def error(data):
        if len(data) < 20:
            return 0, b""
        size = int.from_bytes(data[1:4], "big")
        ours = data[4] & diameter.ERROR and (len(data) < size or b"proximux.test" in data[:size])
        return (size if len(data) >= size else 0, bytes(data[:size])) if ours else (0, None)

    def large(self, random):
        return diameter.ask(1, 1, b"l" * 90000)

    def request(self, random):
        hop, end, way = random.choice((0, 1, 7000, random.getrandbits(32))), random.choice((0, 1, random.getrandbits(32))), random.random()
        if way < 0.05:
            return random.choice((b"\2\0\0\x14" + bytes(16), b"\1\0\0\x10" + bytes(16), b"\1\0\0\x15" + bytes(17),
                                  b"\1\xff\xff\xfc\xc0\0\1\x10" + bytes(12), b"GET / HTTP/1.1\r\n\r\n"))
        avps = [random.choice(((263, b"client.test;1;2"), (264, b"c"), (296, b""), (1, b"u" * random.choice((0, 1, 5000))), (268, 2001),
                               (284, b"xx"), (284, b"\0\0\1\x18\x40\0\0\x09s\0\0\0"), (999, b"\0" * 7))) for _ in range(random.randrange(6))]
        flags = random.choice((0xc0, 0xc0, 0xc0, 0xc0, 0x80, 0xd0, 0xa0, 0x40, 0, 0x20, 0xff, 0x8f))
        return diameter.message(flags, random.choice(CODES), random.choice((0, 4, 0xffffffff)), hop, end, avps)

    @staticmethod
    def size(head):
        return int.from_bytes(head[1:4], "big")
