"""Victims whose every answer is known, and hostile players beside them, in one loop. The first victim that is told something
else, loses an answer or is closed without an excuse ends the run."""
import heapq
import selectors
import time

from harness import SLOW
from hostile import Player
from victims import PATIENCE, Control, Victim

VICTIMS = 12
ALIBI = 0.7 * SLOW          # how long a request that legitimately harms others excuses an error
BUSY = 0.7 * SLOW           # a server that lets a direct client wait for so long serves nobody


class Failure:
    def __init__(self, kind, victim, text, port=None):
        self.kind, self.victim, self.text, self.port = kind, victim, text, port

    def __str__(self):
        return "%s: victim %s: %s" % (self.kind, self.victim, self.text)


class World:
    """talk: of one protocol. port: of the program; direct: of the server, whom some victims ask directly, to know what the
    server does to everybody whether the program is there or not: one for each thread that it gives its connections to in
    turn, since each may hang alone."""

    def __init__(self, talk, port, seed, direct=None, patience=PATIENCE, threads=1):
        self.talk, self.port, self.seed, self.patience = talk, port, seed, patience
        self.poll, self.timers, self.count = selectors.DefaultSelector(), [], 0
        self.failure, self.failed_at, self.closing, self.history, self.alibis = None, 0.0, False, [], {}
        self.players, self.played = [], 0
        self.server_crashed = False
        self.hung = 0.0  # for how many seconds the server kept somebody waiting who asked it directly
        self.victims = [Victim(self, n) for n in range(VICTIMS)]
        self.controls = [Control(self, VICTIMS + n, direct) for n in range(threads)] if direct else []

    def later(self, seconds, what):
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.count, what))

    def fail(self, kind, victim, text):
        if not self.failure:
            self.failure, self.failed_at = Failure(kind, str(victim), text, getattr(
                victim, "local", None)), time.monotonic()

    def note(self, said, new):
        """What a hostile client has said may excuse what happens to victims for a moment."""
        for pattern, reason in self.talk.harmful:
            found = None
            for found in pattern.finditer(said):
                pass
            if found and len(said) - found.end() <= new:
                self.alibis[reason] = time.monotonic()

    def excuses(self):
        now = time.monotonic()
        return [reason for reason, at in self.alibis.items() if now - at < ALIBI]

    def may_fail(self, text):
        excuses = self.excuses()
        left = "unread" in excuses and b"the target connection was lost" in text
        return "busy" in excuses or left or self.talk.may_fail(text, excuses)

    def look(self, now):
        """Whether the server serves at all, and whether somebody waits for too long. Who asks for megabytes, reads
        nothing and goes takes its target connection with it (exchange.abandon_limit), and what could not be sent again."""
        if any(slot.deaf and not slot.dead for player in self.players for slot in player.slots.values()):
            self.alibis["unread"] = now
        waits = max((control.waits(now) for control in self.controls), default=0.0)
        self.hung = max(self.hung, waits)
        if waits > BUSY:
            self.alibis["busy"] = now
        for victim in self.victims:
            if "busy" in self.alibis and victim.due and now - self.alibis["busy"] < ALIBI:
                victim.due = [(due, max(at, now - self.patience / 2), request) for due, at, request in victim.due]
            victim.overdue(now)

    def turn(self, most=0.05):
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now and not self.failure:
            heapq.heappop(self.timers)[2]()
            now = time.monotonic()
        wait = min(most, max(0.0, self.timers[0][0] - now)) if self.timers else most
        for key, mask in self.poll.select(wait):
            if self.failure:
                break
            key.data.ready(mask)

    def loop(self, until, seconds):
        """Turns until until() holds, somebody failed, or the time is up; says whether until() held."""
        end, looked = time.monotonic() + seconds, 0.0
        while not self.failure:
            if until():
                return True
            now = time.monotonic()
            if now > end:
                return False
            if now - looked > 0.05:
                looked = now
                self.look(now)
                del self.history[:max(0, len(self.history) - 4000)]
            self.turn()
        return False

    def run(self, episodes, seconds, rest=0.3):
        """Plays the episodes of each player, until they end, the server hangs, or the time is up. Then all that is due must
        come."""
        self.players = [Player(self, n, each) for n, each in enumerate(episodes)]
        self.loop(lambda: self.players and all(p.done for p in self.players) or self.hung > self.patience, seconds)
        quiet = time.monotonic() + rest
        before = [v.answered for v in self.victims]
        self.closing = self.closing or bool(episodes) and not all(p.done for p in self.players)
        self.loop(lambda: time.monotonic() > quiet and all(v.answered > n or not v.timer and not v.due for v, n in zip(
            self.victims, before)), self.patience + 1)
        self.closing = True
        self.loop(lambda: not any(v.due for v in self.victims), self.patience + 1)
        for player in self.players:
            for slot in player.slots.values():
                slot.close()
        for victim in self.victims + self.controls:
            victim.close()
        self.poll.close()
        return self.failure

    def longest(self):
        """How long an answer took at most, in seconds."""
        return max(v.longest for v in self.victims)

    def answered(self):
        return sum(v.answered for v in self.victims)
