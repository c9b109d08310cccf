"""Random sessions of PostgreSQL: what a client may say that only its own session, or its own tables, answer."""
import random

from postgres import EXECUTE, SYNC, bind, message, parse, query, texts

SETTINGS = (("work_mem", "'%dMB'", (1, 9)), ("extra_float_digits", "%d", (0, 3)), ("application_name", "'a%d'", (1, 5)),
            ("statement_timeout", "%d", (50000, 60000)), ("timezone", "'Etc/GMT+%d'", (1, 9)),
            ("search_path", "public, s%d", (1, 3)), ("datestyle", "'ISO, %s'", ("DMY", "MDY")))


class Session:
    """Says what one client says next, each as the bytes of one request. ties: whether it does what outlasts a transaction."""

    def __init__(self, client, seed, ties):
        self.client, self.rng, self.ties, self.count = client, random.Random(seed), ties, 0

    def next(self):
        self.count += 1
        menu = [(self.reading, 6), (self.writing, 4), (self.transaction, 6), (self.setting, 4), (self.protocol, 5),
                (self.mistake, 1), (self.definition, 1), (self.cursor, 1), (self.pipeline, 2), (self.copy, 1)]
        if self.ties:
            menu += [(self.temporary, 3), (self.listening, 2), (self.locking, 2), (self.preparing, 2), (self.role, 1)]
        acts, weights = zip(*menu)
        return self.rng.choices(acts, weights)[0]()

    def any(self, *choices):
        return self.rng.choice(choices)

    def sql(self, *choices):
        return query(self.any(*choices).format(c=self.client, n=self.rng.randrange(50)))

    def reading(self):
        return self.sql("select {n} + 1", "select count(*), sum(a) from t{c}", "select a from t{c} where a < {n} order by a limit 3",
                        "select current_user, current_database() is not null", "show work_mem", "show search_path", "show timezone",
                        "select current_setting('application_name')", "select '2024-05-06'::date::text", "select 1.0::float8 / 3", "")

    def writing(self):
        return self.sql("insert into t{c} values ({n})", "insert into t{c} values ({n}) returning a", "update t{c} set a = a + 1 where a = {n}",
                        "delete from t{c} where a > {n}", "insert into k{c} values ({n})", "select nextval('q{c}')")

    def transaction(self):
        return self.sql("begin", "begin", "commit", "commit", "rollback", "savepoint a", "rollback to a", "release a", "end",
                        "begin; insert into t{c} values ({n}); commit", "begin isolation level repeatable read", "abort")

    def setting(self):
        name, form, of = self.any(*SETTINGS)
        value = form % (self.any(*of) if isinstance(of[0], str) else self.rng.randint(*of))
        return self.sql("set %s = %s" % (name, value), "set %s to %s" % (name, value), "reset " + name, "show " + name,
                        "set local %s = %s" % (name, value), "reset all", "set %s = nothing{n}{n}" % name, "show " + name, "discard all")

    def temporary(self):
        return self.sql("create temp table x (a int)", "insert into x values ({n})", "select count(*) from x", "drop table x",
                        "create temp table y (a int) on commit drop", "select count(*) from y", "discard temp", "drop table if exists x")

    def listening(self):
        return self.sql("listen l{c}", "unlisten l{c}", "notify l{c}, '{n}'", "unlisten *", "select pg_listening_channels()")

    def locking(self):
        name = "%s(%d)" % (self.any("pg_advisory_lock", "pg_try_advisory_lock", "pg_advisory_unlock", "pg_advisory_unlock"),
                           self.client * 10 + self.rng.randrange(3))
        return self.sql("select " + name, "select pg_advisory_unlock_all()",
                        "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()")

    def preparing(self):
        return self.sql("prepare p as select {n}", "execute p", "deallocate p", "deallocate all", "prepare r(int) as select $1 + {n}",
                        "execute r(2)", "select count(*) from pg_prepared_statements where from_sql")

    def role(self):
        return self.sql("set role anna", "reset role", "set role none", "select current_user")

    def cursor(self):
        return self.sql("declare c cursor for select generate_series(1, {n})", "fetch 2 from c", "close c", "move 1 in c",
                        *(("declare c cursor with hold for select generate_series(1, {n})",) if self.ties else ()))

    def mistake(self):
        return self.sql("selec 1", "select 1 / 0", "select * from nothing", "select 'x'::int", "insert into k{c} values (1), (1)")

    def definition(self):
        return self.sql("create table u{c} (a int)", "drop table u{c}", "alter table u{c} add column b int", "insert into u{c} values ({n})",
                        "select * from u{c}", "truncate t{c}", "comment on table t{c} is '{n}'")

    def copy(self):
        """With its rows, which a server that refuses it drops."""
        if self.rng.random() < 0.5:
            return self.sql("copy t{c} to stdout", "copy (select {n}) to stdout")
        rows = "".join("%d\n" % self.rng.randrange(50) for _ in range(self.rng.randrange(4))) + self.any("", "", "x\n")
        return self.sql("copy t{c} from stdin") + message(b"d", rows.encode()) + message(self.any(b"c", b"c", b"f"), b"")

    # -- of the extended protocol

    def text(self):
        return self.any("select {n}", "select a from t{c} order by a limit 2", "insert into t{c} values ({n})", "select $1", "selec 1",
                        "select * from u{c}", "show work_mem", "select 1 / ({n} - {n})", "begin", "commit", "deallocate all",
                        "set timezone = 'Etc/GMT+{n}'").format(c=self.client, n=self.rng.randrange(5))

    def piece(self):
        name = self.any("", "", "a", "b")
        run = bind(name) + self.any(b"", message(b"D", b"P\0")) + EXECUTE
        return self.any(lambda: parse(self.text(), name) + run, lambda: parse(self.text(), name) + message(b"D", b"S" + texts(name)) + run,
                        lambda: run, lambda: message(b"C", b"S" + texts(name)), lambda: message(b"D", b"S" + texts(name)))()

    def protocol(self):
        return self.piece() + SYNC

    def pipeline(self):
        return b"".join(self.piece() for _ in range(self.rng.randint(2, 4))) + SYNC
