"""The packages for Windows in the hands of an administrator, under Wine: install, edit, serve, reboot, upgrade, uninstall."""
import glob
import os
import re
import socket
import tempfile
import time
import types
import zipfile

from chroot import DIST, ROOT, run
from harness import LONG, SHORT, Case, ask, free_port, gone, read_line, wait_until
from mariadb import MariaDBCase, login
from wine import Wine

FOLDER = r"Program Files\Proximux"
PROGRAM = FOLDER + r"\proximux.exe"
DATA = r"ProgramData\Proximux"
INI = DATA + r"\proximux.ini"
UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\Proximux"
SERVICE = r"System\CurrentControlSet\Services\proximux"
EVENTS = r"System\CurrentControlSet\Services\EventLog\Application\proximux"
CONFIG_ERROR = 78
DRAIN = 2  # seconds


def package(ending):
    """The newest such file in PROXIMUX_DIST."""
    found = glob.glob(os.path.join(DIST, "proximux-*-windows-x64" + ending))
    if not found:
        raise AssertionError("no package in %s: run scripts/package windows" % DIST)
    return max(found, key=os.path.getmtime)


def unpacked(folder):
    """The folder in the ZIP, unpacked there."""
    with zipfile.ZipFile(package(".zip")) as z:
        z.extractall(folder)
    return os.path.join(folder, os.listdir(folder)[0])


def version():
    with open(os.path.join(ROOT, "CMakeLists.txt")) as f:
        return re.search(r"project\(proximux VERSION (\S+)", f.read()).group(1)


def newer(folder):
    """An installer of a later version with another proximux.ini and without a file that this one has."""
    stage = unpacked(os.path.join(folder, "stage"))
    with open(stage + "/etc/proximux.ini", "r+") as f:
        text = f.read()
        f.seek(0)
        f.write("; new in this version\n" + text)
    os.remove(stage + "/docs/words.md")
    result = os.path.join(folder, "newer-setup.exe")
    run(["makensis", "-V2", "-WX", "-DVERSION=99.0.0", "-DCOPYRIGHT=-", "-DSTAGE=" + stage, "-DOUTPUT=" + result,
         os.path.join(ROOT, "packaging/windows/proximux.nsi")])
    return result


class Packages(Case):
    def test_the_zip_has_what_is_needed(self):
        with tempfile.TemporaryDirectory() as folder:
            top = unpacked(folder)
            for name in ("README.md", "LICENSE.txt", "docs/operations.md", "etc/proximux.ini", "etc/examples/proxy-mysql.ini",
                         "licenses/poco.txt", "licenses/gcc.txt", "licenses/mingw-w64.txt"):
                with open(os.path.join(top, name), "rb") as f:
                    text = f.read()
                self.assertEqual(text.count(b"\r\n"), text.count(b"\n"), name)
            with open(top + "/proximux.exe", "rb") as f:
                program = f.read()
            for text in (b"longPathAware", ("FileVersion\0\0" + version()).encode("utf-16-le")):
                self.assertTrue(text in program, text)
            imports = re.findall(r"DLL Name: (\S+)", run(["x86_64-w64-mingw32-objdump", "-p", top + "/proximux.exe"]))
        self.assertIn("KERNEL32.dll", imports)
        for name in imports:
            self.assertNotRegex(name, "(?i)gcc|stdc|pthread|poco", "not a part of Windows")


