#!/usr/bin/env python3
"""Own tests of Redis's clients against a server of the system, directly and through a funnel: what passes directly passes
through it, but for what EXPLAINED names. The clients have their defaults.

    PROXIMUX_BIN=build/test/proximux python3 test/suites/clients.py hiredis|ioredis|node-redis|redis-py SOURCES

SOURCES  the folder of the client's sources. hiredis needs make and a C compiler; ioredis and node-redis npm; redis-py
         the packages python3-pytest, -pytest-asyncio, -pytest-cov, -pytest-timeout and -numpy

They use port 6379, which must be free; node-redis chooses ports, and has its servers started as if by Docker. hiredis
also wants an address that answers nothing (192.168.254.254), and ends where that is not so. Closes with "N passed, N
failed": passed are tests that pass both ways.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support")]
sys.dont_write_bytecode = True

from harness import LONG, Proxy, free_port, listens, wait_until  # noqa: E402

PORT = 6379
LIMIT = 1800  # seconds for a run
# Tests leave clients open that are pinned: on a server of their own nothing limits these.
CONNECTIONS = 64

SHARED = "names a connection of the target, which clients share"
LOGIN = "AUTH without local.password"
EXPLAINED = (
    (r"KILL terminates|client_kill|connection_dies|reload scripts on redis restart", "CLIENT KILL " + SHARED),
    (r"UNBLOCK|client_unblock", "CLIENT UNBLOCK " + SHARED),
    (r"TRACKING REDIRECT|client_tracking", "CLIENT TRACKING with REDIRECT " + SHARED),
    (r"MONITOR should keep|PubSub should resubscribe", "CLIENT KILL " + SHARED),
    (r"SCRIPT DEBUG", "SCRIPT DEBUG stops the server for all clients"),
    (r"client_list_client_id", "a client sees itself alone"),
    (r"^auth |test_auth|acl_log|password authentication|monitor rejects when monitor is disabled", LOGIN),
)


def hiredis(sources, _folder):
    subprocess.check_call(["make", "-s", "hiredis-test"], cwd=sources)
    said = subprocess.run(["./hiredis-test", "-h", "127.0.0.1", "-p", str(PORT), "--skip-throughput", "-s", "/none"],
                          cwd=sources, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT).stdout
    text = re.sub(r"\x1b\[[0-9;]*m", "", said.decode("utf-8", "replace"))
    return set(re.findall(r"^#\d+ (.*): PASSED$", text, re.M))


def ioredis(sources, folder):
    report = os.path.join(folder, "report.json")
    if not os.path.isdir(os.path.join(sources, "node_modules")):
        subprocess.check_call(["npm", "ci", "--no-audit", "--no-fund"], cwd=sources)
    subprocess.run(["npx", "mocha", "--no-experimental-strip-types", "--exit", "--reporter", "json", "--reporter-option",
                    "output=" + report, "test/helpers/*.ts", "test/functional/*.ts", "test/functional/commands/*.ts"],
                   cwd=sources, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT,
                   env=dict(os.environ, TS_NODE_TRANSPILE_ONLY="true", NODE_ENV="test"))
    with open(report, encoding="utf-8") as file:
        return {test["fullTitle"] for test in json.load(file)["passes"]}


def redis_py(sources, folder):
    report = os.path.join(folder, "report.xml")
    files = ["tests/test_%s.py" % name for name in (
        "commands", "pipeline", "pubsub", "scripting", "connection_pool", "lock", "monitor", "encoding")]
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=60",
                    "--junitxml=" + report, "-m", "not onlycluster and not redismod and not ssl", *files],
                   cwd=sources, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT)
    cases = xml.etree.ElementTree.parse(report).getroot().iter("testcase")
    # One that was interrupted has no name.
    return {case.get("classname") + "." + case.get("name") for case in cases if len(case) == 0 and case.get("name")}


def node_redis(sources, folder, shared):
    """Without those of clusters and sentinels."""
    report, started, package = folder + "/report.json", folder + "/started", os.path.join(sources, "packages", "client")
    if not os.path.isdir(os.path.join(package, "dist")):
        subprocess.check_call(["npm", "ci", "--no-audit", "--no-fund"], cwd=sources)
        subprocess.check_call(["npm", "run", "build"], cwd=sources)
    env = dict(os.environ, PATH=os.path.join(HERE, "docker") + ":" + os.environ["PATH"], PROXIMUX_SUITE_STARTED=started)
    if shared:
        env["PROXIMUX_SUITE_CONNECTIONS"] = str(CONNECTIONS)
    version = re.search(rb"v=(\d+\.\d+)", subprocess.check_output(["redis-server", "--version"])).group(1).decode()
    try:
        subprocess.run(["npx", "mocha", "-r", "tsx", "--timeout", "15000", "--reporter", "json", "--reporter-option",
                        "output=" + report, "--exit", "./lib/commands/*.spec.ts", "./lib/client/*.spec.ts", "--grep",
                        "cluster", "--invert", "--redis-tag=" + version, "--redis-version=" + version],
                       cwd=package, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT, env=env)
    finally:
        subprocess.run(["xargs", "-r", "-a", started, "kill", "-9"], stderr=subprocess.DEVNULL)
    with open(report, encoding="utf-8") as file:
        return {test["fullTitle"] for test in json.load(file)["passes"]}


SUITES = {"hiredis": hiredis, "ioredis": ioredis, "redis-py": redis_py}


def passes(suite, sources, shared):
    """Names of the tests that pass."""
    if suite == "node-redis":
        with tempfile.TemporaryDirectory(prefix="proximux-clients-") as folder:
            return node_redis(sources, folder, shared)
    with tempfile.TemporaryDirectory(prefix="proximux-clients-") as folder:
        port = free_port() if shared else PORT
        server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--dir", folder],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        proxy = None
        try:
            if not wait_until(lambda: listens(port), LONG):
                raise SystemExit("redis-server does not listen")
            if shared:
                proxy = Proxy("127.0.0.1:%d" % port, mode="funnel", listen="[::]:%d" % PORT, settings={
                    "exchange.protocol": "resp", "target.1.connections": CONNECTIONS})
            return SUITES[suite](sources, folder)
        finally:
            if proxy:
                proxy.stop()
            server.kill()
            server.wait()


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in (*SUITES, "node-redis") or not os.path.isdir(sys.argv[2]):
        print(__doc__, file=sys.stderr)
        return 64
    if listens(PORT):
        print("port %d is in use; the tests need it" % PORT, file=sys.stderr)
        return 75
    directly, through = (passes(sys.argv[1], os.path.abspath(sys.argv[2]), shared) for shared in (False, True))
    lost = 0
    for name in sorted(directly - through):
        why = next((why for pattern, why in EXPLAINED if re.search(pattern, name)), None)
        lost += why is None
        print("only directly: %s%s" % (name, ": " + why if why else ""))
    print("%d passed, %d failed" % (len(directly & through), lost))
    return 0 if lost == 0 and directly & through else 1


if __name__ == "__main__":
    sys.exit(main())
