"""PostgreSQL shared by a funnel, beside a direct connection and PgBouncer in transaction mode: `pgbench -S` in runs of
some seconds, in random order; transactions per second, CPU of the pooler and its system calls per transaction."""
import os
import random
import re
import signal
import statistics
import tempfile

from harness import BIN, LONG, Program, Proxy, wait_until
from measure import allow_descriptors
from rounds import BESIDE, ROUNDS, run
from servers import PgBouncer, Postgres

WAYS = ("simple", "extended", "prepared")
SIZES = (4, 8)  # connections of a pool
TRANSACTIONS = int(os.environ.get("PROXIMUX_TRANSACTIONS", "15000"))  # of each run
SCALE, MOST = 5, 500
BESIDE_IT = "the other build" if BESIDE else "PgBouncer"


def pgbench(port, clients, way, each):
    """So many transactions of each client. Their number, and how many there were a second once all had connected."""
    said = run(Postgres.BIN + "/pgbench", "-S", "-n", "-M", way, "-c", str(clients), "-t", str(each), "-h", "127.0.0.1",
               "-p", str(port), "-U", "me", "postgres")
    if "number of failed transactions: 0 " not in said:
        raise SystemExit("pgbench had failures: " + said)
    return int(re.search(r"actually processed: (\d+)", said).group(1)), float(re.search(r"tps = ([\d.]+)", said).group(1))


def ours(target, size, users, program=BIN):
    return Proxy(target, args=["--log-level", "2"], mode="funnel", program=program, settings={
        "exchange.protocol": "postgresql", "target.1.connections": size, "auth.file": users, "auth.method": "trust",
        "local.max_connections": 2 * MOST})


def others(target, size, users):
    return ours(target, size, users, BESIDE) if BESIDE else PgBouncer(target, size)


class Calls:
    """System calls of a process while this lasts, as strace counts them. `of` is a dict by name."""

    def __init__(self, process):
        with tempfile.NamedTemporaryFile(prefix="proximux-strace-", delete=False) as file:
            self.path = file.name
        self.strace = Program(["-c", "-f", "-p", str(process.pid), "-o", self.path], program="strace")
        wait_until(lambda: "attached" in self.strace.text() or not self.strace.alive(), LONG)
        self.of = {}

    def stop(self):
        self.strace.signal(signal.SIGINT)
        self.strace.wait()
        with open(self.path, encoding="utf-8") as file:
            for row in (line.split() for line in file):
                if len(row) >= 5 and row[3].isdigit() and row[-1] != "total":
                    self.of[row[-1]] = int(row[3])
        os.unlink(self.path)


def calls_of(pooler, clients, way):
    """By name, per transaction. Logins happen in both runs: what the longer one has more is that of its transactions."""
    counted = []
    for each in (10, 60):
        calls = Calls(pooler)
        pgbench(pooler.port, clients, way, each)
        calls.stop()
        counted.append(calls.of)
    few, many = counted
    if not many:
        raise SystemExit("strace has counted nothing")
    return {name: (many[name] - few.get(name, 0)) / (50 * clients) for name in many}


def spread(values, form="%.2f"):
    return "%s (%s-%s)" % tuple(form % each for each in (statistics.median(values), min(values), max(values)))


def slices(target, poolers, clients, way, rng):
    """Rows by name: of each round, transactions per second and CPU per transaction in us."""
    rows = {name: [] for name in ("directly", *poolers)}
    for _ in range(ROUNDS):
        names = list(rows)
        rng.shuffle(names)
        for name in names:
            pooler = poolers.get(name)
            before = pooler.cpu() if pooler else 0
            count, rate = pgbench((pooler or target).port, clients, way, TRANSACTIONS // clients)
            rows[name].append((rate, ((pooler.cpu() if pooler else 0) - before) / count * 1e6))
    return rows


def ratios(rows, name, other, which):
    return [a[which] / b[which] for a, b in zip(rows[name], rows[other])] if other in rows else None


def table(rows, clients, way):
    print("\n### PostgreSQL: pgbench -S -M %s, %d clients, medians (lowest to highest) of %d rounds\n\n"
          "| | tps | of those directly | of those of %s | CPU of the pooler per transaction, us | of that of %s |\n"
          "|---|---|---|---|---|---|" % (way, clients, ROUNDS, BESIDE_IT, BESIDE_IT))
    for name in rows:
        other = name.replace("Proximux", BESIDE_IT)
        beside = ([spread(ratios(rows, name, other, which)) for which in (0, 1)] if name != other and other in rows else ["", ""])
        rate, cpu = zip(*rows[name])
        print("| %s | %s | %s | %s | %s | %s |" % (
            name, spread(rate, "%.0f"), spread(ratios(rows, name, "directly", 0)), beside[0],
            spread(cpu, "%.1f") if any(cpu) else "", beside[1]), flush=True)


def calls_table(poolers, clients):
    print("\n### PostgreSQL: system calls of the pooler per transaction (strace), pgbench -S, %d clients\n\n"
          "| | -M | calls | |\n|---|---|---|---|" % clients)
    for way in WAYS:
        for name, pooler in fit(poolers, way).items():
            of = calls_of(pooler, clients, way)
            most = sorted(of.items(), key=lambda pair: -pair[1])
            print("| %s | %s | %.2f | %s |" % (name, way, sum(of.values()), ", ".join(
                "%s %.2f" % pair for pair in most if pair[1] >= 0.05)), flush=True)


def fit(poolers, way):
    """Those that can do it: PgBouncer shares prepared statements since 1.21."""
    return {name: each for name, each in poolers.items()
            if way != "prepared" or not isinstance(each, PgBouncer) or each.shares_statements()}


def postgresql():
    if allow_descriptors(4 * MOST) < 2 * MOST + 200:
        raise SystemExit("postgresql: ulimit -n is too small")
    if not BESIDE:
        print("\nPgBouncer %s" % ".".join(str(n) for n in PgBouncer.version() or ("is not there",)))
    target, poolers, rng = Postgres(SCALE, MOST + 60), {}, random.Random(1)
    try:
        users = target.write("users", '"me" "any"\n')
        for size in SIZES:
            poolers["Proximux, %d" % size] = ours(target, size, users)
            if BESIDE or PgBouncer.version():
                poolers["%s, %d" % (BESIDE_IT, size)] = others(target, size, users)
        for clients in (50, MOST):
            for way in WAYS:
                table(slices(target, fit(poolers, way), clients, way, rng), clients, way)
            calls_table(poolers, clients)
    finally:
        for each in (*poolers.values(), target):
            each.stop()
