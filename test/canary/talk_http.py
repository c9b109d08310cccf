"""HTTP/1.1 with servers of five makes: methods, versions, heads and bodies that they read in different ways."""
import re

from script import Script
from servers_http import content, path_of
from victims import Foreign, shown

SECRET = b"s3cret-of-a-victim"
ERROR = re.compile(rb"HTTP/1\.1 (400|405|408|413|431|50[1234]) [^\r]*\r\n(?:[^\r]+\r\n)*?Content-Length: (\d+)\r\n"
                   rb"(?:[^\r]+\r\n)*\r\n")
GO = b"HTTP/1.1 100 Continue\r\n\r\n"
METHODS = [b"GET", b"GET", b"GET", b"HEAD", b"POST", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"PATCH", b"TRACE",
           b"CONNECT", b"PROPFIND",
           b"get", b"X", b"PRI", b"M-SEARCH", b"GET\t", b"G@T", b"PURGE", b"LOCK", b"BREW"]
COMMON = [b"/", b"/echo", b"/echo?x=1", b"/close", b"/drop", b"/empty", b"/chunked", b"/none", b"/big"]
TARGETS = COMMON + [b"/slow", b"/half", b"/events", b"/early", b"/refuse", b"/dav/x", b"/pass", b"*", b"http://x/echo",
                    b"x:80", b"/%00", b"/..//echo", b"//", b"/a b", b"/\xff", b"", b"/" + b"l" * 9000, b"/echo#f"]
VERSIONS = [b"HTTP/1.1"] * 20 + [b"HTTP/1.0", b"HTTP/1.0", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/1.2", b"http/1.1",
                                 b"HTTP/1.1 ", b"", b"HTTP/11"]
EVIL = b"GET /echo?evil HTTP/1.1\r\nHost: x\r\nX-Secret: evil\r\n\r\n"
# what has once got somebody another's answer: servers that do not read such a body take it for the next request
CORPUS = [b"%s /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (method, len(EVIL), EVIL)
          for method in (b"GET", b"HEAD", b"DELETE", b"OPTIONS")] + [
              b"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(EVIL),
                                                                                                              EVIL),
              b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n" + EVIL,
              b"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n\0\1\2"]
FIELDS = [b"X-Secret: evil", b"Cookie: a=b", b"Connection: close", b"Connection: keep-alive",
          b"Connection: Content-Length",
          b"Connection: close, keep-alive", b"Connection: Transfer-Encoding",
          b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Connection: Upgrade\r\nUpgrade: echo",
          b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n"
          b"HTTP2-Settings: AAMAAABkAAQAAP__", b"Upgrade: echo", b"Expect: 100-continue", b"Expect: 100-continue",
          b"Expect: x", b"Range: bytes=0-1",
          b"Range: bytes=0-0,2-3", b"If-None-Match: *", b"If-Modified-Since: Sat, 01 Jan 2050 00:00:00 GMT",
          b"TE: trailers", b"Trailer: X",
          b"Accept-Encoding: gzip", b"Authorization: NTLM x", b"Authorization: Negotiate x",
          b"Authorization: Basic eDp4", b"Proxy-Connection: close",
          b"Keep-Alive: timeout=1", b" folded: x", b"X: a\r\n b", b"X : a", b"X:a\rb", b"X\n: a", b"X: \0", b": x", b"X",
          b"X-Long: " + b"l" * 9000,
          b"X-Longer: " + b"l" * 70000, b"Host: y", b"Max-Forwards: 0", b"X-HTTP-Method-Override: DELETE",
          b"Content-Encoding: gzip"]
LENGTHS = [b"Content-Length: %d"] * 12 + [b"Content-Length: %d\r\nContent-Length: %d", b"Content-Length: %d, %d",
                                          b"Content-Length: +%d", b"Content-Length: 0%d",
                                          b"Content-Length: %d ", b"Content-Length:%d", b"Content-Length : %d",
                                          b"content-length: %d", b"Content-Length: 0x%d",
                                          b"Content-Length: -%d", b"Content-Length: 0\r\nContent-Length: %d",
                                          b"Content-Length: %d;", b"Content-Length:\t%d"]
CODINGS = [b"chunked"] * 10 + [b"Chunked", b"gzip, chunked", b"chunked, chunked", b"chunked, identity", b"identity",
                               b"xchunked", b" chunked", b"\tchunked",
                               b"chunked;q=1", b"\"chunked\"", b"gzip", b"chunked\r\nTransfer-Encoding: chunked",
                               b"\x0bchunked", b"chunked,"]


