"""A real PostgreSQL that fifo and funnel share: it asks for SCRAM, MD5, a password or nothing, by the name of the user."""
import os
import socket
import subprocess

from harness import LONG
from postgres import Client, Error, query
from postgresql import PostgresqlCase


class DirectPeer:
    """The server itself, as if it were a proxy."""

    def __init__(self, port):
        self.port = port

    def client(self):
        return socket.create_connection(("127.0.0.1", self.port), LONG)


class SharedPeerCase(PostgresqlCase):
    @classmethod
    def prepare(cls):
        super().prepare()
        with open(cls.folder + "/data/pg_hba.conf", "w") as f:
            f.write("host all me 127.0.0.1/32 trust\nhost all anna 127.0.0.1/32 scram-sha-256\n"
                    "host all bert 127.0.0.1/32 md5\nhost all carl 127.0.0.1/32 password\n")
        cls.SERVER = cls.SERVER + ("-c", "max_connections=40")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct("create role anna login password 'pencil'", "set password_encryption = md5",
                   "create role bert login password 'pencil'", "create role carl login password 'pencil'",
                   "create database shop", "create database store", "grant all on schema public to public")
        cls.direct("grant all on schema public to public", database="shop")
        cls.users = cls.folder + "/users"
        verifier = cls.direct("select rolpassword from pg_authid where rolname = 'anna'").decode().strip()
        digest = cls.direct("select rolpassword from pg_authid where rolname = 'bert'").decode().strip()
        with open(cls.users, "w") as f:
            f.write('"me" "any"\n"anna" "%s"\n"bert" "%s"\n"carl" "pencil"\n' % (verifier, digest))

    @classmethod
    def direct(cls, *commands, database="postgres"):
        args = [a for c in commands for a in ("-c", c)]
        return subprocess.check_output(("psql", "-X", "-At", "-h", "127.0.0.1", "-p", str(cls.port), "-U", "me", database, *args))

    def shared(self, mode, connections, **settings):
        return self.share("postgresql", mode, connections, auth__file=self.users, **settings)

    def psql(self, p, *commands, user="me", password="any", database="postgres", text=None):
        args = [a for c in commands for a in ("-c", c)]
        return self.run_tool("psql", "-X", "-At", "-h", "127.0.0.1", "-p", str(p.port), "-U", user, database, *args,
                             text=text, env=dict(os.environ, PGPASSWORD=password))

    def bench(self, p, *args):
        return self.run_tool(self.BIN + "/pgbench", "-h", "127.0.0.1", "-p", str(p.port), "-U", "me", *args, "postgres",
                             env=dict(os.environ, PGPASSWORD="any"))

    def connect(self, p, **how):
        c = Client(p, **{"user": "me", "password": "any", "database": "postgres", **how})
        self.addCleanup(c.close)
        return c

    def value(self, c, sql):
        rows = self.run_query(c, sql)
        return rows[0] if rows else None

    def run_query(self, c, sql):
        c.s.sendall(query(sql))
        rows = []
        for kind, body in c.until():
            if kind == b"E":
                raise Error(body)
            if kind == b"D":
                rows.append(body[6:].decode() if body[2:6] != b"\xff" * 4 else None)
        return rows
