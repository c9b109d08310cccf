"""Random sessions of MySQL: what a client may say that only its own session, or its own tables, answer.

Left out is what the documents name as a limit or otherwise (an INSERT that names the value of its id itself), and what two
servers may answer differently: numbers of connections, the time, estimates of rows, locks of the whole server, memory that
MariaDB shows where long data is empty or a user variable gets it."""
import random

from mysql_answers import BLOB, DATETIME, DOUBLE, LONG, LONGLONG, VAR_STRING
from mysql_wire import PING, RESET

DATABASES = ("shop", "store")
# What each client has of its own in each database, by its number; {c}
OBJECTS = (
    "create table t{c} (a int)", "create table k{c} (a int primary key, b varchar(20) default 'x')",
    "create table n{c} (id int auto_increment primary key, a int)", "create table g{c} (a int)", "create table m{c} (a int) engine = myisam",
    "create trigger g{c} after insert on g{c} for each row set @triggered = new.a",
    "create procedure i{c}(n int) insert into n{c} (a) values (n)",
    "create procedure b{c}() begin start transaction; insert into t{c} values (77); end")
RENEWED = ("truncate t{c}", "truncate k{c}", "truncate n{c}", "truncate g{c}", "truncate m{c}", "drop table if exists u{c}",
           "drop view if exists v{c}")
ROUTINES = (
    "create procedure sets(n int) set @a = n, @b = 'of a procedure'", "create procedure rows_twice() begin select 1; select 'b' as b; end",
    "create procedure makes() create temporary table if not exists x (a int)", "create procedure drops() drop temporary table if exists x",
    "create procedure modes() set sql_mode = 'ANSI'", "create procedure lengths() set session group_concat_max_len = 4444, wait_timeout = 4321",
    "create procedure gives(out n int, inout m int) begin set n = 5; set m = m + 1; end", "create procedure locks(n varchar(20)) do get_lock(n, 10)",
    "create procedure fails() signal sqlstate '45000' set message_text = 'as it should'",
    "create procedure handles() begin declare continue handler for sqlexception set @handled = 1; select * from nothing; end",
    "create procedure prepares() begin prepare p from 'select 6'; end", "create procedure commits() set autocommit = 1",
    "create procedure begins() set autocommit = 0", "create procedure zones() set time_zone = '+07:00'",
    "create procedure warns() select cast('9x' as int)",
    "create function of_sets(n int) returns int begin set @f = n; return n; end", "create function of_variable() returns int return @a",
    "create function of_mode() returns varchar(200) return @@sql_mode",
    "create function plus(n int) returns int deterministic return n + 1")

NUMBERS = (("wait_timeout", 500, 900), ("group_concat_max_len", 4, 30), ("sql_select_limit", 1, 4), ("div_precision_increment", 1, 8),
           ("default_week_format", 0, 6), ("net_write_timeout", 70, 90), ("lock_wait_timeout", 500, 600), 
           ("auto_increment_increment", 1, 3), ("innodb_lock_wait_timeout", 40, 50), ("max_statement_time", 90, 99),
           ("sort_buffer_size", 200000, 300000), ("max_length_for_sort_data", 100, 200), ("completion_type", 0, 1),
           ("optimizer_search_depth", 10, 20), ("interactive_timeout", 500, 600))
SWITCHES = ("foreign_key_checks", "unique_checks", "sql_safe_updates", "sql_auto_is_null", "sql_notes", "sql_warnings", "sql_big_selects",
            "sql_quote_show_create", "autocommit", "autocommit", "low_priority_updates", "explicit_defaults_for_timestamp")
WORDS = (("sql_mode", ("''", "'ANSI_QUOTES'", "'STRICT_ALL_TABLES'", "'NO_BACKSLASH_ESCAPES'", "TRADITIONAL", "'ansi'", "\"PIPES_AS_CONCAT\"",
                       "'NO_AUTO_VALUE_ON_ZERO,HIGH_NOT_PRECEDENCE'", "'ORACLE'", "'IGNORE_SPACE'", "'NONSENSE'", "default")),
         ("time_zone", ("'+00:00'", "'+03:00'", "'-09:30'", "system", "'SYSTEM'", "'Nowhere/At_All'", "default")),
         ("lc_time_names", ("'de_DE'", "'en_US'", "de_DE", "'xx_XX'")), ("tx_isolation", ("'serializable'", "'READ-COMMITTED'", "default")),
         ("character_set_results", ("latin1", "utf8mb4", "null", "'utf8mb3'", "binary")), ("character_set_client", ("latin1", "utf8mb4")),
         ("character_set_connection", ("latin1", "utf8mb4")), ("collation_connection", ("utf8mb4_bin", "latin1_swedish_ci", "latin1_bin")),
         ("default_storage_engine", ("myisam", "'InnoDB'", "nothing")), ("tx_read_only", ("0", "1", "off")),
         ("optimizer_switch", ("'mrr=on'", "'mrr=off,derived_merge=off'", "default")), ("character_set_database", ("latin1",)),
         ("collation_server", ("utf8mb4_bin",)), ("lc_messages", ("'de_DE'", "'en_US'")))
