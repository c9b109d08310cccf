#include "support/Test.h"

#include <proximux/protocol/postgresql/ClientStatements.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/SharedFramers.h>

#include <memory>
#include <string>
#include <utility>

using namespace proximux;
using postgresql::message;

/// Prepared statements of clients on a connection: what is said for them, and what they get.
class PostgresqlPreparedTest : public CppUnit::TestCase
{
protected:
    struct Client
    {
        explicit Client(const std::shared_ptr<postgresql::StatementRegistry>& registry, std::size_t most = 200)
            : statements(most, registry)
        {
        }

        std::shared_ptr<Login> login = std::make_shared<Login>();
        postgresql::ClientStatements statements;
    };

    static std::string text(const std::string& name, const std::string& rest) { return name + '\0' + rest; }
    static std::string parse(const std::string& name, const std::string& sql)
    {
        return message('P', text(name, sql) + std::string(3, '\0'));
    }
    static std::string bind(const std::string& name) { return message('B', text("", name) + std::string(7, '\0')); }
    static std::string close(const std::string& name) { return message('C', text("S" + name, "")); }
    static std::string sync() { return message('S', ""); }
    static std::string parsed() { return message('1', ""); }
    static std::string bound() { return message('2', ""); }
    static std::string closed() { return message('3', ""); }
    static std::string ready() { return message('Z', "I"); }
    static std::string error(const std::string& code)
    {
        return message('E', text("SERROR", text("C" + code, text("", ""))));
    }

    /// What is said on the connection instead of this request.
    std::string said(Client& client, const std::string& request)
    {
        std::string text;
        client.statements.begin();
        client.statements.write(request, {client.login}, lane(), text);
        return text;
    }

    /// What its client gets of this response, in pieces of any size.
    std::string told(const std::string& response, std::size_t piece = 1000)
    {
        std::string got;
        std::string input;
        for (std::size_t at = 0; at < response.size(); at += piece)
        {
            input += response.substr(at, piece);
            while (!input.empty())
            {
                const Framer::Progress progress = _framer.feed(input);
                CPPUNIT_ASSERT(progress.kind != Framer::Progress::Kind::malformed);
                const ResponseTraits& traits = _framer.traits();
                if (!traits.swallowed)
                    got += traits.instead.empty() ? input.substr(0, progress.taken) : std::string(traits.instead);
                input.erase(0, progress.taken);
                if (progress.taken == 0)
                    break;
            }
        }
        return got;
    }

    postgresql::LaneStatements& lane() { return static_cast<postgresql::LaneStatements&>(*_framer.memory()); }

    std::shared_ptr<postgresql::StatementRegistry> registry = std::make_shared<postgresql::StatementRegistry>();

private:
    postgresql::SharedResponseFramer _framer;
};

TEST(PostgresqlPreparedTest, aStatementIsPreparedOnceForAllWhoHaveIt)
{
    Client a(registry);
    Client b(registry);
    CPPUNIT_ASSERT_EQUAL(parse("proximux/1", "x") + sync(), said(a, parse("s", "x") + sync()));
    CPPUNIT_ASSERT_EQUAL(parsed() + ready(), told(parsed() + ready()));
    CPPUNIT_ASSERT_EQUAL(close("proximux/none") + bind("proximux/1") + sync(),
                         said(b, parse("t", "x") + bind("t") + sync()));
    CPPUNIT_ASSERT_EQUAL(parsed() + bound() + ready(), told(closed() + bound() + ready()));
    CPPUNIT_ASSERT_EQUAL(bind("proximux/1") + sync(), said(a, bind("s") + sync()));
    CPPUNIT_ASSERT_EQUAL(bound() + ready(), told(bound() + ready()));
    CPPUNIT_ASSERT_EQUAL(bind("s") + sync(), said(b, bind("s") + sync())); // the name of another client's
}

TEST(PostgresqlPreparedTest, inAFailedTransactionNothingIsPreparedWithoutTheTarget)
{
    Client a(registry);
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    told(error("22012") + message('Z', "E"));
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "x") + sync(), said(a, parse("t", "x") + sync()));
    CPPUNIT_ASSERT_EQUAL(error("25P02") + message('Z', "E"), told(error("25P02") + message('Z', "E")));
    said(a, message('Q', text("rollback", "")));
    told(ready());
    CPPUNIT_ASSERT_EQUAL(bind("t") + sync(), said(a, bind("t") + sync()));
    told(error("26000") + ready());
    CPPUNIT_ASSERT_EQUAL(bind("proximux/1") + sync(), said(a, bind("s") + sync()));
}

