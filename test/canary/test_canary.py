"""No victim is told anything but its answers, whatever hostile clients send to a real server beside it."""
import servers
from canary import SECONDS, CanaryCase
from talk_memcached import Memcached
from talk_resp import Resp


class Canary(CanaryCase):
    def test_resp_redis(self):
        self.run_server(Resp, servers.Redis, SECONDS)

    def test_memcached_memcached(self):
        self.run_server(Memcached, servers.Memcached, SECONDS)
