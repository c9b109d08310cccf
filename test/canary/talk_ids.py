"""Protocols whose messages have an id and a size, with the scripted servers of the system tests: what they have in common."""
import collections

from script import Script
from talk_line import SECRET, Echo, Line
from victims import Answers


class Scripted(Echo):
    """SERVER: a server that records what it was asked; here it remembers little of that."""
    SERVER = None

    def __init__(self, folder):
        self.serve = self.SERVER()
        self.serve.asked = collections.deque(maxlen=100)
        super().__init__(folder)


class Ids(Line):
    """Victims ask several things at once, with ids that others use, too, and know each answer to the byte."""
    settings, patient = {}, True
    IDS = range(1 << 16)

    def __init__(self, server, seed):
        super().__init__(server, seed)
        self.server = server

    def victim(self, n, random):
        while True:
            due, data = {}, b""
            for ident in random.sample(self.IDS, random.choice((1, 1, 2, 5))):
                request, answer = self.known(b"%s-%d-%x" % (SECRET, n, random.getrandbits(32)), ident, random)
                data += request
                if answer:
                    due[ident] = answer
            if due:
                yield data, Answers(due, self.ident)

    def known(self, secret, ident, random):
        """A request, and its answer; None: it has none."""
        raise NotImplementedError

    @staticmethod
    def ident(data):
        raise NotImplementedError

    def episode(self, random):
        script = Script(random)
        if random.random() < 0.01:
            return script.crawl(self.large(random)).end()
        for _ in range(random.choice((1, 1, 2, 3))):
            data = b"".join(self.request(random) for _ in range(random.choice((1, 1, 3, 10))))
            way = random.random()
            if way < 0.1:
                data = data[:random.randrange(len(data))]
            elif way < 0.2:
                data = self.damaged(bytearray(data), random)
            script.send(data)
            if random.random() < 0.4:
                script.hear(0, random.choice((5, 50)))
        return script.end()

    def large(self, random):
        raise NotImplementedError

    def request(self, random):
        raise NotImplementedError

    @staticmethod
    def damaged(data, random):
        for _ in range(random.choice((1, 1, 2, 5))):
            data[random.randrange(len(data))] = random.choice((0, 1, 0x7f, 0x80, 0xff, random.randrange(256)))
        return bytes(data)

    @staticmethod
    def size(head):
        """Of the message that begins so."""
        raise NotImplementedError

    @classmethod
    def split(cls, data):
        parts, at = [], 0
        while at < len(data):
            size = max(1, cls.size(data[at:at + 16] + bytes(16)))
            parts.append(data[at:at + size])
            at += size
        return parts

    @staticmethod
    def words(_data):
        return None
