"""What clients feel of a flood: the 99th percentile of the time of an exchange, alone and beside it, in turns."""
import shutil
import socket
import ssl
import statistics
import struct
import tempfile
import threading
import time

from certificates import Authority
from flood import Flood, over_tls, shake_hands
from harness import LONG, SHORT, free_port
from load import Echo, asked
from rounds import ROUNDS, ours


def connect_and_reset(port):
    with socket.socket() as s:
        s.bind(("127.0.0.2", 0))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.settimeout(SHORT)
        s.connect(("127.0.0.1", port))


class Readers:
    """64 silent connections to the admin port, and 100 readers of /metrics, each once a second; so many at once are more
    than it serves. `live` is the longest time in which /livez answered, in seconds."""

    def __init__(self, port):
        self.port, self.stopped, self.live, self.read, self.refused = port, threading.Event(), 0, 0, 0
        self.silent = [socket.create_connection(("127.0.0.1", port), SHORT) for _ in range(64)]
        self.threads = [threading.Thread(target=self._run, args=(path, every), daemon=True)
                        for path, every in [("/metrics", 1)] * 100 + [("/livez", 0.05)]]
        for thread in self.threads:
            thread.start()

    def _run(self, path, every):
        while not self.stopped.wait(every):
            began = time.monotonic()
            try:
                self._get(path)
            except ConnectionError:
                self.refused += 1
                continue
            if path == "/livez":
                self.live = max(self.live, time.monotonic() - began)
            else:
                self.read += 1

    def _get(self, path):
        with socket.create_connection(("127.0.0.1", self.port), SHORT) as s:
            s.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path).encode())
            while s.recv(1 << 16):
                pass

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(LONG)
        for s in self.silent:
            s.close()


def plain(port):
    """The 99th percentile in microseconds of four clients that ask as soon as they are answered."""
    return asked(port, clients=4, requests=40000)["p99"]


def beside(name, proxy, measure, begin, told):
    """A row: the percentile alone and beside what begin() begins, medians of the rounds; what told() tells of it."""
    alone, beside_it, said = [], [], ""
    for number in range(ROUNDS):
        for flooded in (False, True) if number % 2 else (True, False):
            flood = begin() if flooded else None
            (beside_it if flooded else alone).append(measure(proxy.port))
            if flood:
                flood.stop()
                said = told(flood)
    a, b = statistics.median(alone), statistics.median(beside_it)
    print("| %s | %.0f us | %.0f us | %.2f | %s |" % (name, a, b, b / a, said), flush=True)


def guards():
    print("\n### The 99th percentile of an exchange, alone and beside a flood, medians of %d rounds\n\n"
          "| flood | alone | beside it | ratio | |\n|---|---|---|---|---|" % ROUNDS)
    folder, admin = tempfile.mkdtemp(prefix="proximux-guards-"), free_port()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    started = [Echo()]
    try:
        certificate = Authority(folder).issue("bench.test")
        rate, with_tls = {"limits.connection_rate": "100/s"}, {"local.tls": "on", "local.tls_certificate": certificate}
        for settings in ({**rate, "admin.listen": "127.0.0.1:%d" % admin}, rate, with_tls, with_tls):
            started.append(ours(started[0], settings=settings))
        _, limited, other_limited, secured, other_secured = started
        for p, name in ((limited, "10,000 connects a second of another address, beyond its limit"),
                        (other_limited, "the same at another process, which has its share of the machine")):
            beside(name, limited, plain, lambda port=p.port: Flood(10000, connect_and_reset, port),
                   lambda f: "%.0f connects a second" % f.rate)
        beside("64 silent connections and 100 readers of the admin port", limited, plain, lambda: Readers(admin),
               lambda f: "/livez in %.0f ms at most, /metrics read %d times, %d refused" % (f.live * 1e3, f.read, f.refused))
        for p, name in ((secured, "1,000 handshakes a second"), (other_secured, "the same at another process")):
            beside(name, secured, lambda port: over_tls(context, port),
                   lambda port=p.port: Flood(1000, shake_hands, context, port), lambda f: "%.0f handshakes a second" % f.rate)
    finally:
        for each in reversed(started):
            each.stop()
        shutil.rmtree(folder, ignore_errors=True)
