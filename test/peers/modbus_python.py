"""pymodbus, in one of its forms: modbus_python.py server FORM PORT | modbus_python.py client FORM PORT ROUNDS SLOT"""
import asyncio
import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartAsyncTcpServer
from pymodbus.transaction import ModbusAsciiFramer, ModbusRtuFramer, ModbusSocketFramer

FORMS = {"tcp": ModbusSocketFramer, "rtu": ModbusRtuFramer, "ascii": ModbusAsciiFramer}


def serve(form, port):
    def block(values):
        return ModbusSequentialDataBlock(1, values)

    def unit(number):
        return ModbusSlaveContext(di=block([(i & 1) == 1 for i in range(1000)]), co=block([False] * 1000),
                                  hr=block([number] * 1000), ir=block([(number * 1000 + i) % 65536 for i in range(1000)]))
    context = ModbusServerContext(slaves={n: unit(n) for n in range(1, 9)}, single=False)
    asyncio.run(StartAsyncTcpServer(context=context, framer=FORMS[form], address=("127.0.0.1", port)))


def ask(form, port, rounds, slot):
    client = ModbusTcpClient("127.0.0.1", port=port, framer=FORMS[form], timeout=30)
    assert client.connect()
    unit, at = 1 + slot % 8, slot * 40
    for i in range(rounds):
        words = [(slot * 1000 + i + k) % 65536 for k in range(8)]
        assert not client.write_registers(at, words, slave=unit).isError()
        assert client.read_holding_registers(at, 8, slave=unit).registers == words
        assert not client.write_register(at + 9, words[3], slave=unit).isError()
        assert client.read_holding_registers(at + 9, 1, slave=unit).registers == [words[3]]
        assert not client.write_coils(at, [True, False, True], slave=unit).isError()
        assert client.read_coils(at, 3, slave=unit).bits[:3] == [True, False, True]
        assert client.read_discrete_inputs(at, 2, slave=unit).bits[:2] == [False, True]
        assert client.read_input_registers(at, 5, slave=unit).registers == [unit * 1000 + at + k for k in range(5)]
        wrong = client.read_holding_registers(999, 8, slave=unit)
        assert wrong.isError() and wrong.exception_code == 2, wrong
    client.close()


if sys.argv[1] == "server":
    serve(sys.argv[2], int(sys.argv[3]))
else:
    ask(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
