"""The package in a container without a network, also as systemd has booted it: the package's own tests of the program and of
the service."""
import glob
import os
import shutil
import subprocess
import unittest

from chroot import ROOT, Chroot, package
from harness import LONG, Case

BOOTED = """[Unit]
After=multi-user.target
[Service]
WorkingDirectory=/root
ExecStart=/bin/sh -c 'sh -ex debian/tests/service >out 2>&1; echo $? >code; systemctl exit 0'
"""


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Systemd(Case):
    def nspawn(self, *args):
        return subprocess.run(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "-D",
                               self.root.folder] + list(args), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120 + LONG)

    def test_serves_is_restarted_and_upgraded(self):
        self.root = Chroot()
        self.addCleanup(self.root.remove)
        tried = self.nspawn("/bin/true")
        if tried.returncode != 0:
            self.skipTest("systemd-nspawn cannot run here: " + tried.stdout)
        self.root.install(package(), "systemd-sysv", "dbus", "curl", "python3")
        shutil.copytree(os.path.join(ROOT, "packaging/debian"), self.root.path("/root/debian"))
        self.root.write("/etc/hosts", "127.0.0.1 localhost\n")
        used = self.nspawn("--chdir=/root", "/bin/sh", "-ex", "debian/tests/program")
        self.assertEqual(used.returncode, 0, used.stdout)
        self.root.write("/etc/systemd/system/booted.service", BOOTED)
        wants = self.root.path("/etc/systemd/system/multi-user.target.wants")
        os.makedirs(wants, exist_ok=True)
        os.symlink("../booted.service", wants + "/booted.service")
        said = self.nspawn("--boot").stdout
        self.assertTrue(glob.glob(self.root.path("/root/code")), said)
        self.assertEqual(self.root.read("/root/code"), "0\n", self.root.read("/root/out"))
