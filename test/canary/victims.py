"""Who asks what has an answer that is known, and compares each byte."""
import random
import time

from ends import Peer
from harness import SLOW

PATIENCE = 8.0 * SLOW       # a victim that waits longer has lost its answer
MOST_DUE = 12               # requests of one victim in flight


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


class Answers:
    """To some requests that were sent at once, in any order. due: id -> the whole answer. ident: the id of the answer at the
    start of these bytes; None: more are needed."""

    def __init__(self, due, ident):
        self.due, self.left, self.ident = due, len(due), ident

    def take(self, data):
        ident = self.ident(data)
        if ident is None:
            return 0
        answer = self.due.get(ident)
        if answer is None or not (data.startswith(answer) or answer.startswith(data)):
            raise Foreign
        if len(data) < len(answer):
            return 0
        self.excuse(answer)
        return len(answer)

    def excuse(self, data):
        del self.due[self.ident(data)]
        self.left -= 1

    def __str__(self):
        return " or ".join(shown(answer) for answer in self.due.values())


def shown(data, limit=300):
    data = bytes(data)
    return repr(data) if len(data) <= limit else "%r... (%d bytes)" % (data[:limit], len(data))


class Victim(Peer):
    """Asks what it knows the answer of, several at once, and compares each byte."""

    def __init__(self, world, number, port=None):
        super().__init__(world, port)
        self.number = number
        self.random = random.Random("%s-victim-%d" % (world.seed, number))
        self.asks = world.talk.victim(number, self.random)
        self.due, self.buffer, self.answered, self.past, self.longest = [], bytearray(), 0, [], 0.0
        self.timer = False
        self.arrive()
        self.think()

    def arrive(self):
        """Connects, and says what each connection begins with."""
        self.connect()
        for request, due in getattr(self.world.talk, "hello", lambda _: ())(self.number):
            self.due.append((due, time.monotonic(), request))
            self.send(request)

    def think(self):
        if not self.timer:
            self.timer = True
            self.world.later(self.random.expovariate(250), self.speak)

    def speak(self):
        self.timer = False
        if self.world.closing or self.sock is None:
            return
        if self.due and self.rest_of(self.due[-1][0]):
            return  # it goes on when it is told to
        if not self.due and self.random.random() < 0.01:
            self.leave()
        burst, data = 1 if self.random.random() < 0.5 else self.random.randint(1, 6), b""
        while burst and len(self.due) < (1 if self.world.talk.patient else MOST_DUE):
            request, due = next(self.asks)
            self.due.append((due, time.monotonic(), request))
            data += request
            burst = 0 if self.rest_of(due) else burst - 1
        if data:
            self.send(data)
        if self.random.random() < 0.3:
            self.think()

    @staticmethod
    def rest_of(due):
        """What is left of a request whose beginning was sent; its server tells when to send it."""
        return getattr(due, "rest", b"")

    def leave(self):
        """Its connection ends, with nothing due, and it comes back on another."""
        self.close(self.random.random() < 0.3)
        self.buffer.clear()
        self.arrive()

    def heard(self, data):
        self.buffer += data
        while self.buffer and self.sock is not None and not self.world.failure:
            if not self.due:
                self.world.fail("foreign", self, "nothing was due, and it got " + shown(self.buffer))
                return
            due, _, request = self.due[0]
            told = due.told(self.buffer) if self.rest_of(due) else 0
            if told:
                del self.buffer[:told]
                self.send(due.rest)
                due.rest = b""
                self.think()
                continue
            try:
                length = due.take(self.buffer)
            except Foreign:
                length = self.excused(due, request)
            if not length:
                break
            self.past = self.past[-3:] + [(request, bytes(self.buffer[:length]))]
            del self.buffer[:length]
            if not getattr(due, "left", 0):  # several answers may be due at once
                self.longest = max(self.longest, time.monotonic() - self.due[0][1])
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
        self.arrive()
        self.think()

    def waits(self, now):
        return now - self.due[0][1] if self.due else 0.0

    def overdue(self, now):
        if self.waits(now) > self.world.patience:
            self.world.fail("lost", self, "no answer within %.0f s to %s; it had got %s" % (
                self.world.patience, shown(self.due[0][2]), shown(self.buffer)))

    def __str__(self):
        told = "".join("\n  before: %s -> %s" % (shown(a, 80), shown(b, 80)) for a, b in self.past)
        return "%d%s of connection %s%s\n " % (self.number, ", asking directly," if self.port != self.world.port else "",
                                               self.local, told)


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
            self.arrive()
            self.think()
