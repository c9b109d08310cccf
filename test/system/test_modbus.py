"""Modbus gateways with a script: late ones, silent units, wrong ids, messages in pieces."""
import socket
import struct
import threading

from harness import SHORT, patience, wait_until
from sharing import SharedCase, read_exactly

MODES = (("fifo", 1), ("funnel", 4))


def request(ident, unit, address, function=3):
    return struct.pack(">HHHBBHH", ident, 0, 6, unit, function, address, 1)


def value(ident, unit, address, function=3):
    return struct.pack(">HHHBBBH", ident, 0, 5, unit, function, 2, address)


def exception(ident, unit, code, function=3):
    return struct.pack(">HHHBBB", ident, 0, 3, unit, function | 128, code)


class Gateway:
    """Answers each request with answer(connection, ident, unit, function, address): bytes, or None for nothing."""

    def __init__(self, answer):
        self.answer, self.requests, self.lock, self.connections = answer, [], threading.Lock(), []

    def __call__(self, s):
        with self.lock:
            self.connections.append(s)
        f = s.makefile("rb")
        while True:
            header = f.read(8)
            if len(header) < 8:
                return
            ident, _, size, unit, function = struct.unpack(">HHHBB", header)
            body = f.read(size - 2)
            address = struct.unpack(">H", body[:2])[0]
            with self.lock:
                self.requests.append((unit, function, address, ident))
            said = self.answer(s, ident, unit, function, address)
            if said is not None:
                s.sendall(said)


