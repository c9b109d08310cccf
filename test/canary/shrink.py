"""Makes the input that a run failed with short: delta debugging over episodes, steps and parts of what was sent, each trial
with a fresh server and a fresh program."""
import re
import time

TRIES = 2  # what fails by chance is tried again, and what is short is played several times in a trial
TIMES = ((5, 8), (20, 4), (80, 2))


def minimize(parts, fails, until):
    """As few of the parts as still fail; stops when the time is up."""
    n = 2
    while parts and time.monotonic() < until:
        size = -(-len(parts) // n)
        for at in range(0, len(parts), size):
            rest = parts[:at] + parts[at + size:]
            if time.monotonic() >= until:
                return parts
            if fails(rest):
                parts, n = rest, max(n - 1, 2)
                break
        else:
            if n >= len(parts):
                return parts
            n = min(len(parts), 2 * n)
    return parts


class Shrinker:
    """history: [time, player, steps] of each episode, in their order. replay(episodes of each player): the failure, or
    None. split(data) and words(part) say of what a message is made, and join() makes it of them again."""

    def __init__(self, talk, history, failed_at, replay, seconds):
        self.talk, self.history, self.failed_at, self.replay = talk, history, failed_at, replay
        self.until = time.monotonic() + seconds
        self.failure, self.trials = None, 0

    def fails(self, episodes, tries=TRIES):
        """episodes: (player, steps) pairs."""
        players = {}
        for player, steps in episodes:
            if steps:
                players.setdefault(player, []).append(list(steps))
        if not players:
            return False
        times = next((times for most, times in TIMES if sum(map(len, players.values())) <= most), 1)
        for _ in range(tries):
            if time.monotonic() > self.until:
                return False
            self.trials += 1
            failure = self.replay([each * times for each in players.values()])
            if failure:
                self.failure = failure
                return True
        return False

    def run(self):
        """The (player, steps) pairs that still fail, or None where the failure does not come again."""
        episodes = self.window()
        if episodes is None:
            return None
        episodes = minimize(episodes, self.fails, self.until)
        episodes = self.steps(episodes)
        episodes = self.joined(episodes)
        for pieces, whole in ((self.talk.split, b"".join), (self.talk.words, self.talk.join)):
            episodes = self.data(episodes, pieces, whole)
        return self.steps(episodes)

    def window(self):
        """The last episodes that do it: of the last second, the last three, and so on."""
        tried = 0
        for seconds in (0.5, 1.5, 3, 6, 12, 25, 60):
            episodes = [(player, steps) for at, player, steps in self.history if at > self.failed_at - seconds]
            if len(episodes) > tried and self.fails(episodes, 2):
                return episodes
            tried = len(episodes)
        return episodes if self.fails(episodes, 6) else None

    def steps(self, episodes):
        flat = [(n, player, step) for n, (player, steps) in enumerate(episodes) for step in steps]

        def built(parts):
            made = {}
            for n, player, step in parts:
                made.setdefault((n, player), []).append(step)
            return [(player, steps) for (_, player), steps in sorted(made.items(), key=lambda item: item[0][0])]
        return built(minimize(flat, lambda parts: self.fails(built(parts)), self.until))

    def joined(self, episodes):
        """Writes that follow each other on one connection are one, where that still fails."""
        made = []
        for player, steps in episodes:
            new = []
            for step in steps:
                if new and step[0] == "send" == new[-1][0] and new[-1][1] == step[1]:
                    new[-1] = ("send", step[1], new[-1][2] + step[2])
                else:
                    new.append(step)
            made.append((player, new))
        return made if made != episodes and self.fails(made) else episodes

    def data(self, episodes, pieces, whole):
        """The same with parts of each write missing."""
        for e, (player, steps) in enumerate(episodes):
            for s, step in enumerate(steps):
                if step[0] != "send" or time.monotonic() > self.until:
                    continue

                def with_data(parts, e=e, s=s, step=step):
                    new = [(p, list(each)) for p, each in episodes]
                    new[e][1][s] = ("send", step[1], whole(parts))
                    return new
                parts = pieces(step[2])
                if parts is None or whole(parts) != step[2]:
                    continue
                parts = minimize(parts, lambda parts: parts and self.fails(with_data(parts)), self.until)
                episodes = with_data(parts)
        return episodes


def literal(data):
    """As Python writes it, and what is repeated many times shortly."""
    parts, at = [], 0
    for run in re.finditer(rb"(.)\1{60,}", data, re.S):
        parts += [repr(data[at:run.start()])] if run.start() > at else []
        parts.append("%r * %d" % (run[1], len(run[0])))
        at = run.end()
    return " + ".join(parts + ([repr(data[at:])] if at < len(data) or not parts else []))


def printed(episodes):
    """As lines of Python, for a regression test."""
    lines = []
    for n, (_, steps) in enumerate(episodes):
        names = {}
        for step in steps:
            if step[0] == "wait":
                lines.append("    time.sleep(%.3f)" % (step[1] / 1000.0))
                continue
            if step[1] not in names:
                names[step[1]] = "c%d_%d" % (n, step[1])
                lines.append("    %s = p.client()" % names[step[1]])
            name = names[step[1]]
            lines.append("    " + {
                "send": lambda: "%s.sendall(%s)" % (name, literal(step[2])),
                "hear": lambda: "%s.recv(65536)  # up to %d ms" % (
                    name, step[2]), "fin": lambda: "%s.shutdown(socket.SHUT_WR)" % name,
                    "close": lambda: name + ".close()",
                "rst": lambda: "reset(%s)" % name, "deaf": lambda: "# %s reads no more" % name}[step[0]]())
    return "\n".join(lines)


def size(episodes):
    return sum(len(step[2]) for _, steps in episodes for step in steps if step[0] == "send")
