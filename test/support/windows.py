"""The program as it was compiled for Windows, run by Wine: PROXIMUX_BIN="wine64 .../proximux.exe". What a test needs that is
not there, and why; all such tests are skipped by name. Processes, files and sockets of Wine are those of Linux, so the tests
themselves run on Linux."""
import fnmatch
import os
import signal
import unittest

IS = os.environ.get("PROXIMUX_BIN", "").endswith(".exe")

SIGNALS = "Windows has no signals of POSIX; Ctrl-C stands for INT and TERM"
DAEMON = "Windows has no daemons; its services are tested in test/packages"
UNIX_SOCKETS = "there are no UNIX sockets on Windows"
SERVICE_MANAGER = "Windows has no systemd"
INHERITANCE = "a process of Windows inherits neither limits nor descriptors of Linux"
HUNDREDS = "Wine 8 keeps the sockets of hundreds of clients once their program was killed, and spins from then on"
KEEP_ALIVE = "Wine 8 sets no times of keep-alive, nor says which are set"

# Why tests cannot run, by their names.
MISSING = {
    "test_access_hook.*": UNIX_SOCKETS,
    "test_admin_commands.*": UNIX_SOCKETS,
    "test_certificates.*": UNIX_SOCKETS,
    "test_life.Life.test_daemon*": DAEMON,
    "test_life.Life.test_pidfile*": DAEMON,
    "test_limits.Limits.test_idle_clients_cost_no_time": HUNDREDS,
    "test_limits.Limits.test_keep_alive_is_set_with_its_times_on_both_sides": KEEP_ALIVE,
    "test_oracle.*": "Wine 8 takes a millisecond and more to poll 200 sockets: too slow on a loaded machine",
    "test_reload.Reload.test_a_relative_path_is_that_of_the_start": DAEMON,
    "test_service.*": SERVICE_MANAGER,
    "test_services.Services.test_the_service_manager_*": SERVICE_MANAGER,
    "test_top.*": UNIX_SOCKETS,
    "test_unix_addresses.*": UNIX_SOCKETS,
    "test_unix_sockets.*": UNIX_SOCKETS,
}


def skip(why):
    raise unittest.SkipTest(why)


def need_unix_sockets():
    """What comes next uses one."""
    if IS:
        skip(UNIX_SOCKETS)


def sockets():
    """The number of sockets of all programs, which wineserver keeps for them, and its own, which do not change."""
    prefix = os.stat(os.environ["WINEPREFIX"])
    home = "/server-%x-%x" % (prefix.st_dev, prefix.st_ino)
    for process in filter(str.isdigit, os.listdir("/proc")):
        folder = "/proc/%s/" % process
        if target(folder + "cwd").endswith(home):
            return sum(target(folder + "fd/" + fd).startswith("socket:") for fd in os.listdir(folder + "fd"))
    raise AssertionError("no wineserver for %s" % os.environ["WINEPREFIX"])


def target(link):
    """What a link points to; nothing if it is gone or not ours."""
    try:
        return os.readlink(link)
    except OSError:
        return ""


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
        for pattern, why in MISSING.items():
            if fnmatch.fnmatch(test.id(), pattern):
                method = getattr(test, test._testMethodName)
                setattr(test, test._testMethodName, unittest.skip(why)(method))
    return suite
