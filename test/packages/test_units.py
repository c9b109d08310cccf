"""The units of systemd: their syntax, their exposure, and whether the program keeps within what they allow."""
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile

from certificates import Secured, WithAuthority, server_context
from harness import BIN, LONG, SHORT, ask, echo, local_client, wait_until
from restarts import RestartCase

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.dirname(BIN)
UNITS = ("proximux.service", "proximux@.service", "proximux.socket")
EXPOSURE = 16  # tenths
RESTARTS = 100
PROXY = ("[exchange]", "mode = proxy")


def output(*command, **kw):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LONG, **kw)


def read(path):
    with open(path) as f:
        return f.read()


def port(log):
    """On which a program with this log listens."""
    found = re.search(r"is running on \S+:(\d+) ", log)
    return found and int(found.group(1))


class Units(WithAuthority, RestartCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.temporary = folder.name

    def at(self, name):
        return os.path.join(self.temporary, name)

    def write(self, name, *lines):
        with open(self.at(name), "w") as f:
            f.write("\n".join(lines) + "\n")
        return self.at(name)

    def units(self):
        """A folder with the units, as if the program were installed."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name in UNITS:
            source = os.path.join(BUILD, name)
            if not os.path.exists(source):
                source = os.path.join(ROOT, "packaging/systemd", name)
            with open(source) as f, open(os.path.join(folder.name, name), "w") as g:
                g.write(re.sub(r"ExecStart=\S+", "ExecStart=" + BIN, f.read()))
        for page in ("proximux.1", "proximux.ini.5"):
            section = folder.name + "/man/man" + page[-1]
            os.makedirs(section)
            shutil.copy(os.path.join(ROOT, "packaging/man", page), section)
        return folder.name

    def test_are_correct(self):
        folder = self.units()
        for name in UNITS:
            run = output("systemd-analyze", "verify", os.path.join(folder, name.replace("@", "@redis")),
                         env=dict(os.environ, MANPATH=folder + "/man"))
            self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_expose_little(self):
        folder = self.units()
        for name in ("proximux.service", "proximux@.service"):
            run = output("systemd-analyze", "security", "--offline=true", "--threshold=%d" % EXPOSURE,
                         os.path.join(folder, name))
            self.assertEqual(run.returncode, 0, run.stdout)

    def test_instances_have_configurations_of_their_own(self):
        folder = self.units()
        for name, configuration in (("proximux.service", "proximux"), ("proximux@.service", "%i")):
            with open(os.path.join(folder, name)) as f:
                self.assertRegex(f.read(), r"(?m)^ExecStart=\S+ --config /\S+/proximux/%s\.ini$" % configuration)

    def calls_of(self, name):
        """The system calls of a set of systemd."""
        calls = set()
        for line in output("systemd-analyze", "syscall-filter", name).stdout.splitlines()[1:]:
            word = line.strip()
            if word.startswith("@"):
                calls |= self.calls_of(word)
            elif word and not word.startswith("#"):
                calls.add(word)
        return calls

    def allowed(self):
        """The system calls that the units allow."""
        with open(os.path.join(BUILD, "proximux.service")) as f:
            filters = re.findall(r"(?m)^SystemCallFilter=(~?)(.*)$", f.read())
        allowed = set()
        for inverse, names in filters:
            for name in names.split():
                allowed = allowed - self.calls_of(name) if inverse else allowed | self.calls_of(name)
        self.assertGreater(len(allowed), 100)
        return allowed

    def made(self, used, *options):
        """The system calls of a run with these options. It is used by used(log), where log() is what it has logged so far;
        then it reloads, reopens its log, and drains."""
        trace, path = self.at("trace"), self.at("p.log")
        p = self.program("-f", "-qq", "-o", trace, BIN, "--set", "log.file=" + path, *options, program="strace")
        children = "/proc/%d/task/%d/children" % (p.pid, p.pid)

        def log():
            return read(path) if os.path.exists(path) else ""
        try:
            used(log)
            child = int(read(children))
            os.kill(child, signal.SIGHUP)
            self.assertTrue(wait_until(lambda: "Reloaded: " in log(), LONG), log())
            os.rename(path, self.at("older.log"))
            os.kill(child, signal.SIGUSR1)
            self.assertTrue(wait_until(lambda: os.path.exists(path), LONG))
            os.kill(child, signal.SIGTERM)
            self.assertEqual(p.wait(), 0, log() + p.text())
        finally:
            if p.alive():  # it would outlive strace
                os.kill(int(read(children)), signal.SIGKILL)
        return set(re.findall(r"(?m)^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", read(trace)))

    def assertAllowed(self, made, *expected):
        self.assertLessEqual({"epoll_wait", *expected}, made)
        self.assertEqual(made - self.allowed(), set())

    def test_allow_every_system_call_of_the_program(self):
        """With threads, names to look up, a log file that is reopened, a drain."""
        t = self.target()

        def used(log):
            for i in range(4):
                with socket.create_connection(("127.0.0.1", wait_until(lambda: port(log()), LONG)), SHORT) as c:
                    self.assertEqual(ask(c, b"%d" % i), b"%d" % i)
        self.assertAllowed(self.made(used, "--listen", "127.0.0.1:0", "--target", "localhost:%d" % t.port, "--mode", "proxy",
                                     "--set", "io.threads=2"))

    def test_allow_every_system_call_of_services(self):
        """With TLS on both sides, UNIX sockets on both sides, a program that decides who may connect, health checks, and an
        admin port."""
        self.target(lambda s: [s.sendall(b'{"allow":true}\n') for _ in s.makefile("rb")], path=self.at("hook"))
        local = self.target(path=self.at("target"))
        secure = self.target(Secured(echo, server_context(self.good)))
        one = self.write("one.ini", "[local]", "port = 0", "host = 127.0.0.1", "tls = on", "tls_certificate = " + self.good,
                         "[access]", "hook = unix:" + self.at("hook"), "[target]", "1.host = 127.0.0.1",
                         "1.port = %d" % secure.port, "1.tls = on", "1.tls_ca = " + self.authority.ca, *PROXY)
        two = self.write("two.ini", "[local]", "path = " + self.at("clients"), "path_group = %d" % os.getgid(), "[target]",
                         "1.path = " + self.at("target"), "[check]", "interval = 100ms", *PROXY)

        def used(log):
            with socket.create_connection(("127.0.0.1", wait_until(lambda: port(log()), LONG)), LONG) as raw, \
                    ssl.create_default_context(cafile=self.authority.ca).wrap_socket(raw, server_hostname="good.test") as c:
                self.assertEqual(ask(c, b"x"), b"x")
            self.assertTrue(wait_until(lambda: "is running on unix:" in log(), LONG), log())
            with local_client(self.at("clients")) as c:
                self.assertEqual(ask(c, b"y"), b"y")
            with local_client(self.at("admin")) as c:
                c.sendall(b"show clients\n")
                self.assertTrue(c.recv(1))
            self.assertTrue(wait_until(lambda: len(local.conns) > 1, LONG))  # the first one was the client's
        made = self.made(used, "--service", "one=" + one, "--service", "two=" + two,
                         "--set", "admin.listen=unix:" + self.at("admin"))
        self.assertAllowed(made, "chown")

    def test_serves_on_a_socket_of_systemd(self):
        """systemd's own tool listens, starts the program at the first client, and does so again and again."""
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen(1024)
            t = self.target()
            self.restarts_under_load(lambda: self.program(BIN, "--target", "127.0.0.1:%d" % t.port, "--mode", "proxy",
                                                          program="systemd-socket-activate", passed=[s]),
                                     s.getsockname(), RESTARTS)
