"""PostgreSQL: random sessions, each on a connection of its own and through a funnel of 4, are answered the same."""
import os
import threading

from harness import LONG
from postgres import Client, cancel, query, read
from postgresql_shared import DirectPeer, SharedPeerCase
from random_sessions import Session

CLIENTS, CONNECTIONS = 20, 4
STATEMENTS = int(os.environ.get("PROXIMUX_STATEMENTS", 4000))
TIED = 5  # of the clients: others have no state that outlasts a transaction
MOST_REFUSED = 0.2
SLEEP = query("select pg_sleep(0.5)")  # a cancel request that comes before it changes nothing
SEED = os.environ.get("PROXIMUX_SEED", "")


class Refused(Exception):
    """An error of the proxy's own, behind which both sessions begin anew."""


def seen(kind, body):
    """Of a message what must be equal: neither the number of a table nor that of a process."""
    if kind == b"T":
        columns, rest = [], body[2:]
        while rest:
            name, rest = rest.split(b"\0", 1)
            columns.append((name, rest[6:10]))
            rest = rest[18:]
        return "T", columns
    if kind in (b"E", b"N"):
        fields = {f[:1]: f[1:].decode() for f in body.split(b"\0") if f}
        return kind.decode(), fields[b"S"], fields[b"C"]
    return kind.decode(), body[4:] if kind == b"A" else body


def is_listed(data, got, want):
    """Errors of the extended protocol that look like the server's. A statement without a name that leaves something behind
    is executed later (26000). A statement is prepared here first, which fails: where the server fails, too, if only a
    little later or otherwise, or where a statement without a result is described."""
    at = next((n for n, pair in enumerate(zip(got, want)) if pair[0] != pair[1]), 0)
    if data[:1] == b"Q" or got[at][:2] != ("E", "ERROR"):
        return False
    fails = got[-1] == want[-1] and any(each[:2] == ("E", "ERROR") for each in want[at:])
    return fails or got[at][2] == "26000" or want[at:at + 2] == [("t", want[at][1]), ("n", b"")]


def answers(c, data):
    """What answers this, up to ReadyForQuery or the end; a statement that sleeps is cancelled."""
    c.s.sendall(data)
    if data == SLEEP:
        cancel(c.peer, c.key)
    got = []
    while not got or got[-1][0] != "Z":
        kind, body = read(c.s)
        if kind == b"E" and b"Mproximux: " in body:
            raise Refused(body.split(b"Mproximux: ")[1].split(b"\0")[0].decode())
        got.append(seen(kind, body))
        if got[-1][:2] == ("E", "FATAL"):
            return got
    return got


class PostgresqlDifferential(SharedPeerCase):
    def test_random_sessions_are_answered_as_on_a_connection_of_their_own(self):
        self.direct("grant anna to me")
        self.direct("grant all on schema public to public", database="store")
        for database in ("shop", "store"):
            self.direct(*[sql.format(c) for c in range(CLIENTS) for sql in (
                "create table t{0} (a int)", "create table k{0} (a int primary key)", "create sequence q{0}")], database=database)
        p = self.shared("funnel", CONNECTIONS, exchange__tie_timeout="20s", exchange__queue_timeout="1m", local__statement_memory="1M")
        faults, refusals, done = [], [], [0] * CLIENTS
        threads = [threading.Thread(target=self.play, args=(p, c, faults, refusals, done), daemon=True) for c in range(CLIENTS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(LONG + STATEMENTS / 20)
        self.assertEqual(faults, [], "of %d statements" % sum(done))
        self.assertGreaterEqual(sum(done), STATEMENTS)
        self.assertLess(len(refusals), MOST_REFUSED * STATEMENTS, sorted(set(refusals)))

    def pair(self, p, client):
        """A session through the proxy and one directly, in databases that are alike."""
        both = []
        for peer, database in ((p, "shop"), (DirectPeer(self.port), "store")):
            both.append(Client(peer, user="me", password="any", database=database))
            both[-1].peer = peer
        return both

    def play(self, p, client, faults, refusals, done):
        try:
            session, both, said = Session(client, "%s/%d" % (SEED, client), client < TIED), self.pair(p, client), []
            while done[client] < STATEMENTS / CLIENTS and not faults:
                data = SLEEP if session.rng.random() < 0.005 else session.next()
                said.append(data)
                done[client] += 1
                want = answers(both[1], data)
                try:
                    got = answers(both[0], data)
                except Refused as refused:
                    refusals.append(str(refused))
                    got = None
                if data == SLEEP and got is not None and len(got) != len(want):
                    got = None  # one of the two was done before it could be cancelled
                if got is not None and is_listed(data, got, want):
                    refusals.append("listed")
                    got = None
                if got != want and got is not None:
                    faults.append((client, said[-12:], "proxy", got, "direct", want))
                if got is None or session.rng.random() < 0.02:
                    for c in both:
                        c.close()
                    both, said = self.pair(p, client), []
                    for c in both:
                        c.query("truncate t{0}, k{0}; drop table if exists u{0}; select setval('q{0}', 1)".format(client))
        except Exception as fault:  # pylint: disable=broad-except
            faults.append((client, said[-3:], repr(fault)))
