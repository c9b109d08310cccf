"""memcached with its own server: every command of doc/protocol.txt in text, meta and binary, with the wrong words, too."""
import re
import struct

from script import Script, mistaken
from victims import Due, Foreign

SECRET = b"s3cret-of-a-victim"
KEYS = [b"h%d" % n for n in range(8)]
NUMBERS = [b"0", b"1", b"-1", b"2", b"10", b"100", b"4294967296", b"18446744073709551615", b"18446744073709551616",
           b"99999999999999999999999", b"1.5", b"0x1", b""]
WORDS = KEYS + NUMBERS[:-1] + [b"noreply", b"noreply", b"reset", b"sizes", b"all", b"k" * 250, b"k" * 251, b"END",
                               b"VALUE", b"q",
                               b"\xff", b"a\0b", b"b", b"x" * 2100, b"STORED", b"0"]
STATS = [b"", b"reset", b"items", b"slabs", b"sizes", b"sizes_enable", b"sizes_disable", b"settings", b"conns",
         b"detail on",
         b"detail off", b"detail dump", b"detail", b"cachedump 1 0", b"cachedump 1 2", b"cachedump 99 1", b"cachedump",
         b"malloc", b"maps",
         b"x", b"proxy", b"threads", b"extstore", b"items x", b"hash", b"topkeys", b"bucket", b"vbucket"]
FLAGS = [b"v", b"k", b"O77", b"q", b"t", b"s", b"f", b"c", b"h", b"l", b"b", b"N30", b"R30", b"T0", b"T-1", b"F5", b"I",
         b"MS", b"MA", b"ME",
         b"MI", b"MX", b"D2", b"J9", b"E9", b"C1", b"x", b"Obad opaque", b"O" + b"o" * 40, b"S5", b"u", b"P", b"L"]
# one of each: words stand for themselves; K, N, F, W: a key, a number, flags of meta commands, any word
COMMANDS = [
    b"get K", b"get K K K", b"gets K K", b"gat N K", b"gats N K K", b"delete K", b"delete K 0", b"incr K N", b"decr K N",
    b"touch K N",
    b"flush_all", b"flush_all N", b"version", b"verbosity N", b"quit", b"shutdown", b"shutdown graceful",
    b"slabs reassign N N",
    b"slabs automove N", b"slabs automove", b"slabs W", b"lru tune 20 40 0.2 2.0", b"lru mode flat",
    b"lru mode segmented", b"lru temp_ttl N",
    b"lru W N", b"lru_crawler enable", b"lru_crawler disable", b"lru_crawler sleep 100", b"lru_crawler tocrawl N",
    b"lru_crawler crawl all",
    b"lru_crawler crawl 1,2", b"lru_crawler metadump all", b"lru_crawler metadump hash", b"lru_crawler metadump 1",
    b"lru_crawler mgdump all",
    b"lru_crawler mgdump hash", b"lru_crawler W", b"watch", b"watch fetchers mutations", b"cache_memlimit 64",
    b"refresh_certs",
    b"extstore W N", b"misbehave", b"debugtime p", b"debugtime N", b"mn", b"me K", b"me K F", b"mg K F F", b"mg K F F F",
    b"mg K v F",
    b"md K F", b"md K q F", b"ma K F F", b"ma K F", b"auth W W", b"ping", b"bogus", b"W W", b"W", b"", b"get",
    b"stats detail W", b"GET K", b"MN"]
STORES = [b"set", b"set", b"add", b"replace", b"append", b"prepend", b"cas"]
OPCODES = list(range(0x00, 0x22)) + [0x22, 0x30, 0x34, 0x3a, 0x3c, 0x3d, 0x45, 0x48, 0x51, 0x80, 0xff]


def packet(opcode, key=b"", extras=b"", value=b"", opaque=0, cas=0, magic=0x80):
    return struct.pack(">BBHBBHIIQ", magic, opcode, len(key), len(extras), 0, 0, len(extras) + len(key) + len(value),
                       opaque,
                       cas) + extras + key + value


# what has once got somebody another's answer
CORPUS = [b"flush_all noreply noreply\r\n", b"incr h1 1 noreply noreply\r\n", b"decr h1 1 noreply noreply\r\n",
          b"touch h1 0 noreply noreply\r\n", b"verbosity 1 noreply noreply\r\n", b"cache_memlimit 64 noreply noreply\r\n",
          b"stats sizes_enable\r\n", b"stats sizes_disable\r\n", b"stats x\r\nslabs x\r\nlru x\r\n",
          packet(0x10, b"sizes_enable"), packet(0x10, b"sizes_disable"), packet(0x10, b"x")]


