#!/usr/bin/env python3
"""Runs the unit tests or the system tests of the program for Windows, in a Wine of their own.

    python3 test/packages/under_wine.py FOLDER unit|system [NAME ...]
    python3 test/packages/under_wine.py FOLDER command COMMAND [ARGUMENT ...]

FOLDER has proximux.exe and proximux-unit.exe. Closes with "N passed, N failed". NAME: a module, or part of a test's name.
COMMAND: other tests, of this system; PROXIMUX_BIN and PROXIMUX_CMD are the command line of the program.
PROXIMUX_SLOW: as in test/run.py. PROXIMUX_LOAD: the proximux-load of this system.
"""
import os
import subprocess
import sys
import tempfile

TEST = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TEST, "support"))

from wine import WINE, Wine  # noqa: E402


def main():
    if len(sys.argv) < 3 or sys.argv[2] not in ("unit", "system", "command"):
        print(__doc__, file=sys.stderr)
        return 64
    folder, suite, names = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3:]
    wine = Wine()
    try:
        ours = {k: v for k, v in os.environ.items() if k in ("PROXIMUX_SLOW", "PROXIMUX_LOAD")}
        environment = dict(wine.env, PROXIMUX_BACKEND="poll", PROXIMUX_BIN="%s/wine64 %s/proximux.exe" % (WINE, folder), **ours)
        if suite == "unit":
            return unit([WINE + "/wine64", folder + "/proximux-unit.exe"] + names, environment)
        if suite == "command":
            return subprocess.call(names, env=dict(environment, PROXIMUX_CMD=environment["PROXIMUX_BIN"]), stdin=subprocess.DEVNULL)
        command = [sys.executable, os.path.join(TEST, "run.py"), "system"]
        return subprocess.call(command + names, env=environment, stdin=subprocess.DEVNULL)
    finally:
        wine.remove()


def unit(command, environment):
    """Runs them and shows what they say, with the ends of lines of this system."""
    with tempfile.TemporaryFile() as said:
        code = subprocess.call(command, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        said.seek(0)
        print(said.read().decode("utf-8", "replace").replace("\r", ""), end="", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
