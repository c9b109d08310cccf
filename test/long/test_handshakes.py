"""A flood of handshakes of TLS: what clients feel of it that are there already. Prints the numbers."""
import math
import os
import ssl
import statistics
import unittest

from flood import Flood, over_tls, shake_hands
from harness import BACKEND, SANITIZED
from load import Echo
from tls_case import ClientTlsCase

ROUNDS = int(os.environ.get("PROXIMUX_ROUNDS", "5"))
AT_MOST = 3  # times as long


@unittest.skipIf(SANITIZED, "with a sanitizer")
class Handshakes(ClientTlsCase):
    def test_a_flood_of_them_delays_nobody_much(self):
        """The 99th percentile of an exchange beside clients that shake hands as fast as they can, here and at another process
        of the same program, which takes the same share of the machine. In turns."""
        echo = Echo()
        self.addCleanup(echo.stop)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        here, elsewhere = (self.proxy("127.0.0.1:%d" % echo.port, settings=self.settings()) for _ in range(2))
        times = {here: [], elsewhere: []}
        for number in range(ROUNDS):
            for flooded in (here, elsewhere) if number % 2 else (elsewhere, here):
                floods = [Flood(math.inf, shake_hands, context, flooded.port) for _ in range(2)]
                times[flooded].append(over_tls(context, here.port))
                for each in floods:
                    each.stop()
                self.assertGreater(sum(each.count.value for each in floods), ROUNDS)
                print("%s: p99 %.0f us beside %.0f handshakes a second %s" % (
                    BACKEND, times[flooded][-1], sum(each.rate for each in floods), "here" if flooded is here else "elsewhere"))
        a, b = (statistics.median(times[each]) for each in (here, elsewhere))
        print("%s: p99 %.0f us beside a flood here, %.0f us beside one elsewhere: %.2f times" % (BACKEND, a, b, a / b))
        self.assertLess(a / b, AT_MOST)


if __name__ == "__main__":
    unittest.main()
