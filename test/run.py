#!/usr/bin/env python3
"""Runs the tests of a folder (system, peers, long) against the program, and closes with "N passed, N failed".

    PROXIMUX_BIN=build/test/proximux python3 test/run.py system [PART-OF-A-NAME ...]

PROXIMUX_BIN      the program; may be a command: "wine64 build/windows/program/proximux.exe"
PROXIMUX_BACKEND  its io.backend (auto)
PROXIMUX_SLOW     multiplies every time limit (1 to 5, as slow as this machine is)
"""
import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "support"))
sys.dont_write_bytecode = True

import windows  # noqa: E402


class Result(unittest.TextTestResult):
    """Says how long each test took, where that is much."""

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        took = time.monotonic() - self.started
        if took > 5:
            self.stream.writeln("    %s took %.1f s" % (test, took))


def whole(test):
    """The name of a test, also for a part of it (subTest)."""
    return getattr(test, "test_case", test).id()


def main():
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    loader = unittest.TestLoader()
    if sys.argv[2:]:
        loader.testNamePatterns = ["*%s*" % name for name in sys.argv[2:]]
    folder = os.path.join(HERE, sys.argv[1])
    suite = loader.discover(folder, top_level_dir=folder)
    if windows.IS:
        suite = windows.without_unfit(suite)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1, resultclass=Result).run(suite)
    skipped = sorted({(whole(test), reason) for test, reason in result.skipped})
    for name, reason in skipped:
        print("skipped: %s: %s" % (name, reason))
    failed = {whole(test) for test, _ in result.failures + result.errors}
    left = result.testsRun - len({name for name, _ in skipped} | failed)
    print("%d passed, %d failed" % (left, len(failed)), flush=True)
    return 0 if left > 0 and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
