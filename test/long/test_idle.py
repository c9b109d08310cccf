"""5,000 idle clients: time and memory."""
from harness import BACKEND, Case
from measure import Idle, QuietTarget, allow_descriptors

CLIENTS = 5000


class Idleness(Case):
    def test_five_thousand_idle_clients(self):
        self.assertGreater(allow_descriptors(3 * CLIENTS), 2 * CLIENTS + 200, "ulimit -n is too small")
        target = QuietTarget()
        self.addCleanup(target.stop)
        p = self.proxy(target)
        before = p.fds()
        cost = Idle(p, (p.host, p.port), target, CLIENTS)
        print("%s: %.0f bytes of its own memory a client, %.2f ms of CPU in 10 s" % (
            BACKEND, cost.memory, cost.cpu * 1e3))
        self.assertLess(cost.memory, 1024)
        self.assertLessEqual(cost.cpu, 0.010)
        target.stop()
        self.assertFds(p, before)
