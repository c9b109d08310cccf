"""Messages of Diameter (RFC 6733), as far as the tests need them."""
import itertools
import struct
import threading

from sharing import read_exactly

CAPABILITIES, RE_AUTH, ABORT, WATCHDOG, DISCONNECT, CREDIT = 257, 258, 274, 280, 282, 272
REQUEST, PROXIABLE, ERROR, AGAIN = 0x80, 0x40, 0x20, 0x10
HOST_ADDRESS, AUTH_APPLICATION, SESSION, ORIGIN_HOST, VENDOR, RESULT, PRODUCT = 257, 258, 263, 264, 266, 268, 269
ERROR_MESSAGE, PROXY_INFO, ORIGIN_REALM, USER = 281, 284, 296, 1
SUCCESS, UNABLE, BUSY = 2001, 3002, 3004
RELAY = 0xffffffff
IDENTITY = {"exchange__diameter_identity": "proximux.test", "exchange__diameter_realm": "test"}


def avp(code, value, flags=0x40):
    if isinstance(value, int):
        value = struct.pack(">I", value)
    head = struct.pack(">IB", code, flags) + struct.pack(">I", 8 + len(value))[1:]
    return head + value + bytes(-len(value) % 4)


def message(flags, command, application, hop, end, avps):
    body = b"".join(avp(code, value, 0 if code in (PRODUCT, ERROR_MESSAGE) else 0x40) for code, value in avps)
    return b"\1" + struct.pack(">I", 20 + len(body))[1:] + bytes([flags]) + struct.pack(">I", command)[1:] + \
        struct.pack(">III", application, hop, end) + body


def request(command, hop, end, avps=(), application=0, flags=REQUEST | PROXIABLE):
    return message(flags, command, application, hop, end, avps)


def origin(name):
    return [(ORIGIN_HOST, name.encode()), (ORIGIN_REALM, name.split(".", 1)[-1].encode())]


def capabilities(hop, end, name="client.test", applications=(4,)):
    return request(CAPABILITIES, hop, end, origin(name) + [(HOST_ADDRESS, b"\0\1\x7f\0\0\1"), (VENDOR, 0), (PRODUCT, b"test")] +
                   [(AUTH_APPLICATION, each) for each in applications], flags=REQUEST)


def watchdog(hop, end, name="client.test"):
    return request(WATCHDOG, hop, end, origin(name), flags=REQUEST)


def disconnect(hop, end, name="client.test"):
    return request(DISCONNECT, hop, end, origin(name) + [(273, 0)], flags=REQUEST)


def ask(hop, end, user, session=b"client.test;1;2", more=(), command=CREDIT):
    return request(command, hop, end, [(SESSION, session), *origin("client.test"), (USER, user), *more], application=4)


class Message:
    """A message that was read."""

    def __init__(self, data):
        self.data, self.flags = data, data[4]
        self.command, (self.application, self.hop, self.end) = int.from_bytes(data[5:8], "big"), struct.unpack_from(">III", data, 8)
        self.avps, at = [], 20
        while at + 8 <= len(data):
            code, size = struct.unpack_from(">I", data, at)[0], int.from_bytes(data[at + 5:at + 8], "big")
            if size < 8:
                break
            self.avps.append((code, data[at + 8:at + size]))
            at += size + -size % 4

    def get(self, code):
        return next((value for each, value in self.avps if each == code), None)

    @property
    def result(self):
        return int.from_bytes(self.get(RESULT) or b"", "big")

    @property
    def is_request(self):
        return bool(self.flags & REQUEST)


def read(s):
    head = read_exactly(s, 20)
    return Message(head + read_exactly(s, int.from_bytes(head[1:4], "big") - 20))


class Server:
    """Answers each request with its Session-Id and User-Name. script(server, connection, message) may do it instead; it
    returns whether it did. Records what it was asked and answered, by connection; can ask clients itself."""

    NAME = "server.test"

    def __init__(self, script=None):
        self.script, self.asked, self.lock, self.ids = script, [], threading.Lock(), itertools.count(7000)

    def __call__(self, s):
        while True:
            m = read(s)
            with self.lock:
                self.asked.append((s, m))
            if m.is_request and not (self.script and self.script(self, s, m)):
                s.sendall(self.answer(m))
                if m.command == DISCONNECT:
                    return

    @classmethod
    def answer(cls, m, result=SUCCESS, flags=0, more=()):
        avps = [(code, value) for code, value in m.avps if code in (SESSION, PROXY_INFO, USER)]
        avps[:0] = [(RESULT, result), *origin(cls.NAME)]
        if m.command == CAPABILITIES:
            avps += [(HOST_ADDRESS, b"\0\1\x0a\0\0\1"), (VENDOR, 99), (PRODUCT, b"scripted"), (AUTH_APPLICATION, 4)]
        return message(m.flags & PROXIABLE | flags, m.command, m.application, m.hop, m.end, avps + list(more))

    def ask(self, s, command, avps=()):
        """A request of its own; the ids are new."""
        number = next(self.ids)
        s.sendall(request(command, number, number, [*origin(self.NAME), *avps], flags=REQUEST))
        return number

    def requests(self, command=None):
        return [m for _, m in self.asked if m.is_request and command in (None, m.command)]

    def answers(self, command=None):
        return [m for _, m in self.asked if not m.is_request and command in (None, m.command)]
