"""Real HTTP servers, of which some do not read the body of a request: whatever a client puts into one, another client
gets its own page, always."""
import os
import shutil
import subprocess
import sys
import tempfile

from harness import LONG, Case, free_port, listens, wait_until

METHODS = (b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE", b"POST", b"PUT", b"PATCH", b"PROPFIND", b"X")
EVIL = b"GET /evil HTTP/1.1\r\nHost: x\r\n\r\n"
BODIES = (EVIL, EVIL * 3, b"GET /evil HTTP/1.1\r\nHost: x\r\nX: ", b"\r\n" + EVIL,
          b"POST /evil HTTP/1.1\r\nHost: x\r\nContent-Length: 300\r\n\r\n",
          b"HEAD /evil HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", EVIL + b"nonsense\r\n\r\n")

PYTHON = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self):
        if self.command in ("POST", "PUT", "PATCH"):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
        text = b"" if self.command == "HEAD" else ("%s %s" % (self.path, self.headers.get("Cookie"))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    do_GET = do_HEAD = do_DELETE = do_OPTIONS = do_TRACE = do_POST = do_PUT = do_PATCH = do_PROPFIND = do_X = answer
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""

NODE = """
require("http").createServer((q, r) => {
  r.setHeader("Content-Length", q.method == "HEAD" ? 0 : (q.url + " " + q.headers.cookie).length);
  r.end(q.method == "HEAD" ? "" : q.url + " " + q.headers.cookie);
}).listen(process.argv[1], "127.0.0.1");
"""

NGINX = """
%(user)s daemon off; worker_processes 1; error_log %(f)s/error.log; pid %(f)s/pid; events { worker_connections 100; }
http { access_log off; client_body_temp_path %(f)s/1; proxy_temp_path %(f)s/2; fastcgi_temp_path %(f)s/3;
  uwsgi_temp_path %(f)s/4; scgi_temp_path %(f)s/5;
  server { listen 127.0.0.1:%(port)d; location / { return 200 "$uri $http_cookie"; } } }
"""

APACHE = """
ServerRoot %(f)s
ServerName localhost
Listen 127.0.0.1:%(port)d
PidFile %(f)s/pid
ErrorLog %(f)s/error.log
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
DocumentRoot %(f)s/www
User www-data
Group www-data
"""

LIGHTTPD = """
server.document-root = "%(f)s/www"
server.bind = "127.0.0.1"
server.port = %(port)d
server.errorlog = "%(f)s/error.log"
server.max-keep-alive-requests = 100000
"""


class HttpBodies(Case):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="proximux-bodies-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        os.mkdir(self.folder + "/www")
        for name in ("home", "evil"):
            with open("%s/www/%s" % (self.folder, name), "w") as f:
                f.write("the file " + name)

    def server(self, *command, config=None):
        port = free_port()
        if config:
            with open(self.folder + "/conf", "w") as f:
                f.write(config % {"f": self.folder, "port": port, "user": "user root;" if os.getuid() == 0 else ""})
        command = [word.format(f=self.folder, port=port) for word in command] if config else [*command, str(port)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))
        self.addCleanup(server.wait, LONG)
        self.addCleanup(server.terminate)
        self.assertTrue(wait_until(lambda: listens(port), LONG))
        return port

    @staticmethod
    def hostile():
        for method in METHODS:
            for body in BODIES:
                head = method + b" /attack HTTP/1.1\r\nHost: x\r\n"
                yield head + b"Content-Length: %d\r\n\r\n" % len(body) + body
                chunk = b"%x\r\n" % len(body) + body + b"\r\n"
                for end in (b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n"):
                    yield head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk + end

    def check(self, port, home):
        """A victim with its cookie asks for /home in between, and gets that."""
        for chunked in ("length", "pass"):
            p = self.proxy("127.0.0.1:%d" % port, mode="fifo",
                           settings={"exchange.protocol": "http", "exchange.http_chunked": chunked})
            victim = p.client()
            self.addCleanup(victim.close)
            for request in self.hostile():
                attacker = p.client()
                attacker.sendall(request)
                attacker.recv(1000)
                self.assertEqual(self.ask(victim), home, request)
                attacker.close()
                self.assertEqual(self.ask(victim), home, request)

    @staticmethod
    def ask(victim):
        victim.sendall(b"GET /home HTTP/1.1\r\nHost: x\r\nCookie: mine\r\n\r\n")
        got = b""
        while b"\r\n\r\n" not in got:
            got += victim.recv(65536) or b"\r\n\r\n"
        head, _, body = got.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b":", 1) for line in head.split(b"\r\n")[1:] if b":" in line)
        while len(body) < int(fields.get(b"content-length", 0)):
            body += victim.recv(65536)
        return body

    def test_python(self):
        self.check(self.server(sys.executable, "-c", PYTHON), b"/home mine")

    def test_node(self):
        self.check(self.server("node", "-e", NODE), b"/home mine")

    def test_nginx(self):
        self.check(self.server("nginx", "-p", "{f}", "-c", "{f}/conf", config=NGINX), b"/home mine")

    def test_apache(self):
        self.check(self.server("apache2", "-X", "-f", "{f}/conf", config=APACHE), b"the file home")

    def test_lighttpd(self):
        self.check(self.server("lighttpd", "-D", "-f", "{f}/conf", config=LIGHTTPD), b"the file home")
