"""Frames of Cassandra's native protocol, as far as the tests need them."""
import struct
import threading

from sharing import read_exactly

ERROR, STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED, QUERY, RESULT = 0, 1, 2, 3, 5, 6, 7, 8
PREPARE, EXECUTE, REGISTER, EVENT, BATCH, AUTH_RESPONSE = 9, 10, 11, 12, 13, 15
COMPRESSED, TRACING, PAYLOAD, WARNING = 1, 2, 4, 8
VOID, SET_KEYSPACE = 1, 3


def text(value):
    return struct.pack(">H", len(value)) + value


def text_map(fields):
    return struct.pack(">H", len(fields)) + b"".join(text(key) + text(value) for key, value in fields.items())


def frame(opcode, stream=0, body=b"", flags=0, version=4):
    return struct.pack(">BBhBi", version, flags, stream, opcode, len(body)) + body


def answer(opcode, stream=0, body=b"", flags=0, version=4):
    return frame(opcode, stream, body, flags, version | 0x80)


def startup(stream=0, version=4, **more):
    return frame(STARTUP, stream, text_map({b"CQL_VERSION": b"3.0.0", **{k.encode(): v for k, v in more.items()}}), version=version)


def query(statement, stream=0, opcode=QUERY, **more):
    body = struct.pack(">i", len(statement)) + statement + (b"\0\1\0" if opcode == QUERY else b"")
    return frame(opcode, stream, body, **more)


def result(stream, kind=VOID, body=b"", before=b"", flags=0):
    return answer(RESULT, stream, before + struct.pack(">i", kind) + body, flags)


def error(stream, code, message):
    return answer(ERROR, stream, struct.pack(">i", code) + text(message))


def without_payload(body):
    """The body behind its custom payload, a map of texts to bytes."""
    count, at = struct.unpack_from(">H", body)[0], 2
    for _ in range(count):
        at += 2 + struct.unpack_from(">H", body, at)[0]
        at += 4 + max(0, struct.unpack_from(">i", body, at)[0])
    return body[at:]


class Frame:
    """A frame that was read."""

    def __init__(self, data):
        self.data = data
        self.version, self.flags, self.stream, self.opcode, _ = struct.unpack_from(">BBhBi", data)
        self.body = data[9:]

    @property
    def statement(self):
        if self.opcode not in (QUERY, PREPARE):
            return b""
        body = without_payload(self.body) if self.flags & PAYLOAD else self.body
        size = struct.unpack_from(">i", body)[0]
        if size > len(body) - 4:
            raise struct.error("a statement of %d bytes in %d" % (size, len(body) - 4))
        return body[4:4 + size]


def read(s):
    head = read_exactly(s, 9)
    return Frame(head + read_exactly(s, struct.unpack(">i", head[5:])[0]))


class Node:
    """Answers each request with its statement behind the kind of a RESULT. script(node, connection, frame) may do it
    instead; it returns whether it did. Records what it was asked, by connection."""

    def __init__(self, script=None):
        self.script, self.asked, self.lock = script, [], threading.Lock()

    def __call__(self, s):
        while True:
            f = read(s)
            with self.lock:
                self.asked.append((s, f))
            if not (self.script and self.script(self, s, f)):
                s.sendall(self.answer(f))

    @staticmethod
    def answer(f):
        if f.opcode in (STARTUP, REGISTER):
            return answer(READY, f.stream)
        if f.opcode == OPTIONS:
            return answer(SUPPORTED, f.stream, b"\0\0")
        return result(f.stream, SET_KEYSPACE if f.statement.startswith(b"USE") else VOID, f.statement)

    def statements(self):
        return [f.statement for _, f in self.asked if f.statement]
