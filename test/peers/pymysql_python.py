"""PyMySQL against the server at this port: transactions, settings, errors, many threads."""
import sys
import threading

import pymysql


def connect(**how):
    return pymysql.connect(host="127.0.0.1", port=int(sys.argv[1]), user="anna", password="pencil", database="shop", **how)


with connect() as c, c.cursor() as cursor:
    cursor.execute("create table if not exists py (id int auto_increment primary key, a varchar(20)) engine = innodb")
    cursor.execute("delete from py")
    c.commit()
    cursor.execute("insert into py (a) values (%s)", ("\u00e4'\\",))
    assert cursor.lastrowid == c.insert_id() > 0
    c.rollback()
    cursor.execute("select count(*) from py")
    assert cursor.fetchone() == (0,)
    cursor.executemany("insert into py (a) values (%s)", [("x%d" % i,) for i in range(100)])
    c.commit()
    cursor.execute("select a from py order by id limit 2")
    assert cursor.fetchall() == (("x0",), ("x1",))
    try:
        cursor.execute("select bogus")
        raise AssertionError("no error")
    except pymysql.err.OperationalError as error:
        assert error.args[0] == 1054
    c.ping()
    c.select_db("store")
    cursor.execute("select database()")
    assert cursor.fetchone() == ("store",)

done = []


def work(n):
    with connect(autocommit=n % 2 == 0) as own, own.cursor() as rows:
        for i in range(20):
            rows.execute("select %s, %s", (n, i))
            assert rows.fetchone() == (n, i)
            rows.execute("select @@autocommit")
            assert rows.fetchone() == (1 - n % 2,)
            own.commit()
    done.append(n)


threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert len(done) == 12, done
