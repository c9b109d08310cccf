#!/usr/bin/env python3
"""The example of embedding, etc/examples/embed, built in the three ways that there are, and run.

    run.py SOURCES BUILD    BUILD: the folder of a finished build, which is installed to a folder of its own

Closes with "N passed, N failed".
"""
import glob
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

SOURCES, BUILD = (os.path.abspath(folder) for folder in sys.argv[1:3])
EXAMPLE = os.path.join(SOURCES, "etc", "examples", "embed")
PUBLIC = os.path.join(SOURCES, "include", "proximux")


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode:
        raise AssertionError("%s: exit code %d\n%s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


class Consumer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-consumer-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.prefix = os.path.join(cls.folder, "prefix")
        # only the library: a program's configuration goes to a folder of the system
        run("cmake", "--install", os.path.join(BUILD, "src", "proximux"), "--prefix", cls.prefix)

    def cmake(self, project, program, *options):
        folder = os.path.join(self.folder, self._testMethodName)
        run("cmake", "-S", project, "-B", folder, *options)
        run("cmake", "--build", folder, "-j", str(os.cpu_count() or 2))
        self.works(os.path.join(folder, program))

    def works(self, program):
        """It says what is wrong with its configuration, and serves with a right one."""
        broken = subprocess.run([program, "none.ini"], stderr=subprocess.PIPE, text=True, check=False, timeout=60)
        self.assertEqual(78, broken.returncode)
        self.assertIn("none.ini", broken.stderr)
        with socket.create_server(("127.0.0.1", 0)) as target, socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
            free.close()
            settings = os.path.join(self.folder, "proximux.ini")
            with open(settings, "w", encoding="utf-8") as file:
                file.write("[local]\nhost = 127.0.0.1\nport = %d\n[target]\n1.host = 127.0.0.1\n1.port = %d\n" % (
                    port, target.getsockname()[1]))
            threading.Thread(target=self.echo, args=(target,), daemon=True).start()
            running = subprocess.Popen([program, settings], stderr=subprocess.PIPE, text=True)
            try:
                self.assertIn("Server is running on 127.0.0.1:%d" % port, running.stderr.readline())
                self.assertEqual(b"hello", self.asked(port))
                self.assertIsNone(running.poll())
            finally:
                running.kill()
                running.communicate()

    @staticmethod
    def echo(target):
        client, _ = target.accept()
        with client:
            client.sendall(client.recv(100))
            client.recv(100)

    @staticmethod
    def asked(port):
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"hello")
            return client.recv(100)

    def test_the_readme_shows_the_example(self):
        with open(os.path.join(SOURCES, "README.md"), encoding="utf-8") as readme:
            shown = re.search(r"```cpp\n(.*?)```", readme.read(), re.S).group(1)
        with open(os.path.join(EXAMPLE, "main.cpp"), encoding="utf-8") as file:
            self.assertEqual(file.read(), shown)

    def test_find_package(self):
        self.cmake(EXAMPLE, "embed", "-DCMAKE_PREFIX_PATH=" + self.prefix)

    def test_add_subdirectory(self):
        self.cmake(os.path.join(SOURCES, "test", "consumer"), "consumer", "-DPROXIMUX_SOURCE_DIR=" + SOURCES,
                   "-DPROXIMUX_PRECOMPILE=ALL")

    def test_pkg_config(self):
        where = glob.glob(os.path.join(self.prefix, "lib*", "**", "pkgconfig"), recursive=True)
        flags = run("pkg-config", "--define-variable=prefix=" + self.prefix, "--cflags", "--libs", "proximux",
                    env=dict(os.environ, PKG_CONFIG_PATH=os.pathsep.join(where))).split()
        program = os.path.join(self.folder, "by-pkg-config")
        run("c++", "-std=c++17", os.path.join(EXAMPLE, "main.cpp"), "-o", program, *flags)
        self.works(program)

    def test_only_public_headers_are_installed(self):
        """And each of them can be included by itself."""
        installed = os.path.join(self.prefix, "include", "proximux")
        names = sorted(os.listdir(installed))
        self.assertEqual(sorted([n for n in os.listdir(PUBLIC) if n.endswith(".h")] + ["Version.h"]), names)
        for name in names:
            run("c++", "-std=c++17", "-fsyntax-only", "-x", "c++", "-include", os.path.join(installed, name),
                "-I" + os.path.join(self.prefix, "include"), os.devnull)


class Installed(unittest.TestCase):
    """The whole program, installed to the folders it was configured for, below one of our own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="proximux-installed-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.install()

    def install(self):
        run("cmake", "--install", BUILD, env=dict(os.environ, DESTDIR=self.root))

    def found(self, name):
        paths = glob.glob(os.path.join(self.root, "**", name), recursive=True)
        self.assertEqual(1, len(paths), paths)
        return paths[0]

    def configuration(self):
        """The file that the program reads without --config."""
        says = run(self.found("bin/proximux"), "--help")
        return self.root + re.search(r"^  (/.*/proximux\.ini)$", says, re.M).group(1)

    def test_program_and_unit_use_the_file_that_is_installed(self):
        with open(self.configuration(), encoding="utf-8") as file:
            self.assertIn("; port = 3307", file.read())
        with open(self.found("proximux.service"), encoding="utf-8") as unit:
            self.assertIn("--config %s\n" % self.configuration()[len(self.root):], unit.read())

    def test_installing_again_keeps_the_configuration(self):
        with open(self.configuration(), "a", encoding="utf-8") as file:
            file.write("[local]\nport = 4711\n")
        self.install()
        with open(self.configuration(), encoding="utf-8") as file:
            self.assertTrue(file.read().endswith("port = 4711\n"))


if __name__ == "__main__":
    tests = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in (Consumer, Installed))
    result = unittest.TextTestRunner(stream=sys.stdout).run(tests)
    failed = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - failed, failed), flush=True)
    sys.exit(1 if failed else 0)
