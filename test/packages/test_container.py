"""The image: its root, which packaging/container/root makes, and its last stage, as the Dockerfile says it. The program is
the one that is under test, not the one that the first stage would compile."""
import os
import re
import resource
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from chroot import ROOT, run
from harness import BIN, LONG, Case, free_port, listens, read_line, wait_until

FILES = os.path.join(ROOT, "packaging/container")


class Slow:
    """A target that answers a line when it is told to."""

    def __init__(self):
        self.arrived, self.released = threading.Event(), threading.Event()

    def __call__(self, s):
        line = read_line(s)
        self.arrived.set()
        self.released.wait(LONG)
        s.sendall(line.upper())
        s.recv(1)


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Container(Case):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix="proximux-image-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = os.path.join(self.folder, "image")
        run([os.path.join(FILES, "root"), BIN, self.root])

    def assertDrains(self, start, stop):
        """start(environment) gives the process that runs the container, stop() asks its engine for an end, and may wait."""
        slow = Slow()
        t = self.target(slow)
        port = free_port()
        p = start({"PROXIMUX_LOCAL_HOST": "127.0.0.1", "PROXIMUX_LOCAL_PORT": str(port), "PROXIMUX_TARGET_1_HOST": "localhost",
                   "PROXIMUX_TARGET_1_PORT": str(t.port), "PROXIMUX_EXCHANGE_MODE": "fifo",
                   "PROXIMUX_EXCHANGE_PROTOCOL": "line"})
        self.addCleanup(p.kill)
        self.assertTrue(wait_until(lambda: p.poll() is not None or listens(port), LONG))
        self.assertIsNone(p.poll(), p.poll() is not None and p.stdout.read())
        with socket.create_connection(("127.0.0.1", port), LONG) as c:
            c.sendall(b"in flight\n")
            self.assertTrue(slow.arrived.wait(LONG))
            stopping = threading.Thread(target=stop)
            stopping.start()
            self.assertTrue(wait_until(lambda: not listens(port), LONG), "it goes on listening")
            slow.released.set()
            self.assertEqual(read_line(c), b"IN FLIGHT\n")
        output = p.communicate(timeout=LONG)[0]
        stopping.join(LONG)
        self.assertEqual(p.returncode, 0, output)
        self.assertIn("Server stopped", output)

    def test_has_nothing_but_the_program_and_its_libraries(self):
        found = {os.path.join(folder, name)[len(self.root):] for folder, _, names in os.walk(self.root) for name in names}
        others = {name for name in found if not re.search(r"/(lib[\w+-]+(\.\d+)?|ld-linux[\w-]*)\.so\.\d+$", name)}
        self.assertEqual(others, {"/usr/bin/proximux", "/usr/share/doc/proximux/LICENSE", "/etc/nsswitch.conf", "/etc/passwd",
                                  "/etc/group"})

    def test_speaks_tls(self):
        """It says OK when it has prepared for it."""
        said = run(["chroot", self.root, "/usr/bin/proximux", "--check-config", "--listen", "1", "--target", "127.0.0.1:2",
                    "--set", "target.1.tls=on"])
        self.assertTrue(said.startswith("OK: "), said)

    def test_drains_as_the_first_process_on_a_file_system_that_is_read_only(self):
        with open(self.root + "/etc/hosts", "w") as f:  # engines bring it
            f.write("127.0.0.1 localhost\n")
        script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec chroot --userspec=65532:65532 "$0" "$@"'

        def start(environment):
            self.p = subprocess.Popen(["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, self.root,
                                       "/usr/bin/proximux"], env=dict(environment, PATH=os.environ["PATH"]),
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            return self.p

        def stop():
            with open("/proc/%d/task/%d/children" % (self.p.pid, self.p.pid)) as f:
                child = int(f.read())
            with open("/proc/%d/status" % child) as f:
                status = f.read()
            self.assertRegex(status, r"(?m)^Uid:\s+65532\s")
            self.assertRegex(status, r"(?m)^NSpid:\s+\d+\s+1$")
            os.kill(child, 15)
        self.assertDrains(start, stop)

    def podman(self, command, *args):
        """A command of podman, with storage of its own. Where a cgroup of version 2 lies within those of version 1, which
        its runtime refuses, it is taken away in a namespace of mounts."""
        hybrid = "umount /sys/fs/cgroup/unified 2>/dev/null; " if os.path.isdir("/sys/fs/cgroup/unified") else ""
        store = ["--root", self.folder + "/store", "--runroot", self.folder + "/run", "--storage-driver", "vfs"]
        return ["unshare", "--mount", "sh", "-c", hybrid + 'exec "$0" "$@"', command] + store + list(args)

    def image(self):
        """Made by the last stage of the Dockerfile."""
        with open(os.path.join(FILES, "Dockerfile")) as f:
            text = f.read()
        last = text[text.index("FROM scratch"):].replace("COPY --from=build /image/ /", "COPY image/ /")
        with open(os.path.join(self.folder, "Dockerfile"), "w") as f:
            f.write(last)
        run(self.podman("buildah", "bud", "--quiet", "--tag", "proximux", "--file", self.folder + "/Dockerfile", self.folder))

    def test_drains_in_an_engine(self):
        if not shutil.which("podman") or not shutil.which("buildah"):
            self.skipTest("podman is not installed")
        self.image()
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        limits = ["--ulimit", "nofile=%d:%d" % (files, files), "--ulimit", "nproc=1000:1000", "--cgroups=disabled"]
        common = ["run", "--rm", "--read-only", "--cap-drop=all", "--network=host", *limits]
        tried = subprocess.run(self.podman("podman", *common, "proximux", "--version"), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)
        if tried.returncode != 0:
            self.skipTest("podman cannot run a container here: " + tried.stdout)

        def start(environment):
            variables = [word for name, value in environment.items() for word in ("--env", name + "=" + value)]
            return subprocess.Popen(self.podman("podman", *common, "--name", "proximux-test", *variables, "proximux"),
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertDrains(start, lambda: run(self.podman("podman", "stop", "--time", "60", "proximux-test")))
