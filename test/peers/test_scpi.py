"""A scripted instrument shared by PyVISA, and by clients that send what instruments read differently."""
import os
import subprocess
import threading
import time

from harness import BIN, LONG, SHORT, Case, gone, read_line, wait_until
from instrument import IDENTITY, Instrument, block
from peer import SHARES
from sharing import read_exactly

# the interpreter that Debian's packages for Python belong to
PYTHON = "/usr/bin/python3"
CLIENTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "visa.py")


class Scpi(Case):
    def share(self, instrument, mode="fifo", connections=1, protocol="scpi", **settings):
        given = {"exchange.protocol": protocol, "target.1.connections": connections}
        given.update({key.replace("__", "."): value for key, value in settings.items()})
        return self.proxy(self.target(instrument), mode=mode, settings=given)

    def visa(self, port, clients, rounds=3):
        done = subprocess.run([PYTHON, CLIENTS, str(port), str(clients), str(rounds)], capture_output=True, text=True,
                              timeout=LONG * 6)
        self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])

    def asks(self, c, message, answer):
        c.sendall(message)
        self.assertEqual(read_exactly(c, len(answer)), answer)

    def serves(self, p):
        with p.client() as c:
            self.asks(c, b"*IDN?\n", IDENTITY + b"\n")

    def test_twenty_clients(self):
        """None of them waits for exchange.response_timeout, which is longer than their own."""
        for mode, connections in SHARES:
            with self.subTest(mode=mode, connections=connections):
                instrument = Instrument()
                p = self.share(instrument, mode, connections, exchange__response_timeout="1h")
                self.visa(p.port, 20)
                self.assertEqual((instrument.interrupted, list(instrument.errors)), (0, []))
                self.assertLessEqual(p.text().count("Connection opened"), connections)

    def test_it_is_as_directly(self):
        instrument = Instrument()
        self.visa(self.target(instrument).port, 1)
        direct = [units for units in instrument.messages]
        for mode, connections in SHARES:
            instrument = Instrument()
            self.visa(self.share(instrument, mode, connections).port, 1)
            self.assertEqual(instrument.messages, direct)

    def test_lines_that_have_no_response(self):
        """The same clients without quotes and blocks, with line: what is a query, and what is not, is declared."""
        for reply in ("query", "none:VOLT *,*cls"):
            instrument = Instrument()
            p = self.share(instrument, "funnel", 2, "line", exchange__line_reply=reply)
            clients = [self.client(p) for _ in range(20)]
            for turn in range(10):
                for n, c in enumerate(clients):
                    c.sendall(b"VOLT %d\n*CLS\nECHO? %d.%d\n" % (n, n, turn))
                for n, c in enumerate(clients):
                    self.assertEqual(read_line(c), b"%d.%d\n" % (n, turn))
            self.assertEqual(instrument.interrupted, 0)

    def test_a_command_costs_nobody_time(self):
        p = self.share(Instrument(), exchange__response_timeout="1h")
        with p.client() as c:
            for n in range(100):
                c.sendall(b"VOLT %d\n" % n)
                self.serves(p)
            self.asks(c, b"VOLT?\n", b"99\n")

    def test_a_client_that_only_commands_and_leaves(self):
        instrument = Instrument()
        p = self.share(instrument)
        with p.client() as c:
            c.sendall(b"VOLT 7\nCURR 3\n")
        self.assertTrue(wait_until(lambda: instrument.settings == {b"VOLT": b"7", b"CURR": b"3"}, SHORT))

    def test_what_instruments_read_differently_reaches_none(self):
        instrument = Instrument()
        p = self.share(instrument)
        for wrong in (b"VOLT ?\n", b"TEXT \"\n*IDN?\n\"\n", b"DATA W,#0abc\n*IDN?\n", b"FOO A#16\n*IDN?\n",
                      b"DATA W,#2x1\n"):
            with self.subTest(wrong), p.client() as c:
                c.sendall(b"*RST\n" + wrong)
                self.assertTrue(gone(c, LONG))
        self.serves(p)
        self.assertEqual([units for units in instrument.messages if units != [[b"*RST"]]], [[[b"*IDN?"]]])

    def test_a_query_without_a_response_costs_its_client(self):
        p = self.share(Instrument(), exchange__response_timeout="500ms")
        lost, other = self.client(p), self.client(p)
        lost.sendall(b"MEAZ?\n")
        other.sendall(b"VOLT 1\n*IDN?\n")
        self.assertTrue(gone(lost, LONG))
        self.assertEqual(read_line(other), IDENTITY + b"\n")
        self.asks(other, b"SYST:ERR?\n", b"-113,\"Undefined header\"\n")

    def test_a_late_response_reaches_nobody(self):
        timers = []

        def late(_, parameters):
            time.sleep(0.5)  # longer than the timeout
            timers.append(1)
            return b"late"
        p = self.share(Instrument({b"LATE?": late}), exchange__response_timeout="100ms")
        with p.client() as c:
            c.sendall(b"LATE?\n")
            self.assertTrue(gone(c, LONG))
        for _ in range(20):
            self.serves(p) if timers else wait_until(lambda: timers, SHORT)
        self.serves(p)

    def test_an_answer_for_each_query_in_a_line_of_its_own_reaches_nobody_else(self):
        p = self.share(Instrument(lines=True))
        with p.client() as c:
            self.asks(c, b"ECHO? 1;ECHO? 2\n", b"1\n")
            for _ in range(20):
                self.serves(p)
        self.assertEqual(p.text().count("Connection opened"), 2)

    def test_a_block_of_indefinite_length_is_its_clients(self):
        def wave(_, parameters):
            return b"#0" + b"a\n" * 1000
        p = self.share(Instrument({b"WAVE?": wave}), exchange__response_timeout="500ms")
        other = self.client(p)
        with p.client() as c:
            self.asks(c, b"WAVE?\n", b"#0" + b"a\n" * 1000 + b"\n")
            other.sendall(b"*IDN?\n")
            self.assertTrue(gone(c, LONG))
        self.assertEqual(read_line(other), IDENTITY + b"\n")

    def test_a_megabyte_in_both_directions_beside_others(self):
        wave = b"\n;?\"#15" * 150000
        for mode, connections in SHARES:
            instrument = Instrument()
            p = self.share(instrument, mode, connections)
            done = threading.Event()

            def others():
                while not done.is_set():
                    self.serves(p)
            beside = threading.Thread(target=others)
            beside.start()
            try:
                with p.client() as c:
                    for n in range(3):
                        c.sendall(b"DATA W%d," % n + block(wave) + b"\n")
                        self.asks(c, b"DATA? W%d\n" % n, block(wave) + b"\n")
                        self.asks(c, b"DATA X," + block(wave) + b";DATA? X;*OPC?\n", block(wave) + b";1\n")
            finally:
                done.set()
                beside.join()
            self.assertEqual((instrument.interrupted, list(instrument.errors)), (0, []))

    def test_proxy_mode_pairs_and_shows_no_password(self):
        p = self.proxy(self.target(Instrument()), mode="proxy",
                       settings={"exchange.protocol": "scpi", "log.level": 3})
        with p.client() as c:
            c.sendall(b"VOLT 5\nSYST:PASS \"s3cret\"\nDATA W," + block(b"\n?") + b"\n")
            self.asks(c, b"VOLT?\n", b"5\n")
        self.assertTrue(wait_until(lambda: "VOLT?" in p.text(), SHORT), p.text())
        self.assertNotIn("s3cret", p.text())

    def test_decode_and_probe(self):
        def run_tool(*args, stdin=b""):
            done = subprocess.run([BIN, *args, "--protocol", "scpi"], input=stdin, capture_output=True, timeout=LONG)
            return done.returncode, done.stdout.decode() + done.stderr.decode()
        code, out = run_tool("decode", "-", stdin=b"*IDN?\nDATA W," + block(b"\n?") + b"\n")
        self.assertEqual((code, len(out.splitlines())), (0, 2), out)
        code, out = run_tool("probe", "--target", "127.0.0.1:%d" % self.target(Instrument()).port)
        self.assertEqual(code, 0, out)
        self.assertIn("exchange.protocol = scpi", out)
