"""Messages of Kafka's wire protocol, as far as the tests need them."""
import struct
import threading

from sharing import read_exactly

PRODUCE, FETCH, METADATA, HEARTBEAT, SASL_HANDSHAKE, API_VERSIONS, SASL_AUTHENTICATE = 0, 1, 3, 12, 17, 18, 36


def text(value):
    return struct.pack(">h", -1) if value is None else struct.pack(">h", len(value)) + value


def compact(value):
    return b"\0" if value is None else bytes([len(value) + 1]) + value


def request(key, version, number, body=b"", client=b"shop"):
    content = struct.pack(">hhi", key, version, number) + text(client) + body
    return struct.pack(">i", len(content)) + content


def produce(number, acks, version=3, client=b"shop", transaction=None, tags=b"\0", rest=b"records"):
    before = b"" if version < 3 else text(transaction) if version < 9 else tags + compact(transaction)
    return request(PRODUCE, version, number, before + struct.pack(">h", acks) + rest, client)


def response(number, body=b""):
    return struct.pack(">ii", 4 + len(body), number) + body


class Message:
    """A message that was read. of a response only data, number and body count."""

    def __init__(self, data):
        self.data = data
        self.key, self.version, self.number = struct.unpack_from(">hhi", data, 4) if len(data) >= 12 else (0, 0, 0)

    @property
    def acks(self):
        at = 14 + struct.unpack_from(">h", self.data, 12)[0] + (2 if self.version >= 3 else 0)
        return struct.unpack_from(">h", self.data, at)[0]


def read(s):
    size = read_exactly(s, 4)
    return Message(size + read_exactly(s, struct.unpack(">i", size)[0]))


def read_response(s):
    """Its correlation id, and what follows."""
    data = read(s).data
    return struct.unpack_from(">i", data, 4)[0], data[8:]


class Broker:
    """Answers each request with what stands behind its client id, in order, unless it is a Produce without acks.
    script(broker, connection, message) may do it instead; it returns whether it did. Records what it was asked, by
    connection."""

    def __init__(self, script=None):
        self.script, self.asked, self.lock = script, [], threading.Lock()

    def __call__(self, s):
        while True:
            m = read(s)
            with self.lock:
                self.asked.append((s, m))
            if self.script and self.script(self, s, m):
                continue
            if m.key != PRODUCE or m.acks:
                s.sendall(self.answer(m))

    @staticmethod
    def answer(m):
        if m.key == API_VERSIONS:
            return response(m.number, b"\0\0\0\0\0\0")
        return response(m.number, m.data[14 + struct.unpack_from(">h", m.data, 12)[0]:])
