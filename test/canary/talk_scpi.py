"""SCPI with the scripted instrument of the peer tests: right and misspelled messages, quotes and blocks, cut anywhere."""
import collections

from instrument import IDENTITY, Instrument, block
from script import Script
from talk_line import Echo, Line
from victims import Due

SECRET = b"s3cret-of-a-victim"
# what others would get if it were taken for messages of its own
HIDDEN = b"\n*IDN?\n;ECHO? hostile\n"


class Scripted(Echo):
    def __init__(self, folder):
        self.serve = Instrument()
        self.serve.messages = collections.deque(maxlen=100)
        super().__init__(folder)


class Scpi(Line):
    protocol = "scpi"
    settings = {}
    secret, patient, harmful = SECRET, True, ()
    corpus = [b"DATA H," + block(HIDDEN) + b"\n", b"TEXT900 \"a;*IDN?\"\n", b"ECHO? 1;ECHO? 2\n",
              b"FOO " + block(HIDDEN) + b"\n", b"TEXT900 \"" + HIDDEN, b"VOLT ?\n", b"DATA H,#0" + HIDDEN]

    def victim(self, n, random):
        name = b"%d" % n
        while True:
            value = b"%s-%d-%x" % (SECRET, n, random.getrandbits(32))
            way = random.randrange(6)
            if way == 0:
                yield b"*IDN?\n", Due(IDENTITY + b"\n")
            elif way == 1:
                yield b"VOLT%s %s\nVOLT%s?\n" % (name, value, name), Due(value + b"\n")
            elif way == 2:
                yield b"TEXT%s \"%s;?\";TEXT%s?;ECHO? 7\n" % (name, value, name), Due(b"\"%s;?\";7\n" % value)
            elif way == 3:
                wave = block(value + b"\n" * random.choice((0, 1, 70000)))
                yield b"DATA W%s,%s\nDATA? W%s\n" % (name, wave, name), Due(wave + b"\n")
            else:
                yield b"ECHO? %s\n" % value, Due(value + b"\n")

    def episode(self, random):
        script = Script(random)
        for _ in range(random.randint(1, 4)):
            data = b"".join(self.message(random) for _ in range(random.choice((1, 1, 3, 6))))
            if random.random() < 0.1:
                script.send(data[:random.randrange(len(data))])
                break  # with what followed it would be a misspelled query, as a rule
            script.send(data)
            if random.random() < 0.3:
                script.hear(0, random.choice((5, 50)))
        return script.end()

    @classmethod
    def message(cls, random):
        units = b";".join(cls.unit(random) for _ in range(random.choice((1, 1, 1, 2, 4))))
        return units + random.choice((b"\n", b"\n", b"\r\n"))

    @staticmethod
    def unit(random):
        if random.random() < 0.0005:  # nobody answers that, and everybody waits
            return random.choice((b"FOO", b"MEAZ?", b"ECHO?"))
        if random.random() < 0.02:  # costs its client
            return random.choice((b"VOLT ?", b"TEXT900 \"", b"DATA H,#0a", b"FOO A#15hello", b"#15hello?", b"DATA H,#9",
                                  bytes(random.choice(b" \"#',;a\r\0\xff0123") for _ in range(20))))
        return random.choice((b"*IDN?", b"*CLS", b"", b" ", b"CURR900 2", b"VOLT900 1", b"VOLT900?", b"TEXT900 'a;?''b'",
                              b"WAIT? 3", b"SYST:ERR?", b"CURVE? 512", b"ECHO? " + block(HIDDEN), b"ECHO? #H1F",
                              b"DATA H," + block(b"\n" * random.choice((0, 1, 100, 5000))), b"DATA? H"))
