"""Victims whose every answer is known, and hostile players beside them, in one loop. The first victim that is told something
else, loses an answer or is closed without an excuse ends the run."""
import errno
import heapq
import random
import selectors
import socket
import time

from harness import SLOW, reset

VICTIMS = 12
PATIENCE = 8.0 * SLOW       # a victim that waits longer has lost its answer
ALIBI = 0.7 * SLOW          # how long a request that legitimately harms others excuses an error
BUSY = 0.7 * SLOW           # a server that lets a direct client wait for so long serves nobody
MOST_DUE = 12               # requests of one victim in flight
READ = 1 << 16
WOULD_BLOCK = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINPROGRESS)


class Foreign(Exception):
    """These bytes are no answer that was due."""


class Due:
    """One answer that is due: one of these byte strings, nothing else."""
    __slots__ = ("answers",)

    def __init__(self, *answers):
        self.answers = answers

    def take(self, data):
        """How long the answer at the start of data is; 0: there is more of it to come."""
        for answer in self.answers:
            if data.startswith(answer):
                return len(answer)
        if any(answer.startswith(data) for answer in self.answers):
            return 0
        raise Foreign

    def __str__(self):
        return " or ".join(shown(answer) for answer in self.answers)


def shown(data, limit=300):
    data = bytes(data)
    return repr(data) if len(data) <= limit else "%r... (%d bytes)" % (data[:limit], len(data))


class Failure:
    def __init__(self, kind, victim, text):
        self.kind, self.victim, self.text = kind, victim, text

    def __str__(self):
        return "%s: victim %s: %s" % (self.kind, self.victim, self.text)


class Peer:
    """A connection of ours in the loop of a World: sends what waits, and is told what came."""

    def __init__(self, world, port=None):
        self.world, self.sock, self.out, self.deaf = world, None, bytearray(), False
        self.port, self.connecting = port or world.port, False

    def connect(self):
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connecting = True
        self.out.clear()
        self.world.poll.register(self.sock, selectors.EVENT_READ | selectors.EVENT_WRITE, self)
        if self.sock.connect_ex(("127.0.0.1", self.port)) not in (0, *WOULD_BLOCK):
            self.lost("refused")

    def send(self, data):
        self.out += data
        if not self.connecting:
            self.flush()

    def flush(self):
        try:
            while self.out:
                del self.out[:self.sock.send(memoryview(self.out)[:READ])]
        except OSError as e:
            if e.errno not in WOULD_BLOCK:
                self.lost(e.strerror)
                return
        self.interest()

    def interest(self):
        if self.sock is None:
            return
        wanted = (0 if self.deaf else selectors.EVENT_READ) | (selectors.EVENT_WRITE if self.out or self.connecting else 0)
        known = self.sock in self.world.poll.get_map()
        if not wanted and known:
            self.world.poll.unregister(self.sock)
        elif wanted and known:
            self.world.poll.modify(self.sock, wanted, self)
        elif wanted:
            self.world.poll.register(self.sock, wanted, self)

    def ready(self, mask):
        if mask & selectors.EVENT_WRITE and self.sock is not None:
            self.connecting = False
            self.flush()
        if mask & selectors.EVENT_READ and self.sock is not None and not self.deaf:
            try:
                data = self.sock.recv(READ)
            except OSError as e:
                if e.errno not in WOULD_BLOCK:
                    self.lost(e.strerror)
                return
            if data:
                self.heard(data)
            else:
                self.lost("FIN")

    def close(self, by_reset=False):
        if self.sock is None:
            return
        if self.sock in self.world.poll.get_map():
            self.world.poll.unregister(self.sock)
        if by_reset:
            reset(self.sock)
        else:
            self.sock.close()
        self.sock = None

    def heard(self, data):
        raise NotImplementedError

    def lost(self, why):
        raise NotImplementedError


