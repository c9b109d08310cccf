"""Modbus RTU and ASCII over TCP, and the gateway to them: a bus on which everything goes wrong never gives a client a
wrong value."""
import socket
import struct
import subprocess
import threading

from harness import COMMAND, LONG, SHORT
from modbus_bus import FORMS, Bus, ascii_line, read_request, read_response, reading, rtu, tcp, values
from sharing import SharedCase, read_exactly

# protocol of the clients, their form, settings for the form of the target
WAYS = (("modbus", "tcp", "rtu"), ("modbus", "tcp", "ascii"), ("modbus-rtu", "rtu", "rtu"),
        ("modbus-ascii", "ascii", "ascii"))


class ModbusSerial(SharedCase):
    def bus(self, protocol, form, target, **settings):
        if protocol == "modbus":
            settings["exchange__modbus_target"] = form
        return self.shared("fifo", self.target(target), protocol=protocol, **settings)

    def ask(self, c, form, body, ident=0):
        c.sendall(FORMS[form](body, ident))
        came, answer = read_response(c, form)
        self.assertEqual(came, ident if form == "tcp" else 0)
        return answer

    def test_twenty_clients_never_get_a_wrong_value(self):
        for protocol, form, target in WAYS:
            with self.subTest(protocol=protocol, target=target):
                bus = Bus(target, 7, 0.2)
                p = self.bus(protocol, target, bus, exchange__response_timeout="100ms", pool__backoff_max="100ms",
                             pool__settle="300ms", exchange__modbus_unit_backoff="-1", exchange__queue_timeout="10m")
                wrong, right = [], []

                def poll(slot):
                    unit = 1 + slot % 2  # few, so that late answers resemble others
                    with p.client(timeout=LONG) as c:
                        for i in range(6):
                            address, count = slot * 50 + i, 1 + i % 2
                            answer = self.ask(c, form, reading(unit, address, count), 100 * slot + i)
                            (right if answer == values(unit, address, count) else wrong).append(answer)
                threads = [threading.Thread(target=poll, args=(n,)) for n in range(20)]
                for t in threads:
                    t.start()
                for t in threads:
                    t.join()
                self.assertEqual(len(right) + len(wrong), 120)
                self.assertEqual({answer[1:] for answer in wrong} - {b"\x83\x0b", b"\x83\x0a"}, set())
                self.assertGreater(len(right), 80, bus.seen)
                self.assertGreater(len(bus.seen), 6, bus.seen)
                self.assertGreater(bus.connections, 1)

    def test_one_request_at_a_time_with_the_gap_of_the_bus(self):
        at_once, asked = [], []

        def device(s):
            s.settimeout(0.05)  # a silence is the thing tested
            while True:
                try:
                    body = read_request(s, "rtu")
                except socket.timeout:
                    continue
                try:
                    at_once.append(s.recv(1))
                except socket.timeout:
                    pass
                asked.append(body)
                s.sendall(rtu(values(*struct.unpack(">BxHH", body))))
        p = self.bus("modbus", "rtu", device, pool__request_gap="20ms", exchange__pipeline="8")
        c = self.client(p)
        c.sendall(b"".join(tcp(reading(1, n, 1), n) for n in range(5)))
        for n in range(5):
            self.assertEqual(read_response(c, "tcp"), (n, values(1, n, 1)))
        self.assertEqual((at_once, len(asked)), ([], 5))

    def test_units_are_mapped_on_the_way_to_the_bus(self):
        asked = []

        def device(s):
            while True:
                body = read_request(s, "rtu")
                asked.append(body[0])
                s.sendall(rtu(values(*struct.unpack(">BxHH", body))))
        p = self.bus("modbus", "rtu", device, exchange__modbus_units="255:1,2:7")
        c = self.client(p)
        for unit, sent in ((255, 1), (2, 7), (3, 3)):
            expected = bytes([unit]) + values(sent, 5, 2)[1:]
            self.assertEqual(self.ask(c, "tcp", reading(unit, 5, 2), 9), expected)
        self.assertEqual(asked, [1, 7, 3])

    def test_a_device_that_answers_as_another_unit(self):
        def device(s):
            while True:
                ident, body = read_response(s, "tcp")
                s.sendall(tcp(b"\xff" + values(1, *struct.unpack(">HH", body[2:]))[1:], ident))
        for setting, answer in (("any", b"\7" + values(1, 5, 2)[1:]), ("strict", b"\7\x83\x0b")):
            p = self.shared("fifo", self.target(device), protocol="modbus", exchange__modbus_unit=setting)
            self.assertEqual(self.ask(self.client(p, timeout=SHORT), "tcp", reading(7, 5, 2), 9), answer)

    def test_a_broadcast_delays_nobody(self):
        heard = []

        def device(s):
            while True:
                body = read_request(s, "rtu")
                heard.append(body)
                if body[0] != 0:
                    s.sendall(rtu(values(*struct.unpack(">BxHH", body))))
        write = b"\0\6\0\1\0\2"
        for protocol, form in (("modbus", "tcp"), ("modbus-rtu", "rtu")):
            p = self.bus(protocol, "rtu", device, exchange__response_timeout="1h")
            with p.client() as writer, p.client() as reader:
                for n in range(5):
                    writer.sendall(FORMS[form](write, n))
                    self.assertEqual(self.ask(reader, form, reading(1, n, 1), n), values(1, n, 1))
        self.assertEqual(heard.count(write), 10)

    def test_the_answer_to_a_request_that_was_given_up_is_not_taken_for_the_next(self):
        go = threading.Event()

        def device(s):
            while True:
                body = read_request(s, "rtu")
                go.wait(LONG)
                s.sendall(rtu(values(*struct.unpack(">BxHH", body))))
        p = self.bus("modbus-rtu", "rtu", device, exchange__response_timeout="1m")
        c = self.client(p)
        c.sendall(rtu(reading(1, 5, 1)))
        c.sendall(rtu(reading(1, 6, 1)))
        with p.client() as other:  # what it is refused it gets when both were seen
            other.sendall(rtu(b"\0\5\0\1\0\1"))
            self.assertEqual(read_exactly(other, 5), rtu(b"\0\x85\3"))
        go.set()
        self.assertEqual(read_exactly(c, 7), rtu(values(1, 6, 1)))

    def test_what_is_no_message_closes_its_client(self):
        p = self.bus("modbus-rtu", "rtu", lambda s: s.recv(1))
        for wrong in (reading(1, 5, 1) + b"\0\0", b"\1\x41\0\0", b"GET / HTTP/1.1\r\n\r\n"):
            with p.client() as c:
                c.sendall(wrong)
                self.assertEqual(c.recv(1), b"")

    def test_settings_that_contradict_each_other(self):
        for mode, given, said in (("proxy", "exchange.modbus_target=rtu", "proxy mode changes no message"),
                                  ("proxy", "exchange.modbus_units=1:2", "proxy mode changes no message"),
                                  ("fifo", "exchange.modbus_units=1:256", "not pairs of numbers"),
                                  ("fifo", "exchange.modbus_units=1:2,", "not pairs of numbers"),
                                  ("fifo", "exchange.modbus_units=1:2,1:3", "more than one pair for 1")):
            run = subprocess.run([*COMMAND, "--listen", "0", "--target", "x:1", "--mode", mode, "--protocol", "modbus", "--set",
                                  given, "--check-config"], capture_output=True, timeout=LONG)
            self.assertEqual(run.returncode, 78, given)
            self.assertIn(said, run.stderr.decode())
        run = subprocess.run([*COMMAND, "--listen", "0", "--target", "x:1", "--mode", "fifo", "--protocol", "modbus", "--set",
                              "exchange.modbus_target=rtu", "--set", "exchange.pairing=order", "--check-config"],
                             capture_output=True, timeout=LONG)
        self.assertEqual(run.returncode, 78)
        self.assertIn("allows one request at a time", run.stderr.decode())

    def test_proxy_mode_observes(self):
        def device(s):
            while True:
                body = read_request(s, "rtu")
                s.sendall(rtu(values(*struct.unpack(">BxHH", body))))
        p = self.proxy(self.target(device), mode="proxy", settings={"exchange.protocol": "modbus-rtu"})
        with p.client() as c:
            self.assertEqual(self.ask(c, "rtu", reading(1, 5, 1)), values(1, 5, 1))
        self.assertIsNotNone(p.record(lambda r: "read holding registers 5, 1" in str(r)))

    def test_probe_and_decode(self):
        def device(s):
            while True:
                body = read_request(s, "ascii")
                s.sendall(b"noise" + ascii_line(values(*struct.unpack(">BxHH", body))))
        target = self.target(device)
        run = subprocess.run([*COMMAND, "probe", "--protocol", "modbus-ascii", "--target", "127.0.0.1:%d" % target.port],
                             capture_output=True, timeout=LONG)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(b"unit 1: read holding registers", run.stdout)
        run = subprocess.run([*COMMAND, "decode", "--protocol", "modbus-rtu", "-"], input=rtu(reading(1, 5, 1)),
                             capture_output=True, timeout=LONG)
        self.assertIn(b"unit 1: read holding registers 5, 1", run.stdout)
