"""redis-server behind the proxy; redis-benchmark and redis-cli in front of it."""
import shutil
import subprocess
import tempfile

from harness import LONG, Case, free_port, listens, wait_until


class Redis(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-redis-")
        cls.port = free_port()
        cls.server = subprocess.Popen(["redis-server", "--port", str(cls.port), "--bind", "127.0.0.1", "--save", "",
                                       "--dir", cls.folder], stdout=subprocess.DEVNULL)

        if not wait_until(lambda: listens(cls.port), LONG):
            raise AssertionError("redis-server does not listen")

    @classmethod
    def tearDownClass(cls):
        cls.server.kill()
        cls.server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def benchmark(self, *args):
        # its 50 clients, and those 50 of the command before that it has only just closed
        p = self.proxy("127.0.0.1:%d" % self.port, args=["--max-connections", "110"])
        before = p.fds()
        done = subprocess.run(["redis-benchmark", "-h", "127.0.0.1", "-p", str(p.port), "-q", *args],
                              capture_output=True, timeout=LONG * 4)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(b"requests per second", done.stdout)
        self.assertNotIn(b"rror", done.stdout + done.stderr)
        self.assertFds(p, before)

    def test_benchmark_one_at_a_time(self):
        self.benchmark("-P", "1", "-c", "50", "-n", "20000", "-t", "get,set,incr,lpush,lrange_100,mset")

    def test_benchmark_pipelined(self):
        self.benchmark("-P", "16", "-c", "50", "-n", "50000", "-t", "get,set,incr,lpush,lrange_100,mset", "-d", "1000")

    def test_cli(self):
        p = self.proxy("127.0.0.1:%d" % self.port)

        def cli(*words, text=None):
            return subprocess.run(["redis-cli", "-h", "127.0.0.1", "-p", str(p.port), *words], input=text,
                                  capture_output=True, timeout=LONG).stdout
        self.assertEqual(cli("set", "k", "v"), b"OK\n")
        self.assertEqual(cli("get", "k"), b"v\n")
        self.assertEqual(cli(text=b"MULTI\nINCR n\nINCR n\nEXEC\n").split()[-2:], [b"1", b"2"])
        body = b"b" * (8 << 20)
        self.assertEqual(cli("-x", "set", "big", text=body), b"OK\n")
        self.assertEqual(cli("get", "big"), body + b"\n")
