#!/usr/bin/env python3
"""Redis's own tests against a server of the system, directly and through a funnel of 8 connections: what passes directly
passes through it, but for what EXPLAINED names.

    PROXIMUX_BIN=build/test/proximux python3 test/suites/redis.py SOURCES [UNIT...]

SOURCES  the folder of Redis's sources, of the version of the installed server; tclsh runs them
UNIT     some of the units (all of UNITS)

Closes with "N passed, N failed": passed are tests that pass both ways.
"""
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support")]
sys.dont_write_bytecode = True

from harness import LONG, Proxy, free_port, listens, wait_until  # noqa: E402

UNITS = ("type/string", "type/hash", "type/list", "type/set", "type/zset", "type/incr", "keyspace", "scan", "expire", "sort",
         "multi", "pubsub", "bitops", "hyperloglog", "protocol")
TAGS = "-needs:debug -needs:repl -needs:save -needs:reset -slow"
LIMIT = 900  # seconds for a unit

# Tests that need what is refused on a shared connection, and would end their unit.
LEFT_OUT = {
    "client unblock tests": "CLIENT UNBLOCK names a connection of the target",
    "SWAPDB wants to wake blocked client, but the key already expired": "CLIENT UNBLOCK",
    "MULTI + LPUSH + EXPIRE + DEBUG SLEEP on blocked client, key already expired": "CLIENT UNBLOCK",
}

MALFORMED = "the error to a malformed command, which ends the connection both ways, has a text of its own"
EXPLAINED = (
    (r"multibulk (payload )?(length|header)$|Multi bulk request not followed|Unbalanced number of quotes|Protocol desync", MALFORMED),
)


class Server:
    """The system's server with the configuration of the tests, fresh for each unit."""

    def __init__(self, sources, folder):
        self.host, self.port = "127.0.0.1", free_port()
        self.process = subprocess.Popen(
            ["redis-server", os.path.join(sources, "tests/assets/default.conf"), "--port", str(self.port), "--save", "",
             "--dir", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not wait_until(lambda: listens(self.port), LONG):
            raise SystemExit("redis-server does not listen")

    def stop(self):
        self.process.kill()
        self.process.wait()


def results(sources, unit, port):
    """Names of the tests that passed, and of those that did not, with what was said last."""
    command = ["./runtest", "--host", "127.0.0.1", "--port", str(port), "--single", "unit/" + unit, "--tags", TAGS]
    for name in LEFT_OUT:
        command += ["--skiptest", name]
    try:
        said = subprocess.run(command, cwd=sources, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT).stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    text = re.sub(r"\x1b\[[0-9;]*m", "", said.decode("utf-8", "replace"))
    passed = set(re.findall(r"^\[ok\]: (.*?)(?: \(\d+ ms\))?$", text, re.M))
    failed = re.findall(r"^\[(?:err|exception)\]:? *(.*)$", text, re.M)
    return passed, failed


def run(sources, unit):
    """(number of tests that passed both ways, those that passed directly alone)"""
    found = []
    for shared in (False, True):
        with tempfile.TemporaryDirectory(prefix="proximux-redis-") as folder:
            server, proxy = Server(sources, folder), None
            try:
                if shared:
                    proxy = Proxy(server, mode="funnel", settings={
                        "exchange.protocol": "resp", "target.1.connections": 8, "target.1.database": 9, "pool.warmup": 1})
                found.append(results(sources, unit, proxy.port if proxy else server.port))
            finally:
                if proxy:
                    proxy.stop()
                server.stop()
    (directly, _), (through, failed) = found
    return len(directly & through), sorted(directly - through), failed


def main():
    if len(sys.argv) < 2 or not os.path.exists(os.path.join(sys.argv[1], "runtest")):
        print(__doc__, file=sys.stderr)
        return 64
    passed = failed = 0
    for unit in sys.argv[2:] or UNITS:
        both, lost, said = run(os.path.abspath(sys.argv[1]), unit)
        why = {name: next((why for pattern, why in EXPLAINED if re.search(pattern, name)), None) for name in lost}
        unexplained = [name for name in lost if why[name] is None]
        print("%s: %d pass both ways, %d directly alone" % (unit, both, len(lost)), flush=True)
        for name in lost:
            print("  only directly: %s%s" % (name, ": " + why[name] if why[name] else ""))
        for line in said if unexplained else []:
            print("  " + line)
        passed, failed = passed + both, failed + len(unexplained)
    print("%d passed, %d failed" % (passed, failed))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
