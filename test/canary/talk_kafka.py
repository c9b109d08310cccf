"""Kafka with the scripted broker of the system tests: every API and version, with and without acks, and no sizes."""
import struct

import kafka_wire as kafka
from talk_ids import Ids, Scripted


def number(data, at):
    """Of a variable size, and where it ends."""
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value, shift = value | (byte & 0x7f) << shift, shift + 7
        if byte < 0x80:
            return value, at


def acks(m):
    """Of a Produce in any version."""
    at = 14 + max(0, struct.unpack_from(">h", m.data, 12)[0])
    if 3 <= m.version < 9:
        at += 2 + max(0, struct.unpack_from(">h", m.data, at)[0])
    elif m.version >= 9:
        tags, at = number(m.data, at)
        for _ in range(tags):
            _, at = number(m.data, at)
            size, at = number(m.data, at)
            at += size
        size, at = number(m.data, at)
        at += max(size, 1) - 1
    return struct.unpack_from(">h", m.data, at)[0]


class Forgiving(kafka.Broker):
    """Answers whatever has a response."""

    def __call__(self, s):
        while True:
            m = kafka.read(s)
            if m.key != kafka.PRODUCE or acks(m):
                s.sendall(self.answer(m))


class Broker(Scripted):
    SERVER = Forgiving


class Kafka(Ids):
    protocol = "kafka"
    IDS = range(1 << 31)
    corpus = [kafka.request(kafka.SASL_HANDSHAKE, 1, 7, kafka.text(b"PLAIN")), kafka.produce(7, 0), kafka.produce(7, 1)[:20],
              kafka.request(kafka.SASL_HANDSHAKE, 0, 7, kafka.text(b"PLAIN")), kafka.request(999, 0, 7), kafka.produce(7, 0, 14)]

    def known(self, secret, ident, random):
        way, body = random.randrange(6), secret * random.choice((1, 1, 1, 1000, 6000))
        if way == 0:
            return kafka.produce(ident, 0, random.choice((0, 3, 8, 9)), rest=secret), None
        if way == 1:
            request = kafka.produce(ident, random.choice((1, -1)), random.choice((0, 3, 8)), rest=body)
        elif way == 2:
            request = kafka.request(kafka.FETCH, 4, ident, body)
        else:
            request = kafka.request(random.choice((kafka.METADATA, kafka.HEARTBEAT, 8, 9, 19)), random.randrange(13), ident, body)
        return request, kafka.Broker.answer(kafka.Message(request))

    @staticmethod
    def ident(data):
        return struct.unpack_from(">i", data, 4)[0] if len(data) >= 8 else None

    def large(self, random):
        return kafka.request(kafka.METADATA, 1, 1, b"l" * 90000)

    def request(self, random):
        ident, way = random.choice((0, 1, 7, -1, 0x7fffffff, random.getrandbits(31))), random.random()
        if way < 0.05:
            return random.choice((b"\0\0\0\0", b"\0\0\0\7" + bytes(7), b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff\0\3\0\1",
                                  b"GET / HTTP/1.1\r\n\r\n", kafka.request(5000, 0, ident), kafka.request(3, 300, ident),
                                  kafka.response(ident, b"\0\0\0\0\0\0\0\0\0\0")))
        if way < 0.25:
            version = random.choice((0, 1, 2, 3, 7, 8, 9, 12, 13, 14))
            tags = random.choice((b"\0", b"\1\0\2ab", b"\xff\xff\xff\xff\x0f")) if version >= 9 else b"\0"
            made = kafka.produce(ident, random.choice((0, 0, 1, -1)), version, transaction=random.choice((None, b"t")), tags=tags)
            return made if random.random() < 0.9 else kafka.request(kafka.PRODUCE, version, ident, made[18:random.randrange(18, 30)])
        key = random.choice((1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 17, 18, 18, 19, 36, 32, 60, random.randrange(1024)))
        client = random.choice((b"h", None, b"", b"c" * 300))
        return kafka.request(key, random.choice((0, 1, 2, 9, 13, 255)), ident, b"b" * random.choice((0, 1, 50, 5000)), client)

    @staticmethod
    def size(head):
        return 4 + struct.unpack_from(">i", head)[0]
