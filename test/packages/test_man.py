"""The manual pages, as two formatters read them."""
import os
import re
import subprocess
import tempfile
import unittest

from harness import BIN

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGES = [os.path.join(ROOT, "packaging/man", name) for name in ("proximux.1", "proximux.ini.5")]


class Man(unittest.TestCase):
    def shown(self, page):
        run = subprocess.run(["man", "--warnings", "-l", page], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=dict(os.environ, MANROFFSEQ="", MANWIDTH="80", LC_ALL="C.UTF-8"))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout

    def test_have_no_mistake_for_mandoc(self):
        run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning"] + PAGES, stdout=subprocess.PIPE, text=True)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_have_no_warning_for_man(self):
        program, settings = map(self.shown, PAGES)
        self.assertIn("--check-config", program)
        self.assertIn("proximux.ini(5)", program)
        self.assertRegex(settings, r"(?m)^ +exchange\.mode$")
        self.assertIn("proximux(1)", settings)

    def test_examples_of_configurations_are_accepted(self):
        with open(PAGES[1]) as f:
            examples = re.findall(r"(?ms)^\.EX\n(.*?)^\.EE$", f.read())
        self.assertEqual(len(examples), 2)
        for example in examples:
            with tempfile.NamedTemporaryFile("w", suffix=".ini") as f:
                f.write(example)
                f.flush()
                run = subprocess.run([BIN, "--config", f.name, "--check-config"], stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)
            self.assertEqual(run.returncode, 0, example + run.stdout)
