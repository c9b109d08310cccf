"""What is the same for an installed package of any kind: a system in a folder, with a service in the hands of systemd."""
import contextlib
import os
import re
import socket
import ssl
import stat
import subprocess

from certificates import WithAuthority
from chroot import ENVIRONMENT, Chroot
from harness import LONG, Case, ask, free_port

INI = "/etc/proximux/proximux.ini"
SYSTEMCTL = """#!/bin/sh
echo "$@" >>/tmp/asked
case $1 in
list-units) printf '%s loaded active running x\\n' proximux.service proximux@other.service proximux@many.service ;;
show) [ "$4" != proximux@many.service ] ||
    echo '{ path=/usr/bin/proximux ; argv[]=/usr/bin/proximux --config /etc/proximux/many.ini --services /etc/proximux/many.d' \
        '; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }' ;;
esac
"""


class Manager:
    """systemd, as far as the service sees it: runs ExecStart of a unit, and is told what becomes of it."""

    def __init__(self, root, unit, instance=""):
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        name = "proximux-test-%d" % os.getpid()
        self.s.bind("\0" + name)
        self.s.settimeout(LONG)
        line = re.search(r"(?m)^ExecStart=(.*)$", root.read("/lib/systemd/system/" + unit)).group(1)
        user = re.search(r"(?m)^User=(.*)$", root.read("/lib/systemd/system/" + unit)).group(1)
        self.p = subprocess.Popen(root.command(*line.replace("%i", instance).split(), user=user), text=True,
                                  env=dict(ENVIRONMENT, NOTIFY_SOCKET="@" + name), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def told(self):
        return self.s.recv(4096).decode().split("\n")

    def end(self):
        """Its exit code and output."""
        self.p.terminate()
        output = self.p.communicate(timeout=LONG)[0]
        self.s.close()
        return self.p.returncode, output


class Installed(WithAuthority, Case):
    """upgraded(revision, change=None) installs the package with another revision; change(text) changes its configuration
    file. A new configuration file that is not taken gets a suffix."""

    def setUp(self):
        super().setUp()
        self.root = Chroot()
        self.addCleanup(self.root.remove)
        self.t = self.target()

    def configuration(self, port):
        return "[local]\nhost = 127.0.0.1\nport = %d\n[target]\n1.host = 127.0.0.1\n1.port = %d\n[exchange]\nmode = proxy\n" % (
            port, self.t.port)

    def assertServes(self, unit, port, instance="", through=lambda s: s):
        """through(s): what a client makes of its socket."""
        m = Manager(self.root, unit, instance)
        try:
            told = m.told()
            self.assertEqual(told, ["READY=1", "STATUS=Serving on 127.0.0.1:%d in PROXY mode" % port])
            with socket.create_connection(("127.0.0.1", port), LONG) as s, through(s) as c:
                self.assertEqual(ask(c, b"x"), b"x")
            with open("/proc/%d/status" % m.p.pid) as f:
                user = int(re.search(r"Uid:\s+(\d+)", f.read()).group(1))
            self.assertIn("proximux:x:%d:" % user, self.root.read("/etc/passwd"))
            m.p.terminate()
            self.assertEqual(m.told()[0], "STOPPING=1")
        finally:
            code, output = m.end()
        self.assertEqual(code, 0, output)

    def group(self):
        return int(re.search(r"(?m)^proximux:x:(\d+):", self.root.read("/etc/group")).group(1))

    def assertProtected(self):
        for name, mode in (("/etc/proximux", 0o750), (INI, 0o640)):
            found = os.stat(self.root.path(name))
            self.assertEqual((stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid), (mode, 0, self.group()), name)

    def assertWantsAConfiguration(self):
        """As it is installed it has neither an address nor a target."""
        m = Manager(self.root, "proximux.service")
        output = m.p.communicate(timeout=LONG)[0]
        m.s.close()
        self.assertEqual(m.p.returncode, 78, output)
        self.assertRegex(output, "(?m)^local.port .*: missing")

    def replace_systemctl(self):
        """It writes down what is asked of it, and says that three services run."""
        self.root.write("/usr/bin/systemctl", SYSTEMCTL, 0o755)
        os.makedirs(self.root.path("/run/systemd/system"), exist_ok=True)

    def pretend_to_serve(self):
        """As replace_systemctl(). One has a mistake in its configuration, another has services in files of their own."""
        self.replace_systemctl()
        self.root.write(INI, self.configuration(1).replace("port = 1\n", ""))  # the port is that of a socket unit
        self.root.write("/etc/proximux/other.ini", self.configuration(1) + "no_such_setting = 1\n")
        self.root.write("/etc/proximux/many.ini", "[log]\nlevel = 2\n")
        os.makedirs(self.root.path("/etc/proximux/many.d"), exist_ok=True)
        self.root.write("/etc/proximux/many.d/one.ini", self.configuration(1))

    def assertRestarted(self, said):
        """said: what the upgrade wrote."""
        asked = self.root.read("/tmp/asked").splitlines()
        plain = [line.replace("--quiet ", "").replace("--system ", "") for line in asked]
        for name in ("proximux.service", "proximux@many.service"):
            self.assertIn("try-restart " + name, plain, said)
        self.assertFalse([line for line in asked if "restart" in line and "other" in line], asked)
        self.assertIn("no_such_setting", said)
        self.assertIn("proximux@other.service is not restarted", said)
        self.assertFalse([line for line in asked if line.split()[-1:] == ["stop"] or " stop " in line], asked)

    def edited(self):
        port, other = free_port(), free_port()
        with open(self.root.path(INI), "a") as f:
            f.write(self.configuration(port))
        self.assertServes("proximux.service", port)
        with self.written("other.ini", self.configuration(other)):
            self.assertServes("proximux@.service", other, "other")
        self.port = port
        self.speaks_tls(other)

    def speaks_tls(self, port):
        with open(self.good) as f:
            certificate = f.read()
        text = self.configuration(port) + "[local]\ntls = on\ntls_certificate = /etc/proximux/other.pem\n"
        client = ssl.create_default_context(cafile=self.authority.ca)
        with self.written("other.pem", certificate), self.written("other.ini", text):
            self.assertServes("proximux@.service", port, "other",
                              lambda s: client.wrap_socket(s, server_hostname="good.test"))

    @contextlib.contextmanager
    def written(self, name, text):
        """A file beside the configuration, which the service may read, and nobody else."""
        path = "/etc/proximux/" + name
        self.root.write(path, text, 0o640)
        os.chown(self.root.path(path), 0, self.group())
        try:
            yield
        finally:
            os.remove(self.root.path(path))

    def upgraded_with_a_changed_configuration(self, suffix):
        edited = self.root.read(INI)
        self.upgraded("8", lambda text: "; new in this version\n" + text)
        self.assertEqual(self.root.read(INI), edited)
        self.assertIn("; new in this version", self.root.read(INI + suffix))
        self.assertProtected()
        self.assertServes("proximux.service", self.port)

    def upgraded_with_the_original_configuration(self, suffix):
        os.replace(self.root.path(INI + suffix), self.root.path(INI))
        self.upgraded("9", lambda text: "; newer\n" + text)
        self.assertTrue(self.root.read(INI).startswith("; newer\n"))
