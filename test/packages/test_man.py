"""The manual page, as two formatters read it."""
import os
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "packaging/man/proximux.1")


class Man(unittest.TestCase):
    def test_has_no_mistake_for_mandoc(self):
        run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", PAGE], stdout=subprocess.PIPE, text=True)
        self.assertEqual((run.returncode, run.stdout), (0, ""))

    def test_has_no_warning_for_man(self):
        run = subprocess.run(["man", "--warnings", "-l", PAGE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env=dict(os.environ, MANROFFSEQ="", MANWIDTH="80", LC_ALL="C.UTF-8"))
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("exchange.mode", run.stdout)
