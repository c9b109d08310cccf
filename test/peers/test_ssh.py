"""sshd behind the proxy: the target speaks first, and both sides talk at once."""
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import LONG, Case, free_port, listens, wait_until


@unittest.skipUnless(os.getuid() == 0, "sshd wants to be root")
class Ssh(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-ssh-")
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", cls.folder + "/" + name], check=True)
        shutil.copy(cls.folder + "/user.pub", cls.folder + "/authorized")
        os.makedirs("/run/sshd", exist_ok=True)
        cls.port = free_port()
        cls.server = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-p", str(cls.port), "-o", "ListenAddress=127.0.0.1",
             "-h", cls.folder + "/host", "-o", "AuthorizedKeysFile=" + cls.folder + "/authorized",
             "-o", "StrictModes=no", "-o", "PidFile=none", "-o", "PermitRootLogin=yes", "-o", "UsePAM=no"],
            stderr=open(cls.folder + "/log", "w"))

        if not wait_until(lambda: listens(cls.port), LONG):
            raise AssertionError(open(cls.folder + "/log").read())

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def test_conversation_in_which_the_target_speaks_first(self):
        p = self.proxy("127.0.0.1:%d" % self.port)
        body = os.urandom(5 << 20)
        done = subprocess.run(["ssh", "-F", "/dev/null", "-T", "-i", self.folder + "/user", "-p", str(p.port),
                               "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                               "-o", "BatchMode=yes", "root@127.0.0.1", "cat"], input=body, capture_output=True,
                              timeout=LONG * 4)
        self.assertEqual(done.returncode, 0, done.stderr.decode() + open(self.folder + "/log").read()[-1000:])
        self.assertTrue(done.stdout == body)