# Their values mean more than a setting: they are for the next statement, or say what the session has.
OTHERS = (("timestamp", ("1000000", "86400.5", "default")), ("insert_id", ("77", "{n}")), ("last_insert_id", ("{n}", "123")),
          ("identity", ("{n}",)), ("rand_seed1", ("{n}",)), ("rand_seed2", ("{n}",)), ("profiling", ("1", "0")), ("old_mode", ("''",)),
          ("in_predicate_conversion_threshold", ("{n}",)), ("sql_log_off", ("1",)), ("check_constraint_checks", ("0", "1")),
          ("column_compression_threshold", ("{n}",)), ("max_recursive_iterations", ("1{n}",)), ("eq_range_index_dive_limit", ("{n}",)))
SETTINGS = tuple(name for name, *_ in NUMBERS + WORDS) + SWITCHES
# All variables but those that tell the time, or the servers and connections apart.
ALL = ("select variable_name, variable_value from information_schema.session_variables where variable_name not like 'session_track%' "
       "and variable_name not in ('timestamp', 'pseudo_thread_id', 'last_insert_id', 'identity', 'hostname', 'port', 'socket', 'pid_file', "
       "'server_uid', 'datadir', 'error_count', 'warning_count', 'insert_id', 'rand_seed1', 'rand_seed2', 'log_error', "
       "'gtid_binlog_pos', 'slow_query_log_file', 'general_log_file', 'log_bin_index', 'in_transaction', 'last_gtid', 'tmpdir', "
       "'report_port', 'slave_load_tmpdir', 'aria_log_dir_path', 'wsrep_data_home_dir') order by 1")
TYPES = (LONG, LONG, LONGLONG, DOUBLE, DATETIME, VAR_STRING, BLOB)


