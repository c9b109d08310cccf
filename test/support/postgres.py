"""PostgreSQL's protocol 3, as far as the tests need it: a client, and a scripted server."""
import base64
import hashlib
import hmac
import os
import re
import socket
import struct
import threading

from harness import LONG
from sharing import read_exactly

SSL, CANCEL = 80877103, 80877102


def message(kind, body=b""):
    return kind + struct.pack(">I", len(body) + 4) + body


def texts(*words):
    return b"".join(w.encode() + b"\0" for w in words)


def startup(**settings):
    body = struct.pack(">I", 3 << 16) + texts(*[w for pair in settings.items() for w in pair]) + b"\0"
    return struct.pack(">I", len(body) + 4) + body


def special(code, body=b""):
    return struct.pack(">II", 8 + len(body), code) + body


def read(s):
    """Kind and body of the next message."""
    kind = read_exactly(s, 1)
    return kind, read_exactly(s, struct.unpack(">I", read_exactly(s, 4))[0] - 4)


def read_startup(s):
    size, code = struct.unpack(">II", read_exactly(s, 8))
    body = read_exactly(s, size - 8)
    if code == CANCEL:
        return code, body
    words = body.split(b"\0")
    return code, {words[i].decode(): words[i + 1].decode() for i in range(0, len(words) - 2, 2)}


def query(sql):
    return message(b"Q", sql.encode() + b"\0")


def parse(sql, name=""):
    return message(b"P", texts(name, sql) + b"\0\0")


def bind(name="", portal=""):
    return message(b"B", texts(portal, name) + b"\0\0" * 3)


EXECUTE, SYNC, FLUSH = message(b"E", b"\0" + b"\0" * 4), message(b"S"), message(b"H")


class Error(Exception):
    """An ErrorResponse, with its fields."""

    def __init__(self, body):
        self.fields = {f[:1].decode(): f[1:].decode() for f in body.split(b"\0") if f}
        self.severity, self.code, self.text = (self.fields.get(k) for k in "SCM")
        super().__init__("%s %s: %s" % (self.severity, self.code, self.text))


def md5(password, user, salt):
    inner = hashlib.md5(password.encode() + user.encode()).hexdigest()
    return "md5" + hashlib.md5(inner.encode() + salt).hexdigest()


class Client:
    """A client that has signed in. Errors of the login are raised."""

    def __init__(self, proxy, user="anna", password="pencil", database="shop", **settings):
        self.s = proxy.client()
        self.user, self.password, self.parameters, self.key = user, password, {}, None
        self.s.sendall(startup(user=user, database=database, **settings))
        while True:
            kind, body = read(self.s)
            if kind == b"E":
                raise Error(body)
            if kind == b"R":
                self.authenticate(struct.unpack(">I", body[:4])[0], body[4:])
            elif kind == b"S":
                key, value = body.split(b"\0")[:2]
                self.parameters[key.decode()] = value.decode()
            elif kind == b"K":
                self.key = body
            elif kind == b"Z":
                return

    def authenticate(self, how, data):
        if how == 3:
            self.s.sendall(message(b"p", texts(self.password)))
        elif how == 5:
            self.s.sendall(message(b"p", texts(md5(self.password, self.user, data))))
        elif how == 10:
            self.nonce = base64.b64encode(os.urandom(12)).decode()
            self.first = "n=,r=" + self.nonce
            said = ("n,," + self.first).encode()
            self.s.sendall(message(b"p", texts("SCRAM-SHA-256") + struct.pack(">I", len(said)) + said))
        elif how == 11:
            self.prove(data.decode())
        elif how == 12 and data[2:] != base64.b64encode(self.signature):
            raise AssertionError("the server does not know the password")

    def prove(self, server):
        nonce, salt, rounds = (part[2:] for part in server.split(",", 2))
        salted = hashlib.pbkdf2_hmac("sha256", self.password.encode(), base64.b64decode(salt), int(rounds))
        final = "c=biws,r=" + nonce
        said = ",".join((self.first, server, final)).encode()
        key = hmac.digest(salted, b"Client Key", "sha256")
        mask = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, mask))).decode()
        self.signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), said, "sha256")
        self.s.sendall(message(b"p", (final + ",p=" + proof).encode()))

    def until(self, kinds=b"Z"):
        """The messages up to one of these kinds, which is the last."""
        got = []
        while not got or got[-1][0] not in kinds:
            got.append(read(self.s))
        return got

    def ask(self, data):
        """The tags of what was done, and the state of the transaction. The first error is raised behind it."""
        self.s.sendall(data)
        got, failed = [], None
        while failed is None or failed.severity != "FATAL":
            got.append(read(self.s))
            kind, body = got[-1]
            if kind == b"Z":
                break
            failed = failed or (Error(body) if kind == b"E" else None)
        if failed:
            raise failed
        return [body[:-1].decode() for kind, body in got if kind == b"C"], got[-1][1].decode()

    def query(self, sql):
        return self.ask(query(sql))

    def close(self):
        self.s.close()


