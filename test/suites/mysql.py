#!/usr/bin/env python3
"""Own tests of clients of MySQL, and MariaDB's own, against a server of the system, directly and through a funnel of four:
what passes directly passes through it, but for what EXPLAINED names. The clients have their defaults.

    PROXIMUX_BIN=build/test/proximux python3 test/suites/mysql.py SUITE SOURCES [directly|through] [PART...]

SUITE SOURCES  one of
  pymysql      the folder of its sources; the packages python3-pytest and -pytest-timeout
  mysql2       the folder of its sources, with what it needs (npm install)
  connector    the folder of mariadb-connector-nodejs, the same
  mariadb      any folder; the package mariadb-test: those of its main suite that need no server of their own

PART  with directly or through: files of tests, instead of all

Each run has a server of its own. Closes with "N passed, N failed": passed are tests that pass both ways. With directly
or through only this is run, and what fails is shown.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support")]
sys.dont_write_bytecode = True

from harness import Proxy, terminate  # noqa: E402
from mariadb import MariaDBCase  # noqa: E402

LIMIT = 3600  # seconds for a run
CONNECTIONS = 4
PASSWORD = "secret"
CHUNK = 30  # tests that MariaDB's program runs in one go
OWN_SERVER = re.compile(r"restart_mysqld|kill_mysqld|shutdown_mysqld|start_mysqld|wait_until_disconnected|^ *shutdown|"
                        r"big_test|have_debug|debug_sync|have_log_bin|have_binlog|master-slave|have_ssl|@@datadir|MASTER_MYSOCK|"
                        r"upgrade|(alter|drop|rename|truncate) table (if exists )?mysql\.", re.M | re.I)
TESTS = "/usr/share/mysql/mysql-test"  # of the package mariadb-test
USERS = (  # of the tests, with their passwords
    ("root", PASSWORD), ("test2", "some password"),
    ("changeuser1", "changeuser1pass"), ("changeuser2", "changeuser2pass"), ("pooluser1", "pooluser1pass"),
    ("ChangeUser", "m1P4ssw0@rd"), ("ChangeUser2", "m1SecondP@rd"), ("mysqltest1", "!Passw0rd3"),
    ("jeffrey", "5$?tuiHLKyklµ€rd"), ("jeffrey2", "5$?kLOPµ€rd"),
)

NUMBER = "the number that a client has from the greeting is not that of the target's connection"
REST = "wait_timeout ends connections of the target, not clients at rest"
KILLED = "KILL is refused"
SESSIONS = "sessions of the server are connections of the proxy, which stay"
CHARSET = "a character set in which nobody can tell where a text ends is refused"
EXPLAINED = {  # what is searched for in the name of a test and in what was said
    "pymysql": (
        (r"test_connection_gone_away", REST),
        (r"test_issue_36", NUMBER),
    ),
    "mysql2": (
        (r"KILL is not supported|^integration/test-pool-disconnect", KILLED),
        (r"test-server-close", REST),
        (r"test-datetime", "it wants five connections with temporary tables, of four"),
    ),
    "connector": (
        (r"server close connection|(connection|query) fail handling|> connection error event:", KILLED),
        (r"character set; use utf8mb4|non node.js encoding", CHARSET),
        (r"^test/integration/compression", "compression is not offered"),
        (r"authentication plugin > (ed25519|multi)", "client_ed25519 is refused"),
        (r"technical option fullResult|batch timeout error|batch-geometry-type", "bulk execution is not offered"),
        (r"debug > select request debug", "packets are not those that the size of its log is reckoned from"),
        (r"connection with expired user", "a login with an expired password is refused"),
    ),
    "mariadb": (
        (r"KILL is not supported", KILLED),
        (r"wait_until_count_sessions|main\.mdev375:", SESSIONS),
        (r"main\.mysql_cp932:", CHARSET),
        (r"main\.reset_connection:", "counters of a session are those of the target's connection"),
        (r"main\.(nested_profiling|status2):", "statements of the proxy's own are counted, too"),
        (r"main\.mysql_comments:", "what SET GLOBAL says holds for connections that are opened later"),
        (r"main\.(partition_grant|grant_read_only):", "what REVOKE takes is taken from connections that are opened later"),
        (r"main\.compress:", "compression is not offered"),
    ),
}


class Database(MariaDBCase):
    """The server of a run. Its superuser has a password, and the tests' users are in a file."""
    SERVER = [word for word in MariaDBCase.SERVER if word != "--skip-name-resolve"] + ["--local-infile=1", "--tmpdir={folder}"]

    @classmethod
    def client(cls):
        return "mariadb", "--no-defaults", "-h127.0.0.1", "-P%d" % cls.port, "-uroot"

    @classmethod
    def sql(cls, *commands):
        subprocess.check_call((*cls.client(), "-e", ";".join(commands)))

    @classmethod
    def start(cls):
        """What a proxy must know to let clients in."""
        cls.setUpClass()
        cls.sql("delete from mysql.global_priv where user = '' or user = 'root' and host <> 'localhost'", "flush privileges",
                "create or replace database test")
        return cls.users()

    @classmethod
    def users(cls):
        path = os.path.join(cls.folder, "users")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines('"%s" "%s"\n' % user for user in USERS)
        cls.sql("create database test1 default character set utf8mb4", "create database test2 default character set utf8mb4",
                "create database testn default character set utf8mb4",
                "create user test2 identified by 'some password'", "grant all on test2.* to test2",
                "alter user root@localhost identified by '%s'" % PASSWORD)
        return {"auth.file": path}