class Session:
    """Says what one client does next. ties: whether that may outlast a transaction; inside: whether it is in one."""

    def __init__(self, client, seed, ties):
        self.client, self.rng, self.ties, self.life = client, random.Random(seed), ties, 0
        self.inside = False

    def renew(self):
        """A new session begins, in which locks of the one before are not asked for."""
        self.life += 1
        self.inside = False

    def next(self):
        menu = [(self.reading, 7), (self.writing, 5), (self.transaction, 6), (self.setting, 7), (self.encoding, 1), (self.database, 1),
                (self.inserted, 2), (self.mistake, 1), (self.definition, 1), (self.many, 2), (self.command, 1), (self.file, 1),
                (self.forms, 2), (self.seen, 2), (self.statement, 8)]
        if self.inside or self.ties:
            menu += [(self.diagnostics, 3)]
        if self.ties:
            menu += [(self.variable, 4), (self.computed, 2), (self.other, 1), (self.temporary, 4), (self.locking, 2), (self.preparing, 2),
                     (self.routine, 4), (self.found, 2), (self.tables, 2), (self.role, 1), (self.distributed, 1), (self.triggered, 1),
                     (self.rare, 1), (self.executed, 1)]
        acts, weights = zip(*menu)
        return self.rng.choices(acts, weights)[0]()

    def any(self, *choices):
        return self.rng.choice(choices)

    def filled(self, text):
        return text.format(c=self.client, n=self.rng.randrange(50), life=self.life)

    def sql(self, *choices):
        return "query", self.filled(self.any(*choices))

    def reading(self):
        return self.sql("select {n} + 1", "select count(*), sum(a) from t{c}", "select a from t{c} where a < {n} order by a limit 3",
                        "select * from k{c} order by a", "select id, a from n{c} order by id", "select user(), database(), version()",
                        "select {n} / 7", "select '2024-05-06' + interval {n} day", "select group_concat(a order by a) from t{c}",
                        "select 'ä', hex('ä'), length('ä')", "select from_unixtime(1000000)", "select 1 || 0", "select \"a\" from t{c} limit 1",
                        "select 'a\\'b'", "select monthname('2024-03-01')", "show tables like '%{c}'", "show create table k{c}",
                        "describe n{c}", "(select {n}) union all (select 2) order by 1", "select a from t{c} for update",
                        "select * from k{c} where a is null", "table_that_is_none", "select cast('x' as int)", "select ''; ", "",
                        "select repeat('y', 7{n}00)", "with recursive r as (select 1 a union all select a + 1 from r where a < 9) "
                        "select * from r", "checksum table t{c}", "select schema()", "select collation('x'), charset('x')",
                        "values ({n}), (2)", "select * from shop.t{c}, store.k{c}", "select not 1 between 0 and 5", "show databases like 's%o%'")

    def writing(self):
        return self.sql("insert into t{c} values ({n})", "insert into t{c} values ({n}), (2), (3)", "insert into k{c} (a) values ({n})",
                        "insert into n{c} (a) values ({n})", "insert into n{c} (a) values ({n}), (2)", "insert into n{c} values (0, {n})",
                        "update t{c} set a = a + 1 where a < {n}", "update k{c} set b = 'y'", "delete from t{c} where a > {n}",
                        "delete from t{c} limit 2", "replace into k{c} values ({n}, 'z')", "insert ignore into k{c} (a) values ({n}), (1)",
                        "insert into k{c} (a) values ({n}) on duplicate key update b = 'd'", "insert into t{c} values ('1x')",
                        "insert into t{c} select {n} union select 2", "insert into n{c} (a) values ({n}) returning id, a",
                        "insert into k{c} values ({n}, 'ä\\n\"')", "update t{c} set a = {n}", "insert into m{c} values ({n})")

    def transaction(self):
        return self.sql("begin", "begin", "commit", "commit", "commit", "rollback", "savepoint s", "rollback to savepoint s",
                        "release savepoint s", "start transaction", "start transaction read only", "start transaction with consistent snapshot",
                        "commit and chain", "rollback and chain", "commit and no chain", "begin work", "commit work", "start transaction read write",
                        "rollback work to s", "commit and no chain no release")

    def value(self):
        """A variable and a literal for it."""
        kind = self.any("number", "number", "switch", "word", "word")
        if kind == "number":
            name, low, high = self.any(*NUMBERS)
            return name, self.any(str(self.rng.randint(low, high)), str(self.rng.randint(low, high)), "default", "'x'", "1.5")
        if kind == "switch":
            return self.any(*SWITCHES), self.any("0", "1", "on", "off", "true", "false", "ON", "'on'", "default", "2")
        name, values = self.any(*WORDS)
        return name, self.any(*values)

    def set_form(self):
        name, value = self.value()
        return self.any("%s = %s", "%s=%s", "session %s = %s", "local %s = %s", "@@%s = %s", "@@session.%s = %s", "@@local.%s = %s",
                        "%s := %s", "SESSION %s=%s", "`%s` = %s", "@@SESSION.%s := %s") % (name, value)

    def setting(self):
        name = self.any(*SETTINGS)
        return self.sql("set " + self.set_form(), "set " + self.set_form(), "set %s, %s" % (self.set_form(), self.set_form()),
                        "SET  " + self.set_form() + " ;", "select @@%s" % name, "select @@session.%s, @@%s" % (name, self.any(*SETTINGS)),
                        "show variables like '%s'" % name, "set autocommit = 1", "set sql_mode = default",
                        "set session transaction isolation level " + self.any("serializable", "read committed", "repeatable read"),
                        "set session transaction " + self.any("read only", "read write", "isolation level read uncommitted, read only"),
                        "set character_set_results = utf8mb4", "set tx_read_only = 0, autocommit = 1")

    def encoding(self):
        return self.sql("set names utf8mb4", "set names latin1", "set names 'utf8mb4' collate 'utf8mb4_bin'", "set names default",
                        "set names utf8", "set character set latin1", "set charset utf8mb4", "set character set default",
                        "set names nothing", "select collation('x'), @@character_set_results, @@collation_connection", "set names latin1 collate utf8mb4_bin",
                        "select 'ä' = 'ö'", "set names binary", "set names utf8mb4, wait_timeout = 6{n}")

    def database(self):
        name = self.any("shop", "store", "none", "information_schema", "shop", "store")
        return self.any(("query", "use " + name), ("query", "USE `%s`;" % name), ("database", name), ("query", "select database()"))

    def seen(self):
        return self.sql("select @@%s, @@%s, @@%s" % tuple(self.any(*SETTINGS) for _ in range(3)), ALL, "select last_insert_id()",
                        "select @a, @b, @f, @triggered, @handled", "select * from information_schema.user_variables where variable_value is not null order by 1",
                        "select @@in_transaction", "select now() > '2001-01-01'", "select count(*) from x", "select current_role()")

    def inserted(self):
        return self.sql("select last_insert_id()", "select @@identity, @@last_insert_id", "insert into t{c} values (last_insert_id())",
                        "select last_insert_id({n})", "insert into n{c} (a) values (last_insert_id())", "select * from n{c} where id = last_insert_id()",
                        "update n{c} set id = last_insert_id(id + 100) where a = {n} limit 1", "select last_insert_id() + {n}",
                        "insert into n{c} (a) select a from t{c} limit 3")

    def mistake(self):
        return self.sql("selec 1", "select nothing", "select * from nothing", "insert into k{c} (a) values (1), (1)", "insert into k{c} values (1)",
                        "select 1/0", "call nothing()", "select nothing()", "set nothing = 1", "select 'open", "use none", "drop table nothing",
                        "select (select a from t{c} union select 1 union select 2)", "set autocommit", "commit to", "insert into k{c} values ('a', 'b')",
                        "set @@version = 'x'", "savepoint", "select 1;;", "/* open", "insert into t{c} values (99999999999)", "kill")

    def definition(self):
        return self.sql("create table u{c} (a int)", "drop table u{c}", "drop table if exists u{c}", "alter table u{c} add column b int",
                        "insert into u{c} values ({n})", "select * from u{c}", "truncate t{c}", "create or replace table u{c} as select {n} as a, 'ä' as b",
                        "create or replace view v{c} as select a + {n} as a from t{c}", "select * from v{c} limit 2", "rename table u{c} to u{c}",
                        "create index i on u{c} (a)", "analyze table u{c}", "create table if not exists u{c} (a int, b int)", "alter table k{c} comment '{n}'",
                        "show create table u{c}", "optimize table m{c}")

    def many(self):
        """Which some clients may not do."""
        pieces = [self.any(self.reading, self.writing, self.transaction, self.setting, self.database, self.mistake, self.inserted, self.definition)
                  for _ in range(self.rng.randint(2, 4))]
        if self.ties:
            pieces.append(self.any(self.variable, self.temporary, self.routine, self.found, self.diagnostics, self.preparing))
            self.rng.shuffle(pieces)
        texts = [act[1] for act in (piece() for piece in pieces) if act[0] == "query"]
        return "query", "; ".join(texts) + self.any("", ";", "; ", " -- the end")

    def command(self):
        return self.any(("command", PING), ("command", RESET), ("option", 0), ("option", 1), ("fields", "t%d" % self.client, ""),
                        ("fields", "k%d" % self.client, "a%"), ("fields", "nothing", ""), ("command", PING), ("command", PING), ("option", 7))

    def file(self):
        return self.sql("load data local infile 'rows{n}' into table t{c}", "load data local infile 'rows{n}' into table k{c} (a)",
                        "LOAD DATA LOCAL INFILE 'rows{n}' REPLACE INTO TABLE k{c} (a)", "load data local infile 'rows' into table nothing",
                        "load data infile '/nothing/at/all' into table t{c}")

    def forms(self):
        """The same in other words."""
        return self.sql("/* a */ select /* b */ {n} -- c", "# a\nselect {n}", "-- a\nbegin", "/**/commit", "(select {n})", "SELECT\t{n}\n", "select{n}",
                        "  set wait_timeout = 6{n}", "set\nautocommit\n=\n1", "seLect @@Autocommit", "/* set autocommit = 0 */ select 1",
                        "select '/* ' , 1 -- */", "select 'set @a = 1'", "select `a` from `t{c}` limit 1", "start/**/transaction", "commit ;", ";",
                        "select 1 as `set`", "select 1 as 'begin'", "do {n}", "do 1, sleep(0)", "select 1--1", "select 5 /*! */", "rollback;",
                        "set /* a */ wait_timeout /* b */ = 6{n} /* c */", "set wait_timeout = 6{n} -- a", "set wait_timeout=0x{n}1", "set wait_timeout = 60{n}.0",
                        "set @@wait_timeout=+6{n}", "set session wait_timeout = 6{n}, lock_wait_timeout = 5{n}, sql_mode = 'NONSENSE'",
                        "help 'nothing at all'", "explain select 1", "show status like 'nothing'")

    # -- of clients that keep more than a transaction

    def diagnostics(self):
        return self.sql("select row_count()", "show warnings", "show errors", "show count(*) warnings", "select @@warning_count, @@error_count",
                        "show warnings limit 1", "get diagnostics @d = number", "select @d")

    def found(self):
        return self.sql("select sql_calc_found_rows a from t{c} limit 1", "select found_rows()", "select found_rows(), row_count()",
                        "select sql_calc_found_rows {n} union select 2 limit 1")

    def variable(self):
        return self.sql("set @a = {n}", "set @a := 'x', @b = 2", "select @a", "select @a := {n}", "select {n} into @a", "select @b := @a", "set @a = null",
                        "select a into @a from t{c} limit 1", "set @a = (select count(*) from t{c})", "set @`a` = {n}.5", "set @b = concat(@a, 'y')",
                        "select @A, @'b'", "set @a = _latin1'x' collate latin1_bin", "select coercibility(@a), collation(@a)", "update t{c} set a = (@a := a)")

    def computed(self):
        name, low, high = self.any(*NUMBERS)
        return self.sql("set %s = %d + 1" % (name, self.rng.randint(low, high - 1)), "set %s = (select %d)" % (name, high), "set @a = %d, %s = @a" % (low, name),
                        "set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES')", "set time_zone = concat('+0', '4:00')", "set %s = @@global.%s" % (name, name),
                        "set @old = @@sql_mode, sql_mode = 'NO_BACKSLASH_ESCAPES'", "set sql_mode = @old", "set @@session.%s = least(%d, 900)" % (name, high),
                        "set statement %s = %d for select @@%s" % (name, high, name), "set statement sql_mode = 'ANSI_QUOTES' for select \"a\" from t{c}")

    def other(self):
        name, values = self.any(*OTHERS)
        return self.sql("set %s = %s" % (name, self.any(*values)), "select @@%s = 0" % name, "select rand() < 2", "insert into n{c} (a) values ({n})",
                        "set timestamp = 1000000 ", "select @@timestamp = 1000000", "set timestamp = default", "set transaction read only",
                        "set transaction isolation level serializable", "set rand_seed1 = {n}, rand_seed2 = 7", "select @@tx_isolation, @@tx_read_only")

    def temporary(self):
        return self.sql("create temporary table x (a int)", "insert into x values ({n})", "select count(*), sum(a) from x", "drop table x",
                        "drop temporary table if exists x", "create temporary table if not exists y (a int) select {n} as a", "select * from y", "drop table if exists x, y",
                        "create temporary table t{c} (a int, b int)", "drop temporary table t{c}", "alter table x add column b int", "create temporary sequence q",
                        "truncate x", "create or replace temporary table x like t{c}", "rename table x to y", "alter table y rename to x")

    def locking(self):
        name = "'l%d_%d_%d'" % (self.client, self.life, self.rng.randrange(3))
        return self.sql("select get_lock(%s, 10)" % name, "select release_lock(%s)" % name, "do release_lock(%s)" % name, "select is_free_lock(%s)" % name,
                        "select release_all_locks()", "do get_lock(%s, 10)" % name, "select is_used_lock(%s) = connection_id()" % name)

    def tables(self):
        return self.sql("lock tables t{c} write", "lock tables t{c} read, k{c} write", "unlock tables", "unlock tables", "unlock tables",
                        "handler t{c} open", "handler t{c} read first", "handler t{c} read next", "handler t{c} close", "flush tables t{c} with read lock",
                        "flush tables t{c}", "lock table n{c} write local")

    def preparing(self):
        return self.sql("prepare p from 'select {n}'", "execute p", "deallocate prepare p", "drop prepare p", "prepare q from 'select ? + {n}, ?'", "execute q using 1, 2",
                        "execute q using @a, @b", "execute immediate 'select {n}'", "prepare p from 'set @a = {n}'", "prepare p from 'set wait_timeout = 6{n}'",
                        "prepare p from 'insert into n{c} (a) values ({n})'", "prepare p from 'begin'", "execute immediate 'set sql_mode = \"ANSI\"'",
                        "execute immediate 'create temporary table x (a int)'", "prepare p from 'select nothing'", "prepare p from @a", "execute immediate 'use store'")

    def routine(self):
        lock = "l%d_%d_p" % (self.client, self.life)
        return self.sql("call shop.sets({n})", "call store.rows_twice()", "call shop.makes()", "call shop.drops()", "call shop.modes()", "call shop.lengths()",
                        "call shop.gives(@a, @b)", "call shop.locks('%s')" % lock, "select release_lock('%s')" % lock, "call shop.fails()", "call shop.handles()",
                        "call store.prepares()", "call shop.commits()", "call shop.begins()", "call shop.zones()", "call shop.i{c}({n})", "call shop.b{c}()", "call shop.warns()",
                        "select shop.of_sets({n})", "select shop.of_variable()", "select shop.of_mode()", "select shop.plus({n})", "call sets({n})", "select plus({n})",
                        "insert into t{c} values (shop.of_sets({n}))")

    def role(self):
        return self.sql("set role keeper", "set role none", "set role nobody", "select current_role()")

    def distributed(self):
        return self.sql("xa start 'x{c}'", "xa end 'x{c}'", "xa commit 'x{c}' one phase", "xa rollback 'x{c}'", "insert into t{c} values ({n})")

    def triggered(self):
        return self.sql("insert into g{c} values ({n})", "select @triggered")

    def rare(self):
        return self.sql("begin not atomic set @a = {n}; end", "create or replace function f{c}() returns int return {n}", "select f{c}()", "create sequence if not exists q{c}",
                        "select nextval(q{c}) > 0", "signal sqlstate '45000'", "commit release", "rollback release", "rollback and chain release",
                        "if 1 then select {n}; end if", "execute immediate concat('sel', 'ect {n}')")

    def executed(self):
        return self.sql("/*!50000 set @a = {n} */", "select 1 /*! + {n} */", "/*!50000 begin */", "/*M!100000 set wait_timeout = 6{n} */", "/*!999999 set @a = 1 */ select @a",
                        "set /*!50000 @b = {n}, */ @a = 2", "/*!50000 create temporary table x (a int) */", "select /*M! @a := */ {n}")

    # -- of the binary protocol

    def statement(self):
        name = self.any("a", "b", "c", "a", "last")
        kinds = tuple(self.any(*TYPES) for _ in range(self.rng.randint(1, 3)))
        values = tuple(self.any(*range(1, 50), None) for _ in range(self.rng.randint(1, 3)))
        execute = ("execute", name, self.any(0, 0, 0, 1), kinds, values, self.rng.random() < 0.6)
        prepare = ("prepare", self.any("a", "b", "c"), self.text())
        return self.any(execute, execute, execute, execute, prepare, prepare, ("fetch", name, self.rng.randint(1, 3)), ("restart", name), ("close", name),
                        ("long", name, self.rng.randrange(3), b"5" * self.rng.randint(1, 3)))

    def text(self):
        return self.filled(self.any(
            "select {n}", "select ? + 1, ?", "select a from t{c} where a < ? order by a", "insert into t{c} values (?)", "insert into n{c} (a) values (?)",
            "update t{c} set a = ? where a = ?", "select last_insert_id()", "select ?", "select nothing", "selec 1", "set wait_timeout = 6{n}", "set wait_timeout = ?",
            "select @a", "begin", "commit", "rollback", "select row_count()", "show warnings", "create temporary table if not exists x (a int)",
            "drop temporary table if exists x", "select * from u{c}", "select length(?), ?", "call shop.rows_twice()", "call shop.sets(?)", "call shop.gives(?, ?)",
            "set sql_mode = 'ANSI_QUOTES'", "set autocommit = 0", "set autocommit = 1", "select a from t{c} limit ?", "set names latin1", "select 'ä', ?",
            "use store", "select sql_calc_found_rows ? union select 2 limit 1", "select found_rows()", "delete from t{c} where a = ?", "select @@wait_timeout, @@sql_mode",
            "insert into k{c} (a, b) values (?, ?)", "do get_lock('l{c}_{life}_s', 10)", "select database()", "truncate t{c}", "", "select 1; select 2"))
