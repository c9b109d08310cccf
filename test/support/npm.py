"""Packages for Node.js, got from their registry."""
import os
import shutil
import subprocess

from harness import LONG

IS_THERE = bool(shutil.which("npm") and shutil.which("node"))


def fetch(folder, *packages, native=False):
    """Whether they could be had. native: with parts that are compiled for this system."""
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", *([] if native else ["--omit=optional"]), "--prefix",
                           folder, *packages], capture_output=True, timeout=LONG * 6)
    return done.returncode == 0


def environment(folder):
    """For a script of ours that uses them."""
    return dict(os.environ, NODE_PATH=folder + "/node_modules")