TEST(PostgresqlPreparedTest, whatIsMissingIsPreparedUnseen)
{
    Client a(registry);
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    lane().forgetAll();
    lane().ready(false);
    for (const std::size_t piece : {1U, 3U, 1000U})
    {
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, said(a, bind("s") + bind("s") + sync()).find('P'));
        CPPUNIT_ASSERT_EQUAL(bound() + bound() + ready(), told(parsed() + bound() + bound() + ready(), piece));
        lane().forgetAll();
        said(a, message('Q', text("", "")));
        told(ready());
    }
}

TEST(PostgresqlPreparedTest, whatIsBehindAnErrorWasNotDone)
{
    Client a(registry);
    said(a, bind("none") + parse("s", "x") + close("s") + sync());
    CPPUNIT_ASSERT_EQUAL(error("26000") + ready(), told(error("26000") + ready()));
    CPPUNIT_ASSERT(!lane().mayForget());
    CPPUNIT_ASSERT_EQUAL(bind("s") + sync(), said(a, bind("s") + sync()));
    told(error("26000") + ready());
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    said(a, bind("none") + close("s") + sync());
    told(error("26000") + ready());
    CPPUNIT_ASSERT_EQUAL(bind("proximux/2") + sync(), said(a, bind("s") + sync()));
}

TEST(PostgresqlPreparedTest, aNameThatIsTakenIsTheTargetsError)
{
    Client a(registry);
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/1", "y") + sync(), said(a, parse("s", "y") + sync()));
    told(error("42P05") + ready());
    CPPUNIT_ASSERT_EQUAL(close("proximux/none") + parse("proximux/2", "y") + sync(),
                         said(a, close("s") + parse("s", "y") + sync()));
}

TEST(PostgresqlPreparedTest, otherSettingsAreAnotherStatement)
{
    Client a(registry);
    Client b(registry);
    b.login->settings = {{"search_path", "y"}};
    b.login->says = "other";
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/2", "x") + sync(), said(b, parse("s", "x") + sync()));
    CPPUNIT_ASSERT(!b.statements.prepareKnown(text("t", "x") + std::string(3, '\0'), b.login));
}

TEST(PostgresqlPreparedTest, whatTargetsHaveAgreedToIsKnown)
{
    const std::string body = text("t", "x") + std::string(3, '\0');
    Client a(registry);
    Client b(registry);
    said(a, parse("s", "x") + sync());
    CPPUNIT_ASSERT(!b.statements.prepareKnown(body, b.login));
    told(parsed() + ready());
    CPPUNIT_ASSERT(b.statements.prepareKnown(body, b.login));
    CPPUNIT_ASSERT(!b.statements.prepareKnown(body, b.login)); // its name is taken
    CPPUNIT_ASSERT_EQUAL(bind("proximux/1") + sync(), said(b, bind("t") + sync()));
}

TEST(PostgresqlPreparedTest, thoseUsedLastAreKept)
{
    Client a(registry, 2);
    for (const char* name : {"a", "b"})
    {
        said(a, parse(name, name) + sync());
        told(parsed() + ready());
    }
    said(a, bind("a") + sync());
    told(bound() + ready());
    CPPUNIT_ASSERT_EQUAL(close("proximux/2") + parse("proximux/3", "c") + sync(), said(a, parse("c", "c") + sync()));
    CPPUNIT_ASSERT_EQUAL(parsed() + ready(), told(closed() + parsed() + ready()));
    CPPUNIT_ASSERT_EQUAL(bind("proximux/1") + sync(), said(a, bind("a") + sync()));
    told(bound() + ready());
    // one that could not be closed is still there
    said(a, bind("none") + parse("d", "d") + sync());
    told(error("26000") + ready());
    CPPUNIT_ASSERT_EQUAL(bind("proximux/3") + sync(), said(a, bind("c") + sync()));
}

TEST(PostgresqlPreparedTest, theStatementWithoutANameIsItsClients)
{
    Client a(registry);
    Client b(registry);
    CPPUNIT_ASSERT_EQUAL(parse("", "select 1") + bind("") + sync(), said(a, parse("", "select 1") + bind("") + sync()));
    told(parsed() + bound() + ready());
    CPPUNIT_ASSERT_EQUAL(bind("proximux/none") + sync(), said(b, bind("") + sync()));
    told(error("26000") + ready());
    CPPUNIT_ASSERT_EQUAL(parse("proximux/1", "select 1") + bind("proximux/1") + sync(), said(a, bind("") + sync()));
    CPPUNIT_ASSERT_EQUAL(bound() + ready(), told(parsed() + bound() + ready()));
}

