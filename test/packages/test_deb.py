"""The Debian package in the hands of an administrator: install, edit, start, upgrade, remove, purge."""
import glob
import os
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import unittest

from chroot import ENVIRONMENT, Chroot, package, run
from harness import LONG, Case, ask, free_port

INI = "/etc/proximux/proximux.ini"


def repacked(folder, revision, change=None):
    """The package with another revision; change(text) changes its configuration file."""
    tree = os.path.join(folder, "tree")
    run(["dpkg-deb", "-R", package(), tree])
    with open(tree + "/DEBIAN/control") as f:
        control = re.sub(r"(?m)^(Version: [^-]*)-.*$", r"\1-" + revision, f.read())
    with open(tree + "/DEBIAN/control", "w") as f:
        f.write(control)
    if change:
        with open(tree + INI) as f:
            text = change(f.read())
        with open(tree + INI, "w") as f:
            f.write(text)
    result = os.path.join(folder, "proximux-%s.deb" % revision)
    run(["dpkg-deb", "--root-owner-group", "-b", tree, result])
    shutil.rmtree(tree)
    return result


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


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Deb(Case):
    def setUp(self):
        super().setUp()
        self.root = Chroot()
        self.addCleanup(self.root.remove)
        self.t = self.target()

    def configuration(self, port):
        return "[local]\nhost = 127.0.0.1\nport = %d\n[target]\n1.host = 127.0.0.1\n1.port = %d\n[exchange]\nmode = proxy\n" % (
            port, self.t.port)

    def assertServes(self, unit, port, instance=""):
        m = Manager(self.root, unit, instance)
        try:
            told = m.told()
            self.assertEqual(told, ["READY=1", "STATUS=Serving on 127.0.0.1:%d in PROXY mode" % port])
            with socket.create_connection(("127.0.0.1", port), LONG) as c:
                self.assertEqual(ask(c, b"x"), b"x")
            with open("/proc/%d/status" % m.p.pid) as f:
                user = int(re.search(r"Uid:\s+(\d+)", f.read()).group(1))
            self.assertIn("proximux:x:%d:" % user, self.root.read("/etc/passwd"))
            m.p.terminate()
            self.assertEqual(m.told()[0], "STOPPING=1")
        finally:
            code, output = m.end()
        self.assertEqual(code, 0, output)

    def assertProtected(self):
        group = int(re.search(r"(?m)^proximux:x:(\d+):", self.root.read("/etc/group")).group(1))
        for name, mode in (("/etc/proximux", 0o750), (INI, 0o640)):
            found = os.stat(self.root.path(name))
            self.assertEqual((stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid), (mode, 0, group), name)

    def upgraded(self, revision, change=None):
        with tempfile.TemporaryDirectory() as folder:
            return self.root.install(repacked(folder, revision, change))

    def test_the_life_of_an_installation(self):
        self.root.install(package())  # its dependencies stay
        self.root.run("dpkg", "--purge", "proximux")
        before = self.root.files()
        self.installed()
        self.edited()
        self.upgraded_with_a_changed_configuration()
        self.upgraded_with_the_original_configuration()
        self.removed()
        self.root.run("dpkg", "--purge", "proximux")
        self.assertEqual(self.root.files() - before, set())

    def installed(self):
        self.root.install(package())
        self.assertProtected()
        self.assertFalse(glob.glob(self.root.path("/etc/systemd/system/*.wants/proximux*")), "it is enabled")
        m = Manager(self.root, "proximux.service")
        output = m.p.communicate(timeout=LONG)[0]
        m.s.close()
        self.assertEqual(m.p.returncode, 78, output)
        self.assertRegex(output, "(?m)^local.port .*: missing")
        for name in ("/usr/share/man/man1/proximux.1.gz", "/usr/share/man/man5/proximux.ini.5.gz", "/usr/share/bash-completion/completions/proximux",
                     "/usr/share/zsh/vendor-completions/_proximux", "/usr/share/fish/vendor_completions.d/proximux.fish"):
            # minbase leaves no documents out
            self.assertTrue(os.path.exists(self.root.path(name)), name)

    def edited(self):
        port, other = free_port(), free_port()
        with open(self.root.path(INI), "a") as f:
            f.write(self.configuration(port))
        self.assertServes("proximux.service", port)
        self.root.write("/etc/proximux/other.ini", self.configuration(other))
        self.assertServes("proximux@.service", other, "other")
        os.remove(self.root.path("/etc/proximux/other.ini"))
        self.port = port

    def upgraded_with_a_changed_configuration(self):
        edited = self.root.read(INI)
        self.upgraded("8", lambda text: "; new in this version\n" + text)
        self.assertEqual(self.root.read(INI), edited)
        self.assertIn("; new in this version", self.root.read(INI + ".dpkg-dist"))
        self.assertProtected()
        self.assertServes("proximux.service", self.port)

    def upgraded_with_the_original_configuration(self):
        os.replace(self.root.path(INI + ".dpkg-dist"), self.root.path(INI))
        self.upgraded("9", lambda text: "; newer\n" + text)
        self.assertTrue(self.root.read(INI).startswith("; newer\n"))

    def removed(self):
        self.root.write("/etc/proximux/proximux.ini", self.configuration(1))
        self.root.run("apt-get", "remove", "-y", "-q", "proximux")
        self.assertFalse(os.path.exists(self.root.path("/usr/bin/proximux")))
        self.assertEqual(self.root.read(INI), self.configuration(1))
        os.makedirs(self.root.path("/var/log/proximux"))
        self.root.write("/var/log/proximux/p.log", "{}")

    def test_an_upgrade_restarts_only_what_it_can_serve(self):
        """systemctl is replaced: it says that two services run, and writes down what is asked of it."""
        self.root.install(package())
        self.root.write("/usr/bin/systemctl", "#!/bin/sh\necho \"$@\" >>/tmp/asked\n"
                        "case $1 in list-units) printf '%s loaded active running x\\n' proximux.service "
                        "proximux@other.service ;; esac\n", 0o755)
        os.makedirs(self.root.path("/run/systemd/system"))
        self.root.write(INI, self.configuration(1).replace("port = 1\n", ""))  # the port is that of a socket unit
        self.root.write("/etc/proximux/other.ini", self.configuration(1) + "no_such_setting = 1\n")
        said = self.upgraded("8")
        asked = self.root.read("/tmp/asked").splitlines()
        self.assertIn("try-restart proximux.service", [line.replace("--quiet ", "").replace("--system ", "") for line in asked])
        self.assertFalse([line for line in asked if "restart" in line and "other" in line], asked)
        self.assertIn("no_such_setting", said)
        self.assertIn("proximux@other.service is not restarted", said)
        self.assertFalse([line for line in asked if line.split()[-1:] == ["stop"] or " stop " in line], asked)
        self.root.run("apt-get", "remove", "-y", "-q", "proximux")
        stops = [line for line in self.root.read("/tmp/asked").splitlines() if "stop" in line]
        self.assertEqual(len(stops), 1, stops)
        self.assertIn("proximux.service proximux@*.service", stops[0])
