"""ISO 8583 with the scripted host of the peer tests: payments of all kinds, sign-ons, notices, and what is none of these."""
import collections
import struct

import iso8583
from talk_ids import Ids, Scripted
from talk_line import SECRET

TYPES = (b"0100", b"0120", b"0200", b"0200", b"0200", b"0220", b"0221", b"0400", b"0401", b"0500", b"0600")
NO_REQUESTS = (b"0110", b"0210", b"0240", b"1200", b"0900", b"2020", b"\2\0\0\0")


class Forgiving(iso8583.Host):
    """Remembers little, and ends the connection of what it cannot read, as a host does."""

    def __init__(self):
        super().__init__(self.unreadable)
        self.requests = collections.deque(maxlen=100)

    @staticmethod
    def unreadable(_host, _s, m):
        try:
            iso8583.response_to(m)
        except (KeyError, ValueError) as wrong:
            raise OSError("not a request of these tests") from wrong
        return False


class Host(Scripted):
    SERVER = Forgiving


class Iso8583(Ids):
    protocol = "iso8583"
    IDS = range(1, 10 ** 6)
    secret = SECRET[:6]
    corpus = [iso8583.message(b"0800", 1, management=iso8583.SIGN_ON) + iso8583.message(b"0200", 2, b"TERM0001"),
              iso8583.message(b"0200", 1, b"TERM0001") * 20, b"\0\0", b"\0\x0c1200" + bytes(8),
              iso8583.message(b"0210", 1, b"TERM0001", iso8583.APPROVED)]

    def known(self, secret, ident, random):
        """The reference is the victim's own, since a STAN and a terminal may be another's, too."""
        reference = self.secret + b"%06x" % random.getrandbits(24)
        if random.random() < 0.1:
            request = iso8583.message(b"0800", ident, management=iso8583.ECHO_TEST, reference=reference)
        else:
            pan = random.choice((None, b"4000001234567899", b"4" * 19))
            request = iso8583.message(random.choice(TYPES), ident, b"TERM%04d" % random.randrange(3), pan=pan,
                                      reference=reference)
        return request, iso8583.response_to(request)

    @staticmethod
    def ident(data):
        return int(data[14:20]) if len(data) >= 20 else None

    def large(self, random):
        """Fields behind those that pair are not looked at."""
        body = iso8583.message(b"0200", random.randrange(1, 9), b"TERM0001")[2:] + b"x" * 60000
        return struct.pack(">H", len(body)) + body

    def request(self, random):
        stan, way = random.choice((1, 2, 7, 999999, random.randrange(10 ** 6))), random.random()
        if way < 0.05:
            return random.choice((b"\0\0", b"\0\x0b0800" + bytes(7), b"\xff\xff0200", b"GET / HTTP/1.1\r\n\r\n",
                                  b"\0\x1a0200" + b"0020000000800000" + b"000001",
                                  b"\0\x100200@" + bytes(7) + b"\x16@\0\0"))
        if way < 0.15:
            code = random.choice((iso8583.SIGN_ON, b"002", b"101", iso8583.ECHO_TEST, iso8583.ECHO_TEST))
            return iso8583.message(random.choice((b"0800", b"0800", b"0820")), stan, management=code)
        mti = random.choice(TYPES if way < 0.9 else NO_REQUESTS)
        return iso8583.message(mti, stan, random.choice((b"TERM0000", b"TERM0001", b"TERM0001", None)),
                               random.choice((None, None, iso8583.APPROVED)), pan=random.choice((None, b"4" * 16)),
                               reference=random.choice((None, b"h" * 12)))

    @staticmethod
    def size(head):
        return 2 + struct.unpack_from(">H", head)[0]
