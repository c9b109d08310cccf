"""A program with PyVISA: visa.py PORT CLIENTS ROUNDS. Its clients write and query what is their own and compare it."""
import random
import sys
import threading

import pyvisa

PORT, CLIENTS, ROUNDS = (int(text) for text in sys.argv[1:])
MANAGER = pyvisa.ResourceManager("@py")
WAVE = bytes(range(256)) * 4096
WRONG = []


def opened():
    return MANAGER.open_resource("TCPIP::127.0.0.1::%d::SOCKET" % PORT, read_termination="\n", write_termination="\n",
                                 timeout=120000)


def same(got, due):
    if got != due:
        WRONG.append("%.200r instead of %.200r" % (got, due))


def client(n):
    chance = random.Random(n)
    instrument = opened()
    for turn in range(ROUNDS):
        value = "%d.%d%d" % (chance.randrange(1000), n, turn)
        instrument.write("VOLT%d %s" % (n, value))
        instrument.write("TEXT%d \"a;b?#15%s\"" % (n, value))
        same(instrument.query("VOLT%d?" % n), value)
        same(instrument.query("TEXT%d?;:VOLT%d?" % (n, n)), "\"a;b?#15%s\";%s" % (value, value))
        same(instrument.query("CURR%d %s;CURR%d?" % (n, value, n)), value)
        same(instrument.query("*IDN?"), "ACME,\"Model\" 1,#H15,1.0")
        if turn == n % ROUNDS:
            wave = WAVE[n:] + WAVE[:n]
            instrument.write_binary_values("DATA W%d," % n, wave, datatype="B")
            same(bytes(instrument.query_binary_values("DATA? W%d" % n, datatype="B", container=bytes)), wave)
    instrument.close()


def guarded(n):
    try:
        client(n)
    except Exception as e:
        WRONG.append(repr(e))


threads = [threading.Thread(target=guarded, args=(n,)) for n in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if WRONG:
    sys.exit("\n".join(WRONG[:10]))
