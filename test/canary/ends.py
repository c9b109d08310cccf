"""A connection in the loop of a World."""
import errno
import selectors
import socket

from harness import reset

READ = 1 << 16
WOULD_BLOCK = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINPROGRESS)


class Peer:
    """A connection of ours in the loop of a World: sends what waits, and is told what came."""

    def __init__(self, world, port=None):
        self.world, self.sock, self.out, self.deaf = world, None, bytearray(), False
        self.port, self.local, self.connecting = port or world.port, None, False

    def connect(self):
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connecting = True
        self.out.clear()
        self.world.poll.register(self.sock, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
        if self.sock.connect_ex(("127.0.0.1", self.port)) not in (0, *WOULD_BLOCK):
            self.lost("refused")

    def send(self, data):
        self.out += data
        if not self.connecting:
            self.flush()

    def flush(self):
        try:
            while self.out:
                del self.out[:self.sock.send(memoryview(self.out)[:READ])]
        except OSError as e:
            if e.errno not in WOULD_BLOCK:
                self.lost(e.strerror)
                return
        self.interest()

    def interest(self):
        if self.sock is None:
            return
        wanted = (0 if self.deaf else selectors.EVENT_READ) | (selectors.EVENT_WRITE if self.out or self.connecting
                                                               else 0)
        known = self.sock in self.world.poll.get_map()
        if not wanted and known:
            self.world.poll.unregister(self.sock)
        elif wanted and known:
            self.world.poll.modify(self.sock, wanted, self)
        elif wanted:
            self.world.poll.register(self.sock, wanted, self)

    def ready(self, mask):
        if mask & selectors.EVENT_WRITE and self.sock is not None:
            if self.connecting:
                self.connecting, self.local = False, self.sock.getsockname()[1]
            self.flush()
        if mask & selectors.EVENT_READ and self.sock is not None and not self.deaf:
            try:
                data = self.sock.recv(READ)
            except OSError as e:
                if e.errno not in WOULD_BLOCK:
                    self.lost(e.strerror)
                return
            if data:
                self.heard(data)
            else:
                self.lost("FIN")

    def close(self, by_reset=False):
        if self.sock is None:
            return
        if self.sock in self.world.poll.get_map():
            self.world.poll.unregister(self.sock)
        if by_reset:
            reset(self.sock)
        else:
            self.sock.close()
        self.sock = None

    def heard(self, data):
        raise NotImplementedError

    def lost(self, why):
        raise NotImplementedError
