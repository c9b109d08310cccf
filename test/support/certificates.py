"""Certificates for tests, made on the spot with openssl; and what speaks TLS with them."""
import os
import shutil
import ssl
import subprocess
import tempfile
import threading
import unittest

from harness import COMMAND, LONG, clean_environment, reset, wait_until

# of an authority
RULES = """
[ca]
default_ca = a
[a]
database = {0}/index.txt
new_certs_dir = {0}
rand_serial = yes
certificate = {0}/ca.pem
private_key = {0}/ca.key
default_md = sha256
policy = any
default_crl_days = 1
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def openssl(*args):
    done = subprocess.run(["openssl", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise AssertionError("openssl %s: %s" % (" ".join(args), done.stdout.decode("utf-8", "replace")))


def write(path, *parts):
    with open(path, "w", encoding="ascii") as file:
        for part in parts:
            with open(part, encoding="ascii") as source:
                file.write(source.read())
    return path


class Authority:
    """Issues certificates into a folder. Each is a file that holds the key, too."""

    def __init__(self, folder, name="Test Authority"):
        self.folder = os.path.join(folder, name.replace(" ", "-"))
        os.mkdir(self.folder)
        self.rules, self.ca = self.path("rules"), self.path("ca.pem")
        with open(self.rules, "w", encoding="ascii") as file:
            file.write(RULES.format(self.folder))
        write(self.path("index.txt"))
        openssl("req", "-x509", *KEY, "-keyout", self.path("ca.key"), "-out", self.ca, "-days", "60", "-subj", "/CN=" + name,
                "-addext", "basicConstraints=critical,CA:TRUE")

    def path(self, name):
        return os.path.join(self.folder, name)

    def issue(self, name, alternative=None, expired=False, file=None, days=30):
        """A certificate of this name. alternative: as openssl has it, by default the name and 127.0.0.1. days: until it
        expires."""
        stem = self.path(file or name.replace("*", "any"))
        openssl("req", "-new", "-config", self.rules, *KEY, "-keyout", stem + ".key", "-out", stem + ".csr", "-subj",
                "/CN=" + name, "-addext", "subjectAltName=" + (alternative or "DNS:%s,IP:127.0.0.1" % name))
        time = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"] if expired else ["-days", str(days)]
        openssl("ca", "-batch", "-notext", "-config", self.rules, "-in", stem + ".csr", "-out", stem + ".crt", *time)
        return write(stem + ".pem", stem + ".crt", stem + ".key")

    def revoked(self, *certificates):
        """The list of these, and of those before."""
        for each in certificates:
            openssl("ca", "-config", self.rules, "-revoke", each[:-4] + ".crt")
        openssl("ca", "-config", self.rules, "-gencrl", "-out", self.path("crl.pem"))
        return self.path("crl.pem")


def has_tls():
    """Whether the program does."""
    said = subprocess.run([*COMMAND, "--check-config", "--listen", "1", "--target", "127.0.0.1:1", "--set", "target.1.tls=on"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment(), check=False)
    return b"built without TLS" not in said.stdout


@unittest.skipUnless(has_tls(), "built without TLS")
class WithAuthority:
    """A part of a test case: an authority, and a certificate of it that is good."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.mkdtemp(prefix="proximux-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.authority = Authority(cls.folder)
        cls.good = cls.authority.issue("good.test")

    def assertResetReaches(self, ends, c):
        """That a reset of this client reaches its target, which keeps what it gets and how its client ends."""
        c.sendall(b"x")
        self.assertTrue(wait_until(lambda: ends, LONG))
        reset(c)
        self.assertTrue(wait_until(lambda: len(ends) == 2, LONG))
        self.assertEqual(ends, [b"x", "RESET"])


def server_context(certificate, client_ca=None, alpn=None, newest=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    if alpn:
        context.set_alpn_protocols(alpn)
    if newest:
        context.maximum_version = newest
    return context


class Secured:
    """The handler of a target that speaks TLS; the one within sees clear text. Records the names that it was asked for,
    and which sessions were resumed. When the one within returns, the connection ends with close_notify, or without."""

    def __init__(self, handler, context, notify=True):
        self.handler, self.context, self.notify = handler, context, notify
        self.names, self.resumed, self.versions, self.subjects, self.lock = [], [], [], [], threading.Lock()
        context.sni_callback = self._named

    def _named(self, _, name, __):
        with self.lock:
            self.names.append(name)

    def __call__(self, s):
        with self.context.wrap_socket(s, server_side=True) as t:
            with self.lock:
                self.resumed.append(t.session_reused)
                self.versions.append(t.version())
                self.subjects.append(dict(pair[0] for pair in (t.getpeercert() or {}).get("subject", ())).get("commonName"))
            try:
                self.handler(t)
            finally:
                if self.notify:
                    t.settimeout(0)
                    try:
                        t.unwrap()
                    except (OSError, ValueError):
                        pass  # close_notify was sent; the answer to it need not come


class Engine:
    """TLS over memory, of a server, or with a name of a client: what comes of it is sent as the test wants. done: the
    handshake, but for what is still to be sent of it."""

    def __init__(self, context, server_hostname=None):
        self.incoming, self.outgoing, self.has_ended, self.done = ssl.MemoryBIO(), ssl.MemoryBIO(), False, False
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=server_hostname is None, server_hostname=server_hostname)

    def handshake(self, s, send):
        """Sends what is to be sent by send(bytes)."""
        while True:
            try:
                self.tls.do_handshake()
                self.done = True
                return send(self.outgoing.read())
            except ssl.SSLWantReadError:
                send(self.outgoing.read())
                self.incoming.write(s.recv(65536))

    def receive(self, s):
        """Bytes, or nothing at the end, with has_ended if that was close_notify."""
        while True:
            try:
                got = self.tls.read(65536)
                self.has_ended = self.has_ended or not got
                return got
            except ssl.SSLZeroReturnError:
                self.has_ended = True
                return b""
            except ssl.SSLWantReadError:
                data = s.recv(65536)
                if not data:
                    return b""
                self.incoming.write(data)

    def records(self, data):
        """The bytes of records that hold this."""
        self.tls.write(data)
        return self.outgoing.read()

    def end(self):
        """The bytes of close_notify."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        return self.outgoing.read()
