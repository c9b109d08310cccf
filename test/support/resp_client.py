"""A client of RESP2 and RESP3."""
import socket

from harness import LONG


def redis(s):
    """As much of a Redis as tests of the admin port need: each command has a fixed answer."""
    f = s.makefile("rb")
    for line in iter(f.readline, b""):
        words = [f.read(int(f.readline()[1:]) + 2)[:-2].upper() for _ in range(int(line[1:]))]
        answers = {b"EXEC": b"*0\r\n", b"GET": b"$1\r\nv\r\n", b"PING": b"+PONG\r\n"}
        s.sendall(answers.get(words[0], b"+OK\r\n"))


class Client:
    """One that says what it received: a value of RESP2 or RESP3 in Python's types, and the types that it had."""

    def __init__(self, port):
        self.s = socket.create_connection(("127.0.0.1", port), LONG)
        self.s.settimeout(LONG)
        self.f = self.s.makefile("rb")
        self.types = set()
        self.pushes = []

    def close(self):
        self.f.close()
        self.s.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.s.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))

    def ask(self, *words):
        self.send(*words)
        return self.reply()

    def reply(self):
        while True:
            value, push = self.value()
            if not push:
                return value
            self.pushes.append(value)

    def value(self):
        line = self.f.readline()
        if not line.endswith(b"\r\n"):
            raise AssertionError("the connection ended")
        kind, rest = line[:1], line[1:-2]
        self.types.add(kind)
        if kind in b"+-:,(":
            return (line[:-2] if kind == b"-" else rest), False
        if kind == b"#":
            return rest == b"t", False
        if kind == b"_":
            return None, False
        n = int(rest)
        if kind in b"$=!":
            if n < 0:
                return None, False
            data = self.f.read(n + 2)[:-2]
            return data, False
        if kind == b"%":
            return {self.value()[0]: self.value()[0] for _ in range(n)}, False
        if kind in b"*~>":
            return (None if n < 0 else [self.value()[0] for _ in range(n)]), kind == b">"
        raise AssertionError("unknown type %r" % line)
