"""Sockets that speak TLS and otherwise behave as plain ones do, so that a suite of plain connections runs over TLS, too."""
import io
import socket
import ssl
import threading

from certificates import WithAuthority, server_context
from harness import LONG, Proxy, Target

PIECE = 16384


class TlsSocket:
    """Over memory, with a lock around it: two threads may use it at once. Each side ends by close_notify and FIN. An end
    without close_notify is an error, for the proxy owes it. closing: as a system does, in the background."""

    def __init__(self, raw, context, server_hostname=None):
        self.raw, self.lock = raw, threading.Lock()
        self.incoming, self.outgoing, self.unsent, self.peeked = ssl.MemoryBIO(), ssl.MemoryBIO(), b"", b""
        self.early = b""
        self.resets = self.has_ended = False
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_hostname is None, server_hostname=server_hostname)
        time = raw.gettimeout()
        raw.settimeout(LONG)
        self.handshake()
        raw.settimeout(time)

    def handshake(self):
        while True:
            try:
                self.tls.do_handshake()
                return self.raw.sendall(self.outgoing.read())
            except ssl.SSLWantReadError:
                self.raw.sendall(self.outgoing.read())
                data = self.raw.recv(65536)
                if not data:
                    raise ConnectionResetError("an end in the handshake")
                self.incoming.write(data)

    def __getattr__(self, name):
        """What has nothing to do with bytes: timeouts, names, options."""
        return getattr(self.raw, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def recv(self, size, flags=0):
        got = self.peeked or self.receive(size)
        self.peeked = got if flags & socket.MSG_PEEK else got[size:]
        return got[:size]

    def receive(self, size):
        while True:
            with self.lock:
                if self.early:
                    got, self.early = self.early[:size], self.early[size:]
                    return got
                try:
                    return self.tls.read(size)
                except ssl.SSLZeroReturnError:
                    return b""
                except ssl.SSLWantReadError:
                    pass
            data = self.raw.recv(65536)
            if not data:
                raise ConnectionResetError("an end without close_notify")
            with self.lock:
                self.incoming.write(data)

    def flush(self):
        while self.unsent:
            self.unsent = self.unsent[self.raw.send(self.unsent):]

    def send(self, data):
        self.flush()
        with self.lock:
            taken = self.tls.write(data[:PIECE])
            self.unsent = self.outgoing.read()
        try:
            self.flush()
        except BlockingIOError:
            pass  # taken all the same
        return taken

    def sendall(self, data):
        data = memoryview(data)
        while data:
            data = data[self.send(data):]
        self.flush()

    def read_early(self):
        """unwrap() would take what came for an error."""
        try:
            while data := self.tls.read(65536):
                self.early += data
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass

    def notify(self):
        """What is still to be sent, with close_notify."""
        with self.lock:
            if not self.has_ended:
                self.has_ended = True
                self.read_early()
                try:
                    self.tls.unwrap()
                except (ssl.SSLError, ValueError):
                    pass  # the answer need not come
                self.unsent += self.outgoing.read()

    def shutdown(self, how):
        if how == socket.SHUT_WR:
            self.notify()
            self.flush()
        self.raw.shutdown(how)

    def setsockopt(self, level, option, value):
        self.resets = self.resets or (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER)
        self.raw.setsockopt(level, option, value)

    def close(self):
        if self.resets or self.raw.fileno() < 0:
            return self.raw.close()
        self.notify()
        raw, self.raw = self.raw, socket.socket()
        self.raw.close()
        threading.Thread(target=self.finish, args=(raw, self.unsent), daemon=True).start()

    @staticmethod
    def finish(raw, unsent):
        try:
            raw.settimeout(LONG)
            raw.sendall(unsent)
        except OSError:
            pass
        raw.close()

    def makefile(self, _):
        return io.BufferedReader(Reader(self))


class Reader(io.RawIOBase):
    def __init__(self, source):
        super().__init__()
        self.source = source

    def readable(self):
        return True

    def readinto(self, into):
        got = self.source.recv(len(into))
        into[:len(got)] = got
        return len(got)


class OverTls(WithAuthority):
    """A part of a test case, before those whose tests it brings: the clients, the program and its targets speak TLS on both
    sides. No tickets: unread ones would make a reset of a close."""

    def setUp(self):
        super().setUp()
        server, client = server_context(self.good), ssl.create_default_context(cafile=self.authority.ca)
        server.num_tickets = 0
        Target.dress = staticmethod(lambda s: TlsSocket(s, server))
        Proxy.dress = staticmethod(lambda s: TlsSocket(s, client, "good.test"))
        Proxy.more = self.more
        self.addCleanup(self.undress)

    @staticmethod
    def undress():
        Target.dress = Proxy.dress = None
        Proxy.more = staticmethod(lambda targets: {})

    def more(self, targets):
        settings = {"local.tls": "on", "local.tls_certificate": self.good, "local.tls_tickets": "0"}
        for n in range(1, targets + 1):
            settings.update({"target.%d.%s" % (n, key): value for key, value in
                             (("tls", "on"), ("tls_ca", self.authority.ca), ("tls_name", "good.test"))})
        return settings
