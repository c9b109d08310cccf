"""Valkey's client GLIDE, whose core is not one of the other clients', on a redis-server that many share."""
import os
import shutil
import subprocess
import tempfile
import unittest

import npm
from harness import LONG
from peer import PeerCase

HERE = os.path.dirname(os.path.abspath(__file__))
# mode and number of target connections, and how the clients are called
WAYS = (("fifo", 1, ["stateless"]), ("funnel", 2, ["stateless"]), ("funnel", 8, []))
PACKAGE = "@valkey/valkey-glide@2.5.2"


@unittest.skipUnless(npm.IS_THERE, "npm and node are not installed")
class Glide(PeerCase):
    SERVER = ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", "{folder}")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.packages = tempfile.mkdtemp(prefix="proximux-glide-")
        cls.addClassCleanup(shutil.rmtree, cls.packages, ignore_errors=True)
        cls.installed = npm.fetch(cls.packages, PACKAGE, native=True)

    def clients(self, port, count, *words):
        running = [subprocess.Popen(["node", HERE + "/glide_node.js", str(port), "c%d-%d" % (port, i), *words],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=npm.environment(self.packages))
                   for i in range(count)]
        for each in running:
            said, _ = each.communicate(timeout=LONG * 6)
            self.assertEqual(each.returncode, 0, said[-3000:])

    def test_it_connects_with_its_defaults(self):
        if not self.installed:
            self.skipTest("npm cannot fetch " + PACKAGE)
        self.clients(self.port, 1)  # directly: the same
        for mode, connections, words in WAYS:
            with self.subTest(mode=mode, connections=connections):
                p = self.share("resp", mode, connections)
                self.clients(p.port, 3, *words)
                self.assertEqual([r for r in p.records() if r["l"] == 1], [])


if __name__ == "__main__":
    unittest.main()
