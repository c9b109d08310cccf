"""Cassandra with the scripted node of the system tests: all opcodes, versions, streams and flags, events and keyspaces."""
import struct

import cql
from talk_ids import Ids, Scripted


class Forgiving(cql.Node):
    """Answers whatever it is asked, and tells of events whoever registered, in the midst of answers."""

    def __call__(self, s):
        while True:
            try:
                f = cql.read(s)
            except ValueError as wrong:  # behind a REGISTER anything passes
                raise OSError("a size below 0") from wrong
            try:
                answer = self.answer(f)
            except struct.error:
                answer = cql.error(f.stream, 10, b"no")
            if f.opcode == cql.REGISTER:
                answer += cql.answer(cql.EVENT, -1, cql.text(b"event")) * 3
            s.sendall(answer)


class Node(Scripted):
    SERVER = Forgiving


class Cassandra(Ids):
    protocol = "cassandra"
    IDS = range(1 << 15)
    corpus = [cql.query(b"USE shop", 1) + cql.query(b"SELECT 1", 2), cql.frame(cql.REGISTER, 1, b"\0\0") + cql.query(b"SELECT 1", 2),
              cql.startup(1, 5), cql.frame(cql.AUTH_RESPONSE, 1), cql.query(b"/* USE */ USE x", 0x7fff)]

    def known(self, secret, ident, random):
        way = random.randrange(8)
        if way == 0:
            return cql.startup(ident, DRIVER_NAME=b"x"), cql.answer(cql.READY, ident)
        if way == 1:
            request = cql.frame(cql.OPTIONS, ident)
        elif way == 2:
            request = cql.query(b"SELECT " + secret, ident, cql.PREPARE)
        else:
            text = random.choice((b"SELECT ", b"INSERT ", b"/* USE */ UPDATE ", b"select "))
            request = cql.query(text + secret * random.choice((1, 1, 1, 1000, 6000)), ident)
        return request, cql.Node.answer(cql.Frame(request))

    @staticmethod
    def ident(data):
        return struct.unpack_from(">h", data, 2)[0] if len(data) >= 4 else None

    @staticmethod
    def error(data):
        if len(data) < 9:
            return 0, b""
        size = 9 + struct.unpack_from(">i", data, 5)[0]
        ours = data[4] == cql.ERROR and (len(data) < size or b"proximux: " in data[:size])
        return (size if len(data) >= size else 0, bytes(data[:size])) if ours else (0, None)

    def large(self, random):
        return cql.query(b"SELECT " + b"l" * 90000, 1)

    def request(self, random):
        stream, way = random.choice((0, 1, 7, 255, 256, 0x7fff, -1, random.randrange(1 << 15))), random.random()
        if way < 0.05:
            return random.choice((b"\1\0\5\0\0\0\0", b"\7\0\0\0\5\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n",
                                  cql.frame(cql.OPTIONS, stream)[:5] + b"\x7f\xff\xff\xff", cql.answer(cql.RESULT, stream, bytes(4)),
                                  cql.frame(77, stream), cql.startup(stream, COMPRESSION=b"lz4")))
        if way < 0.5:
            text = random.choice((b"SELECT 1", b"USE shop", b"use shop", b"-- x\nUSE shop", b"INSERT x", b"", b"/*", b"--",
                                  b"SELECT " + b"s" * 5000, b"ALTER ROLE u WITH PASSWORD = 'p'"))
            return cql.query(text, stream, random.choice((cql.QUERY, cql.QUERY, cql.PREPARE)), flags=random.choice((0, 0, 0, 0, 1, 2, 4, 8, 16)),
                             version=random.choice((4, 4, 4, 4, 4, 3, 5, 6, 66)))
        opcode = random.choice((cql.STARTUP, cql.OPTIONS, cql.EXECUTE, cql.BATCH, cql.REGISTER, cql.AUTH_RESPONSE, cql.READY,
                                cql.EVENT, random.randrange(17)))
        body = random.choice((b"", b"\0\0", cql.text(bytes(16)), b"\0\1\0\x0bCQL_VERSION\0\0053.0.0", b"\xff" * 20))
        return cql.frame(opcode, stream, body)

    @staticmethod
    def size(head):
        return 9 + struct.unpack_from(">i", head, 5)[0]
