"""How hostile clients behave, whatever they speak: torn writes, pauses, several connections, ends by FIN and RST; and how
words are made wrong."""


class Script:
    """The steps of one episode (see world.Player)."""

    def __init__(self, random):
        self.random, self.steps = random, []

    def send(self, data, slot=0, torn=None):
        """In one write, or torn anywhere."""
        if torn is None:
            torn = self.random.random() < 0.25
        if torn and len(data) > 1:
            cuts = sorted(self.random.randrange(1, len(data)) for _ in range(self.random.randint(1, 4)))
            for a, b in zip([0] + cuts, cuts + [len(data)]):
                if b > a:
                    self.steps.append(("send", slot, bytes(data[a:b])))
                    if self.random.random() < 0.7:
                        self.wait(self.random.choice((0, 0, 1, 5, 20)))
        else:
            self.steps.append(("send", slot, bytes(data)))
        return self

    def crawl(self, data, slot=0):
        """A request that is too large to be kept, the end of it byte by byte."""
        self.steps.append(("send", slot, data[:-30]))
        for n in range(len(data) - 30, len(data) - self.random.choice((0, 0, 5))):
            self.wait(self.random.choice((10, 50, 100))).steps.append(("send", slot, data[n:n + 1]))
        return self

    def devour(self, data, slot=0):
        """Asks for much, and does not read it."""
        self.do("deaf", slot).steps.append(("send", slot, data))
        return self.wait(self.random.choice((100, 1500)))

    def wait(self, milliseconds):
        self.steps.append(("wait", milliseconds))
        return self

    def hear(self, slot=0, milliseconds=50):
        self.steps.append(("hear", slot, milliseconds))
        return self

    def do(self, what, slot=0):
        self.steps.append((what, slot))
        return self

    def end(self, slots=1):
        """How each of its connections ends."""
        for slot in range(slots):
            if self.random.random() < 0.6:
                self.hear(slot, self.random.choice((1, 10, 50, 200)))
            if self.random.random() < 0.6:
                self.wait(self.random.choice((0, 1, 5, 30, 80)))
            way = self.random.choice(("rst", "close", "close", "fin"))
            self.do(way, slot)
            if way == "fin":
                self.hear(slot, 20)
        return self.steps


def mistaken(words, random, pool, how_often=0.4):
    """These words, some of them doubled, missing, exchanged for one of the pool, or in another case; the first one stays."""
    words = list(words)
    while random.random() < how_often:
        at = random.randrange(len(words))
        way = random.random()
        if way < 0.35:
            words.insert(at, words[at]) if at else words.append(words[-1])
        elif way < 0.55 and len(words) > 1 and at:
            del words[at]
        elif way < 0.75:
            words.insert(max(1, at), random.choice(pool))
        elif way < 0.9 and at:
            words[at] = random.choice(pool)
        else:
            words[at] = random.choice((words[at].upper(), words[at].lower(), words[at].title()))
    return words
