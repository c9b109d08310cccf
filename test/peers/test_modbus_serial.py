"""pymodbus and node's modbus-serial as clients, pymodbus as a device on a serial line: Modbus/TCP, RTU and ASCII, and
the gateway from one to the others."""
import os
import shutil
import subprocess
import tempfile
import unittest

import npm
from harness import LONG, Case, free_port, listens, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = ("/usr/bin/python3", HERE + "/modbus_python.py")
PACKAGE = "modbus-serial@8.0.25"
# protocol of the proxy, form of the clients, form of the target
WAYS = (("modbus", "tcp", "tcp"), ("modbus", "tcp", "rtu"), ("modbus", "tcp", "ascii"), ("modbus-rtu", "rtu", "rtu"),
        ("modbus-ascii", "ascii", "ascii"))


class ModbusSerialPeers(Case):
    """A device of each form, for all tests."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="proximux-modbus-")
        cls.ports = {form: free_port() for form in ("tcp", "rtu", "ascii")}
        cls.servers = [subprocess.Popen([*PYTHON, "server", form, str(port)], stderr=subprocess.DEVNULL)
                       for form, port in cls.ports.items()]
        for port in cls.ports.values():
            if not wait_until(lambda: listens(port), LONG):
                raise AssertionError("pymodbus does not listen")

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            server.kill()
            server.wait()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def through(self, protocol, target):
        """The device is as slow as the machine."""
        settings = {"exchange.protocol": protocol, "exchange.response_timeout": "%ds" % LONG}
        if protocol == "modbus":
            settings["exchange.modbus_target"] = target
        return self.proxy("127.0.0.1:%d" % self.ports[target], mode="fifo", settings=settings)

    def clients(self, command, form, port, count, rounds=3, env=None):
        running = [subprocess.Popen([*command, form, str(port), str(rounds), str(slot)], stderr=subprocess.PIPE, env=env)
                   for slot in range(count)]
        for each in running:
            _, err = each.communicate(timeout=LONG * 4)
            self.assertEqual(each.returncode, 0, err[-2000:])

    def test_pymodbus(self):
        for protocol, form, target in WAYS:
            with self.subTest(protocol=protocol, target=target):
                self.clients((*PYTHON, "client"), form, self.ports[form], 1)  # directly: the same
                p = self.through(protocol, target)
                self.clients((*PYTHON, "client"), form, p.port, 8)
                self.assertEqual(p.text().count("Connection opened"), 1)

    @unittest.skipUnless(npm.IS_THERE, "npm and node are not installed")
    def test_node_modbus_serial(self):
        if not npm.fetch(self.folder, PACKAGE):
            self.skipTest("npm cannot fetch " + PACKAGE)
        env = npm.environment(self.folder)
        for protocol, form, target in WAYS:
            forms = {"tcp": ("tcp", "buffered"), "rtu": ("rtu",), "ascii": ()}[form]
            for each in forms:
                with self.subTest(protocol=protocol, target=target, form=each):
                    p = self.through(protocol, target)
                    self.clients(("node", HERE + "/modbus_node.js"), each, p.port, 8, env=env)
                    self.assertEqual(p.text().count("Connection opened"), 1)

    def test_libmodbus_reaches_a_serial_line(self):
        peer = self.folder + "/modbus"
        flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libmodbus"], text=True).split()
        subprocess.check_call(["g++", "-x", "c++", HERE + "/modbus.c", "-o", peer, *flags])
        for target in ("rtu", "ascii"):
            p = self.through("modbus", target)
            said = subprocess.run([peer, "read", str(p.port)], capture_output=True, text=True, timeout=LONG)
            self.assertEqual((said.returncode, said.stdout), (0, "1000 1001 1002\n"), said.stderr)
