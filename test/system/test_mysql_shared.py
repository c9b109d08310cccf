"""MySQL in fifo and funnel with scripted servers: logins by SHA-256 and by a public key, what is tracked, and what is
refused. The real server is in test/peers."""
import os
import struct
import subprocess
import tempfile
import threading
import unittest

from harness import LONG, wait_until
from mysql_wire import CHANGED, CHANGE_USER, NATIVE, PING, QUERY, SHA2, SSL, TRACK, USUAL, Client, Error, Packets, covered, scramble
from sharing import SharedCase

NONCE = b"12345678" + b"abcdefghijkl"
OK = b"\0\0\0\x02\0\0\0"


def greeting(plugin=SHA2, capabilities=USUAL | TRACK | 0xff, version=b"8.0.36-scripted"):
    return (b"\x0a" + version + b"\0" + struct.pack("<I", 7) + NONCE[:8] + b"\0" + struct.pack("<H", capabilities & 0xffff) +
            b"\xff\x02\0" + struct.pack("<H", capabilities >> 16) + b"\x15" + b"\0" * 10 + NONCE[8:] + b"\0" + plugin + b"\0")


def error(code, state, text):
    return b"\xff" + struct.pack("<H", code) + b"#" + state + text


class Server:
    """Lets in who knows the password, within TLS (tls: its context), and answers each query by script(text), or with OK."""

    def __init__(self, password=b"pencil", plugin=SHA2, script=None, full=None, tls=None, **how):
        if tls:
            how.setdefault("capabilities", USUAL | TRACK | 0xff | SSL)
        self.tls, self.secured = tls, []
        self.password, self.plugin, self.script, self.full, self.how = password, plugin, script, full, how
        self.lock, self.logins, self.queries, self.commands = threading.Lock(), [], [], []

    def __call__(self, s):
        wire = Packets(s, exact=True)
        wire.write(greeting(self.plugin, **self.how))
        said = wire.read()
        if said == b"\x01":
            return None  # COM_QUIT: the greeting was all that it wanted
        if self.tls and len(said) == 32:
            s = wire.sock = self.tls.wrap_socket(s, server_side=True)
            said = wire.read()
        with self.lock:
            self.secured.append(hasattr(s, "cipher"))
        user, rest = said[32:].split(b"\0", 1)
        if not self.admits(wire, rest[1:1 + rest[0]]):
            return wire.write(error(1045, b"28000", b"Access denied"))
        with self.lock:
            self.logins.append(user.decode())
        wire.write(OK)
        while True:
            said = wire.read()
            with self.lock:
                self.commands.append(said[0])
            if said[0] == 1:
                return None
            if said[0] == CHANGE_USER:
                wire.write(b"\xfe" + self.plugin + b"\0" + NONCE + b"\0")
                if not self.admits(wire, wire.read()):
                    return wire.write(error(1045, b"28000", b"Access denied"))
                wire.write(OK)
            else:
                self.answer(wire, said)

    def admits(self, wire, answer):
        if self.full is not None:
            wire.write(b"\x01\x04")
            return self.full(wire) == self.password + b"\0"
        if answer != scramble(self.plugin, self.password, NONCE):
            return False
        if self.plugin == SHA2:
            wire.write(b"\x01\x03")
        return True

    def answer(self, wire, said):
        text = said[1:].decode()
        if said[0] == QUERY:
            with self.lock:
                self.queries.append(text)
        wire.write(self.script(text) if self.script and said[0] == QUERY and "session_track" not in text else OK)


class MysqlSharedCase(SharedCase):
    def setUp(self):
        super().setUp()
        handle, self.users = tempfile.mkstemp()
        os.write(handle, b'"anna" "pencil"\n"bert" "crayon"\n')
        os.close(handle)
        self.addCleanup(os.unlink, self.users)

    def share(self, *servers, mode="funnel", connections=2, **settings):
        settings.setdefault("auth__file", self.users)
        settings.setdefault("local__failed_auth_delay", "0s")
        return self.shared(mode, *map(self.target, servers), protocol="mysql", connections=connections, **settings)

    def connect(self, proxy, **how):
        c = Client(proxy, **how)
        self.addCleanup(c.close)
        return c

    def refused(self, call, code):
        with self.assertRaises(Error) as raised:
            call()
        self.assertEqual(raised.exception.code, code, raised.exception)
        return raised.exception


