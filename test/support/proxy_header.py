"""Headers of the PROXY protocol, as they are sent and as targets see them."""
import os
import socket
import struct
import tempfile

from admin_client import AdminProxy
from harness import Case

BEGIN = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL = BEGIN + b"\x20\0\0\0"
ALPN = 0x01
AUTHORITY = 0x02
UNIQUE_ID = 0x05
SSL = 0x20
ON = {"local__proxy_protocol": "on"}
CHECKS = "proximux_client_connections_checks_total"


def line(source="192.0.2.1", port=50000, destination="198.51.100.7", to=443):
    """One of version 1."""
    family = "TCP6" if ":" in source else "TCP4"
    return ("PROXY %s %s %s %d %d\r\n" % (family, source, destination, port, to)).encode()


def tlv(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


def binary(source="192.0.2.1", port=50000, destination="198.51.100.7", to=443, tlvs=b""):
    """One of version 2."""
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    rest = (socket.inet_pton(family, source) + socket.inet_pton(family, destination) + struct.pack(">HH", port, to)
            + tlvs)
    return BEGIN + bytes((0x21, 0x21 if ":" in source else 0x11)) + struct.pack(">H", len(rest)) + rest


def exactly(s, size):
    data = b""
    while len(data) < size:
        part = s.recv(size - len(data))
        if not part:
            raise EOFError(data)
        data += part
    return data


def receive(s):
    """Takes a header from a socket, and not a byte behind it."""
    head = exactly(s, 15)
    if head.startswith(b"PROXY "):
        while not head.endswith(b"\r\n"):
            head += exactly(s, 1)
        return head
    head += exactly(s, 1)
    return head + exactly(s, struct.unpack(">H", head[14:])[0])


class ProxyHeaders(Case):
    def behind(self, mode="proxy", target=None, **settings):
        """A proxy whose clients begin with a header. settings: two underscores stand for a dot."""
        if mode != "proxy":
            settings["exchange__protocol"] = "line"
        p = self.proxy(target or self.target(), mode=mode, settings={**ON, **settings},
                       args=["--log-level", "3", "--set", "log.mask_addresses=0"])
        return p

    def said(self, p, data):
        """A client that has sent this."""
        c = self.client(p)
        c.sendall(data)
        return c

    def record_of(self, p, client):
        """The record of the connection of a client that has this name."""
        return p.record(lambda r: r["d"]["client"] == client and "end" in r["d"])["d"]

    def admin(self, mode="proxy", target=None, **settings):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        if mode != "proxy":
            settings["exchange__protocol"] = "line"
        p = AdminProxy(target or self.target(), mode=mode, settings={**ON, **settings},
                       path=os.path.join(folder.name, "admin"))
        self.addCleanup(self.ended, p)
        return p
