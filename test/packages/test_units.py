"""The units of systemd: their syntax, their exposure, and whether the program keeps within what they allow."""
import os
import re
import shutil
import socket
import subprocess
import tempfile

from harness import BIN, LONG, SHORT, Case, ask, wait_until

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.dirname(BIN)
UNITS = ("proximux.service", "proximux@.service", "proximux.socket")
EXPOSURE = 16  # tenths


def output(*command, **kw):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LONG, **kw)


class Units(Case):
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

    def test_allow_every_system_call_of_the_program(self):
        """With threads, names to look up, a log file that is reopened, a drain."""
        with open(os.path.join(BUILD, "proximux.service")) as f:
            filters = re.findall(r"(?m)^SystemCallFilter=(~?)(.*)$", f.read())
        allowed = set()
        for inverse, names in filters:
            for name in names.split():
                allowed = allowed - self.calls_of(name) if inverse else allowed | self.calls_of(name)
        self.assertGreater(len(allowed), 100)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        trace, log = folder.name + "/trace", folder.name + "/p.log"
        t = self.target()
        strace = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", trace, BIN, "--listen", "127.0.0.1:0", "--target", "localhost:%d" % t.port,
             "--mode", "proxy", "--set", "io.threads=2", "--set", "log.file=" + log])
        try:
            def port():
                found = re.search(r"Server is running on \S+:(\d+) ", open(log).read() if os.path.exists(log) else "")
                return found and int(found.group(1))
            for i in range(4):
                with socket.create_connection(("127.0.0.1", wait_until(port, LONG)), SHORT) as c:
                    self.assertEqual(ask(c, b"%d" % i), b"%d" % i)
            children = "/proc/%d/task/%d/children" % (strace.pid, strace.pid)
            for number in (10, 15):  # USR1, TERM
                os.kill(int(open(children).read().split()[0]), number)
            self.assertEqual(strace.wait(LONG), 0)
        finally:
            strace.kill()
            strace.wait()
        with open(trace) as f:
            made = set(re.findall(r"(?m)^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed)", f.read()))
        self.assertIn("epoll_wait", made)
        self.assertEqual(made - allowed, set())

    def test_serves_on_a_socket_of_systemd(self):
        """systemd's own tool listens and starts the program at the first client."""
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        t = self.target()
        tool = subprocess.Popen(["systemd-socket-activate", "-l", "127.0.0.1:%d" % port, BIN, "--target",
                                 "127.0.0.1:%d" % t.port, "--mode", "proxy"], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
        try:
            def connect():
                try:
                    return socket.create_connection(("127.0.0.1", port), SHORT)
                except OSError:
                    return None
            with wait_until(connect, LONG) as c:
                self.assertEqual(ask(c, b"x"), b"x")
        finally:
            tool.terminate()  # by now it is the program
            self.assertEqual(tool.wait(LONG), 0)
