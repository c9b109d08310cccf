"""A real MariaDB that fifo and funnel share."""
import subprocess
import threading

from harness import LONG, wait_until
from mariadb import MariaDBCase
from mysql_wire import Client, Error


class DirectPeer:
    """The server itself, as if it were a proxy."""

    def __init__(self, port):
        self.port = port


class SharedMariaDBCase(MariaDBCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct("create user anna@'127.0.0.1' identified by 'pencil'", "grant all on *.* to anna@'127.0.0.1'",
                   "create user bert@'127.0.0.1' identified by 'crayon'", "create database shop", "create database store",
                   "grant all on store.* to bert@'127.0.0.1'", "set global local_infile = 1")
        cls.users = cls.folder + "/users"
        native = cls.direct("select password('crayon')").decode().strip()
        with open(cls.users, "w") as f:
            f.write('"anna" "pencil"\n"bert" "%s"\n"carl" "unknown to the server"\n' % native)

    @classmethod
    def direct(cls, *commands):
        return subprocess.check_output(("mariadb", "--no-defaults", "-h127.0.0.1", "-P%d" % cls.port, "-uroot", "-N",
                                        "--delimiter=//", "-e", "//".join(commands)))

    def shared(self, mode, connections, **settings):
        return self.share("mysql", mode, connections, auth__file=self.users, **settings)

    def connect(self, p, **how):
        c = Client(p, **how)
        self.addCleanup(c.close)
        return c

    def connections(self):
        """How many connections the server has besides this one."""
        return int(self.direct("select count(*) - 1 from information_schema.processlist where command <> 'Daemon'"))

    def refused(self, call, code):
        with self.assertRaises(Error) as raised:
            call()
        self.assertEqual(raised.exception.code, code, raised.exception)
        return raised.exception

    def assertFree(self, p, count):
        """As many clients as there are connections can each have one."""
        clients = [self.connect(p) for _ in range(count)]

        def each_has_one():
            try:
                for c in clients:
                    c.query("begin")
                return True
            finally:
                for c in clients:
                    c.query("rollback")
        self.assertTrue(wait_until(each_has_one, LONG))


class Sampler:
    """Asks the server again and again which logged-in connections it has that are not root's."""
    SQL = ("select id, user, command, info from information_schema.processlist where user not in ('root', 'system user', "
           "'unauthenticated user')")

    def __init__(self, case, pause=0.02):
        self.case, self.pause, self.most, self.seen, self.failed = case, pause, [], set(), None
        self.client = Client(DirectPeer(case.port), user="root", password=b"")
        self.done, self.thread = threading.Event(), threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self.done.wait(self.pause):
                found = self.client.query(self.SQL)
                self.most, self.seen = max(self.most, found, key=len), self.seen | {row[0] for row in found}
        except Exception as fault:  # pylint: disable=broad-except
            self.failed = fault

    def __enter__(self):
        self.case.assertTrue(wait_until(lambda: not self.client.query(self.SQL), LONG), "who was there before has left")
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join(LONG)
        self.client.close()

    def assertNeverMore(self, connections):
        self.case.assertIsNone(self.failed)
        self.case.assertLessEqual(len(self.most), connections, self.most)
        self.case.assertTrue(self.seen, "there were some")