class Reply:
    """A response with this status and body, and with what the head of it must repeat. rest: the body of its request, which
    is sent when the server says so."""

    def __init__(self, status, body, echo=None, bare=False, rest=b""):
        self.status, self.body, self.echo, self.bare, self.rest = status, body, echo, bare, rest

    @staticmethod
    def told(data):
        return len(GO) if data.startswith(GO) else 0

    def take(self, data):
        if self.rest and GO.startswith(data):
            return 0
        start = b"HTTP/1.1 %d " % self.status
        if not (data.startswith(start) or start.startswith(data)):
            raise Foreign
        end = data.find(b"\r\n\r\n")
        if end < 0:
            if len(data) > 8000:
                raise Foreign
            return 0
        head = bytes(data[:end + 2])
        if self.echo is not None and b"\r\nX-Echo: %s\r\n" % self.echo not in head:
            raise Foreign
        if SECRET in head.replace(self.echo or b"\0", b""):
            raise Foreign
        end += 4
        if self.bare:
            return end
        if re.search(rb"\r\nTransfer-Encoding: chunked\r\n", head, re.I):
            return self.chunked(data, end)
        size = re.search(rb"\r\nContent-Length: (\d+)\r\n", head, re.I)
        if not size or int(size[1]) != len(self.body):
            raise Foreign
        got = data[end:end + len(self.body)]
        if not self.body.startswith(got):
            raise Foreign
        return end + len(self.body) if len(got) == len(self.body) else 0

    def chunked(self, data, at):
        got = b""
        while True:
            end = data.find(b"\r\n", at)
            if end < 0:
                return 0
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", data[at:end]):
                raise Foreign
            size = int(data[at:end], 16)
            got += data[end + 2:end + 2 + size]
            if not self.body.startswith(got):
                raise Foreign
            if len(data) < end + 4 + size:
                return 0
            at = end + 4 + size
            if not size:
                if got != self.body:
                    raise Foreign
                return at

    def __str__(self):
        return "%d with %s" % (self.status, shown(self.body))


