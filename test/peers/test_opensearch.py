"""The official JavaScript clients of OpenSearch and Elasticsearch, against a server that answers as theirs do."""
import base64
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import npm
from certificates import WithAuthority, server_context
from harness import LONG, Case
from opensearch import Server, Store

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RECIPE = ROOT + "/etc/examples/funnel-opensearch.ini"
PACKAGES = ("@opensearch-project/opensearch@3.9.0", "@elastic/elasticsearch@8.19.2")
# mode and number of target connections
WAYS = (("proxy", 1), ("fifo", 1), ("funnel", 1), ("funnel", 4))


@unittest.skipUnless(npm.IS_THERE, "npm and node are not installed")
class ClientsCase(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.modules = tempfile.mkdtemp(prefix="proximux-opensearch-")
        cls.installed = npm.fetch(cls.modules, *PACKAGES)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.modules, ignore_errors=True)
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        if not self.installed:
            self.skipTest("npm cannot fetch " + " and ".join(PACKAGES))

    def node(self, *args):
        server = Server(*args)
        self.addCleanup(server.stop)
        return server

    def clients(self, package, address, processes=2, workers=4, rounds=2):
        """address: may have a user and a password before it."""
        command = ["node", HERE + "/opensearch_node.js", package.rpartition("@")[0], "http://" + address, str(workers),
                   str(rounds)]
        env = npm.environment(self.modules)
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
                   for _ in range(processes)]
        for each in running:
            said, _ = each.communicate(timeout=LONG * 6)
            self.assertEqual(each.returncode, 0, said[-3000:])

    def assertCalm(self, p):
        """Nothing has gone wrong."""
        self.assertEqual([r for r in p.records() if r["l"] == 1], [])


class Clients(ClientsCase):
    def setUp(self):
        super().setUp()
        self.server = self.node()

    def through(self, mode, connections, **settings):
        named = {"exchange.protocol": "http"}
        if mode != "proxy":
            named["target.1.connections"] = connections
        named.update({key.replace("__", "."): value for key, value in settings.items()})
        return self.proxy(self.server.address, mode=mode, settings=named)

    def test_they_do_the_same_through_the_proxy(self):
        for package in PACKAGES:
            self.clients(package, self.server.address, processes=1)  # directly: the same
            for mode, connections in WAYS:
                with self.subTest(package=package, mode=mode, connections=connections):
                    p = self.through(mode, connections)
                    self.clients(package, "127.0.0.1:%d" % p.port)
                    self.assertCalm(p)

    def test_large_bulks_stream(self):
        for mode, connections in WAYS[1:]:
            p = self.through(mode, connections, exchange__request_buffer="4096")
            self.clients(PACKAGES[0], "127.0.0.1:%d" % p.port)


class Recipe(ClientsCase):
    """That of docs/opensearch.md, which is a file of etc/examples."""

    def recipe(self, *nodes, **settings):
        """It, for nodes of a cluster that are here."""
        more = ["target__%d__%s" % (number, key) for number in range(1, len(nodes) + 1) for key in ("host", "port")]
        where = [word for each in nodes for word in each.address.split(":")]
        return self.proxy(mode="funnel", args=["--config", RECIPE], settings={**dict(zip(more, where)), **settings})

    def test_the_page_shows_the_file(self):
        with open(ROOT + "/docs/opensearch.md") as page, open(RECIPE) as file:
            self.assertEqual(re.search(r"```ini\n(.*?)```", page.read(), re.S).group(1), file.read().partition("\n\n")[2])

    def test_clients_share_the_connections_to_each_node(self):
        store = Store()
        nodes = self.node(store), self.node(store)
        p = self.recipe(*nodes)
        for package in PACKAGES:
            self.clients(package, "127.0.0.1:%d" % p.port, workers=12)
        self.assertCalm(p)
        for each in nodes:
            self.assertTrue(each.served)
        self.assertEqual({headers.get("X-Forwarded-For") for _, _, headers in store.requests}, {"127.0.0.1"})


class SecureRecipe(WithAuthority, ClientsCase):
    recipe = Recipe.recipe

    def test_nodes_that_require_tls_and_credentials(self):
        """As with the security plugin: the proxy speaks TLS to the nodes, and each request says who asks."""
        store, good = Store("Basic " + base64.b64encode(b"me:secret").decode()), self.authority.issue("localhost")
        p = self.recipe(*(self.node(store, server_context(good)) for _ in range(2)),
                        **{"target__%d__%s" % (number, key): value for number in (1, 2)
                           for key, value in (("tls", "on"), ("tls_ca", self.authority.ca))})
        for package in PACKAGES:
            self.clients(package, "me:secret@127.0.0.1:%d" % p.port)
        self.assertCalm(p)
        with self.assertRaises(AssertionError) as caught:
            self.clients(PACKAGES[0], "me:wrong@127.0.0.1:%d" % p.port, processes=1)
        self.assertIn("missing credentials", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
