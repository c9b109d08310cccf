"""The packages for rpm in the hands of an administrator: install, edit, start, upgrade, erase. The system is Debian's, so
what they depend on comes from there."""
import glob
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from chroot import DIST, ROOT, run
from installed import INI, Installed

UPGRADED = """%install
cp -a {tree}/. %{{buildroot}}

%pre
"""


def package(name):
    """The newest one in PROXIMUX_DIST."""
    found = [path for path in glob.glob("%s/%s-[0-9]*.rpm" % (DIST, name)) if not path.endswith(".src.rpm")]
    if not found:
        raise AssertionError("no package in %s: run scripts/package rpm" % DIST)
    return max(found, key=os.path.getmtime)


def query(name, *args):
    return run(["rpm", "-q", "-p", package(name), *args]).splitlines()


def providers(names):
    """The packages of this system that have these libraries."""
    cache = run(["ldconfig", "-p"])
    paths = [re.search(r"(?m)^\s+%s \(.*x86-64\) => (\S+)$" % re.escape(name), cache).group(1) for name in names]
    return {run(["dpkg-query", "-S", "*" + path]).split(":")[0] for path in paths}


def rpm(root, *args):
    """With the database where Fedora and EL have it."""
    return run(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", *args])


def change(root, *args):
    """rpm that installs or erases, of which Debian's would warn."""
    return rpm(root, "--force-debian", "--nodeps", *args)


def unpacked(folder, *names):
    """A folder with the files of these packages."""
    tree = os.path.join(folder, "tree")
    os.mkdir(tree)
    for name in names:
        change(tree, "--install", "--noscripts", package(name))
    shutil.rmtree(tree + "/var")
    return tree


def repacked(folder, release, edit=None):
    """The package with another release, made from the files of this one and the rest of its spec."""
    tree = unpacked(folder, "proximux", "libproximux-devel")
    if edit:
        with open(tree + INI) as f:
            text = edit(f.read())
        with open(tree + INI, "w") as f:
            f.write(text)
    with open(os.path.join(ROOT, "packaging/rpm/proximux.spec")) as f:
        spec = re.sub(r"(?m)^Release: .*$", "Release: " + release, f.read())
    spec = spec[:spec.index("%prep\n")] + UPGRADED.format(tree=tree) + spec[spec.index("%pre\n") + len("%pre\n"):]
    with open(os.path.join(folder, "proximux.spec"), "w") as f:
        f.write(spec)
    run(["rpmbuild", "-bb", "--nodeps", "--define", "_topdir " + folder, os.path.join(folder, "proximux.spec")])
    return glob.glob("%s/RPMS/*/proximux-[0-9]*.rpm" % folder)[0]


class Contents(unittest.TestCase):
    def test_depends_on_what_fedora_and_el_have(self):
        needed = query("proximux", "--requires")
        for name in ("Foundation", "Util", "Net", "JSON"):
            self.assertTrue([each for each in needed if re.fullmatch(r"libPoco%s\.so\.\d+\(\)\(64bit\)" % name, each)], needed)
        for name in ("libssl.so.3", "libcrypto.so.3", "liblua5.4.so.0"):
            self.assertIn(name + "()(64bit)", needed)
        self.assertIn("shadow-utils", needed)
        self.assertIn("poco-devel >= 1.11", query("libproximux-devel", "--requires"))

    def test_the_configuration_alone_is_one(self):
        self.assertEqual(query("proximux", "--configfiles"), [INI])

    def test_documents_are_marked(self):
        documents = query("proximux", "--docfiles")
        for name in ("/usr/share/doc/proximux/README.md", "/usr/share/doc/proximux/examples/funnel-redis.ini",
                     "/usr/share/doc/proximux/examples/prometheus/proximux.rules.yml",
                     "/usr/share/doc/proximux/examples/grafana/proximux.json",
                     "/usr/share/man/man1/proximux.1.gz", "/usr/share/man/man5/proximux.ini.5.gz"):
            self.assertIn(name, documents)
        self.assertIn("/usr/share/licenses/proximux/LICENSE", query("proximux", "--licensefiles"))

    def test_has_the_completions_and_the_units(self):
        files = query("proximux", "--list")
        for name in ("/usr/share/bash-completion/completions/proximux", "/usr/share/zsh/site-functions/_proximux",
                     "/usr/share/fish/vendor_completions.d/proximux.fish", "/usr/lib/systemd/system/proximux.service",
                     "/usr/lib/systemd/system/proximux@.service", "/usr/lib/systemd/system/proximux.socket",
                     "/usr/lib/sysusers.d/proximux.conf", "/usr/bin/proximux"):
            self.assertIn(name, files)

    def test_programs_can_embed_the_library(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        tree = unpacked(folder.name, "libproximux-devel")
        config = next(name for name in query("libproximux-devel", "--list") if name.endswith("/proximuxConfig.cmake"))
        env = dict(os.environ, proximux_DIR=tree + os.path.dirname(config))  # Debian's CMake does not look in lib64
        said = subprocess.run(["sh", ROOT + "/packaging/debian/tests/library"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=env, text=True)
        self.assertEqual(said.returncode, 0, said.stderr)
        version = query("proximux", "--queryformat", "%{VERSION}\n")
        self.assertEqual(said.stdout.splitlines(), version)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Rpm(Installed):
    def setUp(self):
        super().setUp()
        needed = [name.split("(")[0] for name in query("proximux", "--requires") if ".so." in name]
        self.root.install(*sorted(providers(set(needed))))
        rpm(self.root.folder, "--initdb")

    def change(self, *args):
        return change(self.root.folder, *args)

    def upgraded(self, revision, change=None):
        with tempfile.TemporaryDirectory() as folder:
            return self.change("--upgrade", repacked(folder, revision, change))

    def changed(self):
        """What rpm finds changed of the package, and what that is of it (c: a configuration)."""
        r = subprocess.run(["rpm", "--root", self.root.folder, "--dbpath", "/var/lib/rpm", "--verify", "--nodeps", "proximux"],
                           stdout=subprocess.PIPE, text=True)
        return [line.split()[1:] for line in r.stdout.splitlines()]

    def test_the_life_of_an_installation(self):
        before = self.root.files()
        self.assertEqual(self.change("--install", package("proximux")), "")
        self.assertEqual(self.changed(), [])
        self.assertProtected()
        self.assertWantsAConfiguration()
        self.edited()
        self.assertEqual(self.changed(), [["c", INI]])
        self.upgraded_with_a_changed_configuration(".rpmnew")
        self.upgraded_with_the_original_configuration(".rpmnew")
        self.erased()
        ours = {"/etc/proximux", INI + ".rpmsave"}
        self.assertEqual({name for name in self.root.files() - before if "proximux" in name}, ours)

    def erased(self):
        """A changed configuration is kept."""
        self.root.write(INI, self.configuration(1))
        self.change("--erase", "proximux")
        self.assertFalse(os.path.exists(self.root.path("/usr/bin/proximux")))
        self.assertEqual(self.root.read(INI + ".rpmsave"), self.configuration(1))

    def test_scripts_ask_systemd_for_what_fits(self):
        self.replace_systemctl()
        self.change("--install", package("proximux"))
        asked = self.root.read("/tmp/asked").splitlines()
        self.assertIn("--no-reload preset proximux.service proximux.socket", asked)  # the system prefers on or off
        self.assertFalse([line for line in asked if "start" in line.split()], asked)
        self.pretend_to_serve()
        self.assertRestarted(self.upgraded("8"))
        self.change("--erase", "proximux")
        asked = self.root.read("/tmp/asked").splitlines()
        self.assertIn("stop proximux.socket proximux.service proximux@*.service", asked)
        self.assertIn("--no-reload disable proximux.socket proximux.service proximux@.service", asked)
        self.assertEqual(asked[-1], "daemon-reload")
