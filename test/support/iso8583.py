"""ISO 8583:1987 messages with a type and fields in ASCII and a binary bitmap, and a host that answers them."""
import struct
import threading

from sharing import read_exactly

APPROVED = b"00"
SIGN_ON, ECHO_TEST = b"001", b"301"
SIZES = {7: 10, 11: 6, 37: 12, 39: 2, 41: 8}  # of fields with a fixed size; field 2 tells its own


def message(mti, stan, terminal=None, code=None, management=None, pan=None, reference=None):
    """Fields 2, 11, 37, 39, 41 and 70, where given."""
    fields = {2: pan and b"%02d%s" % (len(pan), pan), 11: b"%06d" % stan, 37: reference, 39: code, 41: terminal,
              70: management}
    fields = {number: value for number, value in fields.items() if value}
    bits = sum(1 << (128 - number) for number in fields)
    if management:
        bits |= 1 << 127
    bitmap = struct.pack(">QQ", bits >> 64, bits & (1 << 64) - 1)[:16 if management else 8]
    body = mti + bitmap + b"".join(value for _, value in sorted(fields.items()))
    return struct.pack(">H", len(body)) + body


def read_message(s):
    size = read_exactly(s, 2)
    return size + read_exactly(s, struct.unpack(">H", size)[0])


def fields_of(m):
    """Fields 2 to 41 of a message that has no other fields there than 2, 7, 11, 37, 39 and 41."""
    bits, = struct.unpack(">Q", m[6:14])
    fields, at = {}, 22 if bits >> 63 else 14
    for number in range(2, 42):
        if bits >> (64 - number) & 1:
            size = 2 + int(m[at:at + 2]) if number == 2 else SIZES[number]
            fields[number], at = m[at:at + size], at + size
    return fields


def parse(m):
    """Type, STAN and terminal."""
    fields = fields_of(m)
    return m[2:6], int(fields[11]), fields.get(41)


def response_to(m, stan=None):
    """With the reference of the request (field 37)."""
    fields = fields_of(m)
    return message(m[2:4] + b"%d0" % (int(m[4:5]) + 1), int(fields[11]) if stan is None else stan, fields.get(41), APPROVED,
                   reference=fields.get(37))


class Host:
    """Answers each request. script(host, connection, request) may do it instead; it returns whether it did."""

    def __init__(self, script=None):
        self.script, self.requests, self.lock = script, [], threading.Lock()

    def __call__(self, s):
        while True:
            m = read_message(s)
            with self.lock:
                self.requests.append(m)
            if not (self.script and self.script(self, s, m)):
                s.sendall(response_to(m))