class DatabaseOfTests(Database):
    """As MariaDB's own tests expect it: most users have no password."""
    SERVER = Database.SERVER + [
        "--character-set-server=latin1", "--connect-timeout=60", "--secure-file-priv=", "--plugin-maturity=unknown",
        "--log-bin-trust-function-creators=1", "--key-buffer-size=1M", "--sort-buffer-size=256K", "--max-heap-table-size=1M",
        "--default-storage-engine=myisam", "--use-stat-tables=preferably", "--histogram-type=json_hb",
        "--binlog-direct-non-transactional-updates", "--max-allowed-packet=16M", "--innodb-log-file-size=10M"]
    FILES = ("/usr/share/mysql/mysql_test_data_timezone.sql mysql ;", "mtr_warnings.sql mtr ||", "mtr_check.sql mtr ||")

    @classmethod
    def users(cls):
        cls.sql("create database mtr character set latin1", "create or replace database test character set latin1")
        for path, database, delimiter in map(str.split, cls.FILES):
            with open(os.path.join(TESTS, "include", path)) as file:
                text = re.sub(r"^(use|delimiter) .*|^\s*--.*", "", file.read(), flags=re.M)
            subprocess.run((*cls.client(), "--delimiter=" + delimiter, database), input=text, text=True, check=True)
        terminate(cls.server)
        shutil.copytree(cls.folder + "/data", cls.folder + "/kept")
        cls.start_server()
        return {"auth.method": "trust"}

    @classmethod
    def renew(cls):
        """As if no test had been there."""
        cls.server.kill()
        cls.server.wait()
        shutil.rmtree(cls.folder + "/data")
        shutil.copytree(cls.folder + "/kept", cls.folder + "/data")
        cls.start_server()


def junit(path, prefix=""):
    said = {}
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        wrong = case.find("failure") if case.find("failure") is not None else case.find("error")
        if wrong is not None or case.find("skipped") is None:
            name = "%s%s: %s" % (prefix, case.get("classname"), case.get("name"))
            said[name] = None if wrong is None else ((wrong.get("message") or "") + "\n" + (wrong.text or ""))[-900:]
    return said


def run(command, folder, **variables):
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT,
                   env=dict(os.environ, **variables))


def pymysql(sources, folder, port, parts):
    place, report = os.path.join(folder, "pymysql"), os.path.join(folder, "report.xml")
    shutil.copytree(sources, place)
    common = {"host": "127.0.0.1", "port": port, "user": "root", "password": PASSWORD}
    with open(place + "/pymysql/tests/databases.json", "w") as file:
        json.dump([dict(common, database="test1", use_unicode=True, local_infile=True), dict(common, database="test2")], file)
    run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=120", "--junitxml=" + report,
         *(parts or ["pymysql/tests"])], place, PYTHONDONTWRITEBYTECODE="1", PYTHONPATH=place, USER="none")
    return junit(report)


def script(path, folder, port):
    """What it says, and whether it ends well."""
    try:
        done = subprocess.run(["node", "--import", "tsx", path], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, env=dict(os.environ, CI="1", MYSQL_HOST="127.0.0.1", MYSQL_PORT=str(port),
                                                   MYSQL_USER="root", MYSQL_PASSWORD=PASSWORD, MYSQL_DATABASE="test"))
        return done.stdout.decode("utf-8", "replace"), done.returncode == 0
    except subprocess.TimeoutExpired as e:
        return (e.stdout or b"").decode("utf-8", "replace") + "(it did not end)", False


def mysql2(sources, _folder, port, parts):
    """A test is a file; those that need no server are left out."""
    said = {}
    for path in sorted(glob.glob(sources + "/test/*/integration/**/*.test.mts", recursive=True) +
                       glob.glob(sources + "/test/integration/**/*.test.mts", recursive=True)):
        name = os.path.relpath(path, sources + "/test")
        if not parts or name in parts:
            text, ended = script(path, sources, port)
            said[name] = None if ended else text.strip()[-900:]
    return said


