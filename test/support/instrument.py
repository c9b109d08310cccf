"""A scripted instrument as IEEE 488.2 describes it: one state and one error queue for all connections, one response for
each message, nothing for a misspelled query, and a response that is dropped where another message comes before it is
sent."""
import collections
import re
import select
import threading
import time

IDENTITY = b"ACME,\"Model\" 1,#H15,1.0"


def block(data):
    size = b"%d" % len(data)
    return b"#%d%s%s" % (len(size), size, data)


class Stream:
    """What a controller sends, message by message."""

    def __init__(self, s):
        self.s, self.buffer = s, bytearray()

    def byte(self):
        return self.take(1)

    def take(self, n):
        while len(self.buffer) < n:
            data = self.s.recv(1 << 20)
            if not data:
                raise EOFError
            self.buffer += data
        taken = bytes(self.buffer[:n])
        del self.buffer[:n]
        return taken

    def has_more(self):
        return bool(self.buffer) or bool(select.select([self.s], [], [], 0)[0])

    def message(self):
        """The units of a message, each a list: its header, then its parameters; bytes, or a bytearray for a block."""
        units, words, text, quote = [], [], b"", b""
        while True:
            c = self.byte()
            if quote:
                text += c
                quote = b"" if c == quote else quote
            elif c in b"\"'":
                text, quote = text + c, c
            elif c == b"#" and words and not text:
                c = self.byte()
                if c in b"123456789":
                    text = bytearray(self.take(int(self.take(int(c)))))
                else:
                    text = b"#" + c
            elif c in b";\n" or (c <= b" " and text and not words) or (c == b"," and words):
                if text or words:
                    words.append(text)
                text = b""
                if c in b";\n":
                    units.append(words)
                    words = []
                if c == b"\n":
                    return [words for words in units if words]
            elif c > b" ":
                text += c


class Instrument:
    """script: {header: function(instrument, parameters)}, which returns an answer or None, beside those of its own."""

    def __init__(self, script=None, lines=False):
        self.script, self.lines = script or {}, lines  # lines: each answer in a line of its own, against the standard
        self.lock, self.messages = threading.RLock(), []
        self.settings, self.errors, self.interrupted = {}, collections.deque(), 0

    def __call__(self, s):
        stream = Stream(s)
        while True:
            units = stream.message()
            with self.lock:
                self.messages.append(units)
                answers = self.execute(units)
                if not answers:
                    continue
                if stream.has_more():
                    self.interrupted += 1  # -410
                    continue
            s.sendall(b"\n".join(answers) + b"\n" if self.lines else b";".join(answers) + b"\n")

    def execute(self, units):
        """What follows an error in a message is not executed."""
        answers = []
        for header, *parameters in units:
            try:
                answer = self.one(header.upper(), parameters)
            except (KeyError, IndexError, ValueError):
                self.errors.append(b'-113,"Undefined header"')
                break
            if answer is not None:
                answers.append(answer)
        return answers

    def one(self, header, parameters):
        if header in self.script:
            return self.script[header](self, parameters)
        common = {b"*IDN?": IDENTITY, b"*OPC?": b"1", b"*OPT?": b"0", b"*RST": None, b"*CLS": None, b"*WAI": None}
        if header in common:
            return common[header]
        if header == b"SYST:ERR?":
            return self.errors.popleft() if self.errors else b'0,"No error"'
        if header == b"ECHO?":
            return parameters[0] if isinstance(parameters[0], bytes) else block(parameters[0])
        if header == b"WAIT?":
            time.sleep(int(parameters[0]) / 1000)
            return parameters[0]
        if header == b"CURVE?":
            return b":CURVE " + block(bytes(range(256)) * (int(parameters[0]) // 256))
        if header == b"DATA?":
            return block(self.settings.get(parameters[0], b""))
        if header == b"DATA":
            self.settings[parameters[0]] = parameters[1]
            return None
        if re.fullmatch(rb":?(VOLT|CURR|TEXT)\d*\?", header):
            return self.settings.get(header.strip(b":?"), b"0")
        if re.fullmatch(rb":?(VOLT|CURR|TEXT)\d*", header):
            self.settings[header.strip(b":")] = parameters[0]
            return None
        raise KeyError(header)