class Http:
    protocol = "http"
    settings = {}
    secret, patient, corpus = SECRET, False, CORPUS
    harmful = ()   # a server that closes says so, and what does no harm is asked again

    def __init__(self, server, _seed):
        self.server = server

    # -- victims

    def victim(self, n, random):
        ways, count = self.server.echoes, 0
        while True:
            count += 1
            if not ways:
                name = random.choice("abbc")
                path, text = path_of(self.server.seed, n, name).encode(), content(self.server.seed, n, name).encode()
                method, head = random.choice(((b"GET", False), (b"GET", False), (b"GET", False), (b"HEAD", True)))
                yield (b"%s /%s?%d HTTP/1.1\r\nHost: x\r\n\r\n" % (method, path, count),
                       Reply(200, text, None, head))
                continue
            yield self.asked(random.choice(ways[:4] if "chunked" in ways else ways[:3]).encode(), b"%s-%d-%d-%x" % (
                SECRET, n, count, random.getrandbits(40)), random)

    def asked(self, way, secret, random):
        has_body, body, fields = "body" in self.server.echoes, b"", b""
        if way in (b"POST", b"chunked"):
            body = b"body of %s" % secret * random.choice((1, 1, 100))
            fields = b"Content-Length: %d\r\n" % len(body) if way == b"POST" else b"Transfer-Encoding: chunked\r\n"
        sent = body if way != b"chunked" else b"%x\r\n%s\r\n3\r\n%s\r\n0\r\n\r\n" % (len(body) - 3, body[:-3], body[-3:])
        method = b"POST" if way == b"chunked" else way
        path = b"/echo?" + secret[-12:]
        text = b"%s %s %s\n" % (method, path, secret) + (body if has_body else b"")
        rest = b""
        if sent and random.random() < 0.2:
            fields, rest, sent = fields + b"Expect: 100-continue\r\n", sent, b""
        return (b"%s %s HTTP/1.1\r\nHost: x\r\nX-Secret: %s\r\n%s\r\n%s" % (method, path, secret, fields, sent),
                Reply(200, text, secret if has_body else None, way == b"HEAD", rest))

    def error(self, data):
        """Ours have a body that begins with our name."""
        match = ERROR.match(bytes(data))
        if not match:
            return 0, None
        whole = match.end() + int(match[2])
        if b"proximux: ".startswith(data[match.end():match.end() + 10]) and len(data) < whole:
            return 0, b""
        return (whole, bytes(data[:whole])) if data.startswith(b"proximux: ", match.end()) else (0, None)

    @staticmethod
    def may_fail(_text, _excuses):
        return False

    @staticmethod
    def may_close(_excuses):
        return False

    @staticmethod
    def may_see(_slot):
        return False

    # -- hostile clients

    def episode(self, random):
        script, way = Script(random), random.random()
        if way < 0.01:
            return script.crawl(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 80000\r\n\r\n" + b"q" * 80000).end()
        if way < 0.013:
            return script.devour(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n" * 20).end()
        if way < 0.1:
            return self.tunnel(script, random)
        if way < 0.2:
            return self.expecting(script, random)
        for _ in range(random.choice((1, 1, 1, 2))):
            data = b"".join(self.request(random) for _ in range(random.choice((1, 1, 2, 4))))
            if random.random() < 0.1:
                data = data[:random.randrange(len(data))]
            script.send(data)
            if random.random() < 0.5:
                script.hear(0, random.choice((5, 50)))
        return script.end()

    def request(self, random):
        if random.random() < 0.03:
            return random.choice((b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\0\1\0\1\xfc\3\3", b"\r\n\r\n",
                                  b"GET /echo\r\n", b"\0" * 100, b"HTTP/1.1 200 OK\r\n\r\n",
                                  b"GET /echo HTTP/1.1\nHost: x\n\n", b"0\r\n\r\n", b"X" * 70000))
        method, fields = random.choice(METHODS), [b"Host: x"] if random.random() < 0.95 else []
        target = random.choice(COMMON if random.random() < 0.7 else TARGETS)
        fields += [random.choice(FIELDS) for _ in range(random.choice((0, 0, 1, 1, 2)))]
        body = b""
        if random.random() < (0.7 if method in (b"POST", b"PUT", b"PATCH") else 0.35):
            field, body = self.body(random)
            fields.append(field)
        random.shuffle(fields)
        return b" ".join((method, target,
                          random.choice(VERSIONS))) + b"\r\n" + b"".join(f + b"\r\n" for f in fields) + b"\r\n" + body

    def body(self, random):
        content = random.choice((b"x", b"hello", EVIL, EVIL, EVIL * 3, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                                 b"z" * 5000, b"z" * 100000, b"0\r\n\r\n" + EVIL))
        way = random.random()
        if way < 0.55:
            field = random.choice(LENGTHS)
            size = len(content) if random.random() < 0.85 else random.choice((0, 1, len(content) + 5, len(content) - 1))
            field = field % ((size,) * field.count(b"%d"))
        elif way < 0.65:
            field = random.choice((b"Transfer-Encoding: chunked\r\nContent-Length: %d",
                                   b"Content-Length: %d\r\nTransfer-Encoding: chunked")) % random.choice((
                3, len(content)))
        else:
            field = b"Transfer-Encoding: " + random.choice(CODINGS)
        if b"chunked" in field and random.random() < 0.9:
            content = self.chunks(content, random)
        return field, content

    @staticmethod
    def chunks(content, random):
        data, at = b"", 0
        while at < len(content):
            size = min(len(content) - at, random.choice((1, 5, 100, 70000)))
            line = random.choice((b"%x",) * 12 + (b"%X", b"0%x", b"%x;a=b", b"%x ;a", b"0x%x", b"+%x", b"%x\r\n", b" %x",
                                                  b"%xg")) % size
            data += line + random.choice((b"\r\n",) * 15 + (b"\n",)) + content[at:at + size] + random.choice((b"\r\n",
                                                                                                              ) * 15 +
                                                                                                              (b"\n",
                                                                                                               b""))
            at += size
            if len(data) > 3000:
                data += b"%x\r\n%s\r\n" % (len(content) - at, content[at:]) if at < len(content) else b""
                break
        return data + random.choice((b"0\r\n\r\n",) * 8 + (b"0\r\nX: y\r\n\r\n", b"0\r\nContent-Length: 5\r\n\r\n",
                                                           b"0\n\n", b"00\r\n\r\n", b"", b"0\r\n"))

    def tunnel(self, script, random):
        """An upgrade with bytes behind it before it is answered, and in it."""
        path = random.choice((b"/ws", b"/refuse", b"/echo"))
        method = random.choice((b"GET", b"POST", b"OPTIONS", b"CONNECT"))
        data = b"%s %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n" % (method, path)
        behind = random.choice((EVIL, b"raw bytes\r\n\r\n", b"\0\1\2", b"GET / HTTP/9.9\r\n\r\n",
                                b"POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"))
        script.send(data + (behind if random.random() < 0.6 else b""))
        script.hear(0, 50).send(behind)
        return script.end()

    @staticmethod
    def expecting(script, random):
        """A head that asks for consent; then its body, too little or too much of it, another request, or nothing."""
        body = random.choice((b"hello", EVIL, b"z" * 5000, b"z" * 100000))
        way = random.choice((b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked"))
        sent = body if b"Length" in way else b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        for _ in range(random.choice((1, 1, 2))):
            script.send(b"%s %s HTTP/1.1\r\nHost: x\r\n%s\r\nExpect: 100-continue\r\n\r\n" % (
                random.choice((b"POST", b"POST", b"PUT", b"GET", b"DELETE")), random.choice(COMMON + [b"/early", b"/refuse"]),
                way))
            script.hear(0, random.choice((0, 1, 20, 200)))
            script.send(random.choice((sent, sent, sent[:-1], sent + EVIL, EVIL, b"", b"\0")))
        return script.end()

    # -- for the shrinker

    @staticmethod
    def split(data):
        return re.split(rb"(?=(?:GET|HEAD|POST|PUT|DELETE|OPTIONS|PATCH|TRACE|CONNECT) )", data)

    @staticmethod
    def words(data):
        return re.split(rb"(?<=\n)", data)

    @staticmethod
    def join(parts):
        return b"".join(parts)
