"""A libmodbus server that takes one connection, shared by libmodbus clients."""
import os
import struct
import subprocess
import tempfile

from harness import LONG, Case, free_port, listens, wait_until

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

    def server(self, *args):
        port = free_port()
        s = subprocess.Popen([self.peer, "server", str(port), *args])
        self.addCleanup(s.wait)
        self.addCleanup(s.kill)
        self.assertTrue(wait_until(lambda: listens(port), LONG))
        return "127.0.0.1:%d" % port

    def clients(self, p, count, rounds):
        running = [subprocess.Popen([self.peer, "client", str(p.port), str(rounds), str(n)], stderr=subprocess.PIPE)
                   for n in range(count)]
        for each in running:
            _, err = each.communicate(timeout=LONG * 4)
            self.assertEqual(each.returncode, 0, err)

    def test_twenty_clients_over_one_connection(self):
        p = self.proxy(self.server(), mode="fifo", settings={"exchange.protocol": "modbus"})
        self.clients(p, 20, 30)
        self.assertEqual(p.text().count("Connection opened"), 1)

    def test_several_in_flight(self):
        p = self.proxy(self.server(), mode="fifo", settings={"exchange.protocol": "modbus", "exchange.pipeline": 8})
        self.clients(p, 20, 30)
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
        for pairing in ("order", "exclusive"):
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
        p = self.proxy(self.server("0"), mode="fifo",
                       settings={"exchange.protocol": "modbus", "exchange.response_timeout": "300ms"})
        out = subprocess.run([self.peer, "exception", str(p.port)], capture_output=True, text=True, timeout=LONG).stdout
        self.assertEqual(out, "Target device failed to respond\n")
        down = self.proxy("127.0.0.1:%d" % free_port(), mode="fifo",
                          settings={"exchange.protocol": "modbus", "exchange.queue_timeout": "300ms"})
        out = subprocess.run([self.peer, "exception", str(down.port)], capture_output=True, text=True, timeout=LONG).stdout
        self.assertEqual(out, "Gateway path unavailable\n")