class Reply:
    """A binary response to this opcode and opaque, of one of these statuses, whose body fits check(body, status)."""

    def __init__(self, opcode, opaque, statuses, check=lambda body, status: True):
        self.opcode, self.opaque, self.statuses, self.check = opcode, opaque, statuses, check

    def take(self, data):
        head = struct.pack(">BB", 0x81, self.opcode)
        if not head.startswith(bytes(data[:2])):
            raise Foreign
        if len(data) < 24:
            return 0
        status, size, opaque = struct.unpack(">H", data[6:8])[0], *struct.unpack(">II", data[8:16])
        if opaque != self.opaque or status not in self.statuses or size > 1 << 20:
            raise Foreign
        if len(data) < 24 + size:
            return 0
        if not self.check(bytes(data[24:24 + size]), status):
            raise Foreign
        return 24 + size

    def __str__(self):
        return "a response to opcode %d with opaque %d and a status of %s" % (self.opcode, self.opaque, self.statuses)


class Memcached:
    protocol = "memcached"
    settings = {}
    secret, patient, corpus = SECRET, False, CORPUS
    harmful = ()   # nothing that passes makes the server close a connection

    def __init__(self, server, seed):
        self.run = str(seed).encode()

    # -- victims; what they store may be gone at any time: flush_all of anybody is for all, directly as well

    def victim(self, n, random):
        return self.binary_victim(n, random) if n % 6 == 5 else self.text_victim(n, random)

    def text_victim(self, n, random):
        key, count = b"v:%s:%d" % (self.run, n), 0
        value = SECRET + key + b"-" * random.choice((0, 0, 0, 3000))
        stored = b"set %s 5 0 %d\r\n%s\r\n" % (key, len(value), value)
        found = b"VALUE %s 5 %d\r\n%s\r\nEND\r\n" % (key, len(value), value)
        while True:
            count += 1
            opaque = b"O%d.%d.%x" % (n, count, random.getrandbits(40))
            yield random.choice((
                (stored, Due(b"STORED\r\n")),
                (b"get %s\r\n" % key, Due(found, b"END\r\n")),
                (b"get none%s %s\r\n" % (key, key), Due(found, b"END\r\n")),
                (b"mg %s v %s k\r\n" % (key, opaque),
                 Due(b"VA %d %s k%s\r\n%s\r\n" % (len(value), opaque, key, value), b"EN\r\n",
                                                          b"EN %s k%s\r\n" % (opaque, key))),
                (b"ms %s %d %s k F5\r\n%s\r\n" % (key, len(value), opaque, value), Due(b"HD %s k%s\r\n" % (opaque, key))),
                (b"md none%s %s k\r\n" % (key, opaque), Due(b"NF %s knone%s\r\n" % (opaque, key))),
                (b"mn\r\n", Due(b"MN\r\n")),
                (b"incr none%s 1\r\n" % key, Due(b"NOT_FOUND\r\n")),
                (b"delete none%s\r\n" % key, Due(b"NOT_FOUND\r\n"))))

    def binary_victim(self, n, random):
        key, opaque = b"v:%s:%d" % (self.run, n), n << 24
        value = SECRET + key
        while True:
            opaque += 1
            yield random.choice((
                (packet(0x0a, opaque=opaque), Reply(0x0a, opaque, (0,))),
                (packet(0x01, key, b"\0\0\0\5\0\0\0\0", value, opaque), Reply(0x01, opaque, (0,))),
                (packet(0x00, key, opaque=opaque),
                 Reply(0x00, opaque, (0, 1), lambda body, status: status == 1 or body == b"\0\0\0\5" + value)),
                (packet(0x0c, key, opaque=opaque),
                 Reply(0x0c, opaque, (0, 1), lambda body, status: status == 1 or body == b"\0\0\0\5" + key + value)),
                (packet(0x04, b"none" + key, opaque=opaque), Reply(0x04, opaque, (1,)))))

    def error(self, data):
        if data[:1] == b"\x81":
            whole = 24 + struct.unpack(">I", data[8:12])[0] if len(data) >= 24 else 24
            text = bytes(data[24:whole])
            return (whole, text) if text.startswith(b"proximux: ") and len(data) >= whole else (0, None)
        match = re.match(rb"(SERVER|CLIENT)_ERROR proximux: [^\r\n]*\r\n", bytes(data))
        if match:
            return match.end(), match[0]
        return 0, None

    @staticmethod
    def may_fail(_text, _excuses):
        return False

    @staticmethod
    def may_close(_excuses):
        return False

    @staticmethod
    def may_see(slot):
        return False

    # -- hostile clients

    def episode(self, random):
        script, way = Script(random), random.random()
        if way < 0.01:
            return script.crawl(b"set h1 0 0 80000\r\n" + b"q" * 80000 + b"\r\n").end()
        if way < 0.013:
            return script.devour(b"set big 0 0 500000\r\n" + b"q" * 500000 + b"\r\n" + b"get big\r\n" * 20).end()
        if way < 0.2:
            script.send(self.binary(random))
        else:
            data = b"".join(self.line(random) for _ in range(random.choice((1, 1, 2, 5, 20))))
            if random.random() < 0.1:
                data += self.broken(random)
            script.send(data)
        return script.end()

    def line(self, random):
        way = random.random()
        if way < 0.2:
            words = [b"stats"] + random.choice(STATS).split()
        elif way < 0.45:
            return self.store(random)
        else:
            fill = {b"K": KEYS, b"N": NUMBERS, b"F": FLAGS, b"W": WORDS}
            words = [random.choice(fill[w]) if w in fill else w for w in random.choice(COMMANDS).split(b" ")]
        if random.random() < 0.2:
            words.append(b"noreply")
        words = self.harmless(mistaken(words, random, WORDS + FLAGS, 0.25))
        return b" ".join(words) + random.choice((b"\r\n",) * 12 + (b"\n", b" \r\n", b"\r\r\n"))

    def store(self, random):
        value = random.choice((b"", b"5", b"value", b"get h1\r\nget h2", b"END\r\nVALUE h1 0 1\r\nx\r\nEND", b"z" * 5000))
        size = b"%d" % len(value) if random.random() < 0.9 else random.choice(NUMBERS)
        if random.random() < 0.4:
            words = [b"ms", random.choice(KEYS), size] + random.sample(FLAGS, random.randint(0, 3))
        else:
            words = [random.choice(STORES), random.choice(KEYS), b"0", random.choice((b"0", b"0", b"-1", b"1")), size]
            words += [b"7"] if words[0] == b"cas" else []
            words += [b"noreply"] if random.random() < 0.4 else []
        return b" ".join(mistaken(words, random, WORDS, 0.15)) + b"\r\n" + value + random.choice((b"\r\n",
                                                                                                  ) * 15 + (b"\n", b"xx",
                                                                                                            b""))

    @staticmethod
    def harmless(words):
        """Without what harms everybody on a direct connection as well; the reasons stand beside each."""
        if words and words[0].lower() == b"cache_memlimit":   # with less nobody can store
            return [b"cache_memlimit", b"64"] + [w for w in words[1:] if w == b"noreply"]
        return words

    def binary(self, random):
        data = b""
        for _ in range(random.choice((1, 2, 5, 20))):
            opcode = random.choice(OPCODES)
            if opcode in (0x07, 0x17) and random.random() < 0.8:
                opcode = 0x0a
            key = random.choice(KEYS + [b"", b"", b"k" * 251, b"items", b"sizes_enable", b"detail dump"])
            extras = random.choice((b"", b"", b"\0" * 4, b"\0" * 8, b"\0" * 20, b"\0" * 3,
                                    b"\0\0\0\0\0\0\0\1" + b"\0" * 12))
            if opcode in (0x01, 0x02, 0x03, 0x11, 0x12, 0x13) and random.random() < 0.7:
                extras = b"\0" * 8
            if opcode in (0x05, 0x06, 0x15, 0x16) and random.random() < 0.7:
                extras = b"\0" * 20
            value = random.choice((b"", b"", b"v", packet(0x0a), b"z" * 3000)) if random.random() < 0.7 else b""
            one = packet(opcode, key, extras, value, random.getrandbits(32), random.choice((0, 0, 7)))
            if random.random() < 0.1:
                at = random.randrange(24)
                one = one[:at] + bytes([random.choice((0, 1, 2, 0x80, 0xff))]) + one[at + 1:]
            data += one
        return data if random.random() < 0.8 else data[:-random.randint(1, min(20, len(data)))]

    def broken(self, random):
        return random.choice((b"set h1 0 0 10\r\nabc", b"get h1", b"\r\n", b"\n\n", b"set h1 0 0 5\r\n123456789\r\n",
                              b"\x80", b"\x80\0\0\1", b"a" * 3000,
                              b"get " + b"none " * 3000 + b"\r\n", b"ms h1 S5\r\nhello\r\n", b"\0\r\n",
                              b"set h1 0 0 2000000\r\n" + b"x" * 3000,
                              b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"))

    # -- for the shrinker

    @staticmethod
    def split(data):
        if not data.startswith(b"\x80"):
            return re.split(rb"(?<=\n)", data)
        parts, at = [], 0
        while at < len(data):
            size = 24 + struct.unpack(">I", (data[at + 8:at + 12] + b"\0" * 4)[:4])[0]
            parts.append(data[at:at + size])
            at += size
        return parts

    @staticmethod
    def words(data):
        return re.split(rb"(?<= )|(?=\r\n)|(?<=\n)", data) if not data.startswith(b"\x80") else None

    @staticmethod
    def join(parts):
        return b"".join(parts)
