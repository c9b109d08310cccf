#!/usr/bin/env python3
"""Own tests of PostgreSQL and its clients against a server of the system, directly and through a funnel of four: what
passes directly passes through it, but for what EXPLAINED names. The clients have their defaults.

    PROXIMUX_BIN=build/test/proximux python3 test/suites/postgresql.py SUITE SOURCES [directly|through]

SUITE SOURCES  one of
  libpq_pipeline, regress  the folder of PostgreSQL's sources, of the system's release; a C compiler, libpq-dev and
                           postgresql-server-dev
  psycopg                  the folder of its sources, 3.1; the packages python3-pytest, -pytest-asyncio and
                           -pytest-timeout
  psycopg2                 the same; it must be the version of the package python3-psycopg2
  node-postgres            the folder of its sources; npm

Each run has a server of its own. Closes with "N passed, N failed": passed are tests that pass both ways. With directly
or through only this is run, and what fails is shown.
"""
import glob
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support")]
sys.dont_write_bytecode = True

from harness import Proxy  # noqa: E402
from postgresql import PostgresqlCase, own  # noqa: E402

LIMIT = 3600  # seconds for a run
CONNECTIONS = 4
RESULTS = {}  # what the tests of regress said in the last run

TERMINATES = "pg_terminate_backend() means a connection of the target, which clients share"
LARGE = "a simple query larger than exchange.request_buffer"
NUMBER = "the number that a client knows as its own is not that of the target's, nor what others hear of it"
EXPLAINED = {
    "libpq_pipeline": (),
    "psycopg": (
        (r"test_broken|no_clobber", TERMINATES),
        (r"test_auto_prepare|test_dont_prepare", "pg_prepared_statements shows those of the connection"),
    ),
    "psycopg2": (
        (r"test_external_close_async", TERMINATES),
        (r"[Nn]otif|test_backend_pid", NUMBER),
        (r"flush_on_write|_large$", LARGE),
    ),
    "node-postgres": (
        (r"^connection-pool/error-tests|^gh-issues/130-tests", TERMINATES),
    ),
    "regress": (
        (r"^(constraints|limit|sequence)$", "currval() and lastval() are refused"),
    ),
}


class Database(PostgresqlCase):
    """The server of a run; a superuser of it is `me`."""
    OPTIONS = ("-c", "max_connections=200", "-c", "max_prepared_transactions=10", "-c", "fsync=off")

    @classmethod
    def sql(cls, *commands, database="postgres"):
        args = [a for c in commands for a in ("-c", c)]
        subprocess.check_call(("psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(cls.port), "-U", "me", database, *args))


def compiled(source, target, *options):
    """A program of PostgreSQL's that is not in the packages."""
    asked = [subprocess.check_output(["pg_config", "--" + what], text=True).strip()
             for what in ("includedir-server", "includedir", "libdir", "pkglibdir")]
    subprocess.check_call(["cc", "-w", "-O1", "-D_GNU_SOURCE", "-I" + asked[0], "-I" + asked[1], source, "-o", target,
                           "-L" + asked[2], "-L" + asked[3], *options])
    return target


def libpq_pipeline(sources, folder, port):
    """With its traces, as its own script runs it."""
    own_folder = os.path.join(sources, "src", "test", "modules", "libpq_pipeline")
    program = compiled(own_folder + "/libpq_pipeline.c", folder + "/libpq_pipeline", "-lpq", "-lpgcommon", "-lpgport")
    said = {}
    for name in subprocess.check_output([program, "tests"], text=True).split():
        trace, expected = folder + "/trace", os.path.join(own_folder, "traces", name + ".trace")
        traced = ["-t", trace] if os.path.exists(expected) else []
        done = subprocess.run([program, "-r", "700", *traced, name, "host=127.0.0.1 port=%d user=me dbname=postgres" % port],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
        said[name] = None if done.returncode == 0 else done.stdout.decode("utf-8", "replace").strip()[-400:]
        if traced and said[name] is None:
            with open(trace) as got, open(expected) as wanted:
                said[name] = None if got.read() == wanted.read() else "its trace differs"
    return said


def pytest(sources, folder, *words, **variables):
    report = os.path.join(folder, "report.xml")
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-o", "cache_dir=" + folder + "/cache", "--timeout=120",
                    "--junitxml=" + report,
                    *words], cwd=sources, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT,
                   env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **variables))
    said = {}
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        wrong = case.find("failure") if case.find("failure") is not None else case.find("error")
        if wrong is not None or case.find("skipped") is None:
            said[case.get("classname") + "." + case.get("name")] = None if wrong is None else wrong.get("message") or "?"
    return said


def psycopg(sources, folder, port):
    """Without slow tests, those of times, and of programs and packages that are not in the system."""
    return pytest(sources, folder, "tests", "-m", "not slow and not timing and not proxy and not dns and not postgis",
                  "--ignore=tests/crdb", "--ignore=tests/test_typing.py", "--ignore=tests/pool",
                  "--test-dsn=host=127.0.0.1 port=%d user=me dbname=postgres" % port,
                  PYTHONPATH=os.path.join(sources, "psycopg"))


def psycopg2(sources, folder, port):
    Database.sql("create database psycopg2_test")
    return pytest(sources, folder, "tests", PSYCOPG2_TESTDB_HOST="127.0.0.1", PSYCOPG2_TESTDB_PORT=str(port),
                  PSYCOPG2_TESTDB_USER="me")


