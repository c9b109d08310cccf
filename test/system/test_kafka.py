"""Kafka with scripted brokers: ids, requests without a response, those that wait, authentication, and brokers that go
wrong."""
import threading
import time

import kafka_wire as kafka
from harness import SHORT, gone, patience, reset
from kafka_wire import Broker, read, read_response, request
from sharing import MODES, SharedCase


class Kafka(SharedCase):
    def share(self, broker, mode="funnel", connections=2, **settings):
        return self.shared(mode, self.target(broker), protocol="kafka", connections=connections, **settings)

    def ask(self, c, body, number=5, key=kafka.METADATA):
        c.sendall(request(key, 1, number, body))
        self.assertEqual(read_response(c), (number, body))

    def works(self, proxy):
        with proxy.client(timeout=SHORT) as c:
            self.ask(c, b"works")

    def test_equal_ids_of_many_clients_are_told_apart(self):
        for mode, connections in MODES:
            broker = Broker()
            proxy = self.share(broker, mode, connections)
            clients = [self.client(proxy) for _ in range(8)]
            for n in range(5):
                for i, c in enumerate(clients):
                    c.sendall(request(kafka.METADATA, 1, n, b"%d of %d" % (n, i)))
            for n in range(5):
                for i, c in enumerate(clients):
                    self.assertEqual(read_response(c), (n, b"%d of %d" % (n, i)))
            self.assertEqual(len({m.number for _, m in broker.asked}), 40)
            self.assertLessEqual(len({s for s, _ in broker.asked}), connections)

    def test_a_produce_without_a_response_delays_nobody(self):
        broker = Broker()
        proxy = self.share(broker, connections=1)
        c = self.client(proxy)
        for n in range(3):
            c.sendall(kafka.produce(n, 0, rest=b"x" * 100000 * n))  # the last ones are larger than the buffer
            self.ask(c, b"%d" % n)
        c.sendall(kafka.produce(9, 1))
        self.assertEqual(read_response(c)[0], 9)
        self.assertEqual([m.key for _, m in broker.asked], [kafka.PRODUCE, kafka.METADATA] * 3 + [kafka.PRODUCE])

    def test_the_requests_of_a_producer_keep_their_order(self):
        broker = Broker()
        proxy = self.share(broker, connections=2)
        producers = [self.client(proxy) for _ in range(4)]
        for n in range(20):
            for i, c in enumerate(producers):
                c.sendall(kafka.produce(n, n % 2, rest=b"%d %d" % (i, n)))
        for c in producers:
            self.assertEqual([read_response(c)[0] for _ in range(10)], list(range(1, 20, 2)))
        sent = [tuple(map(int, m.data[22:].split())) for _, m in broker.asked]
        for i in range(4):
            self.assertEqual([n for who, n in sent if who == i], list(range(20)))

    def test_who_waits_does_so_alone(self):
        waits, go = threading.Event(), threading.Event()

        def script(broker, s, m):
            if m.key == kafka.FETCH:
                waits.set()
                go.wait(SHORT)
            return False
        proxy = self.share(Broker(script))
        c = self.client(proxy)
        c.sendall(request(kafka.FETCH, 4, 6, b"long"))
        self.assertTrue(waits.wait(SHORT))
        for _ in range(4):
            self.works(proxy)
        go.set()
        self.assertEqual(read_response(c), (6, b"long"))

    def test_who_logs_in_has_a_connection_alone_until_it_leaves(self):
        broker = Broker()
        proxy = self.share(broker)
        c = self.client(proxy)
        self.ask(c, b"\0\5PLAIN", key=kafka.SASL_HANDSHAKE)
        self.ask(c, b"\0\0\0\3a\0b", key=kafka.SASL_AUTHENTICATE)
        authenticated = broker.asked[0][0]
        for _ in range(4):
            self.works(proxy)
        self.ask(c, b"mine")
        self.assertEqual([m.key for s, m in broker.asked if s is authenticated],
                         [kafka.SASL_HANDSHAKE, kafka.SASL_AUTHENTICATE, kafka.METADATA])
        c.close()
        self.works(proxy)

    def test_what_cannot_be_shared_closes_its_client(self):
        broker = Broker()
        proxy = self.share(broker, exchange__stateful="refuse")
        for refused in (request(kafka.SASL_HANDSHAKE, 0, 1, b"\0\5PLAIN"), request(kafka.SASL_HANDSHAKE, 1, 1, b"\0\5PLAIN"),
                        request(4, 0, 1), request(999, 0, 1), kafka.produce(1, 1, version=99), b"GET / HTTP/1.1\r\n\r\n"):
            c = self.client(proxy)
            c.sendall(refused)
            self.assertTrue(gone(c))
        self.assertEqual(broker.asked, [])
        self.works(proxy)

    def test_a_response_that_was_not_asked_for_reaches_nobody(self):
        wrong = {b"foreign": lambda m: kafka.response(m.number ^ 1, b"secret"),
                 b"twice": lambda m: kafka.response(m.number, b"twice") * 2,
                 b"nonsense": lambda m: b"\0\0\0\0HTTP"}

        def script(broker, s, m):
            answer = next((make for name, make in wrong.items() if m.data.endswith(name)), None)
            if answer:
                s.sendall(answer(m))
            return answer is not None
        for name in wrong:
            with self.subTest(name):
                proxy = self.share(Broker(script), connections=1)
                c = self.client(proxy)
                c.sendall(request(kafka.HEARTBEAT, 0, 5, name))
                if name == b"twice":
                    self.assertEqual(read_response(c), (5, name))
                else:
                    self.assertTrue(gone(c))
                for _ in range(3):
                    self.works(proxy)

    def test_a_broker_that_fails_costs_the_requests_in_flight_alone(self):
        def script(broker, s, m):
            if m.data.endswith(b"reset"):
                reset(s)
            elif m.data.endswith(b"tear"):
                s.sendall(broker.answer(m)[:10])
                time.sleep(0.05)  # the reset must not overtake it
                reset(s)
            return m.data.endswith((b"reset", b"tear", b"silent"))
        proxy = self.share(Broker(script), exchange__response_timeout=patience(300))
        for failure in (b"reset", b"tear", b"silent"):
            c = self.client(proxy)
            c.sendall(request(kafka.HEARTBEAT, 0, 5, failure))
            c.settimeout(SHORT)
            with self.assertRaises((EOFError, ConnectionError)):
                read(c)
            self.works(proxy)

    def test_torn_messages_are_whole(self):
        def torn(broker, s, m):
            for byte in broker.answer(m):
                s.sendall(bytes([byte]))
            return True
        proxy = self.share(Broker(torn))
        c = self.client(proxy)
        for n in range(3):
            for byte in request(kafka.METADATA, 1, n, b"torn"):
                c.sendall(bytes([byte]))
            self.assertEqual(read_response(c), (n, b"torn"))
