"""A client of MySQL that tells of each answer what two sessions alike must have in common."""
import struct

from mysql_wire import (CHANGE_USER, CHANGED, CLOSE, EXECUTE, FETCH, FIELD_LIST, INIT_DB, LONG_DATA, MORE, SHA2, PREPARE, QUERY,
                        RESET, SET_OPTION, STATEMENT_RESET, Client, number)

LONG, DOUBLE, NULL, LONGLONG, DATETIME, BLOB, VAR_STRING = 3, 5, 6, 8, 12, 252, 253
UNSIGNED, OF_CURSOR, WAS_SLOW = 0x80, 0x40, 0x800
NONE = 9999  # the number of no statement
OF_STATEMENTS = (1243, 1421)  # their texts have its number


class Refused(Exception):
    """An error of the proxy's own."""


def bound(kind, n):
    """A value as the binary protocol has it."""
    if kind == LONG:
        return struct.pack("<i", n)
    if kind == LONGLONG:
        return struct.pack("<q", n << 33)
    if kind == DOUBLE:
        return struct.pack("<d", n / 4)
    if kind == DATETIME:
        return struct.pack("<BHBB", 4, 2000 + n, 1 + n % 12, 1 + n % 28)
    if kind == NULL:
        return b""
    text = b"%d" % n
    return bytes([len(text)]) + text


class Statement:
    def __init__(self, number_of_it=NONE, parameters=0):
        self.number, self.parameters, self.types, self.long = number_of_it, parameters, None, set()

    def arguments(self, flags, kinds, values, rebinds):
        """How it is executed with these types and values, of which each is used again if there are too few. None: NULL."""
        head = struct.pack("<IBI", self.number, flags, 1)
        if not self.parameters:
            return head
        if self.types is None or rebinds or self.long:
            rebinds, self.types = True, [kinds[i % len(kinds)] for i in range(self.parameters)]
            for i in self.long:
                self.types[i] = BLOB
        values = [values[i % len(values)] for i in range(self.parameters)]
        nulls = sum(1 << i for i, v in enumerate(values) if v is None and i not in self.long)
        said = head + nulls.to_bytes((self.parameters + 7) // 8, "little") + bytes([rebinds])
        if rebinds:
            said += b"".join(bytes([kind, 0]) for kind in self.types)
        given = [bound(self.types[i], v) for i, v in enumerate(values) if v is not None and i not in self.long]
        self.long = set()
        return said + b"".join(given)


class Watched(Client):
    """do(act) gives what answers it, each packet as something that can be compared. Statements have names of the test's own,
    so that their numbers may differ."""

    def __init__(self, *args, **how):
        super().__init__(*args, **how)
        self.statements = {}

    def do(self, act):
        return getattr(self, "do_" + act[0])(*act[1:])

    def of(self, name):
        return self.statements.get(name) or Statement(0xffffffff if name == "last" else NONE)

    # -- commands

    def do_query(self, sql):
        self.send(QUERY, sql if isinstance(sql, bytes) else sql.encode())
        return self.results()

    def do_database(self, name):
        self.send(INIT_DB, name.encode())
        return self.results()

    def do_command(self, code, arguments=b""):
        self.send(code, arguments)
        if code == RESET:
            self.statements.clear()
        return self.results()

    def do_option(self, value):
        self.send(SET_OPTION, struct.pack("<H", value))
        return self.results()

    def do_fields(self, table, wildcard):
        self.send(FIELD_LIST, table.encode() + b"\0" + wildcard.encode())
        return self.until_end()

    def do_user(self, name, password):
        self.send(CHANGE_USER, name.encode() + b"\0\0shop\0" + struct.pack("<H", 45) + SHA2 + b"\0")
        self._log_in(password)
        return [("OK",)]

    # -- statements of the binary protocol

    def do_prepare(self, name, sql):
        if name in self.statements:
            self.do_close(name)
        self.send(PREPARE, sql.encode())
        said = self.wire.read()
        if said[0] == 0xff:
            return [self.error(said)]
        statement, columns, parameters, _, warnings = struct.unpack("<IHHBH", said[1:12])
        self.statements[name] = Statement(statement, parameters)
        got = [("PREPARED", columns, parameters, warnings)]
        for count in (parameters, columns):
            got += self.until_end() if count else []
        return got

    def do_execute(self, name, flags, kinds, values, rebinds):
        self.send(EXECUTE, self.of(name).arguments(flags, kinds, values, rebinds))
        return self.results()

    def do_fetch(self, name, rows):
        self.send(FETCH, struct.pack("<II", self.of(name).number, rows))
        return self.until_end()

    def do_restart(self, name):
        self.send(STATEMENT_RESET, struct.pack("<I", self.of(name).number))
        self.of(name).long = set()
        return self.results()

    def do_close(self, name):
        self.send(CLOSE, struct.pack("<I", self.of(name).number))
        self.statements.pop(name, None)
        return []

    def do_long(self, name, parameter, data):
        statement = self.of(name)
        if statement.parameters:
            parameter %= statement.parameters
            statement.long.add(parameter)
        self.send(LONG_DATA, struct.pack("<IH", statement.number, parameter) + data)
        return []

    # -- answers

    @staticmethod
    def error(said):
        code, state, text = struct.unpack("<H", said[1:3])[0], said[4:9].decode(), said[9:].decode("utf-8", "replace")
        if text.startswith("proximux: "):
            raise Refused("%d %s" % (code, text))
        return "ERR", code, state, "" if code in OF_STATEMENTS else text

    def ok(self, said):
        affected, at = number(said, 1)
        inserted, at = number(said, at)
        self.status, warnings = struct.unpack("<HH", said[at:at + 4])
        return "OK", affected, inserted, self.status & ~(CHANGED | WAS_SLOW), warnings, said[at + 4:]

    def end(self, said):
        warnings, self.status = struct.unpack("<HH", said[1:5])
        return "EOF", warnings, self.status & ~(CHANGED | WAS_SLOW)

    def until_end(self):
        """Columns or rows, and what ends them."""
        got = []
        while True:
            said = self.wire.read()
            if said[0] == 0xff:
                return got + [self.error(said)]
            if said[0] == 0xfe and len(said) < 9:
                return got + [self.end(said)]
            got.append(said)

    def results(self):
        got = []
        while True:
            self.status = 0
            got += self.one_result()
            if got[-1][0] == "ERR" or not self.status & MORE:
                return got

    def one_result(self):
        first = self.wire.read()
        if first[0] == 0xff:
            return [self.error(first)]
        if first[0] == 0:
            return [self.ok(first)]
        if first[0] == 0xfe:
            return [self.end(first)]
        if first[0] == 0xfb:
            return [("FILE", first[1:])] + self.give(first[1:])
        got = [("COLUMNS", number(first, 0)[0])] + self.until_end()
        if got[-1][0] == "EOF" and not self.status & OF_CURSOR:
            got += self.until_end()
        return got

    def give(self, name):
        """The file of so many lines."""
        lines = int(name[-1:]) if name[-1:].isdigit() else 0
        if lines:
            self.wire.write(b"".join(b"%d\n" % (n + lines) for n in range(lines)))
        self.wire.write(b"")
        return self.one_result()
