#include "support/Authenticators.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/auth/Base64.h>
#include <proximux/protocol/postgresql/ClientSession.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/TargetDialog.h>
#include <proximux/system/PocoDigests.h>

#include <memory>
#include <string>
#include <utility>

using namespace proximux;

/// One of ours lets another of ours in: a ClientSession asks, a TargetDialog answers.
class PostgresqlLoginTest : public CppUnit::TestCase
{
protected:
    using State = LoginAnswer::State;

    static std::string packet()
    {
        postgresql::Startup startup;
        startup.user = startup.database = "anna";
        return startup.packetFor("anna");
    }

    /// What the server answers to a message.
    std::string asked(postgresql::ClientSession& session, const std::string& message)
    {
        RequestTraits traits;
        session.request(message, true, traits);
        if (!traits.greets)
            return traits.reply;
        std::string text;
        session.translate(postgresql::message('S', std::string("a\0b\0", 4)), traits, text);
        welcome = traits.user;
        return text;
    }

    /// Both speak until one has had enough, in pieces of this size.
    State run(const std::shared_ptr<auth::Authenticator>& server, const std::shared_ptr<auth::Authenticator>& client,
              std::size_t piece = 1000)
    {
        ConversationSettings settings;
        settings.authenticator = server;
        postgresql::ClientSession session(settings);
        postgresql::TargetDialog dialog(client, client->identityAt(0, "anna", std::nullopt), packet());
        std::string came = asked(session, dialog.opening());
        LoginDialog::Step step;
        for (std::size_t seen = 0; step.state == State::more && !came.empty();)
        {
            seen = std::min(seen + piece, came.size());
            step = dialog.hear(Bytes(came).substr(0, seen));
            const bool all = seen == came.size();
            came.erase(0, step.taken);
            seen -= step.taken;
            if (!step.says.empty())
                came += asked(session, step.says);
            else if (all && step.taken == 0)
                break;
        }
        outcome = dialog.outcome();
        return step.state;
    }

    std::string outcome;
    std::shared_ptr<const Login> welcome;
};

TEST(PostgresqlLoginTest, eachMethodLetsThePasswordInAndNoOther)
{
    for (const AuthMethod method : {AuthMethod::password, AuthMethod::md5, AuthMethod::scram, AuthMethod::automatic})
        for (const std::size_t piece : {1, 7, 1000})
        {
            const auto server = knowing("\"anna\" \"pencil\"", method);
            CPPUNIT_ASSERT(run(server, knowing("\"anna\" \"pencil\""), piece) == State::accepted);
            CPPUNIT_ASSERT_EQUAL(std::size_t{0}, outcome.find(postgresql::message('S', std::string("a\0b\0", 4))));
            CPPUNIT_ASSERT_EQUAL(std::size_t{16}, postgresql::cancelRequestFor(outcome).size());
            CPPUNIT_ASSERT(run(server, knowing("\"anna\" \"pen\""), piece) == State::refused);
            CPPUNIT_ASSERT(outcome.find("28P01") != std::string::npos);
            CPPUNIT_ASSERT(run(server, knowing("\"bert\" \"pencil\""), piece) == State::refused);
            CPPUNIT_ASSERT(outcome.find("28000") != std::string::npos);
        }
}

TEST(PostgresqlLoginTest, digestsAndVerifiersAreEnough)
{
    const std::string digest = "md5" + auth::hexadecimal(digests().md5("pencilanna"));
    CPPUNIT_ASSERT(run(knowing("\"anna\" \"" + digest + "\""), knowing("\"anna\" \"" + digest + "\"")) ==
                   State::accepted);
    const auth::ScramKeys keys = auth::scramKeys(digests(), "pencil", "salt", 4096);
    const auth::Verifier kept = auth::verifierOf(digests(), keys, "salt", 4096);
    const std::string verifier = "SCRAM-SHA-256$4096:" + auth::base64("salt") + "$" + auth::base64(kept.storedKey) +
                                 ":" + auth::base64(kept.serverKey);
    const auto server = knowing("\"anna\" \"" + verifier + "\"");
    CPPUNIT_ASSERT(run(server, knowing("\"anna\" \"pencil\"")) == State::accepted);
    CPPUNIT_ASSERT(run(server, knowing("\"anna\" \"" + verifier + "\"")) == State::refused); // nobody has proven it
    const auto dialog = welcome->begin(0);
    CPPUNIT_ASSERT_EQUAL(packet(), dialog->opening());
    const std::string first = postgresql::message('R', std::string("\0\0\0\x0aSCRAM-SHA-256\0\0", 19));
    CPPUNIT_ASSERT(dialog->hear(first).says.find("SCRAM-SHA-256") != std::string::npos);
}

TEST(PostgresqlLoginTest, aServerThatProvesNothingIsLeft)
{
    const auto client = knowing("\"anna\" \"pencil\"");
    const std::string sasl = postgresql::message('R', std::string("\0\0\0\x0aSCRAM-SHA-256\0\0", 19));
    const std::string ok = postgresql::message('R', std::string(4, '\0'));
    const std::string final = postgresql::message('R', std::string("\0\0\0\x0cv=AAAA", 10));
    for (const std::string& said : {sasl + ok, sasl + final + ok, postgresql::readyMessage(),
                                    postgresql::message('R', std::string("\0\0\0\x07", 4)), std::string("HTTP/1.1 400"),
                                    postgresql::message('D', "x"), std::string("R\0\0\0\3", 5),
                                    postgresql::message('R', std::string("\0\0\0\x0aPLAIN\0\0", 11))})
    {
        postgresql::TargetDialog dialog(client, client->identityAt(0, "anna", std::nullopt), packet());
        LoginDialog::Step step = dialog.hear(said);
        CPPUNIT_ASSERT_MESSAGE(said, step.state == State::refused);
        CPPUNIT_ASSERT(dialog.outcome().find("FATAL") != std::string::npos);
    }
}
