"""Real servers, each on a port of its own, started anew for each run."""
import os
import signal
import subprocess

from harness import LONG, free_port, listens, terminate, wait_until

PATH = os.environ["PATH"] + ":/usr/sbin:/usr/lib/cgi-bin"


class Server:
    COMMAND = ()
    THREADS = 1   # that take connections in turn, and may each hang alone

    def __init__(self, folder):
        self.folder = os.path.join(folder, type(self).__name__)
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self.port = free_port()
        self.prepare()
        command = [word.format(port=self.port, folder=self.folder) for word in self.COMMAND]
        self.log = open(os.path.join(self.folder, "output"), "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        cwd=self.folder, env=dict(os.environ, PATH=PATH))
        if not wait_until(lambda: not self.alive() or listens(self.port), LONG) or not self.alive():
            self.stop()
            with open(self.log.name) as f:
                raise AssertionError("%s is not ready: %s" % (command[0], f.read()[-2000:]))

    def prepare(self):
        pass

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        return path

    def alive(self):
        return self.process.poll() is None

    def has_crashed(self, timeout):
        """Whether it ends within this time by a fault of its own."""
        try:
            return self.process.wait(timeout) in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
        except subprocess.TimeoutExpired:
            return False

    def stop(self):
        terminate(self.process)
        self.log.close()


class Redis(Server):
    COMMAND = ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "", "--dir", "{folder}",
               "--maxmemory",
               "256mb", "--maxmemory-policy", "allkeys-random")

    def stop(self):
        self.process.kill()  # nothing of it is kept, whatever it was told
        super().stop()


class Memcached(Server):
    COMMAND = ("memcached", "-l", "127.0.0.1", "-p", "{port}", "-U", "0", "-u", "nobody", "-m", "64", "-t", "2")
    THREADS = 2   # one that enables the LRU crawler waits for its signal, and can miss it (1.6.18)
