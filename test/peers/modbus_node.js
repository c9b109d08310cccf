// modbus-serial, the package of npm: node modbus_node.js FORM PORT ROUNDS SLOT
"use strict";
const assert = require("assert");
const Modbus = require("modbus-serial");

const [form, port, rounds, slot] = [process.argv[2], ...process.argv.slice(3).map(Number)];

async function ask() {
    const client = new Modbus();
    // connectTcpRTUBuffered speaks Modbus/TCP, in spite of its name
    const connect = { rtu: client.connectTelnet, buffered: client.connectTcpRTUBuffered, tcp: client.connectTCP }[form];
    await connect.call(client, "127.0.0.1", { port });
    client.setTimeout(30000);
    const unit = 1 + slot % 8;
    client.setID(unit);
    const at = slot * 40;
    for (let i = 0; i < rounds; ++i) {
        const words = [...Array(8).keys()].map(k => (slot * 1000 + i + k) % 65536);
        await client.writeRegisters(at, words);
        assert.deepStrictEqual((await client.readHoldingRegisters(at, 8)).data, words);
        await client.writeRegister(at + 9, words[3]);
        assert.deepStrictEqual((await client.readHoldingRegisters(at + 9, 1)).data, [words[3]]);
        await client.writeCoils(at, [true, false, true]);
        assert.deepStrictEqual((await client.readCoils(at, 3)).data.slice(0, 3), [true, false, true]);
        assert.deepStrictEqual((await client.readDiscreteInputs(at, 2)).data.slice(0, 2), [false, true]);
        assert.deepStrictEqual((await client.readInputRegisters(at, 5)).data,
            [0, 1, 2, 3, 4].map(k => unit * 1000 + at + k));
        await assert.rejects(client.readHoldingRegisters(999, 8), error => error.modbusCode === 2);
    }
    client.close(() => {});
}

ask().catch(error => { console.error(error); process.exit(1); });
