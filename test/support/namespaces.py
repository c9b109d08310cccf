"""Network namespaces for tests, where the system and our rights allow them."""
import ctypes
import os
import subprocess
import threading

from harness import LONG

CLONE_NEWNET = 0x40000000


def ip(*args):
    """Whether it was done."""
    try:
        return subprocess.run(["ip"] + list(args), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def enter(name):
    """The calling thread, and what sockets it makes, are in there from here on."""
    with open("/var/run/netns/" + name) as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def within(name, call):
    """call(), in a thread that is in there."""
    result = []

    def run():
        enter(name)
        result.append(call())
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(LONG)
    return result[0]


def own(name):
    """The name of a namespace that no other test has."""
    return "proximux-%d-%s" % (os.getpid(), name)
