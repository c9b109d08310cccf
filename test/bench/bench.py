#!/usr/bin/env python3
"""Proximux in fifo and funnel beside a direct connection; CPU time of Proximux in proxy mode, and of HAProxy in mode
tcp, per unit of work. Measured in turns within one run.

    PROXIMUX_BIN=build/bench/proximux python3 test/bench/bench.py [redis] [sharing] [lone] [requests] [connections] [bulk] [idle] [tls] [guards] [postgresql]

CPU time is that of the proxy process alone, user and system, over all its threads. Everything is on loopback. What is
compared are the ratios of one round; times of different machines, or of different runs, say little. Prints Markdown.

PROXIMUX_BACKEND       io.backend of Proximux (auto)
PROXIMUX_BESIDE        another build of Proximux, measured instead of HAProxy, twemproxy and PgBouncer
PROXIMUX_PGBOUNCER     PgBouncer's program (pgbouncer)
PROXIMUX_ROUNDS        rounds of each measurement (5)
PROXIMUX_TRANSACTIONS  transactions of each run of pgbench (15000)
"""
import os
import platform
import shutil
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]
sys.dont_write_bytecode = True

from guards import guards  # noqa: E402
from harness import BIN, BACKEND, Proxy  # noqa: E402
from load import Echo, asked  # noqa: E402
from measure import Idle, QuietTarget, allow_descriptors  # noqa: E402
from postgresql_pools import postgresql  # noqa: E402
from rounds import BESIDE, OTHER, ROUNDS, Table, ab, compare, other, ours, run  # noqa: E402
from servers import HAProxy, Nginx, Redis, Twemproxy  # noqa: E402
from tls import tls  # noqa: E402


def requests():
    count = 100000

    def load(port):
        run("redis-benchmark", "-p", str(port), "-t", "get", "-d", "64", "-c", "50", "-n", str(count), "-q")
    compare(Redis(), Table("Requests: redis-benchmark -t get -d 64 -c 50", "us of CPU per request", count, 1e6), load)


def connections():
    count = 10000

    compare(Nginx(0), Table("Connections: ab -c 50, without -k", "us of CPU per connection", count, 1e6),
            lambda port: ab("http://127.0.0.1:%d/small" % port, count))


def bulk():
    size = 2

    def load(port):
        run("curl", "-sS", "-o", os.devnull, "http://127.0.0.1:%d/big" % port)
    compare(Nginx(size), Table("Bulk: %d GiB from nginx to curl" % size, "s of CPU per GiB", size, 1), load)


def idle():
    clients = 5000
    if allow_descriptors(4 * clients) < 2 * clients + 200:
        raise SystemExit("idle: ulimit -n is too small; expected at least %d" % (2 * clients + 200))
    print("\n### %d idle clients\n\n| | CPU in 10 s | own memory per client |\n|---|---|---|" % clients)
    for name, make in (("Proximux", ours), (OTHER, other)):
        started = [QuietTarget()]
        try:
            started += [make(started[0])]
            cost = Idle(started[1], ("127.0.0.1", started[1].port), started[0], clients)
            print("| %s | %.1f ms | %.0f bytes |" % (name, cost.cpu * 1e3, cost.memory), flush=True)
        finally:
            for each in reversed(started):
                each.stop()


SHARED = (("fifo, exclusive", "fifo", 1, "exclusive"), ("fifo, order", "fifo", 1, "order"),
          ("funnel of 4, exclusive", "funnel", 4, "exclusive"), ("funnel of 4, order", "funnel", 4, "order"))


def shared(target, mode, connections, pairing, protocol="line"):
    """The programs to measure, by the name of their build: one, or with PROXIMUX_BESIDE two."""
    settings = {"exchange.protocol": protocol, "exchange.pairing": pairing, "target.1.connections": connections}
    return {build: Proxy(target, mode=mode, settings=settings, program=program)
            for build, program in (("", BIN), (", the other build", BESIDE)) if program}


def each_shared(target, ways):
    """(name, mode, connections, pairing, protocol...): the programs by name."""
    return {name + build: proxy for name, *how in ways for build, proxy in shared(target, *how).items()}


