"""Modbus TCP with libmodbus: every function, unit and length, right and wrong."""
import itertools
import struct

from modbus_bus import FORMS
from script import Script
from victims import Answers, Due


def frame(ident, unit, pdu, length=None, protocol=0):
    return struct.pack(">HHHB", ident, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


# what has once cost others their answers, since libmodbus throws away what came behind it
CORPUS = [frame(1, 0, b"\x10\0\0\0\0\0"), frame(1, 0, b"\x08\0\4\0\0"), frame(1, 1, b"\x41" + frame(9, 1, b"\3\0\0\0\1"))]


def ident_of(data):
    return struct.unpack(">H", data[:2])[0] if len(data) >= 2 else None


class Modbus:
    protocol = "modbus"
    settings = {}
    secret, patient, harmful, corpus = None, True, (), CORPUS

    def __init__(self, server, _seed):
        self.server = server

    # -- victims: what nobody can write, and what an answer repeats

    def victim(self, n, random):
        while True:
            due, data = {}, b""
            for ident in random.sample(range(65536), random.choice((1, 1, 2, 4))):
                request, answer = self.known(n, random)
                unit = random.choice((1, 1, n + 1))
                data += frame(ident, unit, request)
                due[ident] = frame(ident, unit, answer)
            yield data, Answers(due, ident_of)

    @staticmethod
    def known(n, random):
        at, count, value = n * 60 + random.randrange(40), random.randint(1, 10), random.getrandbits(16)
        way = random.randrange(6)
        if way < 2:
            return struct.pack(">BHH", 4, at, count), struct.pack(">BB%dH" % count, 4, 2 * count,
                                                                  *((at + i) * 3 for i in range(count)))
        if way == 2:
            bits = sum(((at + i) & 1) << i for i in range(count))
            size = -(-count // 8)
            return struct.pack(">BHH", 2, at, count), struct.pack(">BB", 2, size) + bits.to_bytes(size, "little")
        if way == 3:
            pdu = struct.pack(">BHH", 6, at, value)
            return pdu, pdu
        if way == 4:
            return struct.pack(">BHHHHBH", 23, at, 1, at, 1, 2, value), struct.pack(">BBH", 23, 2, value)
        return struct.pack(">BHH", 3, 995 + n % 5, 100), b"\x83\2"

    def error(self, data):
        if len(data) < 9:
            return 0, b""
        return (9, bytes(data[:9])) if data[7] & 0x80 and data[8] in (10, 11) else (0, None)

    @staticmethod
    def may_fail(_text, _excuses):
        return False

    @staticmethod
    def may_close(_excuses):
        return False

    @staticmethod
    def may_see(_slot):
        return False

    # -- hostile clients

    def episode(self, random):
        script = Script(random)
        for _ in range(random.choice((1, 1, 2, 3))):
            data = b"".join(self.request(random) for _ in range(random.choice((1, 1, 3, 10))))
            script.send(data if random.random() < 0.9 else data[:random.randrange(len(data))])
            if random.random() < 0.4:
                script.hear(0, random.choice((5, 50)))
        return script.end()

    def request(self, random):
        ident, unit = random.choice((0, 1, 65535, random.getrandbits(16))), random.choice((0, 1, 1, 1, 2, 247, 255,
                                                                                           random.randrange(256)))
        if random.random() < 0.05:
            return random.choice((b"\0" * 6, b"\0\1\0\0\0\0", b"\0\1\0\0\0\1\1", b"\0\1\0\0\xff\xff\1\3",
                                  b"\0\1\0\0\0\xff\1\3" + b"\0" * 253, b"GET / HTTP/1.1\r\n\r\n",
                                  b"\0\1\0\1\0\6\1\3\0\0\0\1"))
        pdu = self.pdu(random)
        if random.random() < 0.15:
            pdu = random.choice((pdu[:-1], pdu + b"\0", pdu[:1], pdu + frame(9, 1, b"\3\0\0\0\1"),
                                 pdu + b"\0" * 200))[:253]
        length = None if random.random() < 0.95 else random.choice((0, 1, 2, len(pdu), len(pdu) + 2, 254, 255, 260,
                                                                    65535))
        return frame(ident, unit, pdu, length, 0 if random.random() < 0.97 else random.choice((1, 65535)))

    @staticmethod
    def pdu(random):
        at, count = random.choice((0, 1, 500, 999, 1000, 65535)), random.choice((0, 1, 2, 10, 125, 126, 2000, 2001,
                                                                                 65535))
        function = random.choice((1, 2, 3, 4, 5, 6, 15, 16, 22, 23))
        if random.random() < 0.3:
            function = random.choice((7, 8, 11, 12, 17, 20, 21, 24, 43, 0, 65, 90, 100, 127, 128, 131, 255,
                                      random.randrange(256)))
        if function in (1, 2, 3, 4):
            return struct.pack(">BHH", function, at, count)
        if function in (5, 6):
            return struct.pack(">BHH", function, at, random.choice((0, 0xff00, 1, 0xffff)))
        if function in (15, 16):
            count = random.choice((0, 1, 2, 100, 123))
            size = -(-count // 8) if function == 15 else 2 * count
            return struct.pack(">BHHB", function, at, count if random.random() < 0.9 else count + 1,
                               size if random.random() < 0.9 else (size + 1) % 256) + b"\7" * size
        if function == 22:
            return struct.pack(">BHHH", 22, at, 0xff, 0)
        if function == 23:
            count = random.choice((0, 1, 2, 100))
            return struct.pack(">BHHHHB", 23, at, random.choice((0, 1, 125, 126)), at, count,
                               2 * count % 256) + b"\7" * (2 * count)
        if function == 43:
            return b"\x2b\x0e" + bytes([random.randrange(6), random.randrange(4)])
        return bytes([function]) + random.choice((b"", b"\0\0\0\1", b"\0" * 3, b"\7" * 20, frame(9, 1, b"\3\0\0\0\1")))

    # -- for the shrinker

    @staticmethod
    def split(data):
        parts, at = [], 0
        while at < len(data):
            size = 6 + struct.unpack(">H", (data[at + 4:at + 6] + b"\0\0")[:2])[0]
            parts.append(data[at:at + size])
            at += size
        return parts

    @staticmethod
    def words(_data):
        return None

    join = staticmethod(b"".join)


class Gateway(Modbus):
    """The same clients, for devices on a serial bus. What holds up the bus for a time is given up soon."""
    settings = {"exchange.modbus_target": "rtu", "pool.settle": "50ms"}


class AsciiGateway(Modbus):
    settings = {"exchange.modbus_target": "ascii", "pool.settle": "50ms"}


class Rtu(Modbus):
    """Clients that speak the form of the bus. They have no ids, so one request of a client is under way at a time."""
    protocol, form = "modbus-rtu", "rtu"
    settings, corpus = {"pool.settle": "50ms"}, [b"\1\3\0\0\0\1", b":010300000001FB\r\n", b":" * 600]

    def victim(self, n, random):
        make = FORMS[self.form]
        while True:
            request, answer = self.known(n, random)
            unit = bytes([random.choice((1, 1, n + 1))])
            yield make(unit + request), Due(make(unit + answer))

    def error(self, data):
        """An exception 10 or 11 to what victims ask."""
        for body in itertools.product(range(256), (0x82, 0x83, 0x84, 0x86, 0x97), (10, 11)):
            error = FORMS[self.form](bytes(body))
            if error.startswith(bytes(data[:len(error)])):
                return len(error) if len(data) >= len(error) else 0, error
        return 0, None

    def request(self, random):
        data = bytearray(FORMS[self.form](bytes([random.choice((0, 1, 1, 2, 247, 255))]) + self.pdu(random)))
        if random.random() < 0.1:
            data[random.randrange(len(data))] ^= random.choice((1, 0x20, 0x80))
        return bytes(data)

    split = staticmethod(lambda data: [data])


class Ascii(Rtu):
    protocol, form = "modbus-ascii", "ascii"
