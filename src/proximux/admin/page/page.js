// Replaces the numbers of the status page each second. All that comes from elsewhere is set as text, never as HTML.
'use strict';

const EACH = 1000;   // milliseconds between two questions
const KEPT = 60;     // seconds that lines and percentiles look back
const SYMBOLS = { living: '\u25CF', dead: '\u2716', down: '\u2716', trial: '\u25D0', drained: '\u25CB', closed: '\u25CB' };

let samples = [];    // the counters of the last minute, the oldest first
let known = null;    // the last status, its tag, and when it came
let answered = null; // when the last answer came
const lines = {};    // by tile: its last values

const byId = id => document.getElementById(id);
const sum = list => list.reduce((a, b) => a + b, 0);
const short = value => value < 9.95 ? value.toFixed(1) : value.toFixed(0);

function size(bytes) {
    const units = ['B', 'KB', 'MB', 'GB', 'TB'];
    let unit = 0;
    for (; bytes >= 1024 && unit < units.length - 1; ++unit)
        bytes /= 1024;
    return (unit === 0 ? bytes.toFixed(0) : short(bytes)) + ' ' + units[unit];
}

// of a response, in microseconds
function latency(us) {
    if (us === null)
        return '-';
    if (us < 1000)
        return us.toFixed(0) + ' us';
    return us < 1e6 ? short(us / 1e3) + ' ms' : short(us / 1e6) + ' s';
}

// a longer time, in seconds
function age(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const two = (value, unit, name, part, partName) =>
        Math.floor(value / unit) + name + String(Math.floor(value % unit / part)).padStart(2, '0') + partName;
    if (s < 60)
        return seconds < 1 ? Math.max(0, seconds * 1000).toFixed(0) + 'ms' : seconds.toFixed(1) + 's';
    if (s < 3600)
        return two(s, 60, 'm', 1, 's');
    return s < 86400 ? two(s, 3600, 'h', 60, 'm') : two(s, 86400, 'd', 3600, 'h');
}

// the duration that this share of a histogram does not exceed; null: it is empty
function quantile(bounds, buckets, share) {
    const rank = share * sum(buckets);
    let before = 0;
    if (rank === 0)
        return null;
    for (let i = 0; i < bounds.length; before += buckets[i++])
        if (buckets[i] > 0 && before + buckets[i] >= rank) {
            const lower = i > 0 ? bounds[i - 1] : 0;
            return lower + (bounds[i] - lower) * (rank - before) / buckets[i];
        }
    return bounds[bounds.length - 1];
}

function sampleOf(status, time) {
    const c = status.counters;
    return {
        time, requests: sum(Object.values(c.requests)), errors: (c.requests.error || 0) + c.failed,
        in: c.bytesIn, out: c.bytesOut, buckets: status.buckets.requestDuration
    };
}

// what has happened between two samples
function between(from, to, bounds) {
    const seconds = to.time - from.time;
    const rate = name => (to[name] - from[name]) / seconds;
    const buckets = to.buckets.map((n, i) => n - from.buckets[i]);
    return {
        rate: rate('requests'), errors: to.errors - from.errors, in: rate('in'), out: rate('out'),
        median: quantile(bounds, buckets, 0.5), p99: quantile(bounds, buckets, 0.99)
    };
}

function setText(id, text) {
    const element = byId(id);
    if (element.textContent !== text)
        element.textContent = text;
}

function draw(name, value) {
    const values = lines[name] = (lines[name] || []).concat(value).slice(-KEPT - 1);
    const most = Math.max(...values, 0) || 1;
    const points = values.map((v, i) => (KEPT - values.length + 1 + i) + ',' + (19 - 18 * v / most).toFixed(2));
    byId('line-' + name).firstElementChild.setAttribute('points', points.join(' '));
}

// cells: [text, class]; the first one names the row
function setRows(id, rows) {
    const body = byId(id);
    const labels = [...body.parentNode.querySelectorAll('thead th')].map(th => th.textContent);
    const made = rows.map(cells => {
        const row = document.createElement('tr');
        cells.forEach(([text, name], i) => {
            const cell = document.createElement(i === 0 ? 'th' : 'td');
            cell.textContent = text === null ? '-' : String(text);
            cell.dataset.label = labels[i];
            if (i === 0)
                cell.scope = 'row';
            if (name || text === null)
                cell.className = name || 'none';
            row.append(cell);
        });
        return row;
    });
    if (made.length === 0) {
        const row = document.createElement('tr');
        const cell = document.createElement('td');
        cell.colSpan = labels.length;
        cell.textContent = 'none';
        row.append(cell);
        made.push(row);
    }
    body.replaceChildren(...made);
}

