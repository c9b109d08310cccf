"""A million requests per protocol, mode and pairing."""
from oracle import MODES, OracleCase


class Oracle(OracleCase):
    def million(self, protocol):
        for mode, connections, pairing in MODES:
            result = self.hold(1000000, protocol, mode, connections, pairing)
            print("%s, %s, %s: %s" % (protocol, mode, pairing, result), flush=True)

    def test_line(self):
        self.million("line")

    def test_length(self):
        self.million("length")

    def test_fixed(self):
        self.million("fixed")
