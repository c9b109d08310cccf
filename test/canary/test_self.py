"""The canary itself: it is silent where a target is right, and says what is wrong, with a short input, where one is not."""
import tempfile

from canary import CanaryCase
from shrink import size
from talk_line import AnswersTwice, Frames, Length, Line, Lines, SwallowsOne


class Self(CanaryCase):
    def test_a_right_target_harms_nobody(self):
        for talk, server in ((Line, Lines), (Length, Frames)):
            self.run_server(talk, server, 3)

    def found(self, server_class):
        """The failure of a wrong target, with the world that it was found in."""
        folder = tempfile.TemporaryDirectory(prefix="proximux-canary-")
        self.addCleanup(folder.cleanup)
        where = (Line, server_class, folder.name, "fifo", 1)
        failure, world, _ = self.once(*where, self.live, 20)
        self.assertIsNotNone(failure, "nothing was found")
        return failure, world, where

    def test_an_answer_too_many_is_found_and_its_input_is_short(self):
        failure, world, where = self.found(AnswersTwice)
        self.assertIn(failure.kind, ("foreign", "closed"))
        shrinker, episodes = self.shrunk(*where, world)
        self.assertIsNotNone(episodes, "it did not come again in %d trials: %s" % (shrinker.trials, failure))
        self.assertLess(size(episodes), 20, episodes)
        self.assertIn(b"twice", b"".join(step[2] for _, steps in episodes for step in steps if step[0] == "send"))

    def test_an_answer_too_few_is_found(self):
        self.assertIn(self.found(SwallowsOne)[0].kind, ("foreign", "closed", "lost"))