// a name with that of its service in front, if that has one
const nameIn = (row, name) => row.service ? row.service + ' ' + name : String(name);

function showTables(status, passed) {
    setRows('targets', status.targets.map(t => [
        [nameIn(t, t.target + ': ' + t.address)],
        [(SYMBOLS[t.state] || '?') + ' ' + t.state, t.state in SYMBOLS ? t.state : ''],
        [Object.entries(t.states).map(([state, n]) => n + ' ' + state).join(', ') || 'none'],
        [t.retryIn === null ? null : age(t.retryIn - passed)],
        [t.lastError === null ? null : t.lastErrorTime + ' ' + t.lastError]
    ]));
    setRows('lanes', status.lanes.map(l => [
        [nameIn(l, l.connection)], [l.target + ': ' + l.address], [l.state, l.pinned === null ? '' : 'pinned'], [l.inFlight],
        [l.client === null ? null : l.client + ' at ' + l.clientAddress], [l.pinned],
        [l.pinnedFor === null ? null : age(l.pinnedFor + passed)]
    ]));
    setRows('lastErrors', status.errors.map(e => [[e.time], [nameIn(e, e.name)], [e.text]]));
}

// passed: seconds since this status came
function show(status, passed) {
    const c = status.counters;
    const queue = status.queue;
    const texts = {
        version: status.version, listen: status.listen, mode: status.mode, protocol: status.protocol,
        uptime: age(status.uptime + passed),
        phase: status.phase === 'serving' ? '' : '\u26A0 ' + status.phase +
            (status.draining ? ': no new clients are accepted; it ends when all have left' : ''),
        paused: status.paused ? '\u26A0 paused: requests wait until resume' : '',
        silent: status.silentThreads === 0 ? '' : '\u26A0 threads that do not respond: ' + status.silentThreads,
        clients: String(status.clients), maxClients: status.maxClients > 0 ? 'of ' + status.maxClients : '',
        accepted: c.accepted + ' accepted since the start', requests: sum(Object.values(c.requests)) + ' since the start',
        queue: String(queue.requests),
        oldest: queue.requests === 0 ? '' : 'the oldest waits for ' + age(queue.oldestWait + passed),
        errors: String((c.requests.error || 0) + c.failed),
        totalIn: size(c.bytesIn) + ' since the start', totalOut: size(c.bytesOut) + ' since the start'
    };
    for (const id in texts)
        setText(id, texts[id]);
    showTables(status, passed);
}

function showRates(status) {
    if (samples.length < 2)
        return;
    const bounds = status.buckets.bounds;
    const last = samples[samples.length - 1];
    const now = between(samples[samples.length - 2], last, bounds);
    const minute = between(samples[0], last, bounds);
    for (const span of document.querySelectorAll('.span'))
        span.textContent = 'in the last ' + (last.time - samples[0].time < KEPT - 2 ? age(last.time - samples[0].time) : 'minute');
    setText('rate', short(now.rate));
    setText('median', latency(minute.median));
    setText('p99', latency(minute.p99));
    setText('recent', minute.errors + ' in the last minute');
    setText('in', size(now.in));
    setText('out', size(now.out));
    draw('clients', status.clients);
    draw('rate', now.rate);
    draw('median', now.median || 0);
    draw('p99', now.p99 || 0);
    draw('queue', status.queue.requests);
    draw('errors', now.errors);
    draw('in', now.in);
    draw('out', now.out);
}

async function ask() {
    const headers = known ? { 'If-None-Match': known.tag } : {};
    const response = await fetch('status.json', { headers, cache: 'no-store' });
    const now = performance.now() / 1000;
    if (response.status === 200) {
        const status = await response.json();
        if (known && status.uptime < known.status.uptime)
            samples = []; // another process
        known = { status, tag: response.headers.get('ETag'), time: now };
    } else if (response.status !== 304)
        throw new Error('status ' + response.status);
    answered = now;
    samples = samples.filter(each => now - each.time <= KEPT).concat(sampleOf(known.status, now));
    show(known.status, now - known.time);
    showRates(known.status);
}

async function turn() {
    try {
        if (!document.hidden) {
            await ask();
            setText('stale', '');
        }
    } catch (error) {
        const since = answered === null ? '' : ' for ' + age(performance.now() / 1000 - answered);
        setText('stale', '\u26A0 No answer' + since + '; the numbers are old (' + error.message + ')');
    }
    setTimeout(turn, EACH);
}

turn();
