"""RESP with redis-server: its whole command table, asked from it, in all states that a connection can have."""
import re
import socket

from script import Script, mistaken
from victims import Due, Foreign

SECRET = b"s3cret-of-a-victim"
NUMBERS = [b"0", b"1", b"-1", b"2", b"7", b"16", b"100", b"1000", b"10001", b"9223372036854775807",
           b"-9223372036854775808",
           b"18446744073709551616", b"1e400", b"nan", b"inf", b"-inf", b"3.14", b"0x10", b""]
KEYS = [b"h:%d" % n for n in range(10)]
FORGED = [b"unsubscribe", b"subscribe", b"message", b"+OK\r\n", b"$3\r\nfoo\r\n",
          b"*3\r\n$11\r\nunsubscribe\r\n$1\r\nx\r\n:0\r\n",
          b"-ERR x\r\n", b"\r\n", b"\0", b"\xff\xfe", b"*1\r\n", b":1\r\n"]
WORDS = FORGED + NUMBERS + KEYS + [b"a", b"b", b"*", b"x" * 300, b"y" * 20000, b"no", b"yes", b"on", b"off", b"LIMIT",
                                   b"COUNT",
                                   b"GET", b"BLOCK", b"STREAMS", b"id", b"$", b">", b"0-0", b"noreply"]
SCRIPTS = [b"return {'unsubscribe','x',0}", b"return {'subscribe','a',1}", b"return {'message','a','b'}",
           b"return {err='x'}",
           b"return {'pong',''}", b"return {ok='PONG'}", b"return string.rep('x',20000)",
           b"return {1,{2,{3,{}}},false,'x'}",
           b"return {}", b"return redis.call('keys','h:*')", b"redis.setresp(3); return redis.call('hgetall','h:1')",
           b"return redis.error_reply('MOVED 1 a:1')", b"return redis.status_reply('QUEUED')", b"return 1.5", b"x",
           b"local i=0 while i<200000 do i=i+1 end return {'unsubscribe','b',0}", b"return redis.call('multi')",
           b"return redis.call('blpop','h:1',0)", b"return {'punsubscribe',false,0}", b"return redis.pcall('nosuch')"]


def encoded(words):
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)


class AfterHello(Due):
    """The server's map in this version, with the number of any connection, and one answer."""
    __slots__ = ("before", "behind")

    def __init__(self, about, version, answer):
        super().__init__(answer)
        fields = [(b"$%d\r\n%s\r\n" % (len(k), k), b":%d\r\n" % version if k == b"proto" else b"*0\r\n" if v == [] else
                   b"$%d\r\n%s\r\n" % (len(v), v) if isinstance(v, bytes) and k != b"id" else b":") for k, v in about]
        text = (b"%%%d\r\n" % len(about) if version == 3 else b"*%d\r\n" % (2 * len(about))) + b"".join(
            k + v for k, v in fields)
        self.before, self.behind = text.split(b"$2\r\nid\r\n:")
        self.before += b"$2\r\nid\r\n:"

    def take(self, data):
        if not data.startswith(self.before[:len(data)]):
            raise Foreign
        rest = bytes(data[len(self.before):])
        digits = len(rest) - len(rest.lstrip(b"0123456789"))
        rest, due = rest[digits:], b"\r\n" + self.behind + self.answers[0]
        if not rest.startswith(due[:len(rest)]) or (rest and not digits):
            raise Foreign
        return len(self.before) + digits + len(due) if len(rest) >= len(due) else 0


SLOW = encoded([b"EVAL", b"local i=0 while i<400000 do i=i+1 end return 'slow'" + b" " * 17000, b"0"])
# what has once got somebody another's answer, or lost one
CORPUS = [
    encoded([b"SUBSCRIBE", b"a"]) + encoded([b"UNSUBSCRIBE", b"a"]) + encoded([b"EVAL", SCRIPTS[0], b"0"]) + SLOW +
    encoded([b"UNSUBSCRIBE", b"b"]),
    encoded([b"PSUBSCRIBE", b"a"]) + encoded([b"PUNSUBSCRIBE"]) + encoded([b"EVAL", b"return {'punsubscribe',false,0}",
                                                                           b"0"]) +
    SLOW + encoded([b"PUNSUBSCRIBE", b"b"]),
    encoded([b"MONITOR"]) + encoded([b"RESET"]) + encoded([b"PING"]), encoded([b"SUBSCRIBE", b"a"]) + encoded([b"QUIT"]),
    encoded([b"BLPOP", b"h:none", b"0"]) + encoded([b"PING"]),
    encoded([b"MULTI"]) + encoded([b"CLIENT", b"LIST"]) + encoded([b"EXEC"])]


