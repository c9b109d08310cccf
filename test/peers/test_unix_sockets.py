"""Servers and clients that know UNIX sockets: Redis, MariaDB, socat, curl."""
import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from harness import LONG, Case, finishes, local_client, read_all, wait_until
from mariadb import MariaDBCase


def folder_of(case):
    """A short path with a blank in it."""
    folder = tempfile.mkdtemp(prefix="proximux ")
    case.addCleanup(shutil.rmtree, folder)
    return folder


class MariaDB(MariaDBCase):
    def test_queries_go_from_socket_to_socket(self):
        self.assertTrue(wait_until(lambda: os.path.exists(self.folder + "/s"), LONG))
        p = self.proxy("unix:%s/s" % self.folder, listen="unix:%s/db.sock" % folder_of(self), args=["--protocol", "mysql"])
        done = subprocess.run(["mariadb", "--no-defaults", "--socket", p.socket_path, "-uroot", "-N", "-e",
                               "select 6*7; select repeat('x', 3000000)"], capture_output=True, timeout=LONG * 4)
        self.assertEqual(done.stdout, b"42\n" + b"x" * 3000000 + b"\n", done.stderr)
        self.assertIsNotNone(p.record(lambda r: r["d"]["request"] == "select 6*7"), p.text())


class Redis(Case):
    def setUp(self):
        super().setUp()
        self.folder = folder_of(self)
        self.server = self.folder + "/redis.sock"
        self.start()

    def start(self):
        self.process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.server, "--save", "", "--dir",
                                         self.folder], stdout=subprocess.DEVNULL)
        process = self.process
        self.addCleanup(lambda: (process.kill(), process.wait()))
        self.assertTrue(wait_until(self.answers, LONG), "redis-server does not answer")

    def answers(self):
        try:
            local_client(self.server).close()
            return True
        except OSError:
            return False

    def test_its_own_tools_through_it_in_every_mode(self):
        for mode in ("proxy", "fifo", "funnel"):
            p = self.proxy("unix:" + self.server, listen="unix:%s/%s" % (self.folder, mode), mode=mode,
                           settings={"exchange__protocol": "resp"})
            said = subprocess.run(["redis-cli", "-s", p.socket_path, "set", mode, "v"], capture_output=True, timeout=LONG)
            self.assertEqual(said.stdout, b"OK\n", said.stderr)
            code, said = finishes(["redis-benchmark", "-s", p.socket_path, "-q", "-c", "20", "-n", "5000", "-t", "get,set",
                                   "-P", "4"], p.cpu)
            self.assertEqual(code, 0, said)
            self.assertNotIn(b"rror", said)
            self.assertEqual(p.end(), 0)

    def test_it_is_found_again_after_a_restart(self):
        p = self.proxy("unix:" + self.server, listen="unix:%s/p" % self.folder, mode="fifo",
                       settings={"exchange__protocol": "resp", "pool__backoff_max": "200ms"})

        def ping():
            return subprocess.run(["redis-cli", "-s", p.socket_path, "ping"], capture_output=True, timeout=LONG).stdout
        self.assertEqual(ping(), b"PONG\n")
        self.process.kill()
        self.process.wait()
        self.assertNotEqual(ping(), b"PONG\n")
        os.unlink(self.server)
        self.start()
        self.assertTrue(wait_until(lambda: ping() == b"PONG\n", LONG), p.text())


class Others(Case):
    def test_socat_gets_all_of_an_answer_after_its_half_close(self):
        body = b"y" * 3000000
        target = self.target(lambda s: s.sendall(body + read_all(s)))
        p = self.proxy(target, listen="unix:%s/p" % folder_of(self))
        done = subprocess.run(["socat", "-t", str(LONG), "-", "UNIX-CONNECT:" + p.socket_path.replace(" ", "\\ ")],
                              input=b"asked", capture_output=True, timeout=LONG * 4)
        self.assertEqual((done.stdout, done.stderr), (body + b"asked", b""))

    def test_socat_is_a_target(self):
        folder = folder_of(self)
        path = folder + "/t"
        process = subprocess.Popen(["socat", "UNIX-LISTEN:%s,fork" % path.replace(" ", "\\ "), "EXEC:cat"])
        self.addCleanup(lambda: (process.terminate(), process.wait()))
        self.assertTrue(wait_until(lambda: os.path.exists(path), LONG))
        p = self.proxy("unix:" + path)
        with p.client() as c:
            c.sendall(b"there and back")
            c.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(c), b"there and back")

    def test_curl_asks_over_a_socket(self):
        def page(s):
            while s.recv(65536):
                s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        folder = folder_of(self)
        p = self.proxy(self.target(page, path=folder + "/t"), listen="unix:%s/p" % folder, mode="funnel",
                       settings={"exchange__protocol": "http"})
        done = subprocess.run(["curl", "-s", "--unix-socket", p.socket_path, "http://localhost/"], capture_output=True,
                              timeout=LONG)
        self.assertEqual(done.stdout, b"hello", done.stderr)


if __name__ == "__main__":
    unittest.main()
