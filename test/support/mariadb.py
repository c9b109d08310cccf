"""A MariaDB server of a test's own."""
import os
import subprocess

from harness import LONG
from peer import PeerCase

USER = ["--user=root"] if os.getuid() == 0 else []


def login(p, user="root", tls=("--skip-ssl",)):
    """What names the server to one of its clients: this proxy."""
    return ["--no-defaults", "-h127.0.0.1", "-P%d" % p.port, "-u" + user, *tls]


class MariaDBCase(PeerCase):
    SERVER = ["mariadbd", "--no-defaults", "--datadir={folder}/data", "--socket={folder}/s", "--tmpdir={folder}", "--port={port}",
              "--bind-address=127.0.0.1", "--skip-name-resolve", "--max-allowed-packet=64M",
              "--debug-no-sync", "--innodb-flush-method=nosync", *USER]  # its disk is not tested

    @classmethod
    def prepare(cls):
        made = subprocess.run(["mariadb-install-db", "--no-defaults", "--datadir=%s/data" % cls.folder,
                               "--auth-root-authentication-method=normal", *USER], capture_output=True, timeout=LONG * 4,
                              env=dict(os.environ, TMPDIR=cls.folder))  # each that starts removes all others' files there
        if made.returncode != 0:
            raise AssertionError(made.stderr.decode("utf-8", "replace")[-2000:])