class Victim(Peer):
    """Asks what it knows the answer of, several at once, and compares each byte."""

    def __init__(self, world, number, port=None):
        super().__init__(world, port)
        self.number = number
        self.random = random.Random("%s-victim-%d" % (world.seed, number))
        self.asks = world.talk.victim(number, self.random)
        self.due, self.buffer, self.answered, self.past = [], bytearray(), 0, []
        self.timer = False
        self.connect()
        self.think()

    def think(self):
        if not self.timer:
            self.timer = True
            self.world.later(self.random.expovariate(250), self.speak)

    def speak(self):
        self.timer = False
        if self.world.closing or self.sock is None:
            return
        if not self.due and self.random.random() < 0.01:
            self.leave()
        burst, data = 1 if self.random.random() < 0.5 else self.random.randint(1, 6), b""
        while burst and len(self.due) < (1 if self.world.talk.patient else MOST_DUE):
            request, due = next(self.asks)
            self.due.append((due, time.monotonic(), request))
            data += request
            burst -= 1
        if data:
            self.send(data)
        if self.random.random() < 0.3:
            self.think()

    def leave(self):
        """Its connection ends, with nothing due, and it comes back on another."""
        self.close(self.random.random() < 0.3)
        self.buffer.clear()
        self.connect()

    def heard(self, data):
        self.buffer += data
        while self.buffer and self.sock is not None and not self.world.failure:
            if not self.due:
                self.world.fail("foreign", self, "nothing was due, and it got " + shown(self.buffer))
                return
            due, _, request = self.due[0]
            try:
                length = due.take(self.buffer)
            except Foreign:
                length = self.excused(due, request)
            if not length:
                break
            self.past = self.past[-3:] + [(request, bytes(self.buffer[:length]))]
            del self.buffer[:length]
            if not getattr(due, "left", 0):  # several answers may be due at once
                del self.due[0]
                self.answered += 1
        if not self.due:
            self.think()

    def excused(self, due, request):
        """The length of an error that has an excuse; without one this is a failure, and 0."""
        length, text = self.world.talk.error(self.buffer)
        if text is None:
            self.world.fail("foreign", self, "asked %s\n  due %s\n  got %s" % (shown(request), due, shown(self.buffer)))
        elif length and self.world.may_fail(text):
            if hasattr(due, "excuse"):
                due.excuse(bytes(self.buffer[:length]))
        elif length:
            self.world.fail("error", self, "asked %s\n  due %s\n  got %s" % (shown(request), due, shown(text)))
        return length

    def lost(self, why):
        self.close()
        if self.world.closing and not self.due:
            return
        if not self.world.talk.may_close(self.world.excuses()):
            self.world.fail("closed", self, "%s, with %d due; the first: %s" % (
                why, len(self.due), shown(self.due[0][2]) if self.due else "none"))
            return
        self.due.clear()
        self.buffer.clear()
        self.connect()
        self.think()

    def waits(self, now):
        return now - self.due[0][1] if self.due else 0.0

    def overdue(self, now):
        if self.waits(now) > PATIENCE:
            self.world.fail("lost", self, "no answer within %.0f s to %s; it had got %s" % (
                PATIENCE, shown(self.due[0][2]), shown(self.buffer)))

    def __str__(self):
        told = "".join("\n  before: %s -> %s" % (shown(a, 80), shown(b, 80)) for a, b in self.past)
        return "%d%s of connection %s%s\n " % (self.number, ", asking directly," if self.port != self.world.port else "", self.sock.getsockname()[1] if self.sock else "-", told)


class Control(Victim):
    """Asks the server directly, not often, and so says whether it is the server that keeps everybody waiting."""

    def think(self):
        if not self.timer:
            self.timer = True
            self.world.later(0.02, self.speak)

    def leave(self):
        pass

    def lost(self, _why):
        """A server closes after so many requests."""
        self.due.clear()
        self.buffer.clear()
        self.close()
        if not self.world.closing:
            self.connect()
            self.think()


class Slot(Peer):
    """A connection of a hostile player. What it hears is of no interest, unless a victim's secret is in it."""

    def __init__(self, world, player):
        super().__init__(world)
        self.player, self.said, self.tail, self.got, self.dead = player, bytearray(), b"", 0, False
        self.sees = False  # secrets, by right
        self.connect()

    def say(self, data):
        self.said = self.said[-4096:] + data
        self.world.note(bytes(self.said), len(data))
        self.world.talk.may_see(self)
        self.send(data)

    def flush(self):
        super().flush()
        self.player.woken()

    def shut(self):
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def heard(self, data):
        self.got += len(data)
        seen = self.tail + data
        secret = self.world.talk.secret
        if secret and secret in seen and not self.world.talk.may_see(self):
            at = seen.index(secret)
            self.world.fail("foreign", "of a hostile client", "it said %s\n  and got a victim's %s" % (
                shown(self.said[-600:], 600), shown(seen[max(0, at - 40):at + 60])))
        self.tail = seen[-64:]
        self.player.woken()

    def lost(self, why):
        self.close()
        self.dead = True
        self.player.woken()


