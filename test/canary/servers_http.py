"""HTTP servers of five makes. Each answers a victim's path with what is known, and has ways to be slow or to break off."""
import os
import sys

from canary import SEED
from servers import Server

VICTIMS = 14
FILES = ("a", "b", "c")


def path_of(seed, n, name):
    return "v-%s-%d/%s" % (seed, n, name)


def content(seed, n, name):
    return "s3cret-of-a-victim %s %d %s\n" % (seed, n, name) * (300 if name == "c" else 1)


class Files(Server):
    """The victims' files; what is read of the body, and the secret of the head, is not shown by these."""
    echoes = ()

    def prepare(self):
        self.seed = SEED
        for n in range(VICTIMS):
            for name in FILES:
                self.write("www/" + path_of(self.seed, n, name), content(self.seed, n, name))
        self.write("www/index.html", "home\n")
        self.write("www/big", "b" * 300000)
        self.configure()

    def configure(self):
        raise NotImplementedError


class Nginx(Files):
    COMMAND = ("nginx", "-p", "{folder}", "-c", "{folder}/nginx.conf")
    echoes = ("GET", "HEAD", "POST", "chunked")

    def configure(self):
        os.makedirs(self.folder + "/tmp", exist_ok=True)
        self.write("nginx.conf", """%s daemon off; worker_processes 1; error_log %s/error.log crit; pid %s/pid;
            events { worker_connections 1024; }
            http { access_log off; keepalive_timeout 600s; keepalive_requests 1000;
              client_body_temp_path tmp/1; proxy_temp_path tmp/2; fastcgi_temp_path tmp/3;
              uwsgi_temp_path tmp/4; scgi_temp_path tmp/5;
              server { listen 127.0.0.1:%d; root www;
                location /echo { return 200 "$request_method $request_uri $http_x_secret\\n"; }
                location /close { keepalive_timeout 0; return 200 "closes\\n"; }
                location /drop { return 444; }
                location /slow { limit_rate 20k; alias www/big; }
                location /dav/ { dav_methods PUT DELETE; create_full_put_path on; }
                location /pass { proxy_pass http://127.0.0.1:%d/echo; }
                location /empty { return 204; } } }""" % (
            "user root;" if os.getuid() == 0 else "", self.folder, self.folder, self.port, self.port))


class Apache(Files):
    COMMAND = ("apache2", "-DFOREGROUND", "-f", "{folder}/apache.conf")

    def configure(self):
        modules = "/usr/lib/apache2/modules/mod_%s.so"
        self.write("apache.conf", "".join("LoadModule %s_module %s\n" % (name, modules % name) for name in (
            "mpm_event", "authz_core", "mime", "dir", "headers", "deflate", "filter")) + """
            ServerName localhost
            Listen 127.0.0.1:%d
            PidFile %s/pid
            ErrorLog %s/error.log
            LogLevel crit
            DocumentRoot %s/www
            TypesConfig /etc/mime.types
            KeepAlive On
            KeepAliveTimeout 600
            MaxKeepAliveRequests 200
            TraceEnable on
            StartServers 1
            ThreadsPerChild 25
            %s
            """ % (self.port, self.folder, self.folder, self.folder,
                   "User www-data\nGroup www-data" if os.getuid() == 0 else ""))


class Lighttpd(Files):
    COMMAND = ("lighttpd", "-D", "-f", "{folder}/lighttpd.conf")

    def configure(self):
        self.write("lighttpd.conf", """
            server.document-root = "%s/www"
            server.bind = "127.0.0.1"
            server.port = %d
            server.errorlog = "%s/error.log"
            server.max-keep-alive-idle = 600
            server.max-keep-alive-requests = 200
            index-file.names = ("index.html")
            mimetype.assign = ("" => "text/plain")
            """ % (self.folder, self.port, self.folder))


PYTHON = '''
import http.server, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    """Reads a body where the method defines one and a length is given, as most programs with this class do."""
    protocol_version = "HTTP/1.1"

    def answer(self, body=b""):
        if self.path == "/drop":
            self.close_connection = True
            return
        if self.path == "/slow":
            time.sleep(0.1)
        text = ("%s %s %s\\n" % (self.command, self.path, self.headers.get("X-Secret", ""))).encode("latin-1") + body
        self.send_response(200)
        if self.path == "/close":
            self.send_header("Connection", "close")
        self.send_header("X-Echo", self.headers.get("X-Secret", "").strip())
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def read(self):
        self.answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
    do_GET = do_HEAD = do_DELETE = do_OPTIONS = answer
    do_POST = do_PUT = do_PATCH = read

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (OSError, ValueError):
            pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.daemon_threads = True
server.serve_forever()
'''


class Python(Server):
    COMMAND = (sys.executable, "{folder}/server.py", "{port}")
    echoes = ("GET", "HEAD", "POST", "body")

    def prepare(self):
        self.seed = SEED
        self.write("server.py", PYTHON)


NODE = '''
const http = require("http");
const refusal = "HTTP/1.1 400 Bad Request\\r\\nContent-Length: 3\\r\\nConnection: close\\r\\n\\r\\nno\\n";
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", part => parts.push(part));
  request.on("error", () => {});
  request.on("end", () => {
    const path = request.url;
    if (path == "/drop") return request.socket.destroy();
    if (path == "/events") {
      response.writeHead(200, {"Content-Type": "text/event-stream"});
      const timer = setInterval(() => response.write("data: x\\n\\n"), 20);
      return response.on("close", () => clearInterval(timer));
    }
    if (path == "/half") {
      response.writeHead(200, {"Content-Length": 100});
      response.write("half");
      return setTimeout(() => request.socket.destroy(), 5);
    }
    const body = Buffer.concat([Buffer.from(`${request.method} ${path} ${request.headers["x-secret"] || ""}\\n`), ...parts]);
    const head = {"X-Echo": request.headers["x-secret"] || ""};
    if (path == "/close") head["Connection"] = "close";
    if (path == "/early") response.writeEarlyHints({link: "</x>; rel=preload"});
    if (path != "/chunked") head["Content-Length"] = body.length;
    const empty = path == "/empty";
    const answer = () => { response.writeHead(empty ? 204 : 200, head); response.end(empty ? undefined : body); };
    path == "/slow" ? setTimeout(answer, 100) : answer();
  });
});
server.on("upgrade", (request, socket, head) => {
  socket.on("error", () => {});
  if (request.url == "/refuse") return socket.end(refusal);
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n");
  socket.write(head);
  socket.pipe(socket);
});
server.on("clientError", (error, socket) => { if (socket.writable) socket.end(refusal); });
server.keepAliveTimeout = 600000;
server.requestTimeout = 0;
server.listen(+process.argv[2], "127.0.0.1");
process.on("uncaughtException", () => {});
'''


class Node(Server):
    COMMAND = ("node", "{folder}/server.js", "{port}")
    echoes = ("GET", "HEAD", "POST", "chunked", "body")

    def prepare(self):
        self.seed = SEED
        self.write("server.js", NODE)