class Server:
    """Lets everybody in and answers each statement with a tag of its text and the number of the connection:
    "SELECT 1@2". script(server, connection, kind, body) may do it instead; it returns whether it did. script may set
    `login`, which is called with a connection in place of the welcome. A statement that begins with "select sleep" ends
    when it is cancelled, which cancelled(socket, number of the connection) may put off; it returns whether it is heard."""

    def __init__(self, script=None, login=None, cancelled=None):
        self.script, self.login, self.lock, self.cancelled = script, login, threading.Lock(), cancelled
        self.logins, self.open, self.most, self.asked = [], set(), 0, []
        self.sessions, self.cancels = {}, []

    def __call__(self, s):
        code, settings = read_startup(s)
        if code == CANCEL:
            return self.cancel(s, settings)
        with self.lock:
            self.logins.append(settings)
            number = len(self.logins)
            self.open.add(number)
            self.most = max(self.most, len(self.open))
        try:
            if self.login is None or not self.login(self, s, settings):
                s.sendall(self.welcome(number))
            self.sessions[number] = Session(self, s, number)
            self.serve(self.sessions[number])
        finally:
            with self.lock:
                self.open.discard(number)

    def cancel(self, s, key):
        number = struct.unpack(">I", key[:4])[0]
        if key != self.key(number):
            raise AssertionError("a cancel request with a key that the server has not given")
        with self.lock:
            self.cancels.append(number)
        if self.cancelled is None or self.cancelled(s, number):
            self.sessions[number].cancelled.set()

    @staticmethod
    def key(number):
        return struct.pack(">II", number, 0x80000000 + number)

    @classmethod
    def welcome(cls, number=0):
        return (message(b"R", b"\0" * 4) + message(b"S", texts("server_version", "15.9")) +
                message(b"S", texts("TimeZone", "UTC")) + message(b"K", cls.key(number)) + message(b"Z", b"I"))

    def serve(self, session):
        while True:
            kind, body = read(session.s)
            if kind == b"X":
                return
            with self.lock:
                self.asked.append((session.number, kind, body))
            if self.script is None or not self.script(self, session, kind, body):
                session.answer(kind, body)


class Scram:
    """The login of a server that offers these methods of SCRAM for this password. Notes the method that was chosen, and
    what its client says of the channel."""
    SALT, ROUNDS = b"salt", 4096

    def __init__(self, *offers, password="pencil"):
        self.offers, self.chosen = offers, []
        self.salted = hashlib.pbkdf2_hmac("sha256", password.encode(), self.SALT, self.ROUNDS)

    def __call__(self, _server, s, _settings):
        s.sendall(message(b"R", b"\0\0\0\x0a" + b"".join(map(texts, self.offers)) + b"\0"))
        method, _, rest = read(s)[1].partition(b"\0")
        header, first = re.match(r"((?:n|y|p=[^,]*),,)(.*)", rest[4:].decode()).groups()
        server = "r=%sserver,s=%s,i=%d" % (first.partition("r=")[2], base64.b64encode(self.SALT).decode(), self.ROUNDS)
        s.sendall(message(b"R", b"\0\0\0\x0b" + server.encode()))
        final, _, proof = read(s)[1].decode().rpartition(",p=")
        channel = base64.b64decode(final.split(",")[0][2:])
        said = ",".join((first, server, final)).encode()
        key = hmac.digest(self.salted, b"Client Key", "sha256")
        mask = hmac.digest(hashlib.sha256(key).digest(), said, "sha256")
        if base64.b64decode(proof) != bytes(a ^ b for a, b in zip(key, mask)) or not channel.startswith(header.encode()):
            raise AssertionError("a proof that proves nothing")
        self.chosen.append((method.decode(), channel))
        signature = hmac.digest(hmac.digest(self.salted, b"Server Key", "sha256"), said, "sha256")
        s.sendall(message(b"R", b"\0\0\0\x0cv=" + base64.b64encode(signature)))
        return False