/// A later request was judged without it.
TEST(PostgresqlPreparedTest, whatLeavesStateBehindIsExecutedWhereItWasJudged)
{
    Client a(registry);
    for (const char* sql :
         {"set a = 1", "discard all", "set local a = 1", "deallocate all", "select lastval()", "copy t from stdin"})
    {
        said(a, parse("", sql) + sync());
        told(parsed() + ready());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, bind("proximux/none") + sync(), said(a, bind("") + sync()));
        told(error("26000") + ready());
    }
}

TEST(PostgresqlPreparedTest, deallocationMeansTheClientsOwn)
{
    Client a(registry);
    said(a, parse("S1", "x") + sync());
    told(parsed() + ready());
    const std::string unknown = message('Q', text("DEALLOCATE s1", ""));
    CPPUNIT_ASSERT_EQUAL(unknown, said(a, unknown)); // in lower case
    told(error("26000") + ready());
    const std::string own = said(a, message('Q', text("deallocate \"S1\"", "")));
    CPPUNIT_ASSERT(own.find("DEALLOCATE \"proximux/1\"") != std::string::npos);
    const std::string done = message('C', text("DEALLOCATE", ""));
    CPPUNIT_ASSERT_EQUAL(done + ready(), told(parsed() + bound() + done + ready()));
    CPPUNIT_ASSERT_EQUAL(close("proximux/1") + bind("S1") + sync(), said(a, bind("S1") + sync()));
}

TEST(PostgresqlPreparedTest, whatDiscardsAllForgetsAll)
{
    for (const char* tag : {"DISCARD ALL", "DEALLOCATE ALL"})
    {
        Client a(registry);
        said(a, parse("s", "x") + sync());
        told(parsed() + ready());
        told(message('C', text(tag, "")) + ready());
        CPPUNIT_ASSERT(!lane().mayForget());
    }
}

TEST(PostgresqlPreparedTest, whatIsPreparedBehindADeallocationOfAllIsThere)
{
    Client a(registry);
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    const std::string all = parse("", "DEALLOCATE ALL") + bind("") + message('E', std::string(5, '\0'));
    CPPUNIT_ASSERT_EQUAL(all + parse("proximux/2", "y") + sync(), said(a, all + parse("s", "y") + sync()));
    told(parsed() + bound() + message('C', text("DEALLOCATE ALL", "")) + parsed() + ready());
    CPPUNIT_ASSERT_EQUAL(bind("proximux/2") + sync(), said(a, bind("s") + sync()));
}

TEST(PostgresqlPreparedTest, anOutdatedPlanIsMadeAnew)
{
    Client a(registry);
    said(a, parse("s", "x") + sync());
    told(parsed() + ready());
    said(a, bind("s") + sync());
    told(error("0A000") + ready());
    CPPUNIT_ASSERT_EQUAL(close("proximux/1") + parse("proximux/2", "x") + bind("proximux/2") + sync(),
                         said(a, bind("s") + sync()));
    CPPUNIT_ASSERT_EQUAL(bound() + ready(), told(closed() + parsed() + bound() + ready()));
}

TEST(PostgresqlPreparedTest, whatNobodyAskedForIsMalformed)
{
    postgresql::SharedResponseFramer framer;
    CPPUNIT_ASSERT(framer.feed(parsed()).kind == Framer::Progress::Kind::malformed);
}

TEST(PostgresqlPreparedTest, namesThatAreDeallocated)
{
    using postgresql::deallocatedBy;
    CPPUNIT_ASSERT_EQUAL(std::string("a1"), *deallocatedBy("DEALLOCATE PREPARE A1;"));
    CPPUNIT_ASSERT_EQUAL(std::string("A b"), *deallocatedBy("deallocate \"A b\""));
    CPPUNIT_ASSERT_EQUAL(std::string(), *deallocatedBy("deallocate all"));
    CPPUNIT_ASSERT_EQUAL(std::string(), *deallocatedBy("discard all"));
    for (const char* sql : {"", "deallocate", "deallocate a b", "discard plans", "select 1", "deallocate 'a'",
                            "deallocate \"a\"\"b\"", "deallocate a; select 1"})
        CPPUNIT_ASSERT_MESSAGE(sql, !deallocatedBy(sql));
}
