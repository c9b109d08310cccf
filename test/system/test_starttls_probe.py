"""The tool probe, where TLS begins inside of the protocol."""
import struct
import subprocess
import unittest

from certificates import Secured, server_context
from harness import COMMAND, LONG, read_all
from sharing import read_exactly
from test_starttls import PROTOCOL_41, SSL, SSL_REQUEST, StartTlsCase, greeting, packet, read_packet


class Probes(StartTlsCase):
    def probe(self, protocol, handler, name="good.test", verify="full"):
        target = self.target(handler)
        settings = ("tls=starttls", "tls_ca=" + self.authority.ca, "tls_name=" + name, "tls_verify=" + verify)
        run = subprocess.run([*COMMAND, "probe", "--protocol", protocol, "--target", "127.0.0.1:%d" % target.port,
                              *(word for each in settings for word in ("--set", "target.1." + each))], capture_output=True, timeout=LONG)
        return run.returncode, run.stdout.decode(), run.stderr.decode()

    def test_targets_that_begin_tls_when_asked(self):
        heard = []
        secured = Secured(read_all, server_context(self.good))

        def postgresql(s):
            heard.append(read_exactly(s, 8))
            s.sendall(b"S")
            secured(s)

        def mysql(s):
            s.sendall(greeting())
            heard.append(read_packet(s))
            secured(s)
        for protocol, handler in (("postgresql", postgresql), ("mysql", mysql)):
            self.assertEqual(self.probe(protocol, handler)[0::2], (0, ""))
            code, out, _ = self.probe(protocol, handler, "other.test", "chain")
            self.assertEqual(code, 0)
            self.assertIn("begins TLS as %s requires, and its certificate is trusted" % protocol, out)
            self.assertIn("exchange.protocol = %s\n  target.1.tls = starttls" % protocol, out)
            code, _, err = self.probe(protocol, handler, "other.test")
            self.assertEqual((code, "tls handshake: hostname mismatch" in err.lower()), (69, True), err)
        self.assertEqual(heard[0], SSL_REQUEST)
        number, payload = heard[-1]
        self.assertEqual((number, len(payload)), (1, 32))
        self.assertEqual(struct.unpack("<I", payload[:4])[0] & (SSL | PROTOCOL_41), SSL | PROTOCOL_41)

    def test_targets_that_do_not(self):
        def saying(data, hear=8):
            return lambda s: (hear and read_exactly(s, hear), s.sendall(data), data and read_all(s))
        for protocol, handler, said in (("postgresql", saying(b"N"), "it offers no TLS"),
                                        ("postgresql", saying(b"SE"), "it sent clear text behind its consent"),
                                        ("postgresql", saying(b""), "it closed the connection before TLS"),
                                        ("mysql", saying(greeting(PROTOCOL_41), 0), "it offers no TLS"),
                                        ("mysql", saying(b"220 mail.test ESMTP\r\n" * 300, 0), "its greeting is not understood"),
                                        ("mysql", saying(packet(0, b"\xff\x10\x04Too many"), 0), "the target refuses: ")):
            code, _, err = self.probe(protocol, handler)
            self.assertEqual((code, "TLS handshake: " + said in err), (69, True), err)

    def test_mistakes_are_named(self):
        for args, said in ((("mysql",), "expected target.1.tls = starttls, to test TLS alone"),
                           (("postgresql",), "expected --request TEXT, or target.1.tls = starttls"),
                           (("mysql", "--request", "x", "--set", "target.1.tls=starttls"), "expected no --request")):
            run = subprocess.run([*COMMAND, "probe", "--target", "127.0.0.1:1", "--protocol", *args], capture_output=True, timeout=LONG)
            self.assertEqual((run.returncode, said in run.stderr.decode()), (78, True), run.stderr)


if __name__ == "__main__":
    unittest.main()
