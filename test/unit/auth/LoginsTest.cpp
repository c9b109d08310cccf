#include "support/Test.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/auth/Base64.h>
#include <proximux/system/PocoDigests.h>

#include <memory>
#include <string>
#include <utility>

using namespace proximux;

/// Its SCRAM messages are the example of RFC 7677, section 3.
class LoginsTest : public CppUnit::TestCase
{
protected:
    static constexpr const char* CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    static constexpr const char* SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    static constexpr const char* SERVER_FIRST =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    static constexpr const char* CLIENT_FINAL =
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    static constexpr const char* SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    static auth::Verifier verifier()
    {
        const std::string salt = *auth::fromBase64("W22ZaJ0SNY7soEsUEjb6gQ==");
        return auth::verifierOf(digests(), auth::scramKeys(digests(), "pencil", salt, 4096), salt, 4096);
    }

    /// As PostgreSQL would keep it.
    static std::string written(const auth::Verifier& verifier)
    {
        return "SCRAM-SHA-256$4096:" + auth::base64(verifier.salt) + "$" + auth::base64(verifier.storedKey) + ":" +
               auth::base64(verifier.serverKey);
    }

    static auth::Authenticator letting(const std::string& users, auth::Method method = auth::Method::automatic)
    {
        auto list = std::make_shared<auth::UserList>();
        CPPUNIT_ASSERT(!list->read(users));
        auth::Authenticator made(digests(), "key");
        made.change({method, std::move(list), {}});
        return made;
    }

    static std::string refusal(const std::string& users)
    {
        auth::UserList list;
        return list.read(users).value_or("");
    }
};

TEST(LoginsTest, serverFollowsTheExampleOfTheStandard)
{
    auth::ScramServer server(digests(), verifier(), SERVER_NONCE);
    const auto first = server.begin(std::string("n,,n=user,r=") + CLIENT_NONCE);
    CPPUNIT_ASSERT_EQUAL(std::string(SERVER_FIRST), first.value_or(""));
    CPPUNIT_ASSERT_EQUAL(std::string(SERVER_FINAL), server.end(CLIENT_FINAL).value_or(""));
}

