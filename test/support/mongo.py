"""Messages of MongoDB's wire protocol, as far as the tests need them."""
import struct
import threading

from sharing import read_exactly

REPLY, QUERY, COMPRESSED, MSG = 1, 2004, 2012, 2013
CHECKSUM, MORE_TO_COME, EXHAUST_ALLOWED = 1, 2, 1 << 16


class Long(int):
    """A number of eight bytes."""


def encode(fields):
    """A document of these fields, a dictionary."""
    out = b""
    for key, value in fields.items():
        name = key.encode() + b"\0"
        if isinstance(value, bool):
            out += b"\x08" + name + bytes([value])
        elif isinstance(value, Long):
            out += b"\x12" + name + struct.pack("<q", value)
        elif isinstance(value, int):
            out += b"\x10" + name + struct.pack("<i", value)
        elif isinstance(value, float):
            out += b"\x01" + name + struct.pack("<d", value)
        elif isinstance(value, str):
            out += b"\x02" + name + struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\0"
        elif isinstance(value, bytes):
            out += b"\x05" + name + struct.pack("<i", len(value)) + b"\0" + value
        elif isinstance(value, list):
            out += b"\x04" + name + encode({str(i): each for i, each in enumerate(value)})
        else:
            out += b"\x03" + name + encode(value)
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def decode(data):
    """The fields of a document. An array is a dictionary, too."""
    at, fields = 4, {}
    while data[at]:
        kind, end = data[at], data.index(b"\0", at + 1)
        key, at = data[at + 1:end].decode(), end + 1
        if kind in (3, 4):
            size = struct.unpack_from("<i", data, at)[0]
            fields[key] = decode(data[at:at + size])
        elif kind == 2:
            size = 4 + struct.unpack_from("<i", data, at)[0]
            fields[key] = data[at + 4:at + size - 1].decode()
        elif kind == 5:
            size = 5 + struct.unpack_from("<i", data, at)[0]
            fields[key] = data[at + 5:at + size]
        else:
            form, size = {1: ("<d", 8), 8: ("<?", 1), 16: ("<i", 4), 18: ("<q", 8)}[kind]
            fields[key] = struct.unpack_from(form, data, at)[0]
        at += size
    return fields


def header(size, number, to, opcode):
    return struct.pack("<iiii", 16 + size, number, to, opcode)


def message(body, number=0, to=0, flags=0, sequences=(), checksum=b""):
    """An OP_MSG. sequences: pairs of a name and documents, behind the body."""
    content = struct.pack("<I", flags) + b"\0" + encode(body)
    for name, documents in sequences:
        section = name.encode() + b"\0" + b"".join(map(encode, documents))
        content += b"\1" + struct.pack("<i", 4 + len(section)) + section
    content += checksum
    return header(len(content), number, to, MSG) + content


def query(body, number, collection="admin.$cmd", flags=0):
    content = struct.pack("<I", flags) + collection.encode() + b"\0" + struct.pack("<ii", 0, -1) + encode(body)
    return header(len(content), number, 0, QUERY) + content


def reply(body, to, number=0):
    content = struct.pack("<iqii", 8, 0, 0, 1) + encode(body)
    return header(len(content), number, to, REPLY) + content


class Message:
    """A message that was read."""

    def __init__(self, data):
        self.data = data
        self.size, self.number, self.to, self.opcode = struct.unpack_from("<iiii", data)
        self.flags = struct.unpack_from("<I", data, 16)[0] if self.opcode == MSG else 0
        at = {MSG: 21, REPLY: 36}.get(self.opcode)
        if self.opcode == QUERY:
            at = data.index(b"\0", 20) + 9
        self.body = decode(data[at:]) if at else {}
        self.name = next(iter(self.body), "")


def read(s):
    size = read_exactly(s, 4)
    return Message(size + read_exactly(s, struct.unpack("<i", size)[0] - 4))


class Server:
    """Answers each command as a server with one collection would. script(server, connection, message) may do it instead;
    it returns whether it did. Records what it was asked, by connection."""

    BATCHES = 3

    def __init__(self, script=None):
        self.script, self.lock = script, threading.Lock()
        self.asked, self.cursors = [], {}

    def __call__(self, s):
        while True:
            m = read(s)
            with self.lock:
                self.asked.append((s, m))
            if self.script and self.script(self, s, m):
                continue
            if not m.flags & MORE_TO_COME:
                s.sendall(self.answer(m))

    def answer(self, m, **more):
        body = {**self.reply_to(m), **more}
        make = reply if m.opcode == QUERY else message
        return make(body, to=m.number, number=99)

    def reply_to(self, m):
        if m.name == "find":
            with self.lock:
                cursor = 1000 + len(self.cursors)
                self.cursors[cursor] = self.BATCHES - 1
            return {"cursor": {"firstBatch": [{"x": 1}], "id": Long(cursor), "ns": "a.b"}, "ok": 1.0}
        if m.name == "getMore":
            with self.lock:
                left = self.cursors[m.body["getMore"]] = self.cursors[m.body["getMore"]] - 1
            cursor = m.body["getMore"] if left else 0
            return {"cursor": {"nextBatch": [{"x": 2}], "id": Long(cursor), "ns": "a.b"}, "ok": 1.0}
        if m.name == "killCursors":
            return {"cursorsKilled": [Long(each) for each in m.body["cursors"].values()], "ok": 1.0}
        if m.name in ("hello", "isMaster", "ismaster"):
            return {"isWritablePrimary": True, "topologyVersion": {"processId": 7, "counter": Long(1)}, "echo": m.body.get("comment", ""),
                    "ok": 1.0}
        return {"echo": m.body.get("comment", ""), "ok": 1.0}

    def names(self):
        return [m.name for _, m in self.asked]
