"""The program as it was compiled for Windows, run by Wine: PROXIMUX_BIN="wine64 .../proximux.exe". What a test needs that is
not there, and why; all such tests are skipped by name. Processes, files and sockets of Wine are those of Linux, so the tests
themselves run on Linux."""
import fnmatch
import os
import signal
import unittest

IS = os.environ.get("PROXIMUX_BIN", "").endswith(".exe")

SIGNALS = "signals of POSIX; Ctrl-C is one for INT and TERM"
DAEMON = "a daemon; Windows has services, which test/packages tests"
SERVICE_MANAGER = "systemd"
KEEP_ALIVE = "times of keep-alive; Wine 8 sets none of them, nor says which are set"
PIPE = "an error of its own for what is sent behind RST: it is ECONNRESET"
RESET = "RST of a peer, which Wine 8 shows as the end behind FIN: its server takes the error from the socket"

# What tests need, by their names.
NEEDS = {
    "test_leaving.Leaving.test_endless_responses_of_leavers_use_up_no_funnel": RESET,
    "test_leaving.Leaving.test_whoever_waits_behind_a_leaver_is_served": RESET,
    "test_life.Life.test_daemon*": DAEMON,
    "test_life.Life.test_pidfile*": DAEMON,
    "test_limits.Limits.test_keep_alive_is_set_with_its_times_on_both_sides": KEEP_ALIVE,
    "test_log.Log.test_a_target_that_resets_behind_its_end_is_a_failed_write": PIPE,
    "test_service.*": SERVICE_MANAGER,
}


def skip(what):
    raise unittest.SkipTest("Windows has no such thing: " + what)


def skip_measuring(what):
    if IS:
        raise unittest.SkipTest("%s cannot be measured: part of them belongs to wineserver" % what)


def signal_for(number):
    """The signal that Wine turns into what stands for it on Windows: TERM and INT into Ctrl-C."""
    if not IS or number == signal.SIGKILL:
        return number
    if number not in (signal.SIGTERM, signal.SIGINT):
        skip(SIGNALS)
    return signal.SIGINT


def without_unfit(suite):
    """The tests; those that need something else are replaced by a skipped one of the same name."""
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            without_unfit(test)
            continue
        for pattern, what in NEEDS.items():
            if fnmatch.fnmatch(test.id(), pattern):
                method = getattr(test, test._testMethodName)
                setattr(test, test._testMethodName, unittest.skip("Windows has no such thing: " + what)(method))
    return suite
