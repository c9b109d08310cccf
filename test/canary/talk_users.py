"""RESP with users of redis-server: each victim is one of its own, and so are hostile clients, which try to be others."""
import servers
from script import Script
from talk_resp import SECRET, Reader, Resp, encoded
from victims import Due
from world import VICTIMS

HOSTILE = 3
CONTROLS = 1


class Redis(servers.Redis):
    """Its users: v0, v1 ... for victims, h0, h1 ... for hostile clients, which may neither see nor change users."""

    def __init__(self, folder):
        super().__init__(folder)
        reader = Reader(self.port)
        for user in [b"v%d" % n for n in range(VICTIMS + CONTROLS)] + [b"h%d" % n for n in range(HOSTILE)]:
            rights = (b"allkeys", b"allchannels", b"+@all") + ((b"-@admin", b"-@dangerous") if user.startswith(b"h") else ())
            if reader.ask(b"ACL", b"SETUSER", user, b"reset", b"on", b">of " + user, *rights) != b"OK":
                raise AssertionError("no user " + user.decode())
        reader.close()


class Users(Resp):
    settings = {"target.1.username": "client", "local.failed_auth_delay": "0"}

    @staticmethod
    def hello(n):
        yield encoded([b"AUTH", b"v%d" % n, b"of v%d" % n]), Due(b"+OK\r\n")

    def victim(self, n, random):
        name, key = b"v%d" % n, b"v:%s:%d" % (self.run, n)
        value = SECRET + key
        while True:
            way = random.randrange(5)
            if way < 2:
                yield encoded([b"ACL", b"WHOAMI"]), Due(b"$%d\r\n%s\r\n" % (len(name), name))
            elif way == 2:
                yield encoded([b"SET", key, value]), Due(b"+OK\r\n")
            elif way == 3:
                yield encoded([b"GET", key]), Due(b"$%d\r\n%s\r\n" % (len(value), value), b"$-1\r\n")
            else:
                secret = b"%s-%d-%x" % (SECRET, n, random.getrandbits(40))
                yield encoded([b"ECHO", secret]), Due(b"$%d\r\n%s\r\n" % (len(secret), secret))

    def episode(self, random):
        steps = super().episode(random)
        script = Script(random)
        if random.random() < 0.9:
            script.send(self.sign_in(random))
        if random.random() < 0.3:
            script.send(encoded([b"ACL", b"WHOAMI"]) + self.several(random) + self.sign_in(random))
        return script.steps + steps

    @staticmethod
    def sign_in(random):
        user = b"h%d" % random.randrange(HOSTILE)
        right = [user, b"of " + user]
        words = right if random.random() < 0.8 else random.choice((
            [b"v%d" % random.randrange(VICTIMS), b"wrong"], [b"default", b""], [user, b"wrong"], [user], [], right + [b"x"], [b"v1", b""]))
        made = random.choice(([b"AUTH", *words], [b"AUTH", *words], [b"HELLO", b"3", b"AUTH", *words], [b"HELLO", b"2", b"AUTH", *words]))
        return encoded(made)
