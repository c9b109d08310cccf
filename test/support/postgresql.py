"""A PostgreSQL server of a test's own."""
import glob
import os
import pwd
import shutil
import subprocess

from peer import PeerCase


def own(*command):
    """The server refuses root."""
    return (("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()) + command


class PostgresqlCase(PeerCase):
    OPTIONS = ()
    BIN = (sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [""])[-1]

    @classmethod
    def prepare(cls):
        if os.getuid() == 0:
            shutil.chown(cls.folder, pwd.getpwnam("postgres").pw_uid)
        subprocess.check_call(own(cls.BIN + "/initdb", "-A", "trust", "-U", "me", "-D", cls.folder + "/data"),
                              stdout=subprocess.DEVNULL, cwd="/")
        cls.SERVER = own(cls.BIN + "/postgres", "-D", "{folder}/data", "-p", "{port}", "-k", "{folder}", "-h", "127.0.0.1",
                         *cls.OPTIONS)

    @classmethod
    def is_ready(cls):
        asked = (cls.BIN + "/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(cls.port))
        return subprocess.call(asked, stdout=subprocess.DEVNULL) == 0
