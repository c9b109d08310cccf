#include "support/Test.h"

#include <proximux/protocol/sql/Secrets.h>

#include <string>

using namespace proximux;

class SqlSecretsTest : public CppUnit::TestCase
{
protected:
    static constexpr const char* SECRET[] = {
        "CREATE USER u IDENTIFIED BY 'geheim'",
        "create user u identified by 'geheim'",
        "CREATE USER u IDENTIFIED/**/BY 'geheim'",
        "CREATE USER u IDENTIFIED WITH mysql_native_password BY 'geheim'",
        "ALTER USER u IDENTIFIED VIA ed25519 USING PASSWORD('geheim')",
        "GRANT ALL ON *.* TO u IDENTIFIED BY 'geheim' WITH GRANT OPTION",
        "SET PASSWORD = 'geheim'",
        "SET PASSWORD FOR 'u'@'h' = PASSWORD('geheim')",
        "SET\n\tPASSWORD=\"geheim\"",
        "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='geheim'",
        "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = 'geheim'",
        "START SLAVE USER = 'u' PASSWORD = 'geheim'",
        "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 'geheim')",
        "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://u:geheim@h/db/t'",
        "SELECT OLD_PASSWORD('geheim')",
        "SELECT 1; SET PASSWORD = 'geheim'",
        "/* now */ SET PASSWORD = 'geheim'",
        "PREPARE s FROM 'CREATE USER u IDENTIFIED BY ''geheim'''",
        "EXECUTE IMMEDIATE \"SET PASSWORD = 'geheim'\"",
        "UPDATE users SET password = 'geheim'",
        "UPDATE users SET name = 'u', `password` = 'geheim'",
        "SELECT * FROM users WHERE password='geheim'",
        "SET @password := 'geheim'",
        "INSERT INTO t VALUES ('{\"password\": \"geheim\"}')",
        "UPDATE t SET a = 1, password /* x */ = 'geheim'",
        "ALTER ROLE r PASSWORD E'geheim'",
        "ALTER ROLE r ENCRYPTED PASSWORD U&'geheim'",
        "ALTER ROLE r PASSWORD $$geheim$$",
        "ALTER ROLE r PASSWORD $tag$geheim$tag$",
        "SELECT 1 FROM users WHERE password <> 'geheim'",
    };
};

TEST(SqlSecretsTest, withholdsStatementsWithPasswords)
{
    for (const char* sql : SECRET)
        CPPUNIT_ASSERT_MESSAGE(sql, sql::mayHoldPassword(sql));
}

TEST(SqlSecretsTest, showsStatementsWithout)
{
    for (const char* sql : {"SELECT 1",
                            "",
                            "SELECT password FROM users",
                            "SELECT u.password, u.name FROM users u",
                            "INSERT INTO users (name, password) VALUES (?, ?)",
                            "UPDATE users SET name = ?, password = ? WHERE id = ?",
                            "SELECT 'no secret' FROM t",
                            "UPDATE users SET password = $1 WHERE id = $2",
                            "UPDATE users SET (name, password) = ($1, $2)",
                            "SELECT * FROM users WHERE password LIKE $1 OR passwd IN (?, ?)",
                            "SELECT 'http://host:8080/path', 'mailto:a@b'",
                            "CREATE USER u",
                            "GRANT SELECT ON db.* TO u",
                            "ALTER USER u PASSWORD EXPIRE",
                            "DROP USER u",
                            "CHANGE MASTER TO MASTER_HOST = 'h'",
                            "SELECT 'identify by'",
                            "KILL CONNECTION 5",
                            "SET character_set_connection = 'utf8'",
                            "SELECT unidentified FROM animals",
                            "SELECT password AS p FROM t",
                            "SELECT 1 FROM t WHERE password <> ?"})
        CPPUNIT_ASSERT_MESSAGE(sql, !sql::mayHoldPassword(sql));
}

