"""TLS with other implementations: redis-server, openssl s_server, nginx."""
import os
import re
import shutil
import socket
import ssl
import subprocess

from admin_client import AdminProxy, samples
from certificates import WithAuthority
from harness import LONG, Case, Target, ask, echo, free_port, listens, read_line, wait_until
from sharing import Lines


class TlsPeers(WithAuthority, Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.certificate = cls.authority.issue("localhost", "DNS:localhost,IP:127.0.0.1")
        cls.parts = (cls.certificate[:-4] + ".crt", cls.certificate[:-4] + ".key")

    def server(self, *command, port):
        p = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=self.folder)
        self.addCleanup(p.wait)
        self.addCleanup(p.kill)
        self.assertTrue(wait_until(lambda: listens(port), LONG), command)
        return p

    def settings(self, **more):
        return {"target__1__tls": "on", "target__1__tls_ca": self.authority.ca, **more}


class Redis(TlsPeers):
    """The recipe of docs/tls.md: a Redis with TLS, and programs without."""

    def redis(self, auth="no"):
        port = free_port()
        crt, key = self.parts
        self.server("redis-server", "--port", "0", "--tls-port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder,
                    "--tls-cert-file", crt, "--tls-key-file", key, "--tls-ca-cert-file", self.authority.ca, "--tls-auth-clients", auth,
                    "--requirepass", "secret", port=port)
        return port

    def ask(self, p, *words):
        run = subprocess.run(["redis-cli", "-p", str(p.port), *words], stdout=subprocess.PIPE, timeout=LONG, check=True)
        return run.stdout.decode().strip()

    def test_programs_without_tls(self):
        port = self.redis()
        for mode, connections in (("fifo", 1), ("funnel", 4)):
            p = self.proxy("localhost:%d" % port, mode=mode,
                           settings=self.settings(exchange__protocol="resp", target__1__password="secret",
                                                  target__1__connections=connections))
            self.assertEqual(self.ask(p, "set", "key", "value"), "OK")
            self.assertEqual(self.ask(p, "get", "key"), "value")
            big = "x" * 300000
            self.assertEqual(self.ask(p, "set", "big", big[:100000]), "OK")
            self.assertEqual(len(self.ask(p, "get", "big")), 100000)

    def test_load(self):
        port = self.redis()
        p = self.proxy("localhost:%d" % port, mode="funnel",
                       settings=self.settings(exchange__protocol="resp", target__1__password="secret", target__1__connections=4))
        run = subprocess.run(["redis-benchmark", "-p", str(p.port), "-q", "-P", "16", "-c", "20", "-n", "20000", "-t", "get,set,lrange_100",
                              "-d", "1000"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10 * LONG, check=False)
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(b"requests per second", run.stdout)
        self.assertNotIn(b"rror", run.stdout)

    def test_a_certificate_of_ours(self):
        port = self.redis("yes")
        mine = self.authority.issue("proximux.test")
        p = self.proxy("localhost:%d" % port, mode="fifo",
                       settings=self.settings(exchange__protocol="resp", target__1__password="secret",
                                              target__1__tls_certificate=mine))
        self.assertEqual(self.ask(p, "ping"), "PONG")


class Openssl(TlsPeers):
    def rev(self, *args):
        """A server that sends each line back, reversed."""
        port = free_port()
        crt, key = self.parts
        self.server("openssl", "s_server", "-accept", str(port), "-cert", crt, "-key", key, "-rev", "-quiet", *args, port=port)
        return port

    def test_versions_and_small_records(self):
        for args in (["-tls1_2"], ["-tls1_3"], ["-max_send_frag", "512"], ["-no_ticket"], ["-tls1_2", "-cipher", "ECDHE+CHACHA20"]):
            p = self.proxy("localhost:%d" % self.rev(*args), settings=self.settings())
            with p.client() as c:
                for line in (b"abc", b"x" * 3000 + b"y"):
                    c.sendall(line + b"\n")
                    self.assertEqual(read_line(c), line[::-1] + b"\n")

    def test_what_is_old_is_refused(self):
        for args in (["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], ["-tls1_2", "-cipher", "AES256-SHA"]):
            p = self.proxy("localhost:%d" % self.rev(*args), settings=self.settings())
            with p.client() as c:
                self.assertEqual(c.recv(1), b"")
            self.assertIsNotNone(p.record(lambda r: "TLS handshake" in r["d"]["error"]["message"], LONG), p.text())


class Nginx(TlsPeers):
    def test_keep_alive_through_http(self):
        port = free_port()
        crt, key = self.parts
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w") as file:
            file.write("daemon off; pid %s/nginx.pid; error_log /dev/null; events {} http { access_log off;"
                       "client_body_temp_path %s; proxy_temp_path %s; fastcgi_temp_path %s; uwsgi_temp_path %s; scgi_temp_path %s;"
                       "server { listen 127.0.0.1:%d ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate %s; ssl_certificate_key %s;"
                       "location / { return 200 \"hello $ssl_protocol\"; } } }" % (*[self.folder] * 6, port, crt, key))
        self.server("nginx", "-c", path, "-p", self.folder, port=port)
        for mode in ("proxy", "fifo"):
            p = self.proxy("localhost:%d" % port, mode=mode, settings=self.settings(exchange__protocol="http"))
            run = subprocess.run(["curl", "-s", "http://127.0.0.1:%d/[1-5]" % p.port], stdout=subprocess.PIPE, timeout=LONG, check=True)
            self.assertEqual(run.stdout, b"hello TLSv1.3" * 5)


class ServedCase(TlsPeers):
    """A proxy that speaks TLS to others."""

    def served(self, *targets, mode="proxy", **more):
        return self.proxy(*targets, mode=mode, settings={"local__tls": "on", "local__tls_certificate": self.certificate, **more})

    def echo(self):
        target = Target(echo)
        self.addCleanup(target.stop)
        return target

    def run_tool(self, *command, said=b""):
        return subprocess.run(command, input=said, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LONG, check=False)


class Clients(ServedCase):
    """Other implementations as clients."""

    def test_openssl(self):
        p = self.served(self.echo())
        for args, version in ((["-tls1_2"], b"TLSv1.2"), (["-tls1_3"], b"TLSv1.3"), (["-tls1_2", "-cipher", "ECDHE+CHACHA20"], b"TLSv1.2")):
            run = self.run_tool("openssl", "s_client", "-connect", "127.0.0.1:%d" % p.port, "-servername", "localhost", "-CAfile",
                                self.authority.ca, "-verify_return_error", "-verify_hostname", "localhost", *args)
            self.assertEqual(run.returncode, 0, run.stdout)
            self.assertIn(version, run.stdout)
            self.assertIn(b"Verify return code: 0 (ok)", run.stdout)
        for args in (["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"], ["-tls1_2", "-cipher", "AES256-SHA"]):
            self.assertNotEqual(self.run_tool("openssl", "s_client", "-connect", "127.0.0.1:%d" % p.port, *args).returncode, 0)

    def test_openssl_resumes(self):
        p = self.served(self.echo())
        run = self.run_tool("openssl", "s_client", "-connect", "127.0.0.1:%d" % p.port, "-tls1_2", "-reconnect")
        self.assertEqual(run.stdout.count(b"Reused, TLSv1.2"), 5, run.stdout)

    def test_curl(self):
        body = b"x" * 1000000

        def http(s):
            while read_line(s).strip():
                pass
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        target = Target(http)
        self.addCleanup(target.stop)
        for mode in ("proxy", "fifo"):
            p = self.served(target, mode=mode, exchange__protocol="http")
            run = subprocess.run(["curl", "-s", "--cacert", self.authority.ca, "https://localhost:%d/" % p.port, "--connect-to",
                                  "localhost:%d:127.0.0.1:%d" % (p.port, p.port)], stdout=subprocess.PIPE, timeout=LONG, check=True)
            self.assertEqual(run.stdout, body)

    def test_redis_cli(self):
        port = free_port()
        self.server("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder, port=port)
        mine = self.authority.issue("web.clients.test")
        p = self.served("127.0.0.1:%d" % port, mode="funnel", exchange__protocol="resp", target__1__connections=4,
                        local__tls_client="required", local__tls_client_ca=self.authority.ca, log__connections=1)
        run = self.run_tool("redis-cli", "--tls", "--cacert", self.authority.ca, "--cert", mine[:-4] + ".crt", "--key", mine[:-4] + ".key",
                            "-p", str(p.port), "--pipe", said=b"".join(b"set key%d value\r\n" % n for n in range(5000)))
        self.assertIn(b"errors: 0, replies: 5000", run.stdout)
        self.assertIsNotNone(p.record(lambda r: r["d"]["certificate"] == "web.clients.test" and r["d"]["tls"], LONG), p.text())

    def test_a_renewed_certificate(self):
        """openssl is shown it, and knows as we do when it expires."""
        shown = os.path.join(self.folder, "renewed.pem")
        shutil.copy(self.certificate, shown)
        p = AdminProxy(self.echo(), settings={"local__tls": "on", "local__tls_certificate": shown, "tls__watch": "1s"})
        self.addCleanup(self.ended, p)

        def subject():
            return self.run_tool("openssl", "s_client", "-connect", "127.0.0.1:%d" % p.port).stdout
        self.assertIn(b"subject=CN = localhost", subject())
        shutil.copy(self.authority.issue("renewed.test", days=7), shown)
        self.assertTrue(wait_until(lambda: b"subject=CN = renewed.test" in subject(), LONG), p.text())
        end = self.run_tool("openssl", "x509", "-in", shown, "-noout", "-enddate").stdout.decode().strip().partition("=")[2]
        self.assertEqual(samples(p.http("/metrics")[1])['proximux_tls_certificate_expiry_timestamp_seconds{side="client",file="%s"}' % shown],
                         ssl.cert_time_to_seconds(end))

    def test_gnutls(self):
        p = self.served(self.echo())
        run = self.run_tool("gnutls-cli", "--x509cafile", self.authority.ca, "--verify-hostname", "localhost", "-p", str(p.port),
                            "127.0.0.1", said=b"hello gnutls\n")
        self.assertEqual(run.returncode, 0, run.stdout)
        self.assertIn(b"hello gnutls", run.stdout)

    def test_two_of_us(self):
        """With a certificate on each side."""
        mine = self.authority.issue("first.test")
        lines = Target(Lines())
        self.addCleanup(lines.stop)
        second = self.served(lines, local__tls_client="required", local__tls_client_ca=self.authority.ca,
                             local__tls_client_names="first.test")
        first = self.proxy("localhost:%d" % second.port, mode="fifo",
                           settings=self.settings(exchange__protocol="line", target__1__tls_certificate=mine))
        with first.client() as c:
            self.assertEqual(ask(c, b"through both"), b"A:through both")


class Scanners(ServedCase):
    """What looks for weaknesses finds none with the defaults. Another of them takes minutes: test/long."""

    def test_sslscan(self):
        p = self.served(self.echo())
        out = self.run_tool("sslscan", "--no-colour", "127.0.0.1:%d" % p.port).stdout.decode()
        for version, is_on in (("SSLv2", False), ("SSLv3", False), ("TLSv1.0", False), ("TLSv1.1", False), ("TLSv1.2", True),
                               ("TLSv1.3", True)):
            self.assertRegex(out, r"(?m)^%s +%s" % (re.escape(version), "enabled" if is_on else "disabled"))
        self.assertIn("Session renegotiation not supported", out)
        ciphers = re.findall(r"(?m)^(?:Preferred|Accepted) +TLSv1\.\d +(\d+) bits +(\S+)", out)
        self.assertGreater(len(ciphers), 5, out)
        for bits, name in ciphers:
            self.assertGreaterEqual(int(bits), 128, name)
            self.assertRegex(name, r"^(TLS_|ECDHE-|DHE-)")


class Stunnel(TlsPeers):
    def stunnel(self, *lines):
        path = os.path.join(self.folder, "stunnel.conf")
        with open(path, "w") as file:
            file.write("\n".join(["foreground = yes", "pid =", "[one]", *lines, ""]))
        return path

    def test_both_ways(self):
        """stunnel as the target, and stunnel as the client."""
        target, port = Target(Lines()), free_port()
        self.addCleanup(target.stop)
        crt, key = self.parts
        self.server("stunnel4", self.stunnel("accept = 127.0.0.1:%d" % port, "connect = 127.0.0.1:%d" % target.port,
                                             "cert = " + crt, "key = " + key), port=port)
        p = self.proxy("localhost:%d" % port, mode="fifo",
                       settings=self.settings(exchange__protocol="line", local__tls="on", local__tls_certificate=self.certificate))
        port = free_port()
        self.server("stunnel4", self.stunnel("client = yes", "accept = 127.0.0.1:%d" % port, "connect = 127.0.0.1:%d" % p.port,
                                             "verifyChain = yes", "CAfile = " + self.authority.ca), port=port)
        with socket.create_connection(("127.0.0.1", port), LONG) as c:
            for n in range(10):
                self.assertEqual(ask(c, b"%d" % n), b"A:%d" % n)
