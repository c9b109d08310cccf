"""psycopg 3 and 2 against the server of this connection string: batches, COPY, pipeline mode, many threads."""
import sys
import threading

import psycopg
import psycopg2

where = sys.argv[1]

with psycopg.connect(where) as c:
    c.execute("create table rows (a int, b text)")
    with c.cursor() as cursor:
        cursor.executemany("insert into rows values (%s, %s)", [(i, str(i)) for i in range(100)])
        assert cursor.execute("select count(*), sum(a) from rows").fetchone() == (100, 4950)
        with cursor.copy("copy rows from stdin") as copy:
            for i in range(1000):
                copy.write_row((i, "x"))
        assert cursor.execute("select count(*) from rows").fetchone() == (1100,)
        with cursor.copy("copy rows to stdout") as copy:
            assert len(b"".join(copy).splitlines()) == 1100
        cursor.executemany("insert into rows values (%s, %s)", [(i, "y" * 300) for i in range(10000)])  # larger than a buffer
        assert cursor.execute("select count(*) from rows where b like 'yyy%'").fetchone() == (10000,)
    try:
        c.execute("select 1 / 0")
    except psycopg.errors.DivisionByZero:
        c.rollback()
    assert c.execute("select to_regclass('rows')").fetchone() == (None,)

with psycopg.connect(where, autocommit=True) as c:
    with c.pipeline():
        asked = [c.execute("select %s::int", (i,)) for i in range(10)]
        assert [cursor.fetchone()[0] for cursor in asked] == list(range(10))
    for i in range(8):  # from the sixth time on as a prepared statement
        assert c.execute("select %s::int + 1", (i,)).fetchone() == (i + 1,)

    for size in (70000, 5000000):
        assert c.execute("select length(%s::bytea)", (b"z" * size,)).fetchone() == (size,)

with psycopg2.connect(where) as c, c.cursor() as cursor:
    cursor.execute("select %s", (1,))
    assert cursor.fetchone() == (1,)
    cursor.execute("select length(%s)", ("z" * 900000,))
    assert cursor.fetchone() == (900000,)

wrong = []


def work():
    try:
        with psycopg.connect(where, autocommit=True) as c:
            for i in range(50):
                assert c.execute("select %s::int * 2", (i,), prepare=False).fetchone() == (2 * i,)
    except Exception as error:  # told below
        wrong.append(repr(error))


threads = [threading.Thread(target=work) for _ in range(20)]
for t in threads:
    t.start()
for t in threads:
    t.join()
sys.exit("\n".join(wrong) or 0)
