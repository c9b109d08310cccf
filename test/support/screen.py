"""A program in a pseudo-terminal, and what its window shows."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time

SEQUENCE = re.compile(r"\x1b\[(\??)([\d;]*)([A-Za-z])")


class Screen:
    """The lines of a window, as much of a VT100 as proximux top needs."""

    def __init__(self):
        self.lines = [""]
        self.row = self.column = 0
        self.modes = set()
        self.overflow = 0  # the longest line that was ever written
        self.rest = ""

    def feed(self, text):
        text, self.rest = self.rest + text, ""
        at = 0
        while at < len(text):
            found = SEQUENCE.match(text, at)
            if found:
                self.control(*found.groups())
                at = found.end()
            elif text[at] == "\x1b":
                if len(text) - at > 16:
                    raise AssertionError("unknown sequence: %r" % text[at:at + 16])
                self.rest = text[at:]
                return
            else:
                self.put(text[at])
                at += 1

    def control(self, private, numbers, letter):
        if letter in "hl" and private:
            (self.modes.add if letter == "h" else self.modes.discard)(numbers)
        elif letter == "H" and not numbers:
            self.row = self.column = 0
        elif letter == "K" and not numbers:
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif letter == "J" and not numbers:
            self.lines[self.row] = self.lines[self.row][:self.column]
            del self.lines[self.row + 1:]
        elif letter != "m":
            raise AssertionError("unknown sequence: %s%s%s" % (private, numbers, letter))

    def put(self, c):
        if c == "\r":
            self.column = 0
        elif c == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + c + line[self.column + 1:]
            self.column += 1
            self.overflow = max(self.overflow, self.column)


class Windowed:
    """A program that has a terminal of its own."""

    def __init__(self, command, env, columns=80, rows=24):
        self.master, self.slave = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.slave)
        self.screen = Screen()
        self.raw = ""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.process = subprocess.Popen(command, env=env, stdin=self.slave, stdout=self.slave, stderr=subprocess.PIPE,
                                        start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while not self._ended.is_set():
            if select.select([self.master], [], [], 0.05)[0]:
                text = os.read(self.master, 65536).decode()
                with self._lock:
                    self.raw += text
                    self.screen.feed(text)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.master, keys)

    def shows(self, predicate, timeout):
        """The lines of the window, once predicate(lines) is true of them; None: it never was."""
        end = time.monotonic() + timeout
        while True:
            with self._lock:
                lines = list(self.screen.lines)
            if predicate(lines):
                return lines
            if time.monotonic() > end:
                return None
            time.sleep(0.01)

    def settings(self):
        return termios.tcgetattr(self.slave)

    def wait(self, timeout):
        """The exit code, and what it has written to standard error."""
        errors = self.process.communicate(timeout=timeout)[1].decode()
        return self.process.returncode, errors

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        self._ended.set()
        self._reader.join()
        os.close(self.master)
        os.close(self.slave)
