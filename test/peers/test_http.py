"""nginx shared by clients: curl, ab, wrk; and what must never reach it."""
import hashlib
import http.client
import http.server
import os
import socket
import subprocess
import threading

from harness import LONG, free_port, listens, read_all, wait_until
from peer import SHARES, PeerCase

DOWN = int(os.environ.get("PROXIMUX_DOWN_MIB", "50"))


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


class Http(PeerCase):
    SERVER = ("nginx", "-p", "{folder}", "-c", "{folder}/nginx.conf")

    @classmethod
    def prepare(cls):
        for name in ("www", "tmp", "dav"):
            os.mkdir(os.path.join(cls.folder, name))
        with open(cls.folder + "/www/small", "w") as f:
            f.write("hello\n")
        with open(cls.folder + "/www/big", "wb") as f:
            for _ in range(DOWN):
                f.write(os.urandom(1 << 20))
        user = "user root;" if os.getuid() == 0 else ""
        with open(cls.folder + "/nginx.conf", "w") as f:
            f.write("""
                %(user)s daemon off; worker_processes 1; error_log %(f)s/error.log; pid %(f)s/pid;
                events { worker_connections 1024; }
                http { access_log %(f)s/access.log; client_max_body_size 0; keepalive_requests 1000;
                  client_body_temp_path %(f)s/tmp/1; proxy_temp_path %(f)s/tmp/2; fastcgi_temp_path %(f)s/tmp/3;
                  uwsgi_temp_path %(f)s/tmp/4; scgi_temp_path %(f)s/tmp/5;
                  server { listen 127.0.0.1:%(port)d; root %(f)s/www; gzip on; gzip_types *; gzip_min_length 1;
                    location /dav/ { root %(f)s; dav_methods PUT DELETE; create_full_put_path on; }
                    location /empty { return 204; }
                    location /close { keepalive_timeout 0; return 200 "closes\\n"; }
                    location /limited { client_max_body_size 1k; proxy_pass http://127.0.0.1:%(port)d/taken; }
                    location /bulk { client_body_in_file_only off; proxy_pass http://127.0.0.1:%(port)d/taken; }
                    location /taken { return 200 "taken\\n"; } } }""" % {
                "user": user, "f": cls.folder, "port": cls.port})

    def node(self, program, port):
        server = subprocess.Popen(["node", "-e", program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.assertTrue(wait_until(lambda: listens(port), LONG))

    def url(self, p, path):
        return "http://127.0.0.1:%d%s" % (p.port, path)

    def curl(self, *args, text=None):
        return self.run_tool("curl", "-sS", "--max-time", "200", *args, text=text)

    def test_what_curl_does(self):
        for mode, connections in SHARES:
            p = self.share("http", mode, connections)
            before = p.memory()
            self.assertEqual(self.curl(self.url(p, "/small"), self.url(p, "/small")), b"hello\nhello\n")
            self.assertEqual(self.curl("-0", self.url(p, "/small")), b"hello\n")
            self.assertEqual(self.curl("-H", "Connection: close", self.url(p, "/small")), b"hello\n")
            self.assertEqual(self.curl(self.url(p, "/close"), self.url(p, "/small")), b"closes\nhello\n")
            self.assertIn(b"Content-Length: 6\r\n", self.curl("-I", self.url(p, "/small")))
            self.assertIn(b"204 No Content", self.curl("-i", self.url(p, "/empty")))
            tag = [h for h in self.curl("-I", self.url(p, "/small")).split(b"\r\n") if h.startswith(b"ETag")][0]
            self.assertIn(b"304 Not Modified", self.curl("-i", "-H", "If-None-Match:" + tag.decode().split(":")[1],
                                                         self.url(p, "/small")))
            # gzip makes the response chunked
            self.assertEqual(self.curl("--compressed", self.url(p, "/small")), b"hello\n")
            got, put = self.folder + "/got", "/dav/%s%d" % (mode, connections)
            self.curl("-o", got, self.url(p, "/big"))
            self.assertEqual(digest(got), digest(self.folder + "/www/big"))
            # -T says Expect: 100-continue; from a pipe it is chunked
            self.curl("-T", got, self.url(p, put))
            self.assertEqual(digest(self.folder + put), digest(got))
            with open(got, "rb") as f:
                self.curl("-T", "-", self.url(p, put + "c"), text=f.read(300000))
            self.assertEqual(os.path.getsize(self.folder + put + "c"), 300000)
            self.assertEqual(self.curl("-H", "Content-Type: application/x-ndjson", "--data-binary", "@-",
                                       self.url(p, "/bulk"), text=b'{"index":{}}\n{"a":1}\n' * 500000), b"taken\n")
            self.assertMemory(p, before, 2 << 20)

    def test_a_refusal_spares_the_upload(self):
        for mode, connections in SHARES:
            for expect, sent in ("target", b"413 0"), ("proxy", b"413 [1-9]"):
                p = self.share("http", mode, connections, exchange__http_expect=expect)
                said = self.curl("-o", os.devnull, "-H", "Expect: 100-continue", "-w", "%{http_code} %{size_upload}", "-T",
                                 self.folder + "/www/big", self.url(p, "/limited"))
                self.assertRegex(said, sent)
                self.assertEqual(self.curl("-H", "Expect: 100-continue", "-d", "little", self.url(p, "/limited"),
                                           self.url(p, "/limited")), b"taken\ntaken\n")

    def test_many_clients_keep_their_connections(self):
        for mode, connections in SHARES:
            p = self.share("http", mode, connections)
            for keep in ("-k",), ():
                out = self.run_tool("ab", "-q", *keep, "-n", "5000", "-c", "50", self.url(p, "/small")).decode()
                self.assertRegex(out, r"Complete requests:\s+5000")
                self.assertRegex(out, r"Failed requests:\s+0")
                self.assertNotIn("Non-2xx", out)
            out = self.run_tool("wrk", "-t", "2", "-c", "500", "-d", "2s", self.url(p, "/small")).decode()
            self.assertNotIn("Socket errors", out)
            self.assertNotIn("Non-2xx", out)

    def test_older_and_newer_targets(self):
        """Python's server, which closes after each response in HTTP/1.0, and Python's client, which keeps its own."""
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                if self.path == "/until-close":
                    self.close_connection = True
                else:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        for version in "HTTP/1.0", "HTTP/1.1":
            handler = type("Versioned", (Handler,), {"protocol_version": version})
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            p = self.proxy("127.0.0.1:%d" % server.server_port, mode="fifo", settings={"exchange.protocol": "http"})
            client = http.client.HTTPConnection("127.0.0.1", p.port, timeout=LONG)
            self.addCleanup(client.close)
            client.connect()
            connection = client.sock
            for size in 5, 300000, 0:
                body = os.urandom(size)
                client.request("POST", "/", body=body)
                self.assertEqual(client.getresponse().read(), body)
                self.assertIs(client.sock, connection)
            client.request("POST", "/until-close", body=b"x" * 100000)
            self.assertEqual(client.getresponse().read(), b"x" * 100000)

    def test_the_protocol_is_found_out(self):
        p = self.share("auto", "funnel", 2)
        self.run_tool("ab", "-q", "-k", "-n", "2000", "-c", "50", self.url(p, "/small"))
        self.assertIsNotNone(p.record(lambda r: "detected http" in r["d"]), p.text()[-3000:])

    def test_nothing_is_smuggled(self):
        p = self.share("http", "fifo", 1)
        host = b"\r\nHost: x\r\n"
        chunked, inner = b"Transfer-Encoding: chunked\r\n", b"GET /inner HTTP/1.1" + host + b"\r\n"
        forms = [(form, b"hello") for form in (
            b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: 5\r\nContent-Length: 6\r\n",
            b"Transfer-Encoding: chunked, identity\r\n", b"Transfer-Encoding : chunked\r\n",
            b"X: a\r\n Content-Length: 5\r\n", b"X: a\rb\r\n", b"Transfer-Encoding: xchunked\r\n",
            b"Content-Length: +5\r\n", b"X: a\nContent-Length: 5\r\n", b"Content-Length: 5, 5\r\n",
            b"Transfer-Encoding: ,chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n", b"Host: y\r\n",
            b"Transfer-Encoding: gzip\r\n" + chunked, b"Transfer-Encoding:\x0bchunked\r\n", b"X\0: a\r\n")]
        forms += [(chunked, body) for body in (
            b"0\r\n", b"0\r\nX: y\r\n", b"0\r\nContent-Length: 5\r\n\r\nhello", b"0\n\n", b"0;a\nb\r\n\r\n",
            b"0\r\n\rX", b"5\r\nhello0\r\n\r\n", b"5\r\nhello\n0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"-1\r\n",
            b"10000000000000005\r\nhello\r\n0\r\n\r\n")]
        for n, (form, body) in enumerate(forms):
            c = p.client()
            self.addCleanup(c.close)
            c.sendall(b"POST /smuggled%d HTTP/1.1" % n + host + form + b"\r\n" + body + inner)
            answer = read_all(c)
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 Bad Request\r\n"), (form, body, answer))
            self.assertEqual(answer.count(b"HTTP/1.1"), 1, answer)
        self.curl(self.url(p, "/small"))
        with open(self.folder + "/access.log") as f:
            text = f.read()
        self.assertNotIn("smuggled", text)
        self.assertNotIn("inner", text)

    def test_upgrade_has_a_connection_alone(self):
        def server(s):
            head = b""
            while b"\r\n\r\n" not in head:
                head += s.recv(1000)
            if b"Upgrade: websocket" in head:
                s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
                while True:
                    d = s.recv(1000)
                    if not d:
                        return
                    s.sendall(b"<" + d + b">")
            while head:
                s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                head = s.recv(1000)
        ask = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
        p = self.proxy(self.target(server), mode="funnel",
                       settings={"exchange.protocol": "http", "target.1.connections": 2})
        c = p.client()
        self.addCleanup(c.close)
        c.sendall(ask)
        self.assertIn(b"101 Switching", c.recv(1000))
        for _ in range(3):
            c.sendall(b"frame")
            self.assertEqual(c.recv(100), b"<frame>")
            self.assertEqual(self.curl(self.url(p, "/")), b"ok")
        fifo = self.proxy(self.target(server), mode="fifo", settings={"exchange.protocol": "http"})
        d = fifo.client()
        self.addCleanup(d.close)
        d.sendall(ask)
        self.assertTrue(d.recv(1000).startswith(b"HTTP/1.1 501 "))

    def test_what_stands_behind_an_upgrade_is_for_the_tunnel(self):
        """Whatever it looks like, node's server gets it as it is, and the client gets nothing of ours."""
        port = free_port()
        self.node("""
            const server = require("http").createServer((q, r) => r.end(q.url));
            const tunnel = (q, s, head) => {
              s.on("error", () => {});
              setTimeout(() => {
                s.write(q.method == "CONNECT" ? "HTTP/1.1 200 OK\\r\\n\\r\\n" :
                        "HTTP/1.1 101 Go\\r\\nUpgrade: x\\r\\nConnection: Upgrade\\r\\n\\r\\n");
                s.write(head); s.pipe(s); }, 100); };
            server.on("upgrade", tunnel); server.on("connect", tunnel);
            server.listen(%d, "127.0.0.1");""" % port, port)
        p = self.proxy("127.0.0.1:%d" % port, mode="funnel", settings={
            "exchange.protocol": "http", "target.1.connections": 2, "exchange.http_connect": 1})
        asks = (b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
                b"CONNECT y:1 HTTP/1.1\r\nHost: y:1\r\n\r\n")
        for ask in asks:
            for behind in (b"\x81\x05hello\r\n\r\n", b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT z:1 HTTP/9\r\n\r\n",
                           b"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"):
                c = p.client()
                self.addCleanup(c.close)
                c.sendall(ask + behind)
                c.shutdown(socket.SHUT_WR)
                head, _, rest = read_all(c).partition(b"\r\n\r\n")
                self.assertRegex(head, rb"\AHTTP/1.1 (101|200) ")
                self.assertEqual(rest, behind)

    def test_a_silent_and_a_dead_target_are_told(self):
        p = self.proxy(self.target(lambda s: read_all(s)), mode="fifo",
                       settings={"exchange.protocol": "http", "exchange.response_timeout": "300ms"})
        self.assertIn(b"504 Gateway Timeout", self.curl("-i", self.url(p, "/")))
        dead = self.proxy(self.target(lambda s: s.recv(10)), mode="fifo", settings={"exchange.protocol": "http"})
        self.assertIn(b"502 Bad Gateway", self.curl("-i", self.url(dead, "/")))