def node(path, folder, port):
    """What the script says, and whether it ends well."""
    try:
        done = subprocess.run(["node", path], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                              env=dict(os.environ, PGHOST="127.0.0.1", PGPORT=str(port), PGUSER="me", PGDATABASE="postgres",
                                       PGPASSWORD="any", NODE_NO_WARNINGS="1"))
        return done.stdout.decode("utf-8", "replace"), done.returncode == 0
    except subprocess.TimeoutExpired as e:
        return (e.stdout or b"").decode("utf-8", "replace"), False


def node_postgres(sources, _folder, port):
    """Those in JavaScript alone. The name of a test is that of its file and its own."""
    package = os.path.join(sources, "packages", "pg")
    if not os.path.isdir(os.path.join(sources, "node_modules")):
        subprocess.check_call(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"], cwd=sources)
        subprocess.check_call(["npx", "tsc", "--build"], cwd=sources)
    said = {}
    for path in sorted(glob.glob(package + "/test/integration/**/*-tests.js", recursive=True)):
        file = os.path.relpath(path, package + "/test/integration")
        text, ended = node(path, package, port)
        if not ended:  # some have five seconds
            text, ended = node(path, package, port)
        for name in re.findall(r"^  (\S.*) ✔$", text, re.M):
            said[file + ": " + name] = None
        said[file] = None if ended else text.strip()[-600:]
    return said


def regress(sources, folder, port):
    """One test after the other. What was said directly is expected through the funnel: a server of another minor release
    than the sources says some things in another way. The server writes files where the tests are."""
    place = os.path.join(folder, "regress")
    shutil.copytree(os.path.join(sources, "src", "test", "regress"), place)
    for name, text in RESULTS.items():
        for variant in glob.glob(place + "/expected/%s_[0-9].out" % name):
            os.unlink(variant)
        with open(place + "/expected/%s.out" % name, "wb") as file:
            file.write(text)
    libraries = os.path.join(folder, "lib")
    os.mkdir(libraries)
    compiled(place + "/regress.c", libraries + "/regress.so", "-fPIC", "-shared")
    asked = subprocess.check_output(["pg_config", "--pkglibdir"], text=True).strip()
    for name in ("autoinc.so", "refint.so"):
        shutil.copy(os.path.join(asked, name), libraries)
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres").pw_uid
        for root, _, files in os.walk(folder):
            for name in (root, *(os.path.join(root, f) for f in files)):
                shutil.chown(name, user)
    Database.sql("create database regression template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'")
    Database.sql(*("alter database regression set %s to '%s'" % pair for pair in (
        ("lc_messages", "C"), ("lc_monetary", "C"), ("lc_numeric", "C"), ("lc_time", "C"),
        ("bytea_output", "hex"), ("timezone_abbreviations", "Default"))))
    done = subprocess.run(own(asked + "/pgxs/src/test/regress/pg_regress", "--use-existing", "--host=127.0.0.1",
                              "--port=%d" % port, "--user=me", "--max-connections=1", "--inputdir=" + place,
                              "--outputdir=" + place, "--dlpath=" + libraries, "--bindir=" + Database.BIN,
                              "--schedule=" + place + "/parallel_schedule"),
                          cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
    said = {name: None if how == "ok" else "its output differs" for name, how in re.findall(
        r"^(?:test| +)\s*(\w+) +\.\.\. (ok|FAILED)", done.stdout.decode("utf-8", "replace"), re.M)}
    for name in said:
        with open(place + "/results/%s.out" % name, "rb") as file:
            RESULTS[name] = file.read()
    return said


SUITES = {"libpq_pipeline": libpq_pipeline, "psycopg": psycopg, "psycopg2": psycopg2, "node-postgres": node_postgres,
          "regress": regress}


def outcomes(suite, sources, shared):
    """None for each test that passes, what was said for others."""
    with tempfile.TemporaryDirectory(prefix="proximux-suite-") as folder:
        os.chmod(folder, 0o755)
        Database.setUpClass()
        proxy = None
        try:
            if shared:
                proxy = Proxy("127.0.0.1:%d" % Database.port, mode="funnel", settings={
                    "exchange.protocol": "postgresql", "auth.method": "trust", "exchange.stateful": "tie",
                    "target.1.connections": CONNECTIONS, "pool.max_tied": CONNECTIONS})
            return SUITES[suite](sources, folder, proxy.port if proxy else Database.port)
        finally:
            if proxy:
                proxy.stop()
            Database.tearDownClass()


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in SUITES or not os.path.isdir(sys.argv[2]):
        print(__doc__, file=sys.stderr)
        return 64
    suite, sources = sys.argv[1], os.path.abspath(sys.argv[2])
    if len(sys.argv) == 4:
        said = outcomes(suite, sources, sys.argv[3] == "through")
        for name, what in sorted(said.items()):
            if what:
                print("%s: %s" % (name, what))
        print("%d passed, %d failed" % (sum(what is None for what in said.values()), sum(map(bool, said.values()))))
        return 0
    directly, through = (outcomes(suite, sources, shared) for shared in (False, True))
    good, lost = [name for name, what in directly.items() if what is None or suite == "regress"], 0
    for name in sorted(good):
        what = through.get(name, "not run")
        if what:
            why = next((why for pattern, why in EXPLAINED[suite] if re.search(pattern, name)), None)
            lost += why is None
            print("only directly: %s: %s" % (name, why or what))
    passed = sum(through.get(name, "not run") is None for name in good)
    print("%d passed, %d failed" % (passed, lost))
    return 0 if lost == 0 and passed else 1


if __name__ == "__main__":
    sys.exit(main())
