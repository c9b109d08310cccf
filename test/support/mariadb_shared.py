"""A real MariaDB that fifo and funnel share."""
import subprocess

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
