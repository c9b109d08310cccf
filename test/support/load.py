"""proximux-load, built beside the program, else named by PROXIMUX_LOAD: a target that echoes, and clients that verify each
byte."""
import os
import subprocess

from harness import BIN

LOAD = os.environ.get("PROXIMUX_LOAD") or os.path.join(os.path.dirname(BIN), "proximux-load")


class Echo:
    """A target in a separate process."""

    def __init__(self, **options):
        self.p = subprocess.Popen([LOAD, "echo"] + words(options), stdout=subprocess.PIPE)
        self.host, self.port = "127.0.0.1", int(self.p.stdout.readline())

    def cpu(self):
        """CPU time in seconds."""
        with open("/proc/%d/schedstat" % self.p.pid) as f:
            return int(f.read().split()[0]) / 1e9

    def stop(self):
        self.p.kill()
        self.p.wait()
        self.p.stdout.close()


def words(options):
    return ["%s=%s" % each for each in options.items()]


def asked(port, timeout=600, **options):
    """The results by name. Raises if a client received a wrong byte, or nothing for 30 s."""
    done = subprocess.run([LOAD, "ask", "port=%d" % port] + words(options), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=timeout)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode("utf-8", "replace")[-2000:])
    return {k: float(v) for k, v in (word.split("=") for word in done.stdout.decode().split())}
