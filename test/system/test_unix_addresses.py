"""UNIX sockets as addresses: of a configuration, of services, and passed in by the service manager."""
import os
import socket
import unittest

from harness import BACKEND, LONG, ask, local_client
from unix_case import UnixCase


class UnixAddresses(UnixCase):
    # -- mistakes

    def test_mistakes_are_named(self):
        for line, said in (
                (["--listen", "unix:a"], "local.path = a (command line --listen): not an absolute path; expected an"),
                (["--listen", "unix:"], "--listen unix:: the path is missing; expected unix:PATH"),
                (["--listen", "/run/a"], "--listen /run/a: a UNIX socket is written unix:PATH; expected PORT, "),
                (["--listen", "unix:/a", "--set", "local.port=1"], "local.path = /a (command line --listen): local.port is "
                 "set, too; expected one of the two"),
                (["--listen", "unix:/a", "--target", "unix:/a"], "target.2: Proximux itself listens on unix:/a"),
                (["--listen", "unix:/a", "--set", "target.1.path=/b"], "target.1.path = /b (command line --set): "
                 "target.1.host is set, too"),
                (["--listen", "unix:/a", "--set", "access.uids=root"], "not numbers of users")):
            with self.subTest(line):
                code, text = self.refused("--target", "127.0.0.1:1", "--mode", "proxy", *line)
                self.assertEqual(code, 78)
                self.assertIn(said, text)

    def test_two_services_cannot_have_one_path(self):
        for name in ("a", "b"):
            with open(self.at(name + ".ini"), "w") as f:
                f.write("[local]\npath = %s\n[target]\n1.host = 127.0.0.1\n1.port = 1\n" % self.at("s"))
        code, said = self.refused("--services", self.folder)
        self.assertEqual(code, 78)
        self.assertIn("b.ini: local.path = %s: the service b would listen on unix:%s, where the service a (a.ini) does" %
                      (self.at("s"), self.at("s")), said)

    def test_services_have_a_path_each(self):
        target = self.target()
        for name in ("a", "b"):
            with open(self.at(name + ".ini"), "w") as f:
                f.write("[local]\npath = %s\n[exchange]\nmode = proxy\n[target]\n1.host = 127.0.0.1\n1.port = %d\n" %
                        (self.at(name), target.port))
        p = self.program("--services", self.folder, "--io-backend", BACKEND)
        for name in ("a", "b"):
            self.assertIsNotNone(p.record(lambda r: r["d"].startswith("Server is running on unix:" + self.at(name)), LONG))
            with local_client(self.at(name)) as c:
                self.assertEqual(ask(c, name.encode()), name.encode())

    # -- a socket of the service manager

    @unittest.skipUnless(os.path.exists("/proc/self"), "a protocol of Linux")
    def test_a_passed_socket_is_served_and_its_file_stays(self):
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(self.at("passed"))
        listener.listen(8)
        target = ["--target", self.target().address, "--mode", "proxy", "--io-backend", BACKEND]
        p = self.program(*target, passed=[listener])
        self.assertIsNotNone(p.record(lambda r: r["d"] == "Server is running on unix:%s in PROXY mode" % self.at("passed"),
                                      LONG), p.text())
        with local_client(self.at("passed")) as c:
            self.assertEqual(ask(c, b"x"), b"x")
        self.assertEqual(p.end(), 0)
        self.assertTrue(os.path.exists(self.at("passed")))
        other = self.program("--listen", "1", *target, passed=[listener])
        self.assertEqual(other.wait(), 78)
        self.assertIn("local.port = 1 (command line --listen): the socket of the service manager listens on %s; expected "
                      "the same, or no value" % self.at("passed"), other.text())