class Installation(MariaDBCase):
    def setUp(self):
        super().setUp()
        self.wine = Wine()
        self.addCleanup(self.wine.remove)
        self.listening = free_port()
        self.before = self.files()
        self.lines = []

    def repeats(self, s):
        """A target that repeats each line, but for "late"."""
        while True:
            self.lines.append(read_line(s))
            if self.lines[-1] != b"late\n":
                s.sendall(self.lines[-1])

    # -- what an administrator does

    def configure(self, target, *lines):
        self.wine.write(INI, "\r\n".join(["[local]", "host = 127.0.0.1", "port = %d" % self.listening, "[target]",
                                          "1.host = 127.0.0.1", "1.port = %d" % target, "[shutdown]",
                                          "drain_timeout = %ds" % DRAIN, "[exchange]", *lines, ""]))

    def install(self, installer=None):
        code, text = self.wine.run(installer or package("-setup.exe"), "/S")
        self.assertEqual(code, 0, text)

    def start(self):
        """Just after a stop Wine may refuse it once."""
        self.assertTrue(wait_until(lambda: self.wine.run("net", "start", "proximux")[0] == 0, LONG, 0.5), self.wine.output())
        self.assertState("RUNNING")

    def stop(self):
        self.wine.run("net", "stop", "proximux")  # returns at once
        self.assertState("STOPPED")

    def uninstall(self):
        """The uninstaller works in a copy of itself, and returns at once."""
        command = self.wine.registry(UNINSTALL, "QuietUninstallString")
        self.wine.run(*re.match(r'"(.*)" (/S)$', command).groups())
        self.assertTrue(wait_until(lambda: not self.wine.exists(FOLDER), LONG, 0.2), self.wine.output())

    # -- what becomes of it

    def files(self):
        """Everything in the folders of programs and their data."""
        return {os.path.join(folder, name) for top in ("Program Files", "ProgramData")
                for folder, folders, names in os.walk(self.wine.path(top)) for name in folders + names}

    def assertState(self, state):
        self.assertTrue(wait_until(lambda: self.wine.state("proximux") == state, LONG, 0.5), self.wine.output())

    def connect(self):
        c = socket.create_connection(("127.0.0.1", self.listening), LONG)
        self.addCleanup(c.close)
        return c

    def assertSelects(self):
        proxy = types.SimpleNamespace(port=self.listening)
        self.assertEqual(self.run_tool("mariadb", *login(proxy), "-N", "-e", "select 6*7"), b"42\n")

    def assertRefused(self, *words):
        """A start ends with the exit code of a mistaken configuration, and words in the event log."""
        begin = len(self.wine.output())
        self.wine.run("net", "start", "proximux")
        self.assertState("STOPPED")
        self.assertRegex(self.wine.run("sc", "query", "proximux")[1], r"SERVICE_EXIT_CODE\s*:\s*%d\b" % CONFIG_ERROR)
        for word in words:
            self.assertIn(word, self.wine.output()[begin:])

    # -- tests

    def test_the_life_of_an_installation(self):
        self.t = self.target(self.repeats)
        self.configure(self.t.port, "mode = fifo", "protocol = line")
        self.installed()
        self.shares_a_target_and_drains()
        self.serves_another_configuration()
        self.starts_with_the_system()
        self.upgraded()
        self.uninstalled()

    def installed(self):
        """The configuration was there before, as one that is rolled out with the installer is."""
        self.install()
        self.assertState("RUNNING")
        registry = self.wine.registry
        self.assertEqual(registry(UNINSTALL, "DisplayVersion"), version())
        self.assertEqual(registry(SERVICE, "ImagePath"), '"C:\\%s"' % PROGRAM)
        self.assertEqual(registry(SERVICE, "Start"), "0x2")
        self.assertEqual(registry(SERVICE, "ObjectName"), r"NT SERVICE\proximux")
        self.assertIn("TCP proxy", registry(SERVICE, "Description"))
        self.assertEqual(registry(EVENTS, "EventMessageFile"), "C:\\" + PROGRAM)

    def shares_a_target_and_drains(self):
        a, b = self.connect(), self.connect()
        self.assertEqual((ask(a, b"one"), ask(b, b"two"), ask(a, b"three")), (b"one", b"two", b"three"))
        self.assertEqual(len(self.t.conns), 1)
        a.sendall(b"late\n")
        self.assertTrue(wait_until(lambda: b"late\n" in self.lines), self.lines)
        begin = time.monotonic()
        self.stop()
        took = time.monotonic() - begin
        self.assertTrue(DRAIN - 0.5 < took < DRAIN + SHORT, took)
        self.assertTrue(gone(a))

    def serves_another_configuration(self):
        self.configure(self.port, "mode = proxy", "protocol = mysql")
        self.start()
        self.assertSelects()

    def starts_with_the_system(self):
        self.wine.shut_down()
        self.wine.boot()
        self.assertState("RUNNING")
        self.assertSelects()

    def upgraded(self):
        edited = self.wine.read(INI)
        with tempfile.TemporaryDirectory() as folder:
            installer = newer(folder)
            self.install(installer)
            self.assertState("RUNNING")
            self.assertSelects()
            self.assertEqual(self.wine.registry(UNINSTALL, "DisplayVersion"), "99.0.0")
            self.assertEqual(self.wine.read(INI), edited)
            self.assertTrue(self.wine.read(FOLDER + r"\etc\proximux.ini").startswith("; new in this version"))
            self.assertFalse(self.wine.exists(FOLDER + r"\docs\words.md"))
            self.stop()
            self.install(installer)
        self.assertState("STOPPED")  # a service that an administrator has stopped is not started

    def uninstalled(self):
        self.start()
        edited = self.wine.read(INI)
        self.uninstall()
        self.assertIsNone(self.wine.state("proximux"))
        self.assertIsNone(self.wine.registry(UNINSTALL, "DisplayName"))
        self.assertIsNone(self.wine.registry(EVENTS, "EventMessageFile"))
        self.assertEqual(self.files() - self.before, {self.wine.path(DATA), self.wine.path(INI)})
        self.assertEqual(self.wine.read(INI), edited)

    def test_a_mistaken_configuration(self):
        self.install()
        self.assertState("STOPPED")
        self.assertEqual(self.wine.read(INI), self.wine.read(FOLDER + r"\etc\proximux.ini"))
        self.assertRefused("local.port", "missing", "proximux.ini")
        self.configure(self.port, "mode = proxy")
        self.start()
        self.assertSelects()
        self.stop()
        self.configure(self.port, "mode = sideways")
        self.assertRefused("exchange.mode", "sideways")
        code, text = self.wine.run("C:\\" + PROGRAM, "/unregisterService")
        self.assertEqual((code, self.wine.state("proximux")), (0, None), text)
        self.uninstall()
