"""Runs victims and hostile players against real servers behind the program, and shrinks the input of a run that fails."""
import os
import random
import shutil
import tempfile
import time

from harness import SLOW, Case, Proxy
from shrink import Shrinker, printed, size
from victims import PATIENCE
from world import BUSY, World

SECONDS = float(os.environ.get("PROXIMUX_CANARY_SECONDS", "20"))   # for each protocol
SHRINK = float(os.environ.get("PROXIMUX_CANARY_SHRINK", "120"))     # to shrink one failure
SEED = os.environ.get("PROXIMUX_CANARY_SEED") or str(random.SystemRandom().randrange(10 ** 9))
PLAYERS = 5
MODES = (("fifo", 1), ("funnel", 2), ("funnel", 4))
# What holds others up ends soon, so that a victim's patience is longer than all of them in a row. But victims send large
# requests, too: the time that all slow clients of a connection share must not be used up where the machine is slow.
SETTINGS = {"exchange.response_timeout": "%dms" % (2000 * SLOW), "exchange.request_timeout": "%dms" % (1000 * SLOW),
            "exchange.stall_timeout": "%dms" % (4000 * SLOW), "pool.backoff_max": "200ms",
            "exchange.abandon_limit": "256M",
            "exchange.abandon_timeout": "%dms" % (2000 * SLOW),
            "log.mask_addresses": "0"}


def once_found(data):
    return [("send", 0, data), ("hear", 0, 100), ("wait", 30), ("close", 0)]


class CanaryCase(Case):
    """talk: a class with the victims, the hostile episodes and the errors of one protocol. Each of its servers is a test."""

    def run_server(self, talk, server_class, seconds, modes=MODES):
        folder = tempfile.mkdtemp(prefix="proximux-canary-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.directly(talk, server_class, folder)
        for mode, connections in modes:
            with self.subTest(server=server_class.__name__, mode=mode, connections=connections, seed=SEED):
                self.run_mode(talk, server_class, folder, mode, connections, seconds / len(modes))

    def directly(self, talk, server_class, folder):
        """What victims take for known is what the server says without the program."""
        server = server_class(folder)
        try:
            failure = World(talk(server, SEED), server.port, SEED).run([], 0.0)
        finally:
            server.stop()
        self.assertIsNone(failure, "directly: %s" % failure)

    def run_mode(self, talk, server_class, folder, mode, connections, seconds):
        name = "%s, %s, %s of %d" % (talk.protocol, server_class.__name__, mode, connections)
        end, hangs = time.monotonic() + seconds, True
        while hangs and time.monotonic() < end:  # a server that hangs by itself or crashes is started again
            failure, world, text = self.once(talk, server_class, folder, mode, connections, self.live,
                                             end - time.monotonic())
            hangs = world.hung > world.patience or world.server_crashed
            hung = "; the server hung by itself for %.1f s" % world.hung if world.hung > BUSY else ""
            hung += "; the server crashed" if world.server_crashed else ""
            print("canary: %s, seed %s: %d answers, the slowest after %.1f s; %d episodes%s%s" % (
                name, SEED, world.answered(), world.longest(), world.played, hung, ", FAILED" if failure else ""),
                flush=True)
            if failure:
                self.fail(self.report(name, failure, text, self.shrunk(
                    talk, server_class, folder, mode, connections, world)))

    @classmethod
    def live(cls, world):
        return [cls.episodes(world.talk, n) for n in range(PLAYERS)]

    @staticmethod
    def episodes(talk, player):
        """What was found once comes first, and now and then again."""
        chance = random.Random("%s-player-%d" % (SEED, player))
        yield from (once_found(data) for data in talk.corpus[player::PLAYERS])
        while True:
            yield once_found(chance.choice(talk.corpus)) if chance.random() < 0.05 else talk.episode(chance)

    def once(self, talk, server_class, folder, mode, connections, episodes, seconds, patience=PATIENCE):
        """A run with a fresh server and a fresh program: the failure or None, the world, the program's last words."""
        server = server_class(folder)
        try:
            settings = dict(SETTINGS, **{"exchange.protocol": talk.protocol, "target.1.connections": connections})
            settings.update(talk.settings)
            proxy = Proxy("127.0.0.1:%d" % server.port, mode=mode, settings=settings)
            try:
                world = World(talk(server, SEED), proxy.port, SEED, server.port, patience, server.THREADS)
                failure = world.run(episodes(world), seconds)
                if not proxy.alive():
                    world.fail("ended", "none", "the program ended: " + proxy.text()[-3000:])
                elif server.has_crashed(1.0 if failure else 0.0):  # memcached 1.6.18 does, see MemcachedSizes
                    world.failure, world.server_crashed = None, True
                elif not failure and not server.alive():
                    world.fail("ended", "none", "the server ended")
            finally:
                self.ended(proxy)
            return world.failure, world, self.log(world, proxy)
        finally:
            server.stop()

    @staticmethod
    def log(world, proxy):
        """What the program said of the victim that failed, and its last words."""
        lines = proxy.text().split("\n")
        about = [line for line in lines if world.failure and world.failure.port and
                 ":%d" % world.failure.port in line]
        return "\n".join(about[-5:] + ["..."] + lines[-12:])[-4000:]

    def shrunk(self, talk, server_class, folder, mode, connections, world):
        def replay(players):
            return self.once(talk, server_class, folder, mode, connections, lambda _: players, 60.0, PATIENCE / 2)[0]
        shrinker = Shrinker(talk, world.history, world.failed_at, replay, SHRINK)
        return shrinker, shrinker.run()

    @staticmethod
    def report(name, failure, text, shrunk):
        shrinker, episodes = shrunk
        said = "%s, seed %s\n%s\n" % (name, SEED, failure)
        if episodes is None:
            said += "It did not come again in %d trials; the last episodes:\n%s" % (
                shrinker.trials, printed([(p, s) for _, p, s in shrinker.history[-6:]])[-6000:])
        else:
            said += "shrunk to %d bytes in %d trials, which end in: %s\n%s" % (
                size(episodes), shrinker.trials, shrinker.failure, printed(episodes)[:20000])
        return said + "\nthe program said last:\n" + text
