"""The real servers and the other proxy that the benchmarks need, each on a free loopback port and in a folder of its
own. Standard library only."""
import os
import re
import shutil
import subprocess
import tempfile

from harness import LONG, Program, free_port, listens, terminate, wait_until
from postgresql import PostgresqlCase, own


class Server:
    """A process with a folder of its own that is ready once it listens on `port`."""

    def __init__(self, name):
        self.host, self.port = "127.0.0.1", free_port()
        self.folder = tempfile.mkdtemp(prefix="proximux-%s-" % name)
        os.chmod(self.folder, 0o755)
        log = os.path.join(self.folder, "output")
        with open(log, "wb") as output:
            self.process = subprocess.Popen(self.command(), stdout=output, stderr=output,
                                            env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))
        self.pid = self.process.pid
        wait_until(lambda: self.process.poll() is not None or listens(self.port), LONG)
        if self.process.poll() is not None or not listens(self.port):
            with open(log) as output:
                said = output.read()[-2000:]
            self.stop()
            raise SystemExit("%s does not listen: %s" % (name, said))

    def stop(self):
        terminate(self.process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path


class Redis(Server):
    def __init__(self):
        super().__init__("redis")

    cpu = Program.cpu

    def command(self):
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]


class Nginx(Server):
    """Serves /small, a line, and /big, so many GiB of zeros that take no room."""

    def __init__(self, gigabytes):
        self.gigabytes = gigabytes
        super().__init__("nginx")

    def command(self):
        self.write("small", "hello\n")
        with open(os.path.join(self.folder, "big"), "wb") as f:
            f.truncate(self.gigabytes << 30)
        values = {"user": "user root;" if os.getuid() == 0 else "", "folder": self.folder, "port": self.port}
        return ["nginx", "-p", self.folder, "-c", self.write("conf", """
            %(user)s daemon off; worker_processes 1; error_log %(folder)s/error.log; pid %(folder)s/pid;
            events { worker_connections 4096; }
            http { access_log off; sendfile on; keepalive_requests 1000000; client_body_temp_path %(folder)s/t1;
                   proxy_temp_path %(folder)s/t2; fastcgi_temp_path %(folder)s/t3; uwsgi_temp_path %(folder)s/t4;
                   scgi_temp_path %(folder)s/t5;
                   server { listen 127.0.0.1:%(port)d backlog=4096; root %(folder)s; } }
            """ % values)]


class HAProxy(Server):
    """HAProxy with one thread in mode tcp before `target`. options are of its defaults, bind and server further words of
    these lines. CPU time and memory are told as for our own program."""

    def __init__(self, target, options="", bind="", server=""):
        self.target, self.options, self.bind, self.server = target, options, bind, server
        super().__init__("haproxy")

    cpu = Program.cpu
    memory = Program.memory

    def command(self):
        return ["haproxy", "-db", "-f", self.write("conf", """
global
    nbthread 1
    maxconn 6000
defaults
    mode tcp
    timeout connect 5s
    timeout client 600s
    timeout server 600s
    %s
listen l
    bind 127.0.0.1:%d backlog 4096 %s
    server s %s:%d %s
""" % (self.options, self.port, self.bind, self.target.host, self.target.port, self.server))]


class Twemproxy(Server):
    """Twemproxy with one connection to `target`, a redis-server."""

    def __init__(self, target):
        self.target = target
        super().__init__("twemproxy")

    cpu = Program.cpu

    def command(self):
        return ["nutcracker", "-s", str(free_port()), "-c", self.write("conf", """
l:
  listen: 127.0.0.1:%d
  redis: true
  backlog: 4096
  server_connections: 1
  servers:
   - %s:%d:1
""" % (self.port, self.target.host, self.target.port))]


class Postgres(Server):
    """A server that lets in everybody as `me`, with the tables of pgbench. It doesn't wait for the disk."""
    BIN = PostgresqlCase.BIN

    def __init__(self, scale, clients):
        self.clients = clients
        super().__init__("postgresql")
        asked = (self.BIN + "/pg_isready", "-q", "-h", self.host, "-p", str(self.port))
        if not wait_until(lambda: subprocess.call(asked) == 0, LONG):
            raise SystemExit("postgresql is not ready")
        subprocess.check_output((self.BIN + "/pgbench", "-i", "-q", "-s", str(scale), "-h", self.host, "-p", str(self.port),
                                 "-U", "me", "postgres"), stderr=subprocess.STDOUT)

    def command(self):
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        subprocess.check_call(own(self.BIN + "/initdb", "-A", "trust", "-U", "me", "-D", self.folder + "/data"),
                              stdout=subprocess.DEVNULL, cwd="/")
        return own(self.BIN + "/postgres", "-D", self.folder + "/data", "-p", str(self.port), "-k", self.folder,
                   "-h", self.host, "-c", "fsync=off", "-c", "max_connections=%d" % self.clients)


class PgBouncer(Server):
    """PgBouncer in transaction mode with a pool of `size` before `target`, a Postgres. It refuses root."""
    PROGRAM = os.environ.get("PROXIMUX_PGBOUNCER", "pgbouncer")

    def __init__(self, target, size):
        self.target, self.size = target, size
        super().__init__("pgbouncer")

    cpu = Program.cpu

    @classmethod
    def version(cls):
        """As numbers; None where there is none."""
        found = shutil.which(cls.PROGRAM, path=os.environ["PATH"] + ":/usr/sbin")
        said = found and subprocess.check_output((found, "--version")).decode()
        return tuple(int(n) for n in re.search(r"(\d+)\.(\d+)\.(\d+)", said).groups()) if found else None

    @classmethod
    def shares_statements(cls):
        return cls.version() >= (1, 21)

    def command(self):
        self.write("users", '"me" "any"\n')
        other = ("-u", "postgres") if os.getuid() == 0 else ()
        return (self.PROGRAM, *other, self.write("ini", """
[databases]
postgres = host=%s port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s/users
pool_mode = transaction
default_pool_size = %d
max_client_conn = 2000
%s
""" % (self.target.host, self.target.port, self.port, self.folder, self.size,
       "max_prepared_statements = 200" if self.shares_statements() else "")))
