"""The common parts of the tests of UNIX sockets."""
import os
import tempfile

from harness import Case, echo


class UnixCase(Case):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="proximux-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def at(self, name):
        return os.path.join(self.folder, name)

    def local_proxy(self, *targets, name="clients.sock", **kw):
        return self.proxy(*targets, listen="unix:" + self.at(name), **kw)

    def local_target(self, handler=echo, name="target.sock"):
        return self.target(handler, path=self.at(name))

    def refused(self, *args):
        """What the program says of options that it does not take."""
        p = self.program(*args)
        self.assertIn(p.wait(), (71, 78), p.text())
        return p.p.returncode, p.text()