class MysqlShared(MysqlSharedCase):
    def test_each_method_of_clients_and_targets(self):
        for plugin in (NATIVE, SHA2):
            for own in (NATIVE, SHA2):
                proxy = self.share(Server(plugin=plugin))
                c = self.connect(proxy, plugin=own)
                self.assertEqual(c.version, "8.0.36-scripted")
                c.query("SELECT 1")
                self.refused(lambda p=proxy, o=own: self.connect(p, plugin=o, password=b"pen"), 1045)

    def test_a_target_gets_the_whole_password_for_its_public_key(self):
        folder = tempfile.mkdtemp()
        key = folder + "/key"
        subprocess.run(("openssl", "genrsa", "-out", key, "2048"), check=True, capture_output=True)
        public = subprocess.run(("openssl", "rsa", "-in", key, "-pubout"), check=True, capture_output=True).stdout

        def full(wire):
            self.assertEqual(wire.read(), b"\x02")
            wire.write(b"\x01" + public)
            plain = subprocess.run(("openssl", "pkeyutl", "-decrypt", "-inkey", key, "-pkeyopt", "rsa_padding_mode:oaep"),
                                   input=wire.read(), check=True, capture_output=True).stdout
            return covered(plain, NONCE * 8)
        self.connect(self.share(Server(full=full))).query("SELECT 1")

    def test_a_method_that_is_unknown_and_a_server_that_is_too_old_are_named(self):
        self.assertIn("client_ed25519", self.refused(lambda: self.connect(self.share(Switching())), 1251).text)
        self.assertIn("older", self.refused(lambda: self.connect(self.share(Server(capabilities=USUAL))), 1251).text)

    def test_what_the_target_refuses_is_what_the_client_gets(self):
        proxy = self.share(Server(password=b"other"))
        self.refused(lambda: self.connect(proxy), 1045)
        proxy = self.share(Refusing())
        self.refused(lambda: self.connect(proxy), 1040)

    def test_what_is_tracked_is_for_us_alone_and_pins(self):
        changed = b"\0\0\0" + struct.pack("<H", 2 | CHANGED) + b"\0\0" + b"\0" + b"\x03\x02\x011"
        server = Server(script=lambda text: changed if "changes" in text else OK)
        proxy = self.share(server)
        c = self.connect(proxy)
        c.send(QUERY, b"INSERT INTO changes VALUES (1)")
        self.assertEqual(c.wire.read(), OK)
        c.close()
        self.assertTrue(wait_until(lambda: CHANGE_USER in server.commands, LONG))
        self.connect(proxy).query("SELECT 1")

    def test_behind_an_error_the_target_is_asked(self):
        server = Server(script=lambda text: error(1064, b"42000", b"no") if "bad" in text else OK)
        proxy = self.share(server, mode="fifo", connections=1)
        c, other = self.connect(proxy), self.connect(proxy)
        self.refused(lambda: c.query("SELECT bad"), 1064)
        other.query("SELECT 1")
        self.assertIn(PING, server.commands)

    def test_settings_are_said_before_a_statement(self):
        server = Server()
        proxy = self.share(server, mode="fifo", connections=1)
        c, other = self.connect(proxy), self.connect(proxy)
        c.query("SET sql_mode = 'TRADITIONAL'")
        other.query("SELECT 'other'")
        c.query("SELECT 'own'")
        self.assertEqual(server.queries[-2:], ["SET sql_mode='TRADITIONAL'", "SELECT 'own'"])
        self.assertIn(CHANGE_USER, server.commands)

    def test_bytes_that_are_no_login_are_refused(self):
        proxy = self.share(Server())
        self.connect(proxy).query("SELECT 1")
        for data in (b"GET / HTTP/1.1\r\n\r\n" * 9, b"\x01\0\0\x01\0", b"\x05\0\0\x00hello", b"\xff\xff\xff\x01" + b"x" * 2000000):
            with proxy.client() as c:
                wire = Packets(c)
                wire.read()
                try:
                    c.sendall(data)
                    self.assertEqual(wire.read()[0], 0xff)
                except (OSError, EOFError):
                    pass
        self.connect(proxy).query("SELECT 1")

    def test_without_a_target_clients_are_told(self):
        target = self.target(Server())
        target.stop()
        proxy = self.shared("funnel", target, protocol="mysql", connections=1, auth__file=self.users,
                            pool__connect_timeout="200ms", exchange__queue_timeout="500ms")
        self.refused(lambda: self.connect(proxy), 1040)


class Switching(Server):
    def admits(self, wire, answer):
        wire.write(b"\xfeclient_ed25519\0" + b"n" * 32)
        wire.read()
        return False


class Refusing(Server):
    def __call__(self, s):
        Packets(s).write(error(1040, b"08004", b"Too many connections"))


if __name__ == "__main__":
    unittest.main()
