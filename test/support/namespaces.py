"""Network namespaces for tests, if the system and the user's rights allow them."""
import ctypes
import os
import subprocess
import threading

from harness import LONG

CLONE_NEWNET = 0x40000000


def ip(*args):
    """Runs `ip`; returns whether it succeeded."""
    try:
        return subprocess.run(["ip"] + list(args), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def enter(name):
    """Moves the calling thread, and its future sockets, into a namespace."""
    with open("/var/run/netns/" + name) as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def within(name, call):
    """Runs call() in a thread inside the namespace and returns its result."""
    result = []

    def run():
        enter(name)
        result.append(call())
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(LONG)
    return result[0]


def own(name):
    """A namespace name that no other test uses."""
    return "proximux-%d-%s" % (os.getpid(), name)
