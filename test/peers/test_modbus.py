"""A libmodbus server that takes few connections, shared by libmodbus clients; and gateways with their quirks."""
import os
import struct
import subprocess
import tempfile

from harness import LONG, Case, free_port, reset
from peer import SHARES
from sharing import read_exactly

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "modbus.c")


class Modbus(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="proximux-modbus-")
        cls.peer = cls.folder.name + "/modbus"
        flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libmodbus"], text=True).split()
        subprocess.check_call(["g++", "-x", "c++", SOURCE, "-o", cls.peer, *flags])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def server(self, connections, *args):
        port = free_port()
        s = subprocess.Popen([self.peer, "server", str(port), str(connections), *args], stdout=subprocess.PIPE)
        self.addCleanup(s.wait)
        self.addCleanup(s.kill)
        self.assertEqual(s.stdout.readline(), b"listens\n")
        s.stdout.close()
        return "127.0.0.1:%d" % port

    def clients(self, p, count, rounds):
        running = [subprocess.Popen([self.peer, "client", str(p.port), str(rounds), str(n)], stderr=subprocess.PIPE)
                   for n in range(count)]
        for each in running:
            _, err = each.communicate(timeout=LONG * 4)
            self.assertEqual(each.returncode, 0, err)

    def test_twenty_clients(self):
        for mode, connections in SHARES:
            for pipeline in (1, 8):
                p = self.proxy(self.server(connections), mode=mode,
                               settings={"exchange.protocol": "modbus", "exchange.pipeline": pipeline,
                                         "target.1.connections": connections})
                self.clients(p, 20, 15)
                self.assertLessEqual(p.text().count("Connection opened"), connections)

    def test_a_server_that_resets_all_but_one_connection(self):
        p = self.proxy(self.server(1), mode="funnel",
                       settings={"exchange.protocol": "modbus", "target.1.connections": 2,
                                 "pool.connect_delay": "100ms", "exchange.pipeline": 8})
        self.clients(p, 20, 15)

    def test_each_function_fails_with_an_exception(self):
        four, counted = b"\0\1\0\1", b"\2\0\1"
        functions = {7: b"", 8: four, 11: b"", 12: b"", 15: four + counted, 16: four + counted, 17: b"", 20: counted,
                     21: counted, 22: four + b"\0\1", 23: four * 2 + counted, 24: b"\0\1", 43: b"\x0e\1\0", 65: b"",
                     100: four}
        functions.update((f, four) for f in range(1, 7))

        def silent(s):
            while s.recv(4096):
                pass

        def resets(s):
            s.recv(4096)
            reset(s)

        def ends(s):
            s.recv(4096)

        def talks_nonsense(s):
            s.recv(4096)
            s.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            s.recv(4096)
        down = "127.0.0.1:%d" % free_port()
        for handler, code in ((silent, 11), (resets, 11), (ends, 11), (talks_nonsense, 11), (None, 10)):
            for pairing in ("auto", "exclusive"):
                p = self.proxy(self.target(handler) if handler else down, mode="fifo",
                               settings={"exchange.protocol": "modbus", "exchange.pairing": pairing,
                                         "exchange.response_timeout": "20ms", "exchange.queue_timeout": "20ms" if code == 10 else "30s",
                                         "pool.backoff_max": "100ms"})
                c = self.client(p)
                for n, (function, data) in enumerate(functions.items()):
                    c.sendall(struct.pack(">HHHBB", n, 0, 2 + len(data), 17, function) + data)
                    self.assertEqual(read_exactly(c, 9), struct.pack(">HHHBBB", n, 0, 3, 17, function | 128, code))

    def test_a_request_within_a_request_does_not_pass(self):
        # the server goes by the function, not by the length
        p = self.proxy(self.server(1), mode="fifo", settings={"exchange.protocol": "modbus", "exchange.pipeline": 8})
        inner, victim = self.client(p), self.client(p)
        for n in range(64):
            request = struct.pack(">HHHBBHH", n, 0, 6, 1, 4, 5, 1)
            inner.sendall(struct.pack(">HHHBBHH", n, 0, 18, 1, 4, 0, 1) + request)
            victim.sendall(struct.pack(">HHHBBHH", 7, 0, 6, 1, 4, 10, 1))
            self.assertEqual(read_exactly(victim, 11), struct.pack(">HHHBBBH", 7, 0, 5, 1, 4, 2, 30))
            self.assertEqual(read_exactly(inner, 9), struct.pack(">HHHBBB", n, 0, 3, 1, 132, 3))

    def test_a_wrong_broadcast_takes_nobodys_request(self):
        """libmodbus throws away what came behind a request that it refuses."""
        p = self.proxy(self.server(1), mode="fifo", settings={"exchange.protocol": "modbus"})
        read = struct.pack(">HHHBBHH", 2, 0, 6, 1, 4, 5, 1)
        with p.client() as bad, p.client() as good:
            for wrong, answer in ((struct.pack(">HHHBBHHB", 1, 0, 7, 0, 16, 0, 0, 0), b"\x90\3"),
                                  (struct.pack(">HHHBBHH", 1, 0, 6, 0, 8, 4, 0), b"\x88\1")):
                for _ in range(50):
                    bad.sendall(wrong)
                    good.sendall(read)
                    self.assertEqual(read_exactly(good, 11), struct.pack(">HHHBBBH", 2, 0, 5, 1, 4, 2, 15))
                    self.assertEqual(read_exactly(bad, 9)[7:], answer)

    def test_a_broadcast_that_nobody_answers(self):
        def gateway(s):
            f = s.makefile("rb")
            while True:
                header = f.read(8)
                if len(header) < 8:
                    return
                rest = f.read(struct.unpack(">H", header[4:6])[0] - 2)
                if header[6] != 0:
                    s.sendall(header[:5] + b"\7" + header[6:8] + b"\4" + rest[:2] * 2)
        p = self.proxy(self.target(gateway), mode="fifo",
                       settings={"exchange.protocol": "modbus", "exchange.response_timeout": "1s"})
        writer, reader = self.client(p), self.client(p)
        for n in range(50):
            writer.sendall(struct.pack(">HHHBBHH", n, 0, 6, 0, 6, 1, n))
            reader.sendall(struct.pack(">HHHBBHH", n, 0, 6, 1, 3, n, 2))
            self.assertEqual(read_exactly(reader, 13), struct.pack(">HHHBBBHH", n, 0, 7, 1, 3, 4, n, n))
        for n in range(50):
            self.assertEqual(read_exactly(writer, 9), struct.pack(">HHHBBB", n, 0, 3, 0, 134, 11))
        self.assertEqual(p.text().count("Connection opened"), 1)

    def test_one_at_a_time_to_a_gateway_that_answers_with_wrong_ids(self):
        def gateway(s):
            while True:
                header = s.recv(8, 0x100)  # MSG_WAITALL
                if len(header) < 8:
                    return
                rest = s.recv(struct.unpack(">H", header[4:6])[0] - 2, 0x100)
                # says the address back, twice
                s.sendall(b"\xff\xff\0\0\0\7" + header[6:8] + b"\4" + rest[:2] * 2)
        for pairing in ("order",):
            p = self.proxy(self.target(gateway), mode="fifo",
                           settings={"exchange.protocol": "modbus", "exchange.pairing": pairing})
            clients = [p.client() for _ in range(20)]
            for n, c in enumerate(clients):
                self.addCleanup(c.close)
                c.sendall(struct.pack(">HHHBBHH", 1000 + n, 0, 6, 1, 3, n, 2))
            for n, c in enumerate(clients):
                answer = c.recv(13, 0x100)
                self.assertEqual(answer, struct.pack(">HHHBBBHH", 1000 + n, 0, 7, 1, 3, 4, n, n))

    def test_a_silent_server_is_told_as_an_exception(self):
        p = self.proxy(self.server(1, "0"), mode="fifo",
                       settings={"exchange.protocol": "modbus", "exchange.response_timeout": "300ms"})
        out = subprocess.run([self.peer, "exception", str(p.port)], capture_output=True, text=True, timeout=LONG).stdout
        self.assertEqual(out, "Target device failed to respond\n")
        down = self.proxy("127.0.0.1:%d" % free_port(), mode="fifo",
                          settings={"exchange.protocol": "modbus", "exchange.queue_timeout": "300ms"})
        out = subprocess.run([self.peer, "exception", str(down.port)], capture_output=True, text=True, timeout=LONG).stdout
        self.assertEqual(out, "Gateway path unavailable\n")
