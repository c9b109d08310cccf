"""The wire protocol of MySQL: a client, and what a scripted server needs."""
import hashlib
import socket
import struct

from harness import LONG

NATIVE, SHA2 = b"mysql_native_password", b"caching_sha2_password"
FOUND_ROWS, WITH_DB, LOCAL_FILES, MULTI, MULTI_RESULTS = 0x2, 0x8, 0x80, 0x10000 | 0x20000, 0x20000
USUAL = 0x1 | 0x4 | 0x200 | 0x2000 | 0x8000 | 0x80000
TRACK = 0x800000
IN_TRANSACTION, AUTOCOMMIT, MORE, CHANGED = 1, 2, 8, 0x4000
PING, INIT_DB, QUERY, CHANGE_USER, PREPARE, EXECUTE, CLOSE, RESET = 0x0e, 0x02, 0x03, 0x11, 0x16, 0x17, 0x19, 0x1f
SSL = 0x800
FIELD_LIST, STATISTICS, LONG_DATA, STATEMENT_RESET, SET_OPTION, FETCH = 0x04, 0x09, 0x18, 0x1a, 0x1b, 0x1c


class Error(Exception):
    def __init__(self, payload):
        self.code, self.state, self.text = struct.unpack("<H", payload[1:3])[0], payload[4:9].decode(), payload[9:].decode()
        super().__init__("%d (%s) %s" % (self.code, self.state, self.text))


def covered(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def scramble(plugin, password, nonce):
    if not password:
        return b""
    if plugin == NATIVE:
        key = hashlib.sha1(password).digest()
        return covered(key, hashlib.sha1(nonce + hashlib.sha1(key).digest()).digest())
    key = hashlib.sha256(password).digest()
    return covered(key, hashlib.sha256(hashlib.sha256(key).digest() + nonce).digest())


def packet(payload, number=0):
    return struct.pack("<I", len(payload))[:3] + bytes([number & 255]) + payload


def number(data, at):
    """A number of variable length, and where it ends."""
    first = data[at]
    width = {0xfc: 2, 0xfd: 3, 0xfe: 8}.get(first)
    return (first, at + 1) if width is None else (int.from_bytes(data[at + 1:at + 1 + width], "little"), at + 1 + width)


class Packets:
    """exact: no more is read than one packet, for TLS may begin behind it."""

    def __init__(self, sock, exact=False):
        self.sock, self.exact = sock, exact
        self.next = 0
        self._buffer = b""

    def _take(self, n):
        while len(self._buffer) < n:
            data = self.sock.recv(n - len(self._buffer) if self.exact else 65536)
            if not data:
                raise EOFError
            self._buffer += data
        taken, self._buffer = self._buffer[:n], self._buffer[n:]
        return taken

    def read(self):
        message = b""
        while True:
            head = self._take(4)
            self.next = head[3] + 1
            size = int.from_bytes(head[:3], "little")
            message += self._take(size)
            if size < 0xffffff:
                return message

    def write(self, payload):
        self.sock.sendall(packet(payload, self.next))
        self.next += 1


class Client:
    """Logs in, within TLS if there is a context of that; query() gives the rows and the status."""

    def __init__(self, proxy, user="anna", password=b"pencil", database="", plugin=NATIVE, flags=0, collation=45, tls=None, name=None):
        self.sock = socket.create_connection(("127.0.0.1", proxy.port), LONG)
        self.wire = Packets(self.sock)
        self.status = self.inserted = 0
        greeting = self.wire.read()
        if greeting[0] == 0xff:
            raise Error(greeting)
        end = greeting.index(b"\0", 1)
        self.version = greeting[1:end].decode()
        self.number = struct.unpack("<I", greeting[end + 1:end + 5])[0]
        rest = greeting[end + 13:]
        self.capabilities = struct.unpack("<H", rest[1:3])[0] | struct.unpack("<H", rest[6:8])[0] << 16
        self.plugin = rest[31:].split(b"\0")[0]
        answer = scramble(plugin, password, greeting[end + 5:end + 13] + rest[19:31])
        flags |= USUAL | (WITH_DB if database else 0)
        if flags >> 32:
            flags &= ~1  # else MariaDB's capabilities are not read
        head = struct.pack("<IIB19xI", (flags | (SSL if tls else 0)) & 0xffffffff, 1 << 24, collation, flags >> 32)
        if tls:
            self.wire.write(head)
            self.sock = self.wire.sock = tls.wrap_socket(self.sock, server_hostname=name)
        self.wire.write(head + user.encode() + b"\0" + bytes([len(answer)]) +
                        answer + (database.encode() + b"\0" if database else b"") + plugin + b"\0")
        self._log_in(password)

    def _log_in(self, password):
        while True:
            said = self.wire.read()
            if said[0] == 0xff:
                raise Error(said)
            if said[0] == 0:
                self.status = struct.unpack("<H", said[3:5])[0]
                return
            if said[0] == 0xfe:
                plugin, nonce = said[1:].split(b"\0", 1)
                self.plugin = plugin
                self.wire.write(scramble(plugin, password, nonce[:20]))

    def send(self, command, text=b""):
        self.wire.next = 0
        self.wire.write(bytes([command]) + text)

    def result(self):
        """What answers a query: all rows of its result sets."""
        rows = []
        while True:
            first = self.wire.read()
            if first[0] == 0xff:
                raise Error(first)
            if first[0] == 0:
                _, at = number(first, 1)
                inserted, at = number(first, at)
                self.inserted = inserted or self.inserted
                self.status = struct.unpack("<H", first[at:at + 2])[0]
            else:
                rows += self._rows(first[0])
            if not self.status & MORE:
                return rows

    def _rows(self, columns):
        for _ in range(columns + 1):
            self.wire.read()
        rows = []
        while True:
            row = self.wire.read()
            if row[0] == 0xff:
                raise Error(row)
            if row[0] == 0xfe and len(row) < 9:
                self.status = struct.unpack("<H", row[3:5])[0]
                return rows
            values, at = [], 0
            while at < len(row):
                if row[at] == 0xfb:
                    values.append(None)
                    at += 1
                else:
                    size, at = number(row, at)
                    values.append(row[at:at + size].decode("utf-8", "replace"))
                    at += size
            rows.append(tuple(values))

    def query(self, sql):
        self.send(QUERY, sql.encode())
        return self.result()

    def value(self, sql):
        return self.query(sql)[0][0]

    def command(self, command, text=b""):
        self.send(command, text)
        return self.result()

    def prepare(self, sql):
        """The number of a statement without parameters."""
        self.send(PREPARE, sql.encode())
        said = self.wire.read()
        if said[0] == 0xff:
            raise Error(said)
        statement, columns, parameters = struct.unpack("<IHH", said[1:9])
        for count in (parameters, columns):
            for _ in range(count + 1 if count else 0):
                self.wire.read()
        return statement

    def close(self):
        try:
            self.send(1)
        except OSError:
            pass
        self.sock.close()
