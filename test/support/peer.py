"""Real servers that run during a test, and the common parts of these tests."""
import os
import shutil
import subprocess
import tempfile

from harness import LONG, Case, free_port, listens, wait_until

# mode and number of target connections
SHARES = (("fifo", 1), ("funnel", 1), ("funnel", 2), ("funnel", 4))


class PeerCase(Case):
    """A Case with one server for all its tests: SERVER is its command, with {port} and {folder} as placeholders."""
    SERVER = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-peer-")
        os.chmod(cls.folder, 0o755)
        cls.port = free_port()
        cls.prepare()
        cls.start_server()

    @classmethod
    def start_server(cls):
        command = [word.format(port=cls.port, folder=cls.folder) for word in cls.SERVER]
        cls.server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      env=dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin"))
        if not wait_until(lambda: listens(cls.port) and cls.is_ready(), LONG):
            raise AssertionError("%s is not ready" % command[0])

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def is_ready(cls):
        """Whether the listening server is ready to serve."""
        return True

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def share(self, protocol, mode, connections, **settings):
        named = {"exchange.protocol": protocol, "target.1.connections": connections}
        named.update({k.replace("__", "."): v for k, v in settings.items()})
        return self.proxy("127.0.0.1:%d" % self.port, mode=mode, settings=named)

    def run_tool(self, *command, text=None, timeout=LONG * 4, env=None):
        done = subprocess.run(command, input=text, capture_output=True, timeout=timeout, env=env)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
        return done.stdout
