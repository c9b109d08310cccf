"""Rounds in which proxies do the same work in turns, and what is compared: this build, and HAProxy or another build."""
import os
import statistics
import subprocess

from harness import BIN, Proxy
from servers import HAProxy

ROUNDS = int(os.environ.get("PROXIMUX_ROUNDS", "5"))
LIMIT = 600  # seconds for one load
BESIDE = os.environ.get("PROXIMUX_BESIDE", "")
OTHER = "the other build" if BESIDE else "HAProxy"


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=LIMIT)
    if done.returncode != 0:
        raise SystemExit("%s failed: %s" % (command[0], (done.stdout + done.stderr).decode("utf-8", "replace")[-2000:]))
    return done.stdout.decode("utf-8", "replace")


def ab(url, count, *options):
    """So many requests by ApacheBench, 50 at a time."""
    done = run("ab", "-q", "-n", str(count), "-c", "50", *options, url)
    if "Failed requests:        0" not in done:
        raise SystemExit("ab had failures: " + done)


def ours(target, program=BIN, settings=None):
    # the default level: a record for each connection that comes and goes
    return Proxy(target, args=["--log-level", "2"], program=program, settings=settings)


def other(target, settings=None, bind=""):
    """What is compared. bind: of HAProxy, further words of its line."""
    return ours(target, BESIDE, settings) if BESIDE else HAProxy(target, bind=bind)


class Table:
    """Rounds in which each proxy does the same work, one after the other."""

    def __init__(self, title, unit, amount, scale):
        self.unit, self.amount, self.scale = unit, amount, scale
        print("\n### %s\n\n| round | Proximux, %s | %s, %s | ratio |\n|---|---|---|---|"
              % (title, unit, OTHER, unit))
        self.ratios, self.values = [], []

    def cost(self, process, load):
        before = process.cpu()
        load(process.port)
        return (process.cpu() - before) / self.amount * self.scale

    def measure(self, proxies, load):
        for p in proxies:
            load(p.port)  # what happens but once is not counted
        for number in range(1, ROUNDS + 1):
            order = proxies if number % 2 else proxies[::-1]
            cost = {p: self.cost(p, load) for p in order}
            a, b = (cost[p] for p in proxies)
            self.row(str(number), a, b)
            self.values.append((a, b))
            self.ratios.append(a / b)
        medians = [statistics.median(values) for values in zip(*self.values)]
        self.row("**median**", *medians, statistics.median(self.ratios))

    @staticmethod
    def row(name, a, b, ratio=None):
        print("| %s | %.2f | %.2f | %.3f |" % (name, a, b, a / b if ratio is None else ratio), flush=True)


def compare(target, table, load, settings=None, bind=""):
    started = [target]
    try:
        started += [ours(target, settings=settings)]
        started += [other(target, settings, bind)]
        table.measure(started[1:], load)
    finally:
        for each in reversed(started):
            each.stop()
