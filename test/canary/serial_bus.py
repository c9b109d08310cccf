"""A bus with devices of every unit behind a device server: serial_bus.py PORT rtu|ascii noisy|quiet. It answers RTU or
ASCII, and Modbus/TCP to who speaks that, with the values of the server in ../peers/modbus.c. A noisy one passes on noise
now and then, but to nobody who speaks Modbus/TCP."""
import os
import random
import socketserver
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))

from modbus_bus import FORMS, ascii_line, rtu, tcp  # noqa: E402

SIZE = 1000
COILS, WORDS, LOCK = [0] * SIZE, [0] * SIZE, threading.Lock()
NOISE = random.Random(1)
FORM, NOISY = "rtu", True


class Refused(Exception):
    pass


def places(data, most):
    at, count = struct.unpack(">HH", data)
    if not 1 <= count <= most:
        raise Refused(3)
    if at + count > SIZE:
        raise Refused(2)
    return at, count


def bits(values):
    packed = bytearray((len(values) + 7) // 8)
    for i, value in enumerate(values):
        packed[i // 8] |= value << (i % 8)
    return bytes([len(packed)]) + bytes(packed)


def words(values):
    return struct.pack(">B%dH" % len(values), 2 * len(values), *values)


def write_words(at, data):
    WORDS[at:at + len(data) // 2] = struct.unpack(">%dH" % (len(data) // 2), data)


def done(function, data):
    """The data of the answer. Sizes fit: they were read as the function says."""
    if function in (1, 2):
        at, count = places(data, 2000)
        return bits([COILS[i] if function == 1 else i & 1 for i in range(at, at + count)])
    if function in (3, 4):
        at, count = places(data, 125)
        return words([WORDS[i] if function == 3 else i * 3 & 65535 for i in range(at, at + count)])
    if function in (5, 6, 22):
        at, _ = places(data[:2] + b"\0\1", 1)
        value = struct.unpack(">H", data[2:4])[0]
        if function == 5 and value not in (0, 0xFF00):
            raise Refused(3)
        if function == 5:
            COILS[at] = value & 1
        elif function == 6:
            WORDS[at] = value
        return data
    if function in (15, 16):
        at, count = places(data[:4], 1968 if function == 15 else 123)
        if data[4] != ((count + 7) // 8 if function == 15 else 2 * count):
            raise Refused(3)
        if function == 16:
            write_words(at, data[5:])
        return data[:4]
    if function == 23:
        at, count = places(data[:4], 125)
        into, written = places(data[4:8], 121)
        if data[8] != 2 * written:
            raise Refused(3)
        write_words(into, data[9:])
        return words(WORDS[at:at + count])
    raise Refused(1)


def answer(body):
    function = body[1]
    try:
        with LOCK:
            return body[:2] + done(function, body[2:])
    except Refused as refused:
        code = refused.args[0]
    except (IndexError, struct.error):  # ASCII has any size
        code = 3
    return bytes([body[0], function | 128, code])


def size_of(body):
    """Of the body of a request, as its function says; None: more is needed."""
    fixed = {7: 2, 11: 2, 12: 2, 17: 2, 24: 4, 22: 8, 8: 6, 43: 5, 1: 6, 2: 6, 3: 6, 4: 6, 5: 6, 6: 6}
    if body[1] in fixed:
        return fixed[body[1]]
    at, more = {15: (6, 7), 16: (6, 7), 20: (2, 3), 21: (2, 3), 23: (10, 11)}[body[1]]
    return None if len(body) <= at else more + body[at]


def noise(body):
    if not NOISY or NOISE.random() < 0.7:
        return b""
    said = bytes(NOISE.randrange(256) for _ in range(NOISE.randrange(1, 12)))
    make = FORMS[FORM]
    echo = make(body) if body[1] in (1, 2, 3, 4, 15, 16) else b""  # docs/protocols.md says what others cost
    return NOISE.choice((said, echo, make(bytes([body[0] ^ 1]) + b"\3\2\7\7"), make(body[:1] + b"\x14\2\7\7")))


def message_in(data):
    """The first message: its body, its size, and what makes a message of the answer; None: more is needed."""
    if data[2:4] == b"\0\0" and len(data) >= 8 and not is_rtu(data):
        ident, _, size = struct.unpack(">HHH", data[:6])
        return (data[6:6 + size], 6 + size, lambda body: tcp(body, ident)) if len(data) >= 6 + size else None
    if FORM == "ascii":
        end = data.find(b"\n") + 1
        return (bytes.fromhex(data[1:end - 4].decode()), end, ascii_line) if end else None
    size = size_of(data) if len(data) >= 2 else None
    if size is None or len(data) < size + 2:
        return None
    return data[:size], size + 2, rtu


def is_rtu(data):
    if FORM != "rtu":
        return False
    try:
        size = size_of(data)
    except KeyError:
        return False
    return size is not None and data[:size + 2] == rtu(data[:size])


class Device(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while came := self.request.recv(4096):
            data += came
            while (message := message_in(data)) is not None:
                body, size, make = message
                data = data[size:]
                said = answer(body)
                if make is not FORMS[FORM]:
                    self.request.sendall(make(said))
                elif body[0] != 0 or body[1] not in (5, 6, 15, 16, 22):
                    self.request.sendall(noise(body) + make(said))


class DeviceServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


if __name__ == "__main__":
    FORM, NOISY = sys.argv[2], sys.argv[3] == "noisy"
    with DeviceServer(("127.0.0.1", int(sys.argv[1])), Device) as server:
        server.serve_forever()
