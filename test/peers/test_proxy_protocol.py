"""The PROXY protocol with those that speak it: curl and HAProxy send headers, nginx, HAProxy and MariaDB take them."""
import socket
import subprocess

from admin_client import samples
from harness import LONG, ask, wait_until
from mariadb import MariaDBCase, login
from proxy_header import CHECKS, ON, ProxyHeaders
from servers import HAProxy, Server


def balanced(target, server="", bind="", defaults=""):
    """HAProxy, which sends a header to its target or takes one from its clients."""
    return HAProxy(target, "unique-id-format %{+X}o\\ %ci:%cp\n    " + defaults, bind, server)


class WhoAsks(Server):
    """nginx, which says who its client is by the header that it takes."""

    def __init__(self):
        super().__init__("nginx")

    def command(self):
        return ["nginx", "-p", self.folder, "-c", self.write("conf", """
            daemon off; worker_processes 1; error_log %(folder)s/error.log; pid %(folder)s/pid;
            events { worker_connections 256; }
            http { access_log off; client_body_temp_path %(folder)s/t1; proxy_temp_path %(folder)s/t2;
                   fastcgi_temp_path %(folder)s/t3; uwsgi_temp_path %(folder)s/t4; scgi_temp_path %(folder)s/t5;
                   server { listen 127.0.0.1:%(port)d proxy_protocol;
                            return 200 "$proxy_protocol_addr $proxy_protocol_server_addr $proxy_protocol_server_port"; } }
            """ % {"folder": self.folder, "port": self.port})]


def curl(port, *args):
    done = subprocess.run(["curl", "-sS", *args, "http://127.0.0.1:%d/" % port], capture_output=True, timeout=LONG)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return done.stdout.decode()


class Peers(ProxyHeaders):
    def started(self, server):
        self.addCleanup(server.stop)
        return server


class Senders(Peers):
    def test_curl_sends_its_own_address(self):
        target = self.started(WhoAsks())
        p = self.proxy(target, settings={**ON, "target__1__proxy_protocol": "v1"})
        for source in ("127.0.0.1", "127.0.0.9"):
            self.assertEqual(curl(p.port, "--haproxy-protocol", "--interface", source),
                             "%s 127.0.0.1 %d" % (source, p.port))

    def test_haproxy_sends_each_kind_of_header(self):
        for server in ("send-proxy", "send-proxy-v2",
                       "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority,ssl,cert-cn"):
            p = self.behind()
            balancer = self.started(balanced(p, server))
            with socket.create_connection(("127.0.0.1", balancer.port), LONG, ("127.0.0.7", 0)) as c:
                self.assertEqual(ask(c, b"hello"), b"hello")
                name = "127.0.0.7:%d" % c.getsockname()[1]
            record = self.record_of(p, name)
            self.assertEqual(record["via"], "127.0.0.1")
            self.assertEqual("uniqueId" in record, "unique-id" in server)

    def test_checks_of_haproxy_reach_no_target(self):
        target = self.target()
        p = self.admin(target=target)
        self.started(balanced(p, "send-proxy-v2 check inter 50ms"))
        self.assertTrue(wait_until(lambda: samples(p.http("/metrics")[1]).get(CHECKS, 0) >= 5, LONG))
        self.assertEqual([r for r in p.records() if "e" in r], [])
        self.assertLessEqual(len(target.conns), 2)  # those came to see whether HAProxy listens


class Takers(Peers):
    def test_nginx_knows_the_client(self):
        target = self.started(WhoAsks())
        for version in ("v1", "v2"):
            p = self.proxy(target, settings={"target__1__proxy_protocol": version})
            self.assertEqual(curl(p.port, "--interface", "127.0.0.9"), "127.0.0.9 127.0.0.1 %d" % p.port)

    def test_haproxy_knows_the_client_and_passes_it_on(self):
        target = self.started(WhoAsks())
        for version in ("v1", "v2"):
            balancer = self.started(balanced(target, "send-proxy-v2", "accept-proxy"))
            p = self.proxy(balancer, settings={"target__1__proxy_protocol": version})
            self.assertTrue(curl(p.port, "--interface", "127.0.0.9").startswith("127.0.0.9 "))

    def test_haproxy_checks_the_checksum(self):
        target = self.started(WhoAsks())
        balancer = self.started(balanced(target, "send-proxy-v2", "accept-proxy"))
        p = self.proxy(balancer, settings={"target__1__proxy_protocol": "v2", "target__1__proxy_tlvs": "crc32c"})
        self.assertTrue(curl(p.port).startswith("127.0.0.1 "))


class MariaDB(MariaDBCase):
    SERVER = [*MariaDBCase.SERVER, "--proxy-protocol-networks=*"]

    def test_the_server_knows_its_client(self):
        for version in ("v1", "v2"):
            p = self.proxy("127.0.0.1:%d" % self.port, args=["--protocol", "mysql", "--set", "local.proxy_protocol=on",
                                                            "--set", "target.1.proxy_protocol=" + version])
            balancer = balanced(p, "send-proxy-v2")
            self.addCleanup(balancer.stop)
            done = subprocess.run(["mariadb", *login(balancer), "-N", "-e",
                                   "select host from information_schema.processlist where id = connection_id()"],
                                  capture_output=True, timeout=LONG)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout.decode(), r"^127\.0\.0\.1:\d+$")
            name = "127.0.x.x:" + done.stdout.decode().strip().rsplit(":", 1)[1]
            self.assertTrue(p.record(lambda r, name=name: r["d"]["client"] == name and r["d"]["via"] == "127.0.x.x"), p.text())