class Player:
    """Plays episodes, which are lists of steps, one after the other, on connections of its own.

    Steps: ("send", slot, data); ("wait", milliseconds); ("hear", slot, milliseconds): until something comes, or so long;
    ("fin", slot): ends its side; ("close", slot); ("rst", slot); ("deaf", slot): reads no more."""

    def __init__(self, world, number, episodes):
        self.world, self.number, self.episodes = world, number, iter(episodes)
        self.slots, self.steps, self.at, self.record, self.done = {}, [], 0, None, False
        self.turn, self.until = 0, None
        world.later(0.0, self.go)

    def go(self):
        """Until a step has to wait."""
        self.until = None
        while not self.done and not self.world.failure:
            if self.at >= len(self.steps) and not self.next_episode():
                return
            step = self.steps[self.at]
            self.at += 1
            self.record[2].append(step)
            pause = self.play(step)
            if pause is not None:
                self.wait(pause)
                return

    def next_episode(self):
        for slot in self.slots.values():
            slot.close()
        self.slots.clear()
        self.at = 0
        self.steps = None if self.world.closing else next(self.episodes, None)
        if self.steps is None:
            self.done = True
            return False
        self.record = [time.monotonic(), self.number, []]
        self.world.history.append(self.record)
        return True

    def play(self, step):
        """Seconds to wait at most, or None to go on at once."""
        what = step[0]
        if what == "wait":
            return step[1] / 1000.0
        slot = self.slots.get(step[1])
        if slot is None:
            slot = self.slots[step[1]] = Slot(self.world, self)
        if slot.dead:
            return None
        if what == "send":
            slot.say(step[2])
            self.until = lambda: not slot.out or slot.dead
            return 1.0 if slot.out else None
        if what == "hear":
            got = slot.got
            self.until = lambda: slot.got > got or slot.dead
            return step[2] / 1000.0
        if what == "deaf":
            slot.deaf = True
            slot.interest()
        elif what == "fin":
            slot.shut()
        else:
            slot.close(what == "rst")
            slot.dead = True
        return None

    def wait(self, pause):
        self.turn += 1
        turn = self.turn
        self.world.later(pause, lambda: self.go() if self.turn == turn else None)

    def woken(self):
        """Something came, was sent, or ended."""
        if self.until and self.until():
            self.until = None
            self.wait(0.0)


class World:
    """talk: of one protocol. port: of the program; direct: of the server, whom one victim asks directly, to know what the
    server does to everybody whether the program is there or not."""

    def __init__(self, talk, port, seed, direct=None):
        self.talk, self.port, self.seed = talk, port, seed
        self.poll, self.timers, self.count = selectors.DefaultSelector(), [], 0
        self.failure, self.failed_at, self.closing, self.history, self.alibis = None, 0.0, False, [], {}
        self.players = []
        self.victims = [Victim(self, n) for n in range(VICTIMS)]
        self.control = Control(self, VICTIMS, direct) if direct else None

    def later(self, seconds, what):
        self.count += 1
        heapq.heappush(self.timers, (time.monotonic() + seconds, self.count, what))

    def fail(self, kind, victim, text):
        if not self.failure:
            self.failure, self.failed_at = Failure(kind, str(victim), text), time.monotonic()

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
        return "busy" in excuses or self.talk.may_fail(text, excuses)

    def look(self, now):
        """Whether the server serves at all, and whether somebody waits for too long."""
        if self.control and self.control.waits(now) > BUSY:
            self.alibis["busy"] = now
        for victim in self.victims:
            if "busy" in self.alibis and victim.due and now - self.alibis["busy"] < ALIBI:
                victim.due = [(due, max(at, now - PATIENCE / 2), request) for due, at, request in victim.due]
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
        """Plays the episodes of each player, until they end or the time is up. Then all that is due must come."""
        self.players = [Player(self, n, each) for n, each in enumerate(episodes)]
        self.loop(lambda: all(p.done for p in self.players) and self.players, seconds)
        quiet = time.monotonic() + rest
        before = [v.answered for v in self.victims]
        self.closing = self.closing or bool(episodes) and not all(p.done for p in self.players)
        self.loop(lambda: time.monotonic() > quiet and all(v.answered > n or not v.timer and not v.due for v, n in zip(
            self.victims, before)), PATIENCE + 1)
        self.closing = True
        self.loop(lambda: not any(v.due for v in self.victims), PATIENCE + 1)
        for player in self.players:
            for slot in player.slots.values():
                slot.close()
        for victim in self.victims + ([self.control] if self.control else []):
            victim.close()
        self.poll.close()
        return self.failure

    def answered(self):
        return sum(v.answered for v in self.victims)
