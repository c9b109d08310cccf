"""The common parts of the tests of fifo and funnel: scriptable targets with framing, and their clients."""
import struct
import threading
import time

from harness import Case, SHORT, reset

MODES = (("fifo", 1), ("funnel", 3))


class Lines:
    """A target that answers each line, by default with "A:" and the line, else with the bytes that
    script(connection, line) returns; None: no answer. Records all requests."""

    def __init__(self, script=None, greet=b""):
        self.requests, self.lock, self.script, self.greet = [], threading.Lock(), script, greet
        self.in_flight = self.most_in_flight = 0

    def __call__(self, s):
        if self.greet:
            s.sendall(self.greet)
        buffered = b""
        while True:
            data = s.recv(65536)
            if not data:
                return
            buffered += data
            while b"\n" in buffered:
                line, buffered = buffered.split(b"\n", 1)
                self.one(s, line)

    def one(self, s, line):
        with self.lock:
            self.requests.append(line)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            answer = self.script(s, line) if self.script else b"A:" + line + b"\n"
        finally:
            with self.lock:
                self.in_flight -= 1
        if answer is not None:
            s.sendall(answer)


def act(s, got):
    """What a target does is told by the request."""
    if got.startswith(b"sleep"):
        time.sleep(int(got[5:]) / 1000.0)
    if got == b"silent":
        return None
    if got == b"reset":
        reset(s)
        raise OSError
    if got == b"fin":
        raise EOFError
    if got == b"tear":
        s.sendall(b"A:te")
        time.sleep(0.05)  # the reset must not overtake it: nothing tells a target that it was read
        reset(s)
        raise OSError
    if got == b"twice":
        return b"A:twice\nA:twice\n"
    if got == b"later":
        threading.Timer(0.1, s.sendall, (b"surplus\n",)).start()
    if got.startswith(b"big"):
        return b"A" * int(got[3:]) + b"\n"
    return b"A:" + got + b"\n"


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def read_exactly(s, n):
    parts = []
    while n:
        d = s.recv(min(n, 1 << 20))
        if not d:
            raise EOFError
        parts.append(d)
        n -= len(d)
    return b"".join(parts)


def read_frame(s):
    return read_exactly(s, struct.unpack(">I", read_exactly(s, 4))[0])


class SharedCase(Case):
    """Runs the program in fifo or funnel."""

    def shared(self, mode, *targets, protocol="line", connections=None, **settings):
        given = {"exchange.protocol": protocol}
        if connections and connections > 1:
            given["target.1.connections"] = connections
        given.update({k.replace("__", "."): v for k, v in settings.items()})
        return self.proxy(*targets, mode=mode, settings=given)

    def serves(self, proxy):
        """Asserts that another client is served."""
        self.assertTrue(proxy.alive(), proxy.text()[-3000:])
        with proxy.client(timeout=SHORT) as c:
            c.sendall(b"still there\n")
            self.assertEqual(c.makefile("rb").readline(), b"A:still there\n", proxy.text()[-3000:])
