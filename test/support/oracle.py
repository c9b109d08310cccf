"""The oracle with sockets: clients that verify each byte, a target that tears, delays and resets, and the program
between them."""
from load import Echo, asked
from sharing import SharedCase

MODES = (("fifo", 1, "exclusive"), ("fifo", 1, "order"), ("funnel", 4, "exclusive"), ("funnel", 4, "order"))


class OracleCase(SharedCase):
    def hold(self, requests, protocol, mode, connections, pairing, seed=1):
        common = {"protocol": protocol, "size": 64, "seed": seed, "tear": 20}
        # a delay is at least a millisecond, which takes too long with one exchange at a time
        target = Echo(kill=500, delay=300 if pairing == "order" else 0, **common)
        self.addCleanup(target.stop)
        proxy = self.shared(mode, target, protocol=protocol, connections=connections, exchange__pairing=pairing,
                            exchange__message_size=64)
        result = asked(proxy.port, clients=200, requests=requests, leave=300, **common)
        self.assertGreaterEqual(result["answered"] + result["lost"], requests)
        self.assertGreater(result["answered"], requests / 3)
        self.assertTrue(result["lost"] > 0 and result["left"] > 0, result)
        return result