def side_by_side(target, proxies, load, count):
    """Rounds of the same work directly and through each of the named proxies, a row for each: requests per second, CPU.
    Ends all of them."""
    print("| | requests/s | of that without a proxy | CPU of the proxy per request | CPU of the target per request |\n"
          "|---|---|---|---|---|")
    try:
        rows = {name: [] for name in ("directly", *proxies)}
        for number in range(ROUNDS):
            order = [("directly", None), *proxies.items()]
            for name, proxy in order[::-1] if number % 2 else order:  # who comes after whom makes a difference
                before = (proxy.cpu() if proxy else 0, target.cpu())
                rate = load((proxy or target).port)
                rows[name].append((rate, ((proxy.cpu() if proxy else 0) - before[0]) / count * 1e6,
                                   (target.cpu() - before[1]) / count * 1e6))
        direct = statistics.median(rate for rate, _, _ in rows["directly"])
        for name, rounds in rows.items():
            rate, own, its = (statistics.median(each) for each in zip(*rounds))
            print("| %s | %.0f | %.2f | %.2f us | %.2f us |" % (name, rate, rate / direct, own, its), flush=True)
    finally:
        for proxy in proxies.values():
            proxy.stop()
        target.stop()


def sharing():
    """Lines of 64 bytes; the target sends each back at once."""
    count = 200000
    for clients in (50, 500):
        print("\n### Sharing: lines of 64 bytes, %d clients, medians of %d rounds\n" % (clients, ROUNDS))
        target = Echo()
        side_by_side(target, each_shared(target, SHARED),
                     lambda port: asked(port, clients=clients, requests=count)["rate"], count)


def redis():
    """GET of 64 bytes, one request of each client at a time."""
    count = 100000
    for clients in (50, 500):
        def load(port):
            said = run("redis-benchmark", "-p", str(port), "-t", "get", "-d", "64", "-c", str(clients), "-n", str(count),
                       "--csv")
            return float(said.splitlines()[-1].split(",")[1].strip('"'))
        print("\n### Redis: redis-benchmark -t get -d 64 -c %d, medians of %d rounds\n" % (clients, ROUNDS))
        target = Redis()
        proxies = each_shared(target, (("fifo", "fifo", 1, "auto", "resp"), ("funnel of 4", "funnel", 4, "auto", "resp")))
        if not BESIDE:
            proxies["HAProxy, mode tcp"] = HAProxy(target)
        if not BESIDE and (shutil.which("nutcracker") or os.path.exists("/usr/sbin/nutcracker")):
            proxies["twemproxy"] = Twemproxy(target)
        side_by_side(target, proxies, load, count)


def lone():
    """One client, one request after the other: what a proxy adds to each."""
    print("\n### A lone client: median time of an exchange, medians of %d rounds\n\n| | us |\n|---|---|" % ROUNDS)
    target = Echo()
    started = each_shared(target, (("fifo, line", "fifo", 1, "exclusive"), ("fifo, raw", "fifo", 1, "auto", "raw")))
    try:
        rows = {name: [] for name in ("directly", *started)}
        for number in range(ROUNDS):
            order = [("directly", None), *started.items()]
            for name, proxy in order[::-1] if number % 2 else order:
                port = proxy.port if proxy else target.port
                rows[name].append(asked(port, clients=1, requests=5000)["median"])
        for name, rounds in rows.items():
            print("| %s | %.1f |" % (name, statistics.median(rounds)), flush=True)
    finally:
        for proxy in started.values():
            proxy.stop()
        target.stop()


PARTS = {"redis": redis, "sharing": sharing, "lone": lone, "requests": requests, "connections": connections, "bulk": bulk,
         "idle": idle, "tls": tls, "guards": guards, "postgresql": postgresql}


def main():
    unknown = [name for name in sys.argv[1:] if name not in PARTS]
    if unknown or not BIN:
        print(__doc__ if not unknown else "%s: unknown part; expected one of %s" % (unknown[0], ", ".join(PARTS)),
              file=sys.stderr)
        return 64
    versions = run(BIN, "--version").strip(), run("haproxy", "-v").splitlines()[0]
    print("%s, %s, io.backend %s; %s; %s cores" % (*versions, BACKEND, platform.platform(), os.cpu_count()))
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main())
