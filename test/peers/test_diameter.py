"""freeDiameter, as a server behind the program and as a client of it."""
import socket
import subprocess

import diameter as d
from harness import LONG, free_port, wait_until
from peer import PeerCase

WATCHDOG = 6  # seconds of silence after which freeDiameter asks whether its peer is alive: its least

COMMON = """Realm = "test";
SecPort = 0;
No_SCTP;
No_IPv6;
ListenOn = "127.0.0.1";
TcTimer = 1;
TwTimer = {watchdog};
TLS_Cred = "{path}.pem", "{path}.key";
TLS_CA = "{path}.pem";
"""


class FreeDiameter(PeerCase):
    SERVER = ("freeDiameterd", "-c", "{folder}/server.conf", "-q")

    @classmethod
    def prepare(cls):
        with open(cls.folder + "/acl.conf", "w") as f:
            f.write("ALLOW_IPSEC *.test\n")
        cls.configure("server", cls.port, 'NoRelay;\nLoadExtension = "acl_wl.fdx" : "%s/acl.conf";\n' % cls.folder)

    @classmethod
    def configure(cls, name, port, more):
        path = "%s/%s" % (cls.folder, name)  # it wants a certificate, used or not
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path + ".key", "-out", path + ".pem",
                        "-days", "2", "-subj", "/CN=%s.test" % name], check=True, capture_output=True)
        with open(path + ".conf", "w") as f:
            f.write('Identity = "%s.test";\nPort = %d;\n' % (name, port))
            f.write(COMMON.format(watchdog=WATCHDOG, path=path) + more)

    def shares(self):
        return self.share("diameter", "fifo", 1, **d.IDENTITY)

    @staticmethod
    def accounting(hop, end, session):
        """Of the base protocol, so that the server knows it; it has no application, and says so."""
        return d.request(271, hop, end, [(d.SESSION, session), *d.origin("client.test"), (283, b"test"), (480, 1), (485, hop), (259, 3)],
                         application=3)

    def asked(self, c, hop, end, session):
        c.sendall(self.accounting(hop, end, session))
        return d.read(c)

    def directly(self, name):
        """A connection to the server, introduced."""
        c = socket.create_connection(("127.0.0.1", self.port), LONG)
        self.addCleanup(c.close)
        c.sendall(d.capabilities(1, 1, name, (d.RELAY,)))
        self.assertEqual(d.read(c).result, d.SUCCESS)
        return c

    def test_answers_are_the_same_as_directly(self):
        direct = self.directly("direct.test")
        proxy = self.shares()
        clients = [self.client(proxy) for _ in range(8)]
        for i, c in enumerate(clients):
            c.sendall(d.capabilities(7, i, "client.test"))
            m = d.read(c)
            self.assertEqual((m.hop, m.end, m.result, m.get(d.ORIGIN_HOST), m.get(d.PRODUCT)), (7, i, d.SUCCESS, b"server.test", b"freeDiameter"))
        for n in range(50):
            for i, c in enumerate(clients):
                c.sendall(self.accounting(n, 0x10000 * i + n, b"client.test;%d;%d" % (i, n)))
        for i, c in enumerate(clients):
            answers = {m.hop: m.data for m in (d.read(c) for _ in range(50))}
            for n in (0, 49):
                m = self.asked(direct, n, 0x10000 * i + n, b"client.test;%d;%d" % (i, n))
                self.assertEqual((m.result, m.flags & d.ERROR), (3007, d.ERROR))
                self.assertEqual(answers[n], m.data)
            self.assertEqual(sorted(answers), list(range(50)))
        self.assertEqual(proxy.text().count("Connection opened"), 1)

    def test_the_servers_watchdogs_are_answered(self):
        proxy = self.shares()
        c = self.client(proxy)
        self.assertEqual(self.asked(c, 1, 1, b"client.test;1;1").result, 3007)
        direct = self.directly("watched.test")
        direct.settimeout(LONG + 4 * WATCHDOG)
        for _ in range(2):  # the server asks this one as often as that of the program
            m = d.read(direct)
            self.assertEqual((m.command, m.is_request), (d.WATCHDOG, True))
            direct.sendall(d.Server.answer(m))
        self.assertEqual(self.asked(c, 2, 2, b"client.test;1;2").result, 3007)
        self.assertEqual(proxy.text().count("Connection opened"), 1)

    def test_freediameter_as_a_client(self):
        proxy = self.shares()
        self.configure("client", free_port(), 'ConnectPeer = "server.test" { ConnectTo = "127.0.0.1"; Port = %d; No_TLS; };\n' % proxy.port)
        path = self.folder + "/client.log"
        with open(path, "wb") as log:
            client = subprocess.Popen(["freeDiameterd", "-c", self.folder + "/client.conf", "-dd"], stdout=log, stderr=log)
        try:
            def said():
                with open(path, errors="replace") as f:
                    return f.read()
            self.assertTrue(wait_until(lambda: "-> 'STATE_OPEN'\t'server.test'" in said(), LONG), said()[-3000:])
            alive = "RCV from 'server.test': (no model)0/280 f:----"  # an answer
            self.assertTrue(wait_until(lambda: said().count(alive) >= 2 or client.poll() is not None, LONG + 4 * WATCHDOG), said()[-3000:])
            self.assertNotIn("'STATE_OPEN'\t->", said())
            self.assertIsNone(client.poll())
        finally:
            client.terminate()
            client.wait()
        self.assertIn("RCV from 'server.test': (no model)0/282 f:----", said())
        self.assertEqual(proxy.text().count("Connection opened"), 1)
