"""The common parts of the tests of PostgreSQL in fifo and funnel with scripted servers."""
import hashlib
import os
import tempfile

from postgres import Client, Error
from sharing import SharedCase

USERS = '"anna" "pencil"\n"bert" "md5%s"\n"carl" "crayon"\n' % hashlib.md5(b"penbert").hexdigest()


class SharedPostgresqlCase(SharedCase):
    def setUp(self):
        super().setUp()
        handle, self.users = tempfile.mkstemp()
        os.write(handle, USERS.encode())
        os.close(handle)
        self.addCleanup(os.unlink, self.users)

    def share(self, *servers, mode="funnel", connections=2, **settings):
        settings.setdefault("auth__file", self.users)
        return self.shared(mode, *map(self.target, servers), protocol="postgresql", connections=connections, **settings)

    def connect(self, proxy, **how):
        c = Client(proxy, **how)
        self.addCleanup(c.close)
        return c

    def refused(self, call, severity, code):
        with self.assertRaises(Error) as raised:
            call()
        self.assertEqual((raised.exception.severity, raised.exception.code), (severity, code), raised.exception)
        return raised.exception

    def works(self, proxy):
        try:
            return self.connect(proxy).query("SELECT 1")[1] == "I"
        except (Error, OSError, EOFError):
            return False
