"""The admin port of a proxy: requests as raw text, commands of one line."""
import json
import re
import socket

import windows
from harness import LONG, Proxy, read_all, wait_until


def samples(text):
    """The value of each series of metrics."""
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")}


class AdminProxy(Proxy):
    """A proxy with an admin port: over TCP, and with `path` over a UNIX socket, too, where there are any."""

    def __init__(self, *targets, path=None, settings=None, **kw):
        listen = ["127.0.0.1:0"] + (["unix:" + path] if path and not windows.IS else [])
        super().__init__(*targets, settings={"admin__listen": ",".join(listen), **(settings or {})}, **kw)
        self.path = path
        self.admin_port = int(wait_until(self._admin, LONG).group(1))

    def _admin(self):
        return next(filter(None, (re.search(r"Admin port is on 127\.0\.0\.1:(\d+)", line) for line in list(self.out))), None)

    def admin_socket(self, local=False):
        """A connection to the admin port."""
        if local:
            windows.need_unix_sockets()
        s = socket.socket(socket.AF_UNIX if local else socket.AF_INET)
        s.settimeout(LONG)
        s.connect(self.path if local else ("127.0.0.1", self.admin_port))
        return s

    def raw(self, text, local=False):
        """All that is answered."""
        with self.admin_socket(local) as s:
            s.sendall(text)
            return read_all(s)

    def http(self, path, method="GET", local=False, host="localhost", body=b"", **fields):
        """The status and the body of the answer. fields: an underscore stands for a hyphen."""
        lines = ["%s %s HTTP/1.1" % (method, path), "Host: " + host]
        lines += ["%s: %s" % (name.replace("_", "-"), value) for name, value in fields.items()]
        if body:
            lines.append("Content-Length: %d" % len(body))
        head, _, answer = self.raw("\r\n".join(lines + ["", ""]).encode() + body, local).partition(b"\r\n\r\n")
        return int(head.split(b" ")[1]), answer.decode()

    def post(self, path, **kw):
        return self.http(path, "POST", Content_Type="application/json", **kw)

    def command(self, line):
        """The exit code and the text of a command."""
        code, _, text = self.raw(b"--code " + line.encode() + b"\n", local=True).decode().partition("\n")
        return int(code), text

    def shown(self, what):
        """What a command shows, as JSON."""
        code, text = self.command("show %s --json" % what)
        if code != 0:
            raise AssertionError(text)
        return json.loads(text)
