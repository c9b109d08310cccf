"""Every byte reaches the client that asked, while connections are killed and clients leave."""
from oracle import MODES, OracleCase


class Oracle(OracleCase):
    def test_line(self):
        for mode, connections, pairing in MODES:
            self.hold(5000, "line", mode, connections, pairing)

    def test_length(self):
        for mode, connections, pairing in MODES:
            self.hold(5000, "length", mode, connections, pairing)

    def test_fixed(self):
        for mode, connections, pairing in MODES:
            self.hold(5000, "fixed", mode, connections, pairing)
