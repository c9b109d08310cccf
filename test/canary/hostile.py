"""Who plays the episodes of a seed, whatever comes of it."""
import socket
import time

from ends import Peer
from victims import shown


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
        self.world.played += 1
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