TEST(LoginsTest, serverRefusesWhatProvesNothing)
{
    for (const char* last : {"", "c=biws", "c=biws,r=other,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
                             "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=AAAA",
                             "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                             "p=eHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="})
    {
        auth::ScramServer server(digests(), verifier(), SERVER_NONCE);
        CPPUNIT_ASSERT(server.begin(std::string("n,,n=user,r=") + CLIENT_NONCE));
        CPPUNIT_ASSERT_MESSAGE(last, !server.end(last));
    }
    for (const char* first : {"", "n,,", "n,a=other,n=user,r=x", "p=tls-unique,,n=user,r=x", "n,,r=x", "n,,n=user,r="})
        CPPUNIT_ASSERT_MESSAGE(first, !auth::ScramServer(digests(), verifier(), SERVER_NONCE).begin(first));
}

TEST(LoginsTest, clientAndServerProveThePasswordToEachOther)
{
    auth::ScramServer server(digests(), verifier(), "server");
    const auto keys = [](Bytes salt, unsigned rounds)
    { return std::optional<auth::ScramKeys>(auth::scramKeys(digests(), "pencil", salt, rounds)); };
    auth::ScramClient client(digests(), "client", keys);
    const auto proof = client.prove(server.begin(client.begin()).value_or(""));
    CPPUNIT_ASSERT(proof);
    const std::string last = server.end(*proof).value_or("");
    CPPUNIT_ASSERT(client.isGenuine(last));
    CPPUNIT_ASSERT(!client.isGenuine(SERVER_FINAL));
    CPPUNIT_ASSERT(!client.isGenuine(""));
    CPPUNIT_ASSERT_EQUAL(keys(verifier().salt, 4096)->clientKey, server.proven().clientKey);
}

TEST(LoginsTest, clientProvesOnWhichConnectionItSpeaks)
{
    const auto keys = [](Bytes, unsigned) { return std::optional<auth::ScramKeys>({"key", "key"}); };
    auth::ScramClient bound(digests(), CLIENT_NONCE, keys, {auth::BOUND_TO_SERVER, "hash"});
    CPPUNIT_ASSERT_EQUAL(std::string("p=tls-server-end-point,,n=,r=") + CLIENT_NONCE, bound.begin());
    const std::string proof = bound.prove(SERVER_FIRST).value_or("");
    CPPUNIT_ASSERT_EQUAL(std::string("c=cD10bHMtc2VydmVyLWVuZC1wb2ludCwsaGFzaA==,r="), proof.substr(0, 45));
    auth::ScramClient plain(digests(), CLIENT_NONCE, keys, {auth::COULD_BE_BOUND, ""});
    CPPUNIT_ASSERT_EQUAL(std::string("c=eSws,r="), plain.prove(SERVER_FIRST).value_or("").substr(0, 9));
}

TEST(LoginsTest, clientAnswersOnlyItsOwnConversation)
{
    const auto none = [](Bytes, unsigned) { return std::optional<auth::ScramKeys>(); };
    const auto some = [](Bytes, unsigned) { return std::optional<auth::ScramKeys>({"key", "key"}); };
    CPPUNIT_ASSERT(!auth::ScramClient(digests(), CLIENT_NONCE, none).prove(SERVER_FIRST));
    CPPUNIT_ASSERT(auth::ScramClient(digests(), CLIENT_NONCE, some).prove(SERVER_FIRST));
    CPPUNIT_ASSERT(!auth::ScramClient(digests(), "other", some).prove(SERVER_FIRST));
    for (const char* first : {"", "r=clientX,s=AAAA", "r=client,s=AAAA,i=1", "r=clientX,s=AAAA,i=0",
                              "r=clientX,s=AAAA,i=100000", "r=clientX,s=A,i=1"})
        CPPUNIT_ASSERT_MESSAGE(first, !auth::ScramClient(digests(), "client", some).prove(first));
}

TEST(LoginsTest, usersAreReadAsPgBouncerWritesThem)
{
    auth::UserList list;
    CPPUNIT_ASSERT(
        !list.read("; users\n\n\"anna\" \"pass\"\"word\"\r\n  \"bert\"\t\"md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n"
                   "\"carl\" \"" +
                   written(verifier()) + "\" ; since May\n# end"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, list.size());
    CPPUNIT_ASSERT_EQUAL(std::string("pass\"word"), list.find("anna")->text);
    CPPUNIT_ASSERT(list.find("bert")->kind == auth::Secret::Kind::md5);
    CPPUNIT_ASSERT(list.find("carl")->verifier.storedKey == verifier().storedKey);
    CPPUNIT_ASSERT(list.find("dora") == nullptr);
}

TEST(LoginsTest, mistakesInUsersAreNamedWithoutTheirSecrets)
{
    CPPUNIT_ASSERT_EQUAL(std::string("line 2: expected \"name\" \"secret\", each in double quotes"),
                         refusal("\"a\" \"b\"\nanna geheim"));
    CPPUNIT_ASSERT_EQUAL(std::string("line 1: expected \"name\" \"secret\", each in double quotes"),
                         refusal("\"a\" \"b"));
    CPPUNIT_ASSERT_EQUAL(std::string("line 2: a user who was named before"), refusal("\"a\" \"b\"\n\"a\" \"c\""));
    CPPUNIT_ASSERT_EQUAL(std::string("line 1: a user without a name"), refusal("\"\" \"b\""));
    CPPUNIT_ASSERT_EQUAL(
        std::string("line 1: an invalid verifier; expected SCRAM-SHA-256$ROUNDS:SALT$STOREDKEY:SERVERKEY"),
        refusal("\"a\" \"SCRAM-SHA-256$4096:AAAA$BBBB:CCCC\""));
    CPPUNIT_ASSERT_EQUAL(std::string("line 1: longer than 4096 bytes"), refusal(std::string(5000, 'a')));
}

TEST(LoginsTest, aClientProvesWhatIsKnownOfItsPassword)
{
    using auth::Method;
    const std::string digest = "md5" + auth::hexadecimal(digests().md5("pencilbert"));
    auth::Authenticator door =
        letting("\"anna\" \"pencil\"\n\"bert\" \"" + digest + "\"\n\"carl\" \"" + written(verifier()) + "\"");
    CPPUNIT_ASSERT(door.methodFor("anna") == Method::scram);
    CPPUNIT_ASSERT(door.methodFor("bert") == Method::md5);
    CPPUNIT_ASSERT(door.methodFor("stranger") == Method::scram);
    for (const char* name : {"anna", "bert", "carl"})
    {
        CPPUNIT_ASSERT_MESSAGE(name, door.isPassword(name, "pencil"));
        CPPUNIT_ASSERT_MESSAGE(name, !door.isPassword(name, "pencils"));
    }
    CPPUNIT_ASSERT(!door.isPassword("stranger", ""));
    for (const char* name : {"anna", "bert"})
    {
        const std::string inner = auth::hexadecimal(digests().md5(std::string("pencil") + name));
        CPPUNIT_ASSERT(door.isMd5Answer(name, "md5" + auth::hexadecimal(digests().md5(inner + "salt")), "salt"));
        CPPUNIT_ASSERT(!door.isMd5Answer(name, "md5" + auth::hexadecimal(digests().md5(inner + "tlas")), "salt"));
    }
    CPPUNIT_ASSERT(letting("\"carl\" \"" + written(verifier()) + "\"", Method::md5).methodFor("carl") == Method::scram);
}

TEST(LoginsTest, aUserWithoutASecretProvesNothing)
{
    auth::Authenticator door = letting("\"anna\" \"\"");
    CPPUNIT_ASSERT(!door.isPassword("anna", ""));
    const std::string inner = auth::hexadecimal(digests().md5("anna"));
    CPPUNIT_ASSERT(!door.isMd5Answer("anna", "md5" + auth::hexadecimal(digests().md5(inner + "salt")), "salt"));
    const auth::Verifier asked = door.verifierFor("anna");
    const auth::ScramKeys keys = auth::scramKeys(digests(), "", asked.salt, asked.rounds);
    CPPUNIT_ASSERT(asked.storedKey != digests().sha256(keys.clientKey));
    const auth::Identity anna = door.identityAt(0, "anna", std::nullopt);
    CPPUNIT_ASSERT(anna.isKnown);
    CPPUNIT_ASSERT(!door.md5Answer(anna, "salt"));
    CPPUNIT_ASSERT(!door.keysOf(anna, "salt", 4096));
}

TEST(LoginsTest, aStrangerIsAskedAsSomebodyWhoIsKnown)
{
    auth::Authenticator door = letting("\"anna\" \"pencil\"");
    const auth::Verifier first = door.verifierFor("stranger");
    CPPUNIT_ASSERT_EQUAL(first.salt, door.verifierFor("stranger").salt);
    CPPUNIT_ASSERT(first.salt != door.verifierFor("other").salt);
    CPPUNIT_ASSERT_EQUAL(door.verifierFor("anna").salt.size(), first.salt.size());
    CPPUNIT_ASSERT_EQUAL(door.verifierFor("anna").rounds, first.rounds);
    CPPUNIT_ASSERT(first.storedKey != door.verifierFor("stranger").storedKey);
}

TEST(LoginsTest, aVerifierLogsInWhereTheTargetHasTheSame)
{
    auth::Authenticator door = letting("\"carl\" \"" + written(verifier()) + "\"");
    const auto proven = auth::scramKeys(digests(), "pencil", verifier().salt, 4096);
    const auth::Identity carl = door.identityAt(0, "carl", proven);
    CPPUNIT_ASSERT_EQUAL(proven.clientKey, door.keysOf(carl, verifier().salt, 4096)->clientKey);
    CPPUNIT_ASSERT(!door.keysOf(carl, "other salt", 4096));
    CPPUNIT_ASSERT(!door.keysOf(carl, verifier().salt, 4097));
    CPPUNIT_ASSERT(!door.keysOf(door.identityAt(0, "carl", std::nullopt), verifier().salt, 4096));
    CPPUNIT_ASSERT(!door.md5Answer(carl, "salt"));
}

TEST(LoginsTest, aTargetsOwnLoginComesFirst)
{
    auto users = std::make_shared<auth::UserList>();
    CPPUNIT_ASSERT(!users->read("\"anna\" \"pencil\""));
    auth::Authenticator door(digests(), "key");
    door.change({auth::Method::automatic, users, {{}, {"service", "secret"}}});
    CPPUNIT_ASSERT_EQUAL(std::string("anna"), door.identityAt(0, "anna", {}).name);
    CPPUNIT_ASSERT_EQUAL(std::string("service"), door.identityAt(1, "anna", {}).name);
    CPPUNIT_ASSERT_EQUAL(std::string("secret"), door.identityAt(1, "anna", {}).secret.text);
    CPPUNIT_ASSERT(!door.identityAt(0, "stranger", {}).isKnown);
}

TEST(LoginsTest, aTargetsOwnLoginWithoutAPasswordHasThatOfTheList)
{
    auto users = std::make_shared<auth::UserList>();
    CPPUNIT_ASSERT(!users->read("\"anna\" \"pencil\"\n\"service\" \"secret\""));
    auth::Authenticator door(digests(), "key");
    door.change({auth::Method::automatic, users, {{"service", ""}, {"other", ""}}});
    const auth::Identity service = door.identityAt(0, "anna", auth::ScramKeys{"key", "key"});
    CPPUNIT_ASSERT_EQUAL(std::string("service"), service.name);
    CPPUNIT_ASSERT_EQUAL(std::string("secret"), service.secret.text);
    CPPUNIT_ASSERT(service.isKnown && !service.proven);
    CPPUNIT_ASSERT(!door.identityAt(1, "anna", {}).isKnown);
}

TEST(LoginsTest, onlyWhoIsInTheListIsTrusted)
{
    auth::Authenticator door = letting("\"anna\" \"\"");
    CPPUNIT_ASSERT(door.mayTrust("anna"));
    CPPUNIT_ASSERT(!door.mayTrust("stranger"));
    auth::Authenticator open(digests(), "key");
    open.change({auth::Method::trust, nullptr, {}});
    CPPUNIT_ASSERT(open.mayTrust("stranger"));
}

TEST(LoginsTest, base64IsReadAsWritten)
{
    const std::pair<const char*, const char*> PAIRS[] = {{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
                                                         {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}};
    for (const auto& [plain, text] : PAIRS)
    {
        CPPUNIT_ASSERT_EQUAL(std::string(text), auth::base64(plain));
        CPPUNIT_ASSERT_EQUAL(std::string(plain), auth::fromBase64(text).value_or("?"));
    }
    for (const char* text : {"Z", "Zg=", "Zg=x", "====", "Z===", "Zm9\n", "Zg==Zg=="})
        CPPUNIT_ASSERT_MESSAGE(text, !auth::fromBase64(text));
}
