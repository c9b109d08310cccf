// Valkey's client GLIDE with its defaults: node glide_node.js PORT NAME [stateless]: without transactions and
// subscriptions, which need a connection of their own.
"use strict";
const assert = require("assert");
const { Batch, GlideClient } = require("@valkey/valkey-glide");

const port = Number(process.argv[2]);
const name = process.argv[3];
const stateless = process.argv[4] === "stateless";
const connect = options => GlideClient.createClient({ addresses: [{ host: "127.0.0.1", port }], requestTimeout: 60000, ...options });

async function shares() {
    const client = await connect({ clientName: name });
    assert.strictEqual(await client.ping(), "PONG");
    assert.strictEqual(await client.customCommand(["CLIENT", "GETNAME"]), name);
    const counted = await Promise.all([...Array(300).keys()].map(() => client.incr(`${name}:count`)));
    counted.sort((a, b) => a - b); // it keeps no order among them itself
    assert.deepStrictEqual(counted, [...Array(300).keys()].map(i => i + 1));
    await client.hset(`${name}:hash`, { a: "1", b: "2" });
    const all = await client.hgetall(`${name}:hash`);
    assert.deepStrictEqual(all.map(({ field, value }) => [field, value]).sort(), [["a", "1"], ["b", "2"]]);
    const batch = new Batch(!stateless).set(`${name}:k`, "v").get(`${name}:k`).get(`${name}:none`);
    assert.deepStrictEqual(await client.exec(batch, true), ["OK", "v", null]);
    const large = name.repeat(100000);
    await client.set(`${name}:large`, large);
    assert.strictEqual(await client.get(`${name}:large`), large);
    await assert.rejects(client.incr(`${name}:large`), /not an integer/);
    client.close();
}

async function subscribes() {
    const channels = { 0: new Set([`${name}:channel`]) };
    const subscriber = await connect({ pubsubSubscriptions: { channelsAndPatterns: channels } });
    const publisher = await connect();
    while (await publisher.publish(`hello ${name}`, `${name}:channel`) === 0) // not subscribed yet
        await publisher.ping();
    assert.strictEqual((await subscriber.getPubSubMessage()).message, `hello ${name}`);
    subscriber.close();
    publisher.close();
}

shares().then(() => stateless || subscribes()).then(() => process.exit(0), error => {
    console.error(error);
    process.exit(1);
});