class Reader:
    """Replies of a server that is asked directly."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), 10)
        self.file = self.sock.makefile("rb")

    def ask(self, *words):
        self.sock.sendall(encoded(words))
        return self.reply()

    def reply(self):
        line = self.file.readline()
        kind, rest = line[:1], line[1:-2]
        if kind in b"+-:":
            return rest
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None
        return [self.reply() for _ in range(int(rest))]

    def close(self):
        self.file.close()
        self.sock.close()


def table(port):
    """Name -> arguments as COMMAND DOCS describes them, or a number of words where it is COMMAND alone that tells."""
    reader, found = Reader(port), {}

    def learn(docs):
        for name, about in zip(docs[::2], docs[1::2]):
            about = dict(zip(about[::2], about[1::2]))
            found[name] = about.get(b"arguments", [])
            if b"subcommands" in about:
                learn(about[b"subcommands"])
    docs = reader.ask(b"COMMAND", b"DOCS")
    if isinstance(docs, list):
        learn(docs)
    for about in reader.ask(b"COMMAND"):
        found.setdefault(about[0], abs(int(about[1])) - 1)
    reader.close()
    return sorted(found.items())


# What harms everybody on a direct connection as well, and so is changed to a form that does not.
# The reason stands beside each; all other commands are sent with any arguments at all.
def harmless(words, random):
    name, second = words[0].upper(), words[1].upper() if len(words) > 1 else b""
    if name == b"SHUTDOWN":                                        # ends the server
        return [words[0], b"ABORT"]
    if name in (b"REPLICAOF", b"SLAVEOF"):                         # the server drops all that it has, and refuses writes
        return [words[0], b"NO", b"ONE"]
    if name == b"CONFIG" and second == b"SET":                     # a password, a port, a limit of 1 byte, for everybody
        return words[:2] + random.choice(([b"hz", b"10"], [b"nosuch", b"x"], [b"slowlog-max-len", b"8"], []))
    if name == b"CLIENT" and second == b"PAUSE":                   # everybody waits for so long
        return words[:2] + [b"%d" % random.choice((0, 1, 50))] + words[3:4]
    if name == b"CLIENT" and second == b"KILL" and random.random() < 0.9:   # see `harmful`: not all the time
        return words[:2] + [b"ID", b"999999999"]
    if name == b"MIGRATE":                                         # the server looks a name up, and everybody waits
        return [words[0], b"127.0.0.1", b"1"] + words[3:4] + [b"0", b"10"]
    if name in (b"EVAL", b"EVAL_RO", b"SCRIPT",
                b"FUNCTION") and any(b"while" in w and b"do i=i+1 end" not in w for w in words):
        return [name, b"return 1", b"0"]                           # a script without an end stops the server
    if name in (b"SETRANGE", b"SETBIT", b"BITFIELD", b"SRANDMEMBER", b"HRANDFIELD", b"ZRANDMEMBER", b"LOLWUT"):
        return [w if len(w) < 5 or not w.lstrip(b"-").isdigit() else b"99" for w in words]  # gigabytes of zeros
    if name == b"LCS":                                             # of long values: seconds in which it serves nobody
        return [words[0], b"h:short", b"h:shorter"] + words[3:]
    if name == b"ACL" and second in (b"SETUSER", b"DELUSER"):      # the user that everybody is
        return [w for w in words if w.lower() != b"default"]
    return words


class Resp:
    protocol = "resp"
    settings = {}
    secret, patient, corpus = SECRET, False, CORPUS
    # who kills connections kills ours, with what is in flight on them: a direct client loses its connection as well
    harmful = ((re.compile(rb"client(\s|\$\d+)+kill", re.I), "CLIENT KILL"),)

    def __init__(self, server, seed):
        self.table, self.run = table(server.port), str(seed).encode()
        reader = Reader(server.port)
        about = reader.ask(b"HELLO", b"2")
        self.about = list(zip(about[::2], about[1::2]))
        reader.close()

    # -- victims

    def victim(self, n, random):
        key, count = b"v:%s:%d" % (self.run, n), 0
        while True:
            count += 1
            secret = b"%s-%d-%d-%x" % (SECRET, n, count, random.getrandbits(40))
            if random.random() < 0.02:
                secret += b"z" * random.choice((3000, 17000, 40000))
            bulk = b"$%d\r\n%s\r\n" % (len(secret), secret)
            kind = random.randrange(10)
            if kind < 3:
                yield encoded([b"ECHO", secret]), Due(bulk)
            elif kind == 3:
                yield encoded([b"PING", secret]), Due(bulk)
            elif kind == 4 and len(secret) < 1000:
                yield b"ECHO %s\r\n" % secret, Due(bulk)
            elif kind == 5:
                yield encoded([b"EVAL", b"return {ARGV[1], {ARGV[1], 5}}", b"0", secret]), Due(
                    b"*2\r\n" + bulk + b"*2\r\n" + bulk + b":5\r\n")
            elif kind == 6:
                yield encoded([b"SET", key, SECRET + key]), Due(b"+OK\r\n")
            elif kind == 7:
                # nothing, where FLUSHALL or SWAPDB came between: those harm directly, too
                value = SECRET + key
                yield encoded([b"GET", key]), Due(b"$%d\r\n%s\r\n" % (len(value), value), b"$-1\r\n", b"_\r\n")
            elif kind == 8:
                version = random.choice((2, 3))
                yield (encoded([b"HELLO", b"%d" % version]) +
                       encoded([b"EVAL", b"redis.setresp(3); return {map={k=ARGV[1]}}", b"0", secret]),
                       AfterHello(self.about, version, (b"%1\r\n" if version == 3 else b"*2\r\n") + b"$1\r\nk\r\n" + bulk))
            else:
                yield encoded([b"HSET", secret]), Due(b"-ERR wrong number of arguments for 'hset' command\r\n")

    def error(self, data):
        """(length, text) of an error of the program at the start of data; (0, "") while it may become one, else
        text is None."""
        begin = b"-ERR proximux: "
        if data.startswith(begin):
            end = data.find(b"\r\n")
            return (end + 2, bytes(data[:end])) if end >= 0 else (0, b"")
        return (0, b"") if begin.startswith(data) else (0, None)

    @staticmethod
    def may_fail(text, excuses):
        return "CLIENT KILL" in excuses and b"the target connection was lost" in text

    @staticmethod
    def may_close(_excuses):
        return False

    @staticmethod
    def may_see(slot):
        """Who asked for MONITOR or SLOWLOG is shown what everybody sends."""
        slot.sees = slot.sees or re.search(rb"monitor|slowlog", bytes(slot.said), re.I) is not None
        return slot.sees

    # -- hostile clients

    def episode(self, random):
        script, way = Script(random), random.random()
        if way < 0.01:
            return script.crawl(encoded([b"ECHO", b"q" * 80000])).end()
        if way < 0.013:
            return script.devour(encoded([b"EVAL", b"return string.rep('x',20000)", b"0"]) * 300).end()
        data = b""
        for part in range(random.choice((1, 1, 2, 3))):
            data += random.choice((self.several, self.several, self.state, self.state, self.subscriber,
                                   self.broken))(random)
            if random.random() < 0.3:
                script.send(data)
                data = b""
                if random.random() < 0.6:
                    script.hear(0, random.choice((5, 50)))
        if data:
            script.send(data)
        return script.end()

    def several(self, random):
        return b"".join(self.command(random) for _ in range(random.choice((1, 2, 5, 20))))

    def command(self, random):
        way = random.random()
        if way < 0.12:
            words = [b"EVAL", random.choice(SCRIPTS), b"0"] + random.sample(WORDS, random.randint(0, 2))
        elif way < 0.16:
            words = [b"EVAL", b"return ARGV[1]", b"0", b"p" * random.choice((16000, 17000, 70000))]
        else:
            name, arguments = random.choice(self.table)
            words = [w.upper() if random.random() < 0.5 else w for w in name.split(b"|")]
            if isinstance(arguments, int):
                words += [self.word(random) for _ in range(arguments)]
            else:
                for argument in arguments:
                    words += self.argument(argument, random)
        words = [w for w in mistaken(words, random, WORDS, 0.25)]
        words = harmless(words, random)
        way = random.random()
        if way < 0.06 and not any(c in w for w in words for c in b" \r\n\"'\0\t") and b"" not in words:
            return b" ".join(words) + b"\r\n"
        return encoded(words)

    @staticmethod
    def word(random):
        return random.choice(random.choice((WORDS, KEYS, NUMBERS)))

    def argument(self, about, random):
        about = dict(zip(about[::2], about[1::2]))
        flags, kind = about.get(b"flags", []), about[b"type"]
        if b"optional" in flags and random.random() < 0.5:
            return []
        words, token = [], about.get(b"token")
        for n in range(random.randint(1, 3) if b"multiple" in flags else 1):
            if token is not None and (n == 0 or b"multiple_token" in flags):
                words.append(token)
            if kind == b"oneof":
                words += self.argument(random.choice(about[b"arguments"]), random)
            elif kind == b"block":
                for each in about[b"arguments"]:
                    words += self.argument(each, random)
            elif kind != b"pure-token":
                pool = {b"key": KEYS, b"integer": NUMBERS[:9], b"double": NUMBERS, b"unix-time": NUMBERS}.get(kind, WORDS)
                words.append(random.choice(pool if random.random() < 0.9 else WORDS))
        return words

    def state(self, random):
        """Into a state that a connection can have, something in it, and out of it again, or not."""
        into, out = random.choice((
            ([b"MULTI"], [b"EXEC"]), ([b"MULTI"], [b"DISCARD"]), ([b"WATCH", b"h:1"], [b"UNWATCH"]),
            ([b"SUBSCRIBE", b"a"], [b"UNSUBSCRIBE", b"a"]), ([b"SUBSCRIBE", b"a", b"b"], [b"UNSUBSCRIBE"]),
            ([b"PSUBSCRIBE", b"*"], [b"PUNSUBSCRIBE"]), ([b"SSUBSCRIBE", b"a"], [b"SUNSUBSCRIBE", b"a"]),
            ([b"MONITOR"], [b"RESET"]), ([b"MONITOR"], [b"QUIT"]), ([b"BLPOP", b"h:none", b"0.01"], [b"PING"]),
            ([b"BLPOP", b"h:none", b"0"], [b"PING"]), ([b"WAIT", b"1", b"20"], [b"PING"]),
            ([b"SELECT", b"1"], [b"SELECT", b"0"]),
            ([b"HELLO", b"2"], [b"RESET"]), ([b"HELLO", b"3"], [b"RESET"]),
            ([b"CLIENT", b"REPLY", b"OFF"], [b"CLIENT", b"REPLY", b"ON"]),
            ([b"CLIENT", b"TRACKING", b"ON"], [b"CLIENT", b"TRACKING", b"OFF"]),
            ([b"XREAD", b"BLOCK", b"10", b"STREAMS", b"h:x", b"$"], [b"PING"]),
            ([b"UNSUBSCRIBE"] + [b"a"] * random.choice((0, 1, 3, 50)), [b"PING"]), ([b"SUBSCRIBE", b"a"], [b"RESET"]),
            ([b"CLIENT", b"NO-EVICT", b"on"], [b"RESET"]), ([b"AUTH", b"x"], [b"AUTH", b"default", b""])))
        data = encoded(into)
        if random.random() < 0.4:
            data += encoded(out)
        for _ in range(random.choice((0, 1, 1, 2, 4))):
            data += random.choice((self.command, self.harmless_one, self.forged, self.forged, self.slow))(random)
            if random.random() < 0.3:
                data += encoded(random.choice((into, out, [b"UNSUBSCRIBE", b"b"], [b"PUNSUBSCRIBE", b"x"])))
        if random.random() < 0.7:
            data += encoded(out)
        if random.random() < 0.3:
            data += self.command(random)
        return data

    def subscriber(self, random):
        """One that comes and goes, with replies between that look like what it is told."""
        def leave(_):
            return encoded([random.choice((b"UNSUBSCRIBE", b"UNSUBSCRIBE", b"UNSUBSCRIBE", b"PUNSUBSCRIBE"))] +
                           random.choice(([], [b"a"], [b"a"], [b"b"], [b"a", b"b"])))

        def come(_):
            return encoded([random.choice((b"SUBSCRIBE", b"PSUBSCRIBE"))] + random.choice(([b"a"], [b"a"], [b"a", b"b"])))
        data = come(random)
        for part in (leave, self.forged, self.slow, leave):
            if random.random() < 0.9:
                data += part(random)
            if random.random() < 0.25:
                data += random.choice((leave, come, self.forged, self.slow, self.harmless_one, self.command))(random)
        return data

    def harmless_one(self, random):
        return encoded(random.choice(([b"PING", self.word(random)],
                                      [b"PUBLISH", random.choice((b"a", b"b")), random.choice(FORGED)])))

    @staticmethod
    def forged(random):
        """A reply that looks like what is pushed."""
        kind = random.choice((b"unsubscribe", b"unsubscribe", b"unsubscribe", b"punsubscribe", b"sunsubscribe",
                              b"message"))
        return encoded([b"EVAL", b"return {'%s','%s',%d}" % (kind, random.choice((b"a", b"b", b"x")),
                                                             random.choice((0, 0, 0, 1))), b"0"])

    @staticmethod
    def slow(random):
        """A script of some milliseconds, beyond the size of a read."""
        return encoded([b"EVAL", b"local i=0 while i<%d do i=i+1 end return 'slow'" % random.choice((20000, 400000,
                                                                                                     400000)) +
                        b" " * random.choice((0, 17000, 17000, 70000)), b"0"])

    def broken(self, random):
        """What is no RESP, or the start of some. Nothing behind it is a command that `harmless` knows of."""
        return random.choice((
            b"*-1\r\n", b"*0\r\n", b"*1\r\n$-1\r\n", b"*1\r\n:1\r\n", b"*2\r\n$4\r\nPING\r\n", b"*1\r\n$4\r\nPINGx\r\n",
            b"*1048577\r\n", b"*99999999999\r\n", b"$4\r\nPING\r\n", b"\r\n", b"\r\n\r\nPING\r\n", b"PING \"a\r\n",
            b"PING\n", b"PING 'a b'\r\n",
            b"*1\n$4\nPING\n", b"*01\r\n$4\r\nPING\r\n", b"*+1\r\n$4\r\nPING\r\n", b"*1\r\n$04\r\nPING\r\n",
            b"*1\r\n$ 4\r\nPING\r\n", b"* 1\r\n$4\r\nPING\r\n",
            b"*2\r\n$4\r\nECHO\r\n$70000\r\n" + b"q" * random.choice((10, 69999, 70000)),
            b"*2\r\n$4\r\nECHO\r\n$536870913\r\n",
            b"*1\r\n$0\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.1\r\n", b"Host: x\r\n",
            b"\0\0\0\0", b"z" * 70000,
            b"*2\r\n$4\r\nECHO\r\n$3\r\nabc\n\n", b"+OK\r\n", b">1\r\n$1\r\na\r\n", b"%1\r\n$1\r\na\r\n$1\r\nb\r\n",
            b"*1\r\n*1\r\n$4\r\nPING\r\n"))

    # -- for the shrinker

    @staticmethod
    def split(data):
        """Whole commands; what is none stays together."""
        parts = re.split(rb"(?<=\r\n)(?=\*\d+\r\n\$\d+\r\n[A-Za-z])", data)
        return parts if len(parts) > 1 else [data]

    @staticmethod
    def words(data):
        """The words of each command, where data is nothing else."""
        parts, at = [], 0
        while at < len(data):
            head = re.compile(rb"\*(\d+)\r\n").match(data, at)
            if not head:
                return None
            at = head.end()
            for n in range(int(head[1])):
                size = re.compile(rb"\$(\d+)\r\n").match(data, at)
                if not size or size.end() + int(size[1]) > len(data):
                    return None
                at = size.end() + int(size[1]) + 2
                parts.append((n == 0, data[size.end():at - 2]))
        return parts

    @staticmethod
    def join(parts):
        commands = []
        for first, word in parts:
            if first or not commands:
                commands.append([])
            commands[-1].append(word)
        return b"".join(encoded(words) for words in commands)
