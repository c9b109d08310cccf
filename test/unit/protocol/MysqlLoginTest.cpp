#include "support/MysqlSession.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/auth/Base64.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/TargetDialog.h>
#include <proximux/system/PocoDigests.h>

#include <memory>
#include <string>
#include <utility>

using namespace proximux;

class MysqlLoginTest : public MysqlSession
{
};

TEST(MysqlLoginTest, eachMethodLetsThePasswordInAndNoOther)
{
    for (const char* plugin : {"mysql_native_password", "caching_sha2_password"})
        for (const std::size_t piece : {1, 7, 1000})
        {
            begin(knowing("\"anna\" \"pencil\""), true, plugin);
            CPPUNIT_ASSERT(run(knowing("\"anna\" \"pencil\""), piece) == State::accepted);
            CPPUNIT_ASSERT(mysql::factsIn(outcome));
            begin(knowing("\"anna\" \"pencil\""), true, plugin);
            CPPUNIT_ASSERT(run(knowing("\"anna\" \"pen\""), piece) == State::refused);
            CPPUNIT_ASSERT_EQUAL(1045U, codeOf(outcome));
            begin(knowing("\"bert\" \"pencil\""), true, plugin);
            CPPUNIT_ASSERT(run(knowing("\"anna\" \"pencil\""), piece) == State::refused);
            CPPUNIT_ASSERT_EQUAL(1045U, codeOf(outcome));
        }
}

TEST(MysqlLoginTest, theOtherMethodIsAskedForWhereADigestWantsIt)
{
    const auto digest = [](auth::ScrambleKind kind) {
        return auth::hexadecimal(auth::scrambleVerifier(digests(), kind, auth::scrambleKey(digests(), kind, "pencil")));
    };
    const std::string native = "*" + digest(auth::ScrambleKind::native);
    const std::string sha2 = "$sha2$" + digest(auth::ScrambleKind::sha2);
    for (const char* plugin : {"mysql_native_password", "caching_sha2_password"})
        for (const std::string& secret : {native, sha2})
        {
            begin(knowing("\"anna\" \"" + secret + "\""), true, plugin);
            CPPUNIT_ASSERT(run(knowing("\"anna\" \"pencil\"")) == State::accepted);
        }
}

TEST(MysqlLoginTest, theMethodThatIsSetIsTheOnlyOne)
{
    const std::string native =
        "*" +
        auth::hexadecimal(auth::scrambleVerifier(digests(), auth::ScrambleKind::native,
                                                 auth::scrambleKey(digests(), auth::ScrambleKind::native, "pencil")));
    const auto client = knowing("\"anna\" \"pencil\"");
    for (const char* plugin : {"mysql_native_password", "caching_sha2_password"})
        for (const AuthMethod method : {AuthMethod::native, AuthMethod::sha2})
        {
            const char* const expected =
                method == AuthMethod::native ? "mysql_native_password" : "caching_sha2_password";
            begin(knowing("\"anna\" \"pencil\"", method), true, plugin);
            CPPUNIT_ASSERT_EQUAL(std::string(expected), mysql::readGreeting(Bytes(greeting).substr(4))->plugin);
            CPPUNIT_ASSERT(run(client) == State::accepted);
            begin(knowing("\"anna\" \"" + native + "\"", method), true, plugin);
            CPPUNIT_ASSERT(run(client) == (method == AuthMethod::native ? State::accepted : State::refused));
        }
}

TEST(MysqlLoginTest, behindARequestForTlsTheLoginHasTheNextNumber)
{
    for (const bool offers : {true, false})
        for (const unsigned number : {0U, 1U, 2U, 3U})
        {
            begin(knowing("\"anna\" \"pencil\""), true, "mysql_native_password", offers);
            CPPUNIT_ASSERT_EQUAL(
                offers, (mysql::readGreeting(Bytes(greeting).substr(4))->capabilities & mysql::capability::SSL) != 0);
            mysql::TargetDialog dialog(knowing("\"anna\" \"pencil\""), std::make_shared<mysql::SharedCommons>(),
                                       knowing("\"anna\" \"pencil\"")->identityAt(0, "anna", std::nullopt), 0, {});
            std::string said = dialog.hear(greeting).says;
            said[3] = static_cast<char>(number);
            const std::string answer = asked(said);
            const bool isIn = number == 1 || (offers && number == 2);
            CPPUNIT_ASSERT_EQUAL(isIn ? '\0' : '\xFF', answer[4]);
            CPPUNIT_ASSERT(!isIn || static_cast<unsigned char>(answer[3]) == number + 1);
        }
}

