"""MongoDB's own driver (PyMongo), with a scripted server: what drivers say that a script would not."""
import subprocess

import mongo
from harness import LONG, Case
from peer import SHARES

PYTHON = "/usr/bin/python3"
CLIENT = """
import sys, threading
import pymongo
from pymongo.write_concern import WriteConcern

client = pymongo.MongoClient("127.0.0.1", int(sys.argv[1]), directConnection=True, heartbeatFrequencyMS=500,
                             serverSelectionTimeoutMS=int(sys.argv[2]))
items = client.shop.items
silent = items.with_options(write_concern=WriteConcern(w=0))
found = []


def work():
    for _ in range(10):
        silent.insert_one({"a": 1})
        found.append([each["x"] for each in items.find()])
        assert items.insert_one({"a": 1}).acknowledged


threads = [threading.Thread(target=work) for _ in range(6)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert found == [[1, 2, 2]] * 60, found
client.close()
"""


class PyMongo(Case):
    def test_many_threads_share_few_connections(self):
        def script(server, s, m):
            if m.name not in ("hello", "isMaster", "ismaster"):
                return False
            s.sendall(server.answer(m, ismaster=True, minWireVersion=0, maxWireVersion=17, maxBsonObjectSize=1 << 24,
                                    maxMessageSizeBytes=48000000, maxWriteBatchSize=100000, logicalSessionTimeoutMinutes=30))
            return True
        for mode, connections in SHARES:
            with self.subTest(mode=mode, connections=connections):
                server = mongo.Server(script)
                proxy = self.proxy(self.target(server), mode=mode, settings={"exchange.protocol": "mongodb",
                                                                            "target.1.connections": connections})
                command = [PYTHON, "-c", CLIENT, str(proxy.port), str(int(LONG * 1000))]
                done = subprocess.run(command, capture_output=True, text=True, timeout=LONG * 4)
                self.assertEqual(done.returncode, 0, done.stderr[-3000:])
                self.assertEqual(server.names().count("getMore"), 120)
                self.assertEqual(server.names().count("insert"), 120)
                handshakes = [m for _, m in server.asked if m.name.lower() == "ismaster" or m.name == "hello"]
                self.assertTrue(handshakes)
                for m in handshakes:
                    self.assertEqual({"client", "compression", "topologyVersion"} & set(m.body), set())
                self.assertLessEqual(len({s for s, _ in server.asked}), connections)