def connector(sources, folder, port, parts):
    report = os.path.join(folder, "report.xml")
    run(["node", "node_modules/vitest/vitest.mjs", "run", "--no-file-parallelism", "--isolate", "--reporter=junit",
         "--outputFile=" + report, *(parts or ["test/integration"])], sources, TEST_DB_HOST="127.0.0.1",
        TEST_DB_PORT=str(port), TEST_DB_USER="root", TEST_DB_PASSWORD=PASSWORD, TEST_DB_DATABASE="testn", LOCAL_DB="local",
        DB_TYPE="mariadb")
    return junit(report)


def mtr(folder, port, parts):
    done = subprocess.run(
        ["perl", "mariadb-test-run.pl", "--force", "--max-test-fail=0", "--retry=0", "--vardir=" + folder + "/var",
         "--suite=main", "--testcase-timeout=3", "--extern", "host=127.0.0.1", "--extern", "port=%d" % port,
         "--extern", "user=root", "--extern", "protocol=tcp", *parts],
        cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT)
    for rejected in glob.glob(TESTS + "/main/*.reject"):
        os.unlink(rejected)
    return {name: None if how == "pass" else what.strip()[:2500] for name, how, what in re.findall(
        r"^(main\.\S+(?: '\S+')?) +\[ (pass|fail) \](.*?)(?=^main\.|^-{70}|\Z)",
        done.stdout.decode("utf-8", "replace"), re.M | re.S)}


def parts_of_main():
    """Tests of the main suite that need no server of their own, no other options of it, and leave it running."""
    place, named = os.path.join(TESTS, "main"), set()
    with_options = {re.sub(r"(-(master|slave|client))?\.\w+$", "", name) for name in os.listdir(place)
                    if name.endswith((".opt", ".cnf", ".sh"))}
    for path in glob.glob(place + "/*.test"):
        with open(path, encoding="latin-1") as file:
            if not OWN_SERVER.search(file.read()):
                named.add(os.path.basename(path)[:-5])
    return sorted(named - with_options)


def mariadb(_sources, folder, port, parts):
    """What fails is run again alone: others may have left something behind."""
    for name, place in (("std_data", TESTS + "/std_data"), ("tmp", folder + "/var/tmp")):  # found from the server's data
        os.symlink(place, os.path.join(DatabaseOfTests.folder, name))
    said, names = {}, parts or parts_of_main()
    for at in range(0, len(names), CHUNK):
        found = mtr(folder, port, names[at:at + CHUNK])
        DatabaseOfTests.renew()
        for name in [name for name, what in found.items() if what]:
            del found[name]
            found.update(mtr(folder, port, [name.split(" ")[0]]))
            DatabaseOfTests.renew()
        said.update(found)
        print("# %d of %d: %d pass" % (min(at + CHUNK, len(names)), len(names), list(said.values()).count(None)), flush=True)
    return said


SUITES = {"pymysql": pymysql, "mysql2": mysql2, "connector": connector, "mariadb": mariadb}


def outcomes(suite, sources, shared, parts=()):
    """None for each test that passes, what was said for others."""
    with tempfile.TemporaryDirectory(prefix="proximux-suite-") as folder:
        os.chmod(folder, 0o755)
        database = DatabaseOfTests if suite == "mariadb" else Database
        os.environ["TZ"] = "GMT-3" if suite == "mariadb" else "UTC"
        proxy = None
        try:
            users = database.start()
            if shared:
                proxy = Proxy("127.0.0.1:%d" % database.port, mode="funnel", settings={
                    "exchange.protocol": "mysql", "exchange.stateful": "tie", "target.1.connections": CONNECTIONS,
                    "pool.max_tied": CONNECTIONS, **users})
            said = SUITES[suite](sources, folder, proxy.port if proxy else database.port, parts)
            if proxy and not proxy.alive():
                raise SystemExit("it has ended: %s, %s" % (proxy.wait(), proxy.text()[-900:]))
            return said
        finally:
            if proxy:
                proxy.stop()
            database.tearDownClass()


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in SUITES or not os.path.isdir(sys.argv[2]):
        print(__doc__, file=sys.stderr)
        return 64
    suite, sources = sys.argv[1], os.path.abspath(sys.argv[2])
    if len(sys.argv) > 3:
        said = outcomes(suite, sources, sys.argv[3] == "through", sys.argv[4:])
        for name, what in sorted(said.items()):
            if what:
                print("%s: %s" % (name, what))
        print("%d passed, %d failed" % (sum(what is None for what in said.values()), sum(map(bool, said.values()))))
        return 0
    directly, through = (outcomes(suite, sources, shared) for shared in (False, True))
    good, lost = [name for name, what in directly.items() if what is None], 0
    for name in sorted(good):
        what = through.get(name, "not run")
        if what:
            why = next((why for pattern, why in EXPLAINED[suite] if re.search(pattern, "%s: %s" % (name, what))), None)
            lost += why is None
            print("only directly: %s: %s" % (name, why or what))
    passed = sum(through.get(name, "not run") is None for name in good)
    print("%d passed, %d failed" % (passed, lost))
    return 0 if lost == 0 and passed else 1


if __name__ == "__main__":
    sys.exit(main())
