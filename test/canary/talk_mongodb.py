"""MongoDB with the scripted server of the system tests: commands of all kinds, cursors, sequences, flags, and no BSON."""
import struct

import mongo
from talk_ids import Ids, Scripted

BAD = b"\x1e\0\0\0\x02ping\0\xff\xff\xff\x7fa\0\0"


class Forgiving(mongo.Server):
    """Answers as a server does that was asked nonsense: with an error."""

    def __call__(self, s):
        while True:
            size = mongo.read_exactly(s, 4)
            data = size + mongo.read_exactly(s, struct.unpack("<i", size)[0] - 4)
            try:
                m = mongo.Message(data)
                answer = b"" if m.flags & mongo.MORE_TO_COME else self.answer(m)
            except Exception:  # whatever is wrong with it
                number, = struct.unpack_from("<i", data, 4)
                silent = data[12:16] == struct.pack("<i", mongo.MSG) and data[16] & mongo.MORE_TO_COME
                answer = b"" if silent else mongo.message({"ok": 0.0, "code": 22}, to=number)
            if answer:
                s.sendall(answer)


    def reply_to(self, m):
        """Without what the program removes, so that it is the same directly."""
        return {key: value for key, value in super().reply_to(m).items() if key != "topologyVersion"}


class Server(Scripted):
    SERVER = Forgiving


class Mongodb(Ids):
    protocol = "mongodb"
    corpus = [mongo.message({"saslStart": 1, "mechanism": "PLAIN", "payload": b"\0u\0p"}, 1),
              mongo.message({"ping": 1}, 7, flags=mongo.MORE_TO_COME), mongo.query({"isMaster": 1}, 9),
              mongo.message({"find": "a", "$db": "b"}, 1) + mongo.message({"getMore": mongo.Long(1000)}, 2)]

    def known(self, secret, ident, random):
        text, way = secret.decode(), random.randrange(8)
        answer = {"echo": text, "ok": 1.0}
        if way == 0:
            return (mongo.message({"hello": 1, "comment": text, "client": {"driver": "x"}}, ident),
                    mongo.message({"isWritablePrimary": True, **answer}, 99, ident))
        if way == 1:
            return (mongo.query({"isMaster": 1, "comment": text}, ident),
                    mongo.reply({"isWritablePrimary": True, **answer}, ident, 99))
        if way == 2:
            documents = [{"x": "d" * random.choice((1, 100, 30000, 90000))}]
            return (mongo.message({"insert": "a", "comment": text, "$db": "b"}, ident, sequences=[("documents", documents)]),
                    mongo.message(answer, 99, ident))
        if way == 3:
            return mongo.message({"insert": "a", "$db": "b"}, ident, flags=mongo.MORE_TO_COME), None
        if way == 4:
            return (mongo.message({"ping": 1, "comment": text}, ident, flags=mongo.EXHAUST_ALLOWED | mongo.CHECKSUM,
                                  checksum=b"crcc"), mongo.message(answer, 99, ident))
        return mongo.message({"ping": 1, "comment": text, "$db": "b"}, ident), mongo.message(answer, 99, ident)

    @staticmethod
    def ident(data):
        return struct.unpack_from("<i", data, 8)[0] if len(data) >= 12 else None

    @staticmethod
    def error(data):
        """With the code of an error that only the program gives."""
        if len(data) < 16:
            return 0, b""
        size, = struct.unpack_from("<i", data)
        return (size, bytes(data[:size])) if len(data) >= size and b"proximux: " in data[:size] else (
            (0, b"") if len(data) < size else (0, None))

    def large(self, random):
        return mongo.message({"insert": "a", "$db": "b"}, 1, sequences=[("documents", [{"x": "d" * 90000}])])

    def request(self, random):
        number = random.choice((0, 1, 7, -1, 65535, random.randrange(1 << 16)))
        way = random.random()
        if way < 0.05:
            return random.choice((
                b"\x0f\0\0\0" + b"\0" * 12, b"\xff\xff\xff\x7f" + b"\0" * 12, b"GET / HTTP/1.1\r\n\r\n",
                mongo.header(0, number, 0, 1), mongo.header(0, number, 0, mongo.MSG), mongo.header(9, number, 0, 2012) + b"\0" * 9,
                mongo.header(4, number, 0, 2006) + b"\0" * 4, mongo.header(5 + len(BAD), number, 0, mongo.MSG) + b"\0" * 5 + BAD,
                mongo.query({"find": 1}, number, "a.b"), mongo.message({"ok": 1.0}, number, 7)))
        name = random.choice(("ping", "ping", "hello", "find", "find", "getMore", "killCursors", "insert", "update", "delete",
                              "aggregate", "saslStart", "saslContinue", "logout", "getnonce", "getLastError", "nosuch", "",
                              "commitTransaction", "abortTransaction", "isMaster", "serverStatus", "endSessions"))
        body = {name: random.choice((1, 1.0, "a", b"x", True, mongo.Long(1000), [1]))}
        if name == "killCursors":
            body["cursors"] = [mongo.Long(1000)]
        for key, value in (("comment", "c" * 20), ("$db", "b"), ("lsid", {"id": b"1234"}), ("autocommit", False),
                           ("startTransaction", True), ("maxAwaitTimeMS", 10), ("exhaust", True)):
            if random.random() < 0.15:
                body[key] = value
        flags = random.choice((0, 0, 0, 0, 1, 2, 3, 1 << 16, 4, 1 << 15, 0x7fffffff))
        sequences = [("documents", [{"x": 1}] * random.choice((0, 1, 100)))] if random.random() < 0.2 else []
        return mongo.message(body, number, random.choice((0, 0, 7)), flags, sequences, b"crcc" if flags & 1 else b"")

    @staticmethod
    def size(head):
        return struct.unpack_from("<i", head)[0]
