"""The server with libmodbus of the peer tests, and a serial bus."""
import os
import subprocess
import sys

from servers import Server

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "peers", "modbus.c")


class Libmodbus(Server):
    COMMAND = ("{folder}/modbus", "server", "{port}", "100")

    def prepare(self):
        if not os.path.exists(self.folder + "/modbus"):
            flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "libmodbus"], text=True).split()
            subprocess.check_call(["g++", "-x", "c++", SOURCE, "-o", self.folder + "/modbus", *flags])


class SerialBus(Server):
    FORM, NOISE = "rtu", "noisy"

    def __init__(self, folder):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "serial_bus.py")
        self.COMMAND = (sys.executable, script, "{port}", self.FORM, self.NOISE)
        super().__init__(folder)


class AsciiBus(SerialBus):
    FORM = "ascii"


class QuietBus(SerialBus):
    """Whom some ask directly in RTU, and know each byte."""
    NOISE = "quiet"


class QuietAsciiBus(QuietBus):
    FORM = "ascii"
