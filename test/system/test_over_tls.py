"""The suites of plain connections over TLS, on both sides: faults, states, ends, bytes, in proxy mode and in fifo and
funnel. Left out is what TLS has no part in: tests of listening, settings, the log and protocols; and one that makes more than
a thousand handshakes of Python."""
import unittest

import test_bytes
import test_faults
import test_leaving
import test_sharing_ends
import test_sharing_faults
import test_slow_clients
import test_states
from tls_sockets import OverTls


class Bytes(OverTls, test_bytes.Bytes):
    pass


class Faults(OverTls, test_faults.Faults):
    pass


class States(OverTls, test_states.States):
    pass


class Connecting(OverTls, test_states.Connecting):
    pass


class SharedTargets(OverTls, test_sharing_faults.Targets):
    test_connections_killed_at_random_cost_no_answer_of_others = None


class SharedClients(OverTls, test_sharing_faults.Clients):
    pass


class SharedLimits(OverTls, test_sharing_faults.Limits):
    pass


class SharedEnds(OverTls, test_sharing_ends.Ends):
    pass

class Leaving(OverTls, test_leaving.Leaving):
    pass


class SlowClients(OverTls, test_slow_clients.SlowClients):
    pass


if __name__ == "__main__":
    unittest.main()
