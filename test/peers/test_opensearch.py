"""The official JavaScript clients of OpenSearch and Elasticsearch, against a server that answers as theirs do."""
import os
import shutil
import subprocess
import tempfile
import unittest

import npm
from harness import LONG, Case
from opensearch import Server

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = ("@opensearch-project/opensearch@3.9.0", "@elastic/elasticsearch@8.19.2")
# mode and number of target connections
WAYS = (("proxy", 1), ("fifo", 1), ("funnel", 1), ("funnel", 4))


@unittest.skipUnless(npm.IS_THERE, "npm and node are not installed")
class Clients(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-opensearch-")
        cls.installed = npm.fetch(cls.folder, *PACKAGES)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        super().setUp()
        if not self.installed:
            self.skipTest("npm cannot fetch " + " and ".join(PACKAGES))
        self.server = Server()
        self.addCleanup(self.server.stop)

    def through(self, mode, connections, **settings):
        named = {"exchange.protocol": "http"}
        if mode != "proxy":
            named["target.1.connections"] = connections
        named.update({key.replace("__", "."): value for key, value in settings.items()})
        return self.proxy(self.server.address, mode=mode, settings=named)

    def clients(self, package, address, processes=2, workers=4, rounds=2):
        command = ["node", HERE + "/opensearch_node.js", package.rpartition("@")[0], "http://" + address, str(workers),
                   str(rounds)]
        env = npm.environment(self.folder)
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
                   for _ in range(processes)]
        for each in running:
            said, _ = each.communicate(timeout=LONG * 6)
            self.assertEqual(each.returncode, 0, said[-3000:])

    def test_they_do_the_same_through_the_proxy(self):
        for package in PACKAGES:
            self.clients(package, self.server.address, processes=1)  # directly: the same
            for mode, connections in WAYS:
                with self.subTest(package=package, mode=mode, connections=connections):
                    p = self.through(mode, connections)
                    self.clients(package, "127.0.0.1:%d" % p.port)
                    bad = [r for r in p.records() if r["l"] == 1]
                    self.assertEqual(bad, [])

    def test_large_bulks_stream(self):
        for mode, connections in WAYS[1:]:
            p = self.through(mode, connections, exchange__request_buffer="4096")
            self.clients(PACKAGES[0], "127.0.0.1:%d" % p.port)


if __name__ == "__main__":
    unittest.main()
