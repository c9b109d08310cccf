"""Prepared statements of MySQL: a client's side of the binary protocol."""
import struct

from mysql_wire import EXECUTE, PREPARE, Error, number

SEND_LONG_DATA, STMT_CLOSE, STMT_RESET, FETCH = 0x18, 0x19, 0x1a, 0x1c
LAST = 0xffffffff
LONG_DATA = object()  # as the value of a parameter: it was sent before
CURSOR_EXISTS, LAST_ROW_SENT = 0x40, 0x80
TINY, INT, LONGLONG, STRING, BLOB = 1, 3, 8, 0xfd, 0xfc
WIDTHS = {TINY: 1, 2: 2, INT: 4, LONGLONG: 8}


def encoded(value):
    """The type and the bytes of a parameter."""
    if value is None or value is LONG_DATA:
        return BLOB if value is LONG_DATA else STRING, b""
    if isinstance(value, int):
        return LONGLONG, struct.pack("<q", value)
    data = value.encode() if isinstance(value, str) else value
    head = bytes([len(data)]) if len(data) < 0xfb else b"\xfc" + struct.pack("<H", len(data)) if len(data) < 65536 else \
        b"\xfd" + struct.pack("<I", len(data))[:3]
    return STRING, head + data


class Statement:
    """A prepared statement of a Client (mysql_wire). execute() gives its rows, each a tuple of texts and numbers; bound:
    the types of the parameters are said."""

    def __init__(self, client, sql):
        self.client = client
        client.send(PREPARE, sql.encode())
        said = client.wire.read()
        if said[0] == 0xff:
            raise Error(said)
        self.id, columns, self.parameters = struct.unpack("<IHH", said[1:9])
        for count in (self.parameters, columns):
            for _ in range(count + 1 if count else 0):
                client.wire.read()
        self.columns = []

    def say(self, command, more=b""):
        self.client.send(command, struct.pack("<I", self.id) + more)

    def arguments(self, values, bound=True, flags=0):
        nulls, types, data = bytearray((len(values) + 7) // 8), b"", b""
        for n, value in enumerate(values):
            kind, text = encoded(value)
            types += struct.pack("<H", kind)
            data += text
            nulls[n // 8] |= (value is None) << n % 8
        return bytes([flags]) + struct.pack("<I", 1) + (bytes(nulls) + (b"\1" + types if bound else b"\0") + data if values else b"")

    def execute(self, *values, bound=True, flags=0):
        self.say(EXECUTE, self.arguments(values, bound, flags))
        return self.result()

    def result(self):
        first = self.client.wire.read()
        if first[0] == 0xff:
            raise Error(first)
        if first[0] == 0:
            _, at = number(first, 1)
            inserted, at = number(first, at)
            self.client.inserted = inserted or self.client.inserted
            self.client.status = struct.unpack("<H", first[at:at + 2])[0]
            return []
        self.columns = []
        for _ in range(first[0]):
            self.columns.append(self.kind(self.client.wire.read()))
        self.client.status = struct.unpack("<H", self.client.wire.read()[3:5])[0]
        return [] if self.client.status & CURSOR_EXISTS else self.rows()

    @staticmethod
    def kind(definition):
        at = 0
        for _ in range(6):
            size, at = number(definition, at)
            at += size
        return definition[at + 7]

    def rows(self):
        rows = []
        while True:
            row = self.client.wire.read()
            if row[0] == 0xff:
                raise Error(row)
            if row[0] == 0xfe and len(row) < 9:
                self.client.status = struct.unpack("<H", row[3:5])[0]
                return rows
            rows.append(self.row(row))

    def row(self, data):
        at, values = 1 + (len(self.columns) + 9) // 8, []
        for n, kind in enumerate(self.columns):
            if data[1 + (n + 2) // 8] & 1 << (n + 2) % 8:
                values.append(None)
            elif kind in WIDTHS:
                values.append(int.from_bytes(data[at:at + WIDTHS[kind]], "little", signed=True))
                at += WIDTHS[kind]
            else:
                size, at = number(data, at)
                values.append(data[at:at + size].decode("utf-8", "replace"))
                at += size
        return tuple(values)

    def fetch(self, count):
        self.say(FETCH, struct.pack("<I", count))
        return self.rows()

    def send_long_data(self, parameter, data):
        self.say(SEND_LONG_DATA, struct.pack("<H", parameter) + data)

    def reset(self):
        self.say(STMT_RESET)
        return self.client.result()

    def close(self):
        self.say(STMT_CLOSE)
