"""The Debian package in the hands of an administrator: install, edit, start, upgrade, remove, purge."""
import glob
import os
import re
import shutil
import tempfile
import unittest

from chroot import ROOT, package, run
from installed import INI, Installed


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


class Contents(unittest.TestCase):
    def test_depends_on_what_tls_and_scripts_need(self):
        needed = run(["dpkg-deb", "--field", package(), "Depends"])
        for name in ("libssl3", "liblua5.4-0"):
            self.assertRegex(needed, r"\b%s\b" % re.escape(name))


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Deb(Installed):
    def upgraded(self, revision, change=None):
        with tempfile.TemporaryDirectory() as folder:
            return self.root.install(repacked(folder, revision, change))

    def test_the_life_of_an_installation(self):
        self.root.install(package())  # its dependencies stay
        self.root.run("dpkg", "--purge", "proximux")
        before = self.root.files()
        self.installed()
        self.edited()
        self.upgraded_with_a_changed_configuration(".dpkg-dist")
        self.upgraded_with_the_original_configuration(".dpkg-dist")
        self.removed()
        self.root.run("dpkg", "--purge", "proximux")
        self.assertEqual(self.root.files() - before, set())

    def installed(self):
        self.root.install(package())
        self.assertProtected()
        self.assertFalse(glob.glob(self.root.path("/etc/systemd/system/*.wants/proximux*")), "it is enabled")
        self.assertWantsAConfiguration()
        for name in ("/usr/share/man/man1/proximux.1.gz", "/usr/share/man/man5/proximux.ini.5.gz",
                     "/usr/share/bash-completion/completions/proximux", "/usr/share/zsh/vendor-completions/_proximux",
                     "/usr/share/fish/vendor_completions.d/proximux.fish",
                     "/usr/share/doc/proximux/examples/script/blocklist.lua"):
            # minbase leaves no documents out
            self.assertTrue(os.path.exists(self.root.path(name)), name)

    def removed(self):
        self.root.write("/etc/proximux/proximux.ini", self.configuration(1))
        self.root.run("apt-get", "remove", "-y", "-q", "proximux")
        self.assertFalse(os.path.exists(self.root.path("/usr/bin/proximux")))
        self.assertEqual(self.root.read(INI), self.configuration(1))
        os.makedirs(self.root.path("/var/log/proximux"))
        self.root.write("/var/log/proximux/p.log", "{}")

    def test_programs_can_embed_the_library(self):
        """The package's own test of it."""
        self.root.install(package("libproximux-dev"), "cmake", "g++", "make")
        shutil.copy(os.path.join(ROOT, "packaging/debian/tests/library"), self.root.path("/root"))
        self.root.run("sh", "/root/library")

    def test_an_upgrade_restarts_only_what_it_can_serve(self):
        self.root.install(package())
        self.pretend_to_serve()
        said = self.upgraded("8")
        self.assertRestarted(said)
        self.root.run("apt-get", "remove", "-y", "-q", "proximux")
        stops = [line for line in self.root.read("/tmp/asked").splitlines() if "stop" in line]
        self.assertEqual(len(stops), 1, stops)
        self.assertIn("proximux.service proximux@*.service", stops[0])