class ModbusGateways(SharedCase):
    def gateway(self, mode, connections, answer, **settings):
        gateway = Gateway(answer)
        return gateway, self.shared(mode, self.target(gateway), protocol="modbus", connections=connections, **settings)

    def says(self, p, text):
        self.assertTrue(wait_until(lambda: text in p.text(), SHORT), p.text()[-3000:])

    def ask(self, c, ident, unit, address):
        c.sendall(request(ident, unit, address))
        header = read_exactly(c, 6)
        return header + read_exactly(c, struct.unpack(">H", header[4:])[0])

    def test_one_silent_unit_stops_nobody(self):
        def all_but_nine(_, ident, unit, function, address):
            return None if unit == 9 else value(ident, unit, address)
        for mode, connections in MODES:
            gateway, p = self.gateway(mode, connections, all_but_nine, exchange__response_timeout=patience(300),
                                      exchange__modbus_unit_backoff="1h")
            silent, other = self.client(p), self.client(p)
            self.assertEqual(self.ask(silent, 1, 9, 0), exception(1, 9, 11))
            for n in range(75):
                silent.sendall(request(n, 9, 0))
                self.assertEqual(self.ask(other, n, 1, n), value(n, 1, n))
                self.assertEqual(read_exactly(silent, 9), exception(n, 9, 11))
            self.assertEqual(len([r for r in gateway.requests if r[0] == 9]), 1)
            self.says(p, "unit 9, function 3 did not answer")

    def test_a_silent_unit_is_tried_again(self):
        silence = threading.Event()
        silence.set()

        def nine_wakes_up(_, ident, unit, function, address):
            return None if unit == 9 and silence.is_set() else value(ident, unit, address)
        gateway, p = self.gateway("fifo", 1, nine_wakes_up, exchange__response_timeout="100ms",
                                  exchange__modbus_unit_backoff="100ms")
        c = self.client(p)
        self.assertEqual(self.ask(c, 1, 9, 0), exception(1, 9, 11))
        silence.clear()
        n = 2
        while self.ask(c, n, 9, 5) != value(n, 9, 5):
            n += 1
        self.says(p, "unit 9, function 3 answers again")

    def test_a_late_answer_over_the_next_connection_reaches_nobody(self):
        late = []

        def says_late(s, ident, unit, function, address):
            if address == 100:
                late.append(value(ident, unit, address))
                s.shutdown(socket.SHUT_RDWR)
                return None
            return late.pop() if late else value(ident, unit, address)
        for settings in ({}, {"exchange__pairing": "exclusive"}):
            gateway, p = self.gateway("fifo", 1, says_late, **settings)
            a, b = self.client(p), self.client(p)
            for n in range(20):
                self.assertEqual(self.ask(a, 7, 1, 100), exception(7, 1, 11))
                answers = [self.ask(b, 7, 1, 200) for _ in range(3)]  # a's may have been asked, and be late, twice
                self.assertEqual(answers[-1], value(7, 1, 200))
                for each in answers:
                    self.assertIn(each, (exception(7, 1, 11), value(7, 1, 200)))
            self.says(p, "a response with an unknown id")
            idents = [r[3] for r in gateway.requests]
            self.assertEqual(len(set(idents)), len(idents))

    def test_answers_over_all_connections_reach_one_client(self):
        gateway = Gateway(None)

        def to_all(s, ident, unit, function, address):
            with gateway.lock:
                for each in gateway.connections:
                    each.sendall(value(ident, unit, address))
        gateway.answer = to_all
        p = self.shared("funnel", self.target(gateway), protocol="modbus", connections=3, pool__warmup="1",
                        exchange__unknown_id="ignore")
        clients = [self.client(p) for _ in range(9)]
        for n in range(30):
            for i, c in enumerate(clients):
                c.sendall(request(n, 1, 100 * i + n))
            for i, c in enumerate(clients):
                self.assertEqual(read_exactly(c, 11), value(n, 1, 100 * i + n))
        self.assertEqual(len(gateway.connections), 3)

    def test_wrong_ids_pass_in_order_alone(self):
        def wrong(_, ident, unit, function, address):
            return value(0xffff, unit, address)
        for pairing, right in (("order", True), ("exclusive", False), ("identifier", False)):
            gateway, p = self.gateway("fifo", 1, wrong, exchange__pairing=pairing)
            c = self.client(p)
            self.assertEqual(self.ask(c, 7, 1, 5), value(7, 1, 5) if right else exception(7, 1, 11))

    def test_an_unanswered_broadcast_holds_up_nobody(self):
        def no_broadcasts(_, ident, unit, function, address):
            return None if unit == 0 else value(ident, unit, address)
        for pairing in ("exclusive", "identifier"):
            gateway, p = self.gateway("fifo", 1, no_broadcasts, exchange__pairing=pairing,
                                      exchange__response_timeout="1h")
            writer, reader = self.client(p), self.client(p)
            for n in range(20):
                writer.sendall(request(n, 0, 1, 6))
                self.assertEqual(self.ask(reader, n, 1, n), value(n, 1, n))

    def test_messages_in_pieces_and_of_any_function(self):
        def in_pieces(s, ident, unit, function, address):
            answer = struct.pack(">HHHBB", ident, 0, 5, unit, function) + b"abc"
            for i in range(len(answer)):
                s.sendall(answer[i:i + 1])
        gateway, p = self.gateway("fifo", 1, in_pieces, exchange__pipeline="8")
        c = self.client(p)
        for n, (unit, function) in enumerate(((255, 3), (1, 65), (247, 100), (1, 43), (0, 4))):
            message = struct.pack(">HHHBBHH", n, 0, 6, unit, function, 14, 1)
            for i in range(len(message)):
                c.sendall(message[i:i + 1])
            self.assertEqual(read_exactly(c, 11), struct.pack(">HHHBB", n, 0, 5, unit, function) + b"abc")

    def test_an_exception_to_another_function_is_no_answer(self):
        def wrong(_, ident, unit, function, address):
            return exception(ident, unit, 2, function + 1)
        gateway, p = self.gateway("fifo", 1, wrong)
        c = self.client(p, timeout=SHORT)
        self.assertEqual(self.ask(c, 7, 1, 5), exception(7, 1, 11))