class Session:
    """One connection of the server. It knows prepared statements; a text with "bad" in it can't be prepared. It says what
    its session has when it is asked as a proxy does: channels, locks, temporary tables, statements of SQL, a role."""
    BEGINS = ("listen", "select pg_advisory_lock", "create temp", "prepare", "set role")
    ENDS = ("unlisten *", "select pg_advisory_unlock(1)", "drop table t", "deallocate s", "reset role")

    def __init__(self, server, s, number):
        self.server, self.s, self.number, self.state, self.batch = server, s, number, "I", b""
        self.statements, self.portals, self.failed = {}, {}, False
        self.cancelled, self.has = threading.Event(), [False] * 5

    def answer(self, kind, body):
        if kind == b"Q":
            self.statements.pop("", None)
            done, self.batch = self.batch + self.run(body[:-1].decode()), b""
            self.s.sendall(done + self.ready())
        elif kind in b"SH":
            self.failed = self.failed and kind != b"S"
            self.s.sendall(self.batch + (self.ready() if kind == b"S" else b""))
            self.batch = b""
        elif not self.failed:
            words = [word.decode("latin-1") for word in body.split(b"\0")]
            reply = {b"P": self.parse, b"B": self.bind, b"D": self.describe, b"E": self.execute, b"C": self.close}[kind](words)
            self.failed = reply[:1] == b"E"
            self.batch += reply
            if self.failed:  # is said at once
                self.s.sendall(self.batch)
                self.batch = b""

    def parse(self, words):
        if words[0] in self.statements and words[0]:
            return error("42P05", 'prepared statement "%s" already exists' % words[0])
        if "bad" in words[1]:
            return error("42601", "syntax error")
        self.statements[words[0]] = words[1]
        return message(b"1")

    def bind(self, words):
        if words[1] not in self.statements:
            return error("26000", 'prepared statement "%s" does not exist' % words[1])
        self.portals[words[0]] = self.statements[words[1]]
        return message(b"2")

    def describe(self, words):
        if words[0][0] == "S" and words[0][1:] not in self.statements:
            return error("26000", 'prepared statement "%s" does not exist' % words[0][1:])
        return (message(b"t", b"\0\0") if words[0][0] == "S" else b"") + message(b"n")

    def execute(self, words):
        if words[0] not in self.portals:
            return error("34000", 'portal "%s" does not exist' % words[0])
        return self.run(self.portals[words[0]])

    def close(self, words):
        (self.statements if words[0][0] == "S" else self.portals).pop(words[0][1:], None)
        return message(b"3")

    def run(self, text):
        if text.startswith("select exists(select from pg_catalog.pg_listening_channels())"):
            return self.row(["ft"[has] for has in self.has])
        for place in range(5):
            self.has[place] |= text.lower().startswith(self.BEGINS[place])
            self.has[place] &= not text.lower().startswith(self.ENDS[place]) and text.upper() != "DISCARD ALL"
        words = text.rstrip(";").split(" ")
        if words[0].upper() == "PREPARE":
            self.statements[words[1]] = text
        if words[0].upper() in ("DISCARD", "DEALLOCATE") and words[-1].upper() == "ALL":
            self.statements.clear()
        elif words[0].upper() == "DEALLOCATE" and self.statements.pop(words[-1].strip('"'), None) is None:
            return error("26000", "prepared statement %s does not exist" % words[-1])
        return self.done(text)

    @staticmethod
    def row(values):
        columns = b"".join(texts("?") + struct.pack(">IHIhih", 0, 0, 25, -1, -1, 0) for _ in values)
        row = b"".join(struct.pack(">I", len(v)) + v.encode() for v in values)
        return (message(b"T", struct.pack(">H", len(values)) + columns) + message(b"D", struct.pack(">H", len(values)) + row) +
                message(b"C", texts("SELECT 1")))

    def done(self, text):
        if text.startswith("select sleep"):
            return self.sleep()
        if text.upper() in ("DISCARD ALL", "DEALLOCATE ALL"):
            return message(b"C", texts(text.upper()))  # which a proxy may look at
        word = text.split(" ")[0].rstrip(";").lower()
        self.state = {"begin": "T", "commit": "I", "rollback": "I"}.get(word, self.state)
        return message(b"C", texts("%s@%d" % (text, self.number)))

    def sleep(self):
        """Until it is cancelled, or its client has gone."""
        self.cancelled.clear()
        self.s.setblocking(False)
        try:
            while not self.cancelled.wait(0.005):
                try:
                    if not self.s.recv(1, socket.MSG_PEEK):
                        raise EOFError
                except BlockingIOError:
                    pass
        finally:
            self.s.setblocking(True)
        self.state = "I" if self.state == "I" else "E"
        return error("57014", "canceling statement due to user request")

    def ready(self):
        return message(b"Z", self.state.encode())


def error(code, text, severity="ERROR"):
    return message(b"E", b"S" + texts(severity) + b"V" + texts(severity) + b"C" + texts(code) + b"M" + texts(text) + b"\0")


def cancel(proxy, key):
    with socket.create_connection(("127.0.0.1", proxy.port), LONG) as s:
        s.sendall(special(CANCEL, key))
        return s.recv(1)
