"""Floods of connections and of handshakes of TLS, each from a process of its own, and what a client feels meanwhile."""
import multiprocessing
import socket
import statistics
import time

from harness import LONG, SHORT

TICK = 0.01  # seconds


def at_a_rate(rate, act, done, count):
    """Calls act() so many times a second, or as often as it can, until told to end."""
    begin = time.monotonic()
    while not done.is_set():
        while count.value < (time.monotonic() - begin) * rate and not done.is_set():
            act()
            count.value += 1
        time.sleep(TICK)  # the rate itself


def shake_hands(context, port):
    with socket.create_connection(("127.0.0.1", port), SHORT) as s:
        try:
            with context.wrap_socket(s):
                pass
        except OSError:
            pass


class Flood:
    """A process that acts at a rate, as often a second as `rate` tells at last."""

    def __init__(self, rate, act, *args):
        self.done, self.count = multiprocessing.Event(), multiprocessing.Value("L", 0)
        self.process = multiprocessing.Process(target=at_a_rate,
                                               args=(rate, lambda: act(*args), self.done, self.count), daemon=True)
        self.began = time.monotonic()
        self.process.start()

    def stop(self):
        self.rate = self.count.value / (time.monotonic() - self.began)
        self.done.set()
        self.process.join(LONG)


def over_tls(context, port, exchanges=3000):
    """The same of one client with TLS."""
    times = []
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), LONG)) as s:
        for _ in range(exchanges):
            began = time.perf_counter()
            s.sendall(b"x" * 63 + b"\n")
            left = 64
            while left:
                left -= len(s.recv(left))
            times.append(time.perf_counter() - began)
    return statistics.quantiles(times, n=100)[98] * 1e6