TEST(MysqlLoginTest, aTargetThatSpeaksNoMysqlIsLeft)
{
    const auto client = knowing("\"anna\" \"pencil\"");
    for (const std::string& said :
         {std::string("HTTP/1.1 400 Bad Request\r\n"), mysql::packetOf(0, "\x0b"), mysql::packetOf(0, ""),
          mysql::errorPacket(0, 1040, "08004", "Too many connections")})
    {
        mysql::TargetDialog dialog(client, std::make_shared<mysql::SharedCommons>(),
                                   client->identityAt(0, "anna", std::nullopt), 0, {});
        CPPUNIT_ASSERT_MESSAGE(said, dialog.hear(said).state != State::accepted);
    }
    mysql::Greeting old = target();
    old.capabilities &= ~mysql::capability::SESSION_TRACK;
    mysql::TargetDialog dialog(client, std::make_shared<mysql::SharedCommons>(),
                               client->identityAt(0, "anna", std::nullopt), 0, {});
    CPPUNIT_ASSERT(dialog.hear(mysql::packetOf(0, mysql::greetingOf(old))).state == State::refused);
    CPPUNIT_ASSERT_EQUAL(1251U, codeOf(dialog.outcome()));
}

TEST(MysqlLoginTest, theWholePasswordIsSaidOverTlsAlone)
{
    const auto client = knowing("\"anna\" \"pencil\"");
    for (const bool isSecure : {true, false})
    {
        mysql::TargetDialog dialog(client, std::make_shared<mysql::SharedCommons>(),
                                   client->identityAt(0, "anna", std::nullopt), 0, {});
        dialog.secured(isSecure ? "binding" : "");
        dialog.hear(mysql::packetOf(0, mysql::greetingOf(target("caching_sha2_password"))));
        const auto step = dialog.hear(mysql::packetOf(2, "\x01\x04"));
        CPPUNIT_ASSERT_EQUAL(mysql::packetOf(3, isSecure ? Bytes("pencil\0", 7) : Bytes("\x02")), step.says);
        if (!isSecure)
            CPPUNIT_ASSERT(dialog.hear(mysql::packetOf(4, "\x01no key")).state == State::refused);
    }
}

TEST(MysqlLoginTest, anotherUserProvesThePasswordAnew)
{
    isIn();
    query("set autocommit = 0");
    session->signedIn(true);
    const std::string change = std::string("anna\0\0shop\0\x2d\0mysql_native_password\0", 36);
    const RequestTraits asked = does('\x11', change);
    CPPUNIT_ASSERT(asked.local && asked.resets && asked.reply[4] == '\xFE');
    const std::string nonce = asked.reply.substr(asked.reply.size() - 21, 20);
    const std::string scramble =
        auth::scrambled(digests(), auth::ScrambleKind::native,
                        auth::scrambleKey(digests(), auth::ScrambleKind::native, "pencil"), nonce);
    RequestTraits proof;
    session->request(mysql::packetOf(2, scramble), true, proof);
    CPPUNIT_ASSERT(proof.greets && proof.vital && proof.barrier);
    CPPUNIT_ASSERT_EQUAL(std::string("shop"), proof.user->settings.at("#database"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, query("select 1").user->settings.count("autocommit"));
    const RequestTraits again = does('\x11', change);
    RequestTraits wrong;
    session->request(mysql::packetOf(2, scramble), true, wrong);
    CPPUNIT_ASSERT(wrong.last && codeOf(wrong.reply) == 1045);
}
