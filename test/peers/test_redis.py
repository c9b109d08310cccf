"""redis-server behind the proxy; redis-benchmark and redis-cli in front of it."""
import shutil
import subprocess
import tempfile

from harness import LONG, Case, finishes, free_port, listens, wait_until


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
        code, said = finishes(["redis-benchmark", "-h", "127.0.0.1", "-p", str(p.port), "-q", *args], p.cpu)
        self.assertEqual(code, 0, said)
        self.assertIn(b"requests per second", said)
        self.assertNotIn(b"rror", said)
        self.assertFds(p, before)

    def test_benchmark_one_at_a_time(self):
        self.benchmark("-P", "1", "-c", "50", "-n", "20000", "-t", "get,set,incr,lpush,lrange_100,mset")

    def test_benchmark_pipelined(self):
        self.benchmark("-P", "16", "-c", "50", "-n", "50000", "-t", "get,set,incr,lpush,lrange_100,mset", "-d", "1000")

    def test_clients_share_one_connection_with_raw(self):
        """redis-benchmark opens with a CONFIG GET of its own connection; all of it over one."""
        p = self.proxy("127.0.0.1:%d" % self.port, mode="fifo",
                       settings={"exchange.raw_gap": "1ms", "local.max_connections": 110})
        code, said = finishes(["redis-benchmark", "-h", "127.0.0.1", "-p", str(p.port), "-q", "-t", "get,set", "-d", "64",
                               "-c", "50", "-n", "1000"], p.cpu)
        self.assertEqual(code, 0, said)
        self.assertNotIn(b"rror", said)
        self.assertEqual(p.text().count("Connection opened"), 1)

    def test_inline_commands_are_lines(self):
        for mode, connections in (("fifo", 1), ("funnel", 4)):
            for pairing in ("exclusive", "order"):
                p = self.proxy("127.0.0.1:%d" % self.port, mode=mode,
                               settings={"exchange.protocol": "line", "exchange.delimiter": "\\r\\n",
                                         "exchange.pairing": pairing, "target.1.connections": connections})
                clients = [p.client() for _ in range(20)]
                for n, c in enumerate(clients):
                    self.addCleanup(c.close)
                    c.sendall(b"DEL count:%d\r\n" % n + b"INCR count:%d\r\n" % n * 100)
                for c in clients:
                    f = c.makefile("rb")
                    f.readline()
                    self.assertEqual([f.readline() for _ in range(100)], [b":%d\r\n" % (i + 1) for i in range(100)])
                c = p.client()
                self.addCleanup(c.close)
                for i in range(100):
                    self.assertEqual(self.line(c, b"SET key:%d %d\r\n" % (i, i)), b"+OK\r\n")
                    self.assertEqual(self.line(c, b"INCR key:%d\r\n" % i), b":%d\r\n" % (i + 1))

    @staticmethod
    def line(c, request):
        c.sendall(request)
        answer = b""
        while not answer.endswith(b"\r\n"):
            answer += c.recv(100)
        return answer

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
