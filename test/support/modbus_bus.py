"""Modbus messages in each form, and a serial bus behind a device server that is noisy, late, torn and foreign."""
import random
import struct
import threading
import time

from sharing import read_exactly


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


def rtu(body, _ident=0):
    return body + crc(body)


def ascii_line(body, _ident=0):
    return b":" + (body + bytes([-sum(body) & 255])).hex().upper().encode() + b"\r\n"


def tcp(body, ident=0):
    return struct.pack(">HHH", ident, 0, len(body)) + body


FORMS = {"tcp": tcp, "rtu": rtu, "ascii": ascii_line}


def value_of(unit, address):
    return (unit * 4096 + address) & 65535


def reading(unit, address, count):
    return struct.pack(">BBHH", unit, 3, address, count)


def values(unit, address, count):
    return struct.pack(">BBB%dH" % count, unit, 3, 2 * count, *(value_of(unit, address + i) for i in range(count)))


def read_request(s, form):
    """The body of a request that is a read, or a write of one register."""
    if form == "rtu":
        message = read_exactly(s, 8)
        body = message[:-2]
        assert rtu(body) == message, message
        return body
    line = b""
    while not line.endswith(b"\n"):
        line += read_exactly(s, 1)
    body = bytes.fromhex(line[1:-4].decode())
    assert ascii_line(body) == line, line
    return body


def read_response(s, form):
    """The body of a response to a read, with the id."""
    if form == "tcp":
        ident, protocol, size = struct.unpack(">HHH", read_exactly(s, 6))
        assert protocol == 0
        return ident, read_exactly(s, size)
    if form == "rtu":
        head = read_exactly(s, 3)
        rest = read_exactly(s, 2 if head[1] & 128 else 2 + (3 if head[1] == 6 else head[2]))
        body = (head + rest)[:-2]
        assert rtu(body) == head + rest, head + rest
        return 0, body
    return 0, read_request(s, form)


class Bus:
    """Each connection hears what is on the bus: transparent device servers do not know who has asked. Something may
    happen to each request, as likely as is said."""

    FAULTS = ("noise", "trailing", "echo", "foreign", "broken", "cut", "silent", "late", "stranger")

    def __init__(self, form, seed, likely):
        self.form, self.random, self.likely = form, random.Random(seed), likely
        self.lock, self.late, self.seen, self.connections = threading.Lock(), [], {}, 0

    def __call__(self, s):
        with self.lock:
            self.connections += 1
            late, self.late = self.late, []
        for message in late:  # of an earlier connection, when a new request may be under way
            time.sleep(0.01)
            s.sendall(message)
        while True:
            body = read_request(s, self.form)
            with self.lock:
                fault = self.random.choice(self.FAULTS) if self.random.random() < self.likely else "none"
                self.seen[fault] = self.seen.get(fault, 0) + 1
                pieces = self.answer(fault, body)
            for piece in pieces:
                s.sendall(piece)

    def answer(self, fault, body):
        make = FORMS[self.form]
        unit, function, address, count = struct.unpack(">BBHH", body)
        right = make(values(unit, address, count) if function == 3 else body)
        noise = bytes(self.random.randrange(256) for _ in range(self.random.randrange(1, 9)))
        other = unit % 8 + 1
        said = {"none": right, "noise": noise + right, "trailing": right + noise, "echo": make(body) + right,
                "foreign": make(values(other, address, count)) + make(values(unit, address, count + 1)) + right,
                "broken": right[:4] + bytes([right[4] ^ 1]) + right[5:], "cut": right[:-3], "silent": b"", "late": b"",
                "stranger": make(struct.pack(">BBHH", unit, 6, address + 1, 7))}[fault]
        if fault == "late":
            self.late.append(right)
        pieces = []
        while said:
            size = self.random.randrange(1, len(said) + 1)
            pieces.append(said[:size])
            said = said[size:]
        return pieces
