"""A Windows of its own in a folder, by Wine: programs, files, services."""
import os
import re
import shutil
import subprocess
import tempfile

from harness import LONG, clean_environment

WINE = "/usr/lib/wine"  # the package wine64 has no names elsewhere


class Wine:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="proximux-wine-")
        self.drive = self.folder + "/drive_c"
        self.said = self.folder + "/said"
        self.env = clean_environment({
            "WINEPREFIX": self.folder, "WINEDEBUG": "-all,err+eventlog", "WINEDLLOVERRIDES": "mscoree,mshtml=",
            "PATH": WINE + ":" + os.environ["PATH"]})
        self.env.pop("DISPLAY", None)
        try:
            self.boot()
            self.shut_down()  # the first boot leaves the services locked
            self.boot()
        except BaseException:
            self.remove()
            raise

    def boot(self):
        """Starts the system with its services, which stay. Wine's own server would end them with the last program."""
        with open(self.said, "ab") as said:
            self._call([WINE + "/wineserver64", "-p"], said)
            code, _ = self._call([WINE + "/wine64", "wineboot", "-u"], said)
        assert code == 0, self.output()

    def shut_down(self):
        """Ends every service, as Windows does when it is shut down."""
        self.run("wineboot", "-e")
        self._call([WINE + "/wineserver64", "-k"])
        self._call([WINE + "/wineserver64", "-w"])

    def remove(self):
        self.shut_down()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _call(self, command, out=None):
        """Its exit code and output. Never through a pipe, which services would keep open. out: a file for the output."""
        with tempfile.TemporaryFile() as own:
            code = subprocess.call(command, env=self.env, stdin=subprocess.DEVNULL, stdout=out or own, stderr=out or own,
                                   timeout=4 * LONG, cwd=self.folder)
            own.seek(0)
            return code, own.read().decode("utf-8", "replace").replace("\r", "")

    def run(self, *command):
        return self._call([WINE + "/wine64"] + list(command))

    def path(self, name):
        """Where a file of C: is: path(r"ProgramData\\Proximux")."""
        return os.path.join(self.drive, *name.split("\\"))

    def exists(self, name):
        return os.path.exists(self.path(name))

    def read(self, name):
        with open(self.path(name), newline="") as f:
            return f.read()

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w", newline="") as f:
            f.write(text)

    def output(self):
        """What services have said since the first boot. Wine shows there what goes to the event log."""
        with open(self.said, "rb") as said:
            return said.read().decode("utf-8", "replace")

    # -- the registry

    def registry(self, key, name):
        """A value below HKEY_LOCAL_MACHINE as text, or None."""
        code, text = self.run("reg", "query", "HKLM\\" + key, "/v", name)
        found = re.search(r"(?m)^\s+%s\s+REG_\w+\s+(.*)$" % re.escape(name), text)
        return found.group(1) if code == 0 and found else None

    # -- services

    def state(self, service):
        """RUNNING, STOPPED ..., or None if there is no such service."""
        found = re.search(r"STATE\s*:\s*\d+\s+(\w+)", self.run("sc", "query", service)[1])
        return found.group(1) if found else None
