"""MariaDB: random sessions, each on a connection of its own and through a funnel of 4, are answered the same."""
import itertools
import os
import threading

from harness import LONG, reset
from mariadb_shared import DirectPeer, SharedMariaDBCase
from mysql_answers import Refused, Watched
from mysql_wire import IN_TRANSACTION, LOCAL_FILES, MULTI, MULTI_RESULTS, QUERY
from random_mysql_sessions import DATABASES, OBJECTS, RENEWED, ROUTINES, Session

CLIENTS, CONNECTIONS = 20, 4
STATEMENTS = int(os.environ.get("PROXIMUX_STATEMENTS", 4000))
TIED = 5  # of the clients: others have no state that outlasts a transaction
MOST_REFUSED = 0.2
LAST_SAID = int(os.environ.get("PROXIMUX_SAID", 12))  # of what led to a fault
MOST_FAULTS = int(os.environ.get("PROXIMUX_FAULTS", 1))  # to go on with
SEED = os.environ.get("PROXIMUX_SEED", "")
ENDED = [("ENDED",)]
LEFT_AMID = (b"select sleep(0.01)", b"set @a = 1", b"begin", b"set wait_timeout = 555", b"create temporary table x (a int)", b"selec 1")


def differing(got, want):
    """Those of the packets that are not alike."""
    both = [(a, b) for a, b in itertools.zip_longest(got, want) if a != b]
    return "proxy: %s\ndirect: %s" % tuple([str(each[side])[:400] for each in both[:4]] for side in (0, 1))


def told(fault):
    client, said, why = fault
    return "client %d\n%s\n%s" % (client, "\n".join(map(repr, said[-LAST_SAID:])), why)


class Twin(SharedMariaDBCase):
    """The server of those who have a connection of their own: so that both may use the same names."""


def goes_on_failing(act, want):
    """The server forgets the types of parameters when it prepares a statement anew, and keeps what was wrong with parts of
    them; the proxy says the types each time, and has a statement that has failed prepared anew."""
    return act[0] == "execute" and want[:1] and want[0][:2] == ("ERR", 1210)


def alike(act, got, want):
    """Where there are no messages the columns of their set are in UTF-8."""
    if act[0] == "query" and act[1].startswith(("show warnings", "show errors")):
        got, want = got[:1] + got[4:], want[:1] + want[4:]
    return got == want


def answers(c, act):
    try:
        return c.do(act)
    except (EOFError, OSError):
        return ENDED


class MariadbDifferential(SharedMariaDBCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Twin.setUpClass()
        cls.addClassCleanup(Twin.tearDownClass)
        for server in (cls, Twin):
            server.direct("create role keeper", "grant keeper to anna@'127.0.0.1'")
            for database in DATABASES:
                server.direct("use " + database, *ROUTINES, *[sql.format(c=c) for c in range(CLIENTS) for sql in OBJECTS])

    def test_random_sessions_are_answered_as_on_a_connection_of_their_own(self):
        p = self.shared("funnel", CONNECTIONS, exchange__tie_timeout="2s", exchange__queue_timeout="1m")
        faults, refusals, done = [], [], [0] * CLIENTS
        threads = [threading.Thread(target=self.play, args=(p, c, faults, refusals, done), daemon=True) for c in range(CLIENTS)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(LONG + STATEMENTS / 20)
        self.assertTrue(p.alive(), p.text()[-3000:])
        self.assertEqual(len(faults), 0, "of %d statements; %s" % (sum(done), "\n\n".join(map(told, faults))))
        self.assertGreaterEqual(sum(done), STATEMENTS)
        self.assertLess(len(refusals), MOST_REFUSED * STATEMENTS, sorted(set(refusals)))

    def pair(self, p, client):
        """A session through the proxy and one directly."""
        flags = (MULTI_RESULTS, MULTI, MULTI | LOCAL_FILES, LOCAL_FILES)[client % 4]
        return [Watched(peer, database="shop", flags=flags) for peer in (p, DirectPeer(Twin.port))]

    def renewed(self, p, client, both):
        """New sessions, for which all is as it was."""
        for c in both:
            self.leave(c, client)
        both = self.pair(p, client)
        for database in DATABASES:
            for sql in RENEWED:
                for c in both:
                    c.query(sql.format(c=client).replace(" exists ", " exists %s." % database) if "exists" in sql else
                            sql.format(c="%s" % client).replace("truncate ", "truncate %s." % database))
        return both

    @staticmethod
    def leave(c, client):
        """In one of many ways, be it amid a statement."""
        try:
            if client % 3 == 0:
                c.send(QUERY, LEFT_AMID[(client + len(c.statements)) % len(LEFT_AMID)])
            if client % 2:
                reset(c.sock)
        except OSError:
            pass
        c.close()

    def play(self, p, client, faults, refusals, done):
        said = []
        try:
            session, both = Session(client, "%s/%d" % (SEED, client), client < TIED), self.pair(p, client)
            while done[client] < STATEMENTS / CLIENTS and len(faults) < MOST_FAULTS:
                act = session.next()
                said.append(act)
                done[client] += 1
                want = answers(both[1], act)
                try:
                    got = answers(both[0], act)
                except Refused as refused:
                    refusals.append(str(refused))
                    got = None
                session.inside = bool(both[1].status & IN_TRANSACTION)
                if goes_on_failing(act, want):
                    got = None
                if got is not None and not alike(act, got, want):
                    faults.append((client, said, differing(got, want)))
                    got = None
                if got is None or want == ENDED or session.rng.random() < (0.05 if session.ties else 0.02):
                    both, said = self.renewed(p, client, both), []
                    session.renew()
        except Exception as fault:  # pylint: disable=broad-except
            faults.append((client, said, "%r\n%s" % (fault, p.text()[-3000:])))
