"""One client polls a Modbus unit that never answers, another one a unit that does, with the settings as they are."""
import struct
import socket
import threading
import time

from harness import Case


class SilentUnit(Case):
    def polls_answered(self, mode, connections):
        def gateway(s):
            f = s.makefile("rb")
            while True:
                message = f.read(12)
                if len(message) < 12:
                    return
                if message[6] != 9:
                    s.sendall(message[:4] + b"\0\5" + message[6:8] + b"\2" + message[8:10])
        p = self.proxy(self.target(gateway), mode=mode,
                       settings={"exchange.protocol": "modbus", "target.1.connections": connections})
        end = time.monotonic() + 15

        def silent():
            while time.monotonic() < end:
                with p.client(timeout=1) as c:  # its patience
                    try:
                        while time.monotonic() < end:
                            c.sendall(struct.pack(">HHHBBHH", 1, 0, 6, 9, 3, 0, 1))
                            c.recv(9)
                            time.sleep(0.2)
                    except socket.timeout:
                        pass
        other = threading.Thread(target=silent)
        other.start()
        time.sleep(0.1)
        answered = 0
        with p.client(timeout=10) as c:
            for n in range(75):
                if time.monotonic() > end:
                    break
                c.sendall(struct.pack(">HHHBBHH", n, 0, 6, 1, 3, n, 1))
                answered += c.recv(11) == struct.pack(">HHHBBBH", n, 0, 5, 1, 3, 2, n)
                time.sleep(0.2)
        other.join()
        return answered

    def test_another_unit_is_served(self):
        for mode, connections in (("fifo", 1), ("funnel", 4)):
            answered = self.polls_answered(mode, connections)
            print("%s of %d: %d of 75 polls answered" % (mode, connections, answered))
            self.assertGreater(answered, 37)
