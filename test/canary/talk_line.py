"""Declared protocols with scripted targets: cheap, and right or wrong at will."""
import re
import struct
import threading

from harness import Target
from script import Script
from sharing import frame, read_frame
from victims import Due

SECRET = b"s3cret-of-a-victim"


class Echo:
    """Answers each message with itself."""
    THREADS = 1

    def __init__(self, _folder):
        self.target, self.lock = Target(self.serve), threading.Lock()
        self.port = self.target.port

    def serve(self, s):
        raise NotImplementedError

    @staticmethod
    def alive():
        return True

    @staticmethod
    def has_crashed(_):
        return False

    def stop(self):
        self.target.stop()


class Lines(Echo):
    def serve(self, s):
        with s.makefile("rb") as f:
            for line in f:
                s.sendall(self.answer(line))

    @staticmethod
    def answer(line):
        return b"A:" + line


class AnswersTwice(Lines):
    """And is wrong: it answers a line with this word twice."""

    @staticmethod
    def answer(line):
        return (b"A:" + line) * (2 if b"twice" in line else 1)


class SwallowsOne(Lines):
    @staticmethod
    def answer(line):
        return b"" if b"never" in line else b"A:" + line


class Frames(Echo):
    def serve(self, s):
        while True:
            s.sendall(frame(read_frame(s)))


class Line:
    protocol = "line"
    settings = {"exchange.pairing": "order", "exchange.pipeline": "8", "pool.settle": "0"}
    secret, patient, harmful, corpus = SECRET, False, (), [b"once\n"]

    def __init__(self, server, seed):
        self.run = str(seed).encode()

    def victim(self, n, random):
        count = 0
        while True:
            count += 1
            line = b"%s %d %d %x%s\n" % (SECRET, n, count, random.getrandbits(32), b"x" * random.choice((0, 0, 0, 5000)))
            yield line, Due(b"A:" + line)

    @staticmethod
    def error(data):
        return 0, None

    @staticmethod
    def may_fail(_text, _excuses):
        return False

    @staticmethod
    def may_close(_excuses):
        return False

    @staticmethod
    def may_see(_slot):
        return False

    def episode(self, random):
        script = Script(random)
        words = [b"a", b"", b"\0", b"A:" + SECRET[:4], b"\r", b"b" * 70000, b"once", b"twice", b"never", b"A:x"]
        for _ in range(random.randint(1, 4)):
            data = b"".join(b" ".join(random.choice(words) for _ in range(random.randint(1, 3))) + b"\n"
                            for _ in range(random.randint(1, 6)))
            script.send(data if random.random() < 0.8 else data[:-1])
        return script.end()

    @staticmethod
    def split(data):
        return data.splitlines(True)

    @staticmethod
    def words(data):
        return re.findall(rb"\n|[^ \n]+ ?| ", data)

    @staticmethod
    def join(parts):
        return b"".join(parts)


class Length(Line):
    protocol = "length"
    corpus = [frame(b"1234hostile")]
    settings = {"exchange.id_offset": "4", "exchange.id_width": "32", "pool.settle": "0"}

    def victim(self, n, random):
        count = 0
        while True:
            count += 1
            message = frame(struct.pack(">I", count) + b"%s %d %x" % (SECRET, n, random.getrandbits(64)))
            yield message, Due(message)

    def episode(self, random):
        script = Script(random)
        for _ in range(random.randint(1, 4)):
            data = b"".join(frame(struct.pack(">I",
                                              random.choice((0, 1, 2, 0xffffffff))) + b"h" * random.choice((0, 1, 100,
                                                                                                            70000)))
                            for _ in range(random.randint(1, 6)))
            script.send(random.choice((data, data, data[:-1], frame(b"abc"), b"\xff\xff\xff\xff" + data)))
        return script.end()

    split = staticmethod(lambda data: [data])
