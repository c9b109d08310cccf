"""The tarball of sources in the hands of somebody who builds from it."""
import glob
import os
import tarfile
import tempfile
import unittest

from chroot import DIST, run


def tarball(folder=DIST):
    return glob.glob(os.path.join(folder, "proximux-*.tar.gz"))[0]


def content(path):
    with open(path, "rb") as f:
        return f.read()


class Tar(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        run(["tar", "-C", folder.name, "-xzf", tarball()])
        self.sources = os.path.join(folder.name, os.path.basename(tarball())[:-len(".tar.gz")])

    def test_its_sum_is_the_one_that_is_told(self):
        said = run(["sha256sum", "--check", "--ignore-missing", "SHA256SUMS"], cwd=DIST)
        self.assertIn(os.path.basename(tarball()) + ": OK", said)

    def test_names_no_user_and_one_time(self):
        with tarfile.open(tarball()) as f:
            members = f.getmembers()
        self.assertEqual([m.name for m in members], sorted([m.name for m in members], key=lambda name: name.split("/")))
        self.assertEqual({(m.uid, m.gid, m.uname, m.gname) for m in members}, {(0, 0, "", "")})
        self.assertEqual(len({m.mtime for m in members}), 1)
        self.assertEqual({m.mode & 0o7777 for m in members}, {0o644, 0o755})

    def test_makes_itself_again(self):
        """Made from its own sources, with another mask and without git, it is the same to the byte."""
        run(["sh", "-c", "umask 077 && scripts/package tar"], cwd=self.sources)
        self.assertEqual(content(tarball(self.sources + "/dist")), content(tarball()))

    def test_takes_the_time_of_a_distribution(self):
        run(["scripts/package", "tar"], cwd=self.sources, env=dict(os.environ, SOURCE_DATE_EPOCH="1000000000"))
        with tarfile.open(tarball(self.sources + "/dist")) as f:
            self.assertEqual({m.mtime for m in f.getmembers()}, {1000000000})

    def test_builds_and_installs(self):
        build, root = self.sources + "/build", self.sources + "/root"
        run(["cmake", "-S", self.sources, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug",
             "-DPROXIMUX_TESTS=OFF", "-DPROXIMUX_PRECOMPILE=ALL", "-DCMAKE_INSTALL_PREFIX=/usr"])
        run(["cmake", "--build", build, "-j", str(os.cpu_count())])
        run(["cmake", "--install", build], env=dict(os.environ, DESTDIR=root))
        version = os.path.basename(self.sources).replace("-", " ")
        self.assertEqual(run([root + "/usr/bin/proximux", "--version"]), version + "\n")
        for name in ("usr/share/man/man5/proximux.ini.5", "usr/share/doc/proximux/README.md", "usr/include/proximux/Proxy.h"):
            self.assertTrue(os.path.exists(os.path.join(root, name)), name)
