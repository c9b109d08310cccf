// The clients of OpenSearch and Elasticsearch: node opensearch_node.js PACKAGE URL WORKERS ROUNDS
"use strict";
const assert = require("assert");

const [name, url, workers, rounds] = [...process.argv.slice(2, 4), ...process.argv.slice(4).map(Number)];
const { Client } = require(name);
const ours = name.startsWith("@elastic");
const settings = { node: url, compression: ours ? true : "gzip", requestTimeout: 60000 };
const unwrap = answer => (ours ? answer : answer.body);

async function rejects(promise, status) {
    await assert.rejects(promise, error => (error.statusCode ?? error.meta.statusCode) === status);
}

async function work(client, index, owner) {
    const number = i => `${owner}-${String(i).padStart(3, "0")}`;
    const text = i => `${number(i)} `.repeat(1 + (i % 7) * 40);
    for (let round = 0; round < rounds; ++round) {
        await client.ping();
        assert.strictEqual(unwrap(await client.info()).tagline, "You Know, for Search");
        assert.strictEqual(unwrap(await client.indices.exists({ index })), true);
        assert.strictEqual(unwrap(await client.indices.exists({ index: "nowhere" })), false);
        await rejects(client.get({ index, id: "nothing" }), 404);
        const documents = [...Array(60).keys()].map(i => ({ id: number(i), owner, text: text(i), round, busy: i % 20 === 0 }));
        const done = await client.helpers.bulk({
            datasource: documents, flushBytes: 5000, concurrency: 3, retries: 3, wait: 1,
            onDocument: each => ({ index: { _index: index, _id: each.id } }),
            onDrop: each => { throw new Error(JSON.stringify(each)); } });
        assert.strictEqual(done.successful, 60);
        for (const i of [0, 7, 59])
            assert.deepStrictEqual(unwrap(await client.get({ index, id: number(i) }))._source, documents[i]);
        const found = [];
        const body = { query: { term: { owner } } };
        const search = ours ? { index, size: 13, ...body } : { index, size: 13, body };
        for await (const document of client.helpers.scrollDocuments(search, { wait: 1, maxRetries: 5 }))
            found.push(document);
        assert.deepStrictEqual(found, documents);
    }
}

async function main() {
    const clients = [new Client(settings), new Client({ ...settings, compression: false })];
    const index = `index-${process.pid}`;
    await clients[0].indices.create({ index });
    await Promise.all([...Array(workers).keys()].map(n => work(clients[n % 2], index, `w${process.pid}-${n}`)));
    for (const client of clients)
        await client.close();
}

main().catch(error => { console.error(error, JSON.stringify(error.meta?.body)); process.exit(1); });