/// Wherever in the statement the literal stands.
TEST(SqlSecretsTest, withholdsWhatNamesAPasswordAndHoldsALiteral)
{
    for (const char* sql : {"SELECT 1 FROM u WHERE 'geheim' = password",
                            "SELECT 1 FROM u WHERE password LIKE 'geheim%'",
                            "SELECT 1 FROM u WHERE password IN ('geheim')",
                            "SELECT 1 FROM u WHERE (password) = 'geheim'",
                            "SELECT 1 FROM u WHERE (password) = 4711",
                            "SELECT 1 FROM u WHERE 4711 = password",
                            "SELECT 1 FROM u WHERE password BETWEEN 4711 AND 4712",
                            "SET app.password TO 'geheim'",
                            "SET app.password TO geheim",
                            "ALTER ROLE r SET app.password TO geheim",
                            "SET SESSION app.password = geheim",
                            "UPDATE u SET (name, password) = ('a', 'geheim')",
                            "INSERT INTO u (name, password) VALUES ('a', 'geheim')",
                            "INSERT INTO u (name, passwd) VALUES ('a', $$geheim$$)",
                            "UPDATE u SET password_hash = 'geheim'",
                            "UPDATE u SET passphrase = 'geheim'",
                            "UPDATE u SET user_pwd = 'geheim'",
                            "SELECT dblink('host=h user=u password=geheim')",
                            "SELECT dblink('postgres://u:geheim@h/db')",
                            "SELECT password FROM t WHERE a = 'x'"})
    {
        CPPUNIT_ASSERT_MESSAGE(sql, sql::mayHoldPassword(sql));
        CPPUNIT_ASSERT_MESSAGE(sql, sql::mayHoldPassword(sql, sql::DoubleQuotes::name));
    }
}

TEST(SqlSecretsTest, knowsWhereNamesAreQuoted)
{
    const char* sql = R"(SELECT "users"."password" FROM "users" WHERE "users"."id" = $1)";
    CPPUNIT_ASSERT(sql::mayHoldPassword(sql));
    CPPUNIT_ASSERT(!sql::mayHoldPassword(sql, sql::DoubleQuotes::name));
    CPPUNIT_ASSERT(sql::mayHoldPassword(R"(SELECT 1 FROM u WHERE "password" = 'geheim')", sql::DoubleQuotes::name));
}

TEST(SqlSecretsTest, knowsWhichStatementsNameAPassword)
{
    CPPUNIT_ASSERT(sql::namesPassword("INSERT INTO u (name, password) VALUES (?, ?)"));
    CPPUNIT_ASSERT(sql::namesPassword("UPDATE u SET passwd = $1"));
    CPPUNIT_ASSERT(sql::namesPassword("ALTER USER u IDENTIFIED BY ?"));
    CPPUNIT_ASSERT(!sql::namesPassword("INSERT INTO u (name) VALUES (?)"));
}

TEST(SqlSecretsTest, showsTheVerbAlone)
{
    CPPUNIT_ASSERT_EQUAL(std::string("CREATE USER <withheld>"), sql::withheldForm("CREATE USER 'u' IDENTIFIED BY 'x'"));
    CPPUNIT_ASSERT_EQUAL(std::string("GRANT ALL <withheld>"), sql::withheldForm("  GRANT\n ALL ON *.* TO u"));
    CPPUNIT_ASSERT_EQUAL(std::string("SET PASSWORD <withheld>"), sql::withheldForm("SET PASSWORD = 'x'"));
    CPPUNIT_ASSERT_EQUAL(std::string("SELECT <withheld>"), sql::withheldForm("SELECT PASSWORD('x')"));
    CPPUNIT_ASSERT_EQUAL(std::string("SELECT <withheld>"), sql::withheldForm("SELECT 'x'"));
    CPPUNIT_ASSERT_EQUAL(std::string("<withheld>"), sql::withheldForm("/* x */ SELECT PASSWORD('x')"));
    CPPUNIT_ASSERT_EQUAL(std::string("<withheld>"), sql::withheldForm(std::string(1000, 'x')));
    CPPUNIT_ASSERT_EQUAL(std::string("<withheld>"), sql::withheldForm(""));
}

/// A statement may be cut anywhere before it is looked at: what is left must not hold the password.
TEST(SqlSecretsTest, showsNothingBehindAnyCutThatItWouldWithhold)
{
    for (const char* statement : SECRET)
    {
        const std::string sql = statement;
        for (std::size_t n = 0; n <= sql.size(); ++n)
        {
            const std::string cut = sql.substr(0, n);
            if (!sql::mayHoldPassword(cut))
                CPPUNIT_ASSERT_MESSAGE(cut, cut.find("geheim") == std::string::npos);
        }
    }
}
