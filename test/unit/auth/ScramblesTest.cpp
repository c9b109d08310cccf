#include "support/Test.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/auth/Base64.h>
#include <proximux/auth/Scrambles.h>
#include <proximux/system/PocoDigests.h>

#include <memory>
#include <string>

using namespace proximux;

class ScramblesTest : public CppUnit::TestCase
{
protected:
    using Kind = auth::ScrambleKind;

    static constexpr const char* NONCE = "01234567890123456789";

    static std::string verifier(Kind kind)
    {
        return auth::scrambleVerifier(digests(), kind, auth::scrambleKey(digests(), kind, "pencil"));
    }

    static std::string said(Kind kind, const std::string& password = "pencil")
    {
        return auth::scrambled(digests(), kind, auth::scrambleKey(digests(), kind, password), NONCE);
    }

    static auth::Authenticator letting(const std::string& users)
    {
        auto list = std::make_shared<auth::UserList>();
        CPPUNIT_ASSERT(!list->read(users));
        auth::Authenticator made(digests(), "key");
        made.change({auth::Method::automatic, std::move(list), {}});
        return made;
    }
};

TEST(ScramblesTest, scramblesAreThoseOfTheServers)
{
    CPPUNIT_ASSERT_EQUAL(std::string("7614be58636c810a9d8970a50b3b2a78450413e4"),
                         auth::hexadecimal(verifier(Kind::native)));
    CPPUNIT_ASSERT_EQUAL(std::string("60a96febe9e6640ee11cb28ad9560ea89dffd65d"),
                         auth::hexadecimal(said(Kind::native)));
    CPPUNIT_ASSERT_EQUAL(std::string("9b870f7660a035112545081fd2e27003118dab2884ee38b86e18f7cbba88a8c1"),
                         auth::hexadecimal(verifier(Kind::sha2)));
    CPPUNIT_ASSERT_EQUAL(std::string("bb58ddf32da0de48967edb6fb327dd04640a25109c7d6965e03df3009263536a"),
                         auth::hexadecimal(said(Kind::sha2)));
}

TEST(ScramblesTest, onlyThePasswordIsProven)
{
    for (const Kind kind : {Kind::native, Kind::sha2})
    {
        const auto key = auth::keyProven(digests(), kind, verifier(kind), said(kind), NONCE);
        CPPUNIT_ASSERT_EQUAL(auth::scrambleKey(digests(), kind, "pencil"), key.value_or(""));
        CPPUNIT_ASSERT(!auth::keyProven(digests(), kind, verifier(kind), said(kind, "pen"), NONCE));
        CPPUNIT_ASSERT(!auth::keyProven(digests(), kind, verifier(kind), said(kind), "91234567890123456789"));
        CPPUNIT_ASSERT(!auth::keyProven(digests(), kind, verifier(kind), "", NONCE));
        CPPUNIT_ASSERT(!auth::keyProven(digests(), kind, "", said(kind), NONCE));
    }
}

TEST(ScramblesTest, digestsAreSecretsOfOneKind)
{
    const std::string native = "*" + auth::hexadecimal(verifier(Kind::native));
    const std::string sha2 = "$sha2$" + auth::hexadecimal(verifier(Kind::sha2));
    auth::Authenticator door = letting("\"anna\" \"pencil\"\n\"nora\" \"" + native + "\"\n\"sara\" \"" + sha2 + "\"");
    CPPUNIT_ASSERT(door.scrambleFor("nora", Kind::sha2) == Kind::native);
    CPPUNIT_ASSERT(door.scrambleFor("sara", Kind::native) == Kind::sha2);
    for (const Kind kind : {Kind::native, Kind::sha2})
    {
        CPPUNIT_ASSERT(door.scrambleFor("anna", kind) == kind);
        CPPUNIT_ASSERT(door.scrambleFor("stranger", kind) == kind);
        CPPUNIT_ASSERT(door.keyOfScramble("anna", kind, said(kind), NONCE));
        CPPUNIT_ASSERT_EQUAL(kind == Kind::native, door.keyOfScramble("nora", kind, said(kind), NONCE).has_value());
        CPPUNIT_ASSERT_EQUAL(kind == Kind::sha2, door.keyOfScramble("sara", kind, said(kind), NONCE).has_value());
        CPPUNIT_ASSERT(!door.keyOfScramble("stranger", kind, said(kind), NONCE));
        CPPUNIT_ASSERT(!door.keyOfScramble("anna", kind, said(kind, "pen"), NONCE));
    }
}

TEST(ScramblesTest, aDigestLogsInWithWhatItsClientHasProven)
{
    const std::string native = "*" + auth::hexadecimal(verifier(Kind::native));
    auth::Authenticator door = letting("\"anna\" \"pencil\"\n\"nora\" \"" + native + "\"");
    CPPUNIT_ASSERT_EQUAL(said(Kind::sha2),
                         door.scrambleOf(door.identityAt(0, "anna", {}), Kind::sha2, NONCE).value_or(""));
    auth::Identity nora = door.identityAt(0, "nora", {});
    CPPUNIT_ASSERT(!door.scrambleOf(nora, Kind::native, NONCE));
    nora.provenKey = door.keyOfScramble("nora", Kind::native, said(Kind::native), NONCE).value_or("");
    CPPUNIT_ASSERT_EQUAL(said(Kind::native), door.scrambleOf(nora, Kind::native, NONCE).value_or(""));
    CPPUNIT_ASSERT(!door.scrambleOf(nora, Kind::sha2, NONCE));
    CPPUNIT_ASSERT(!door.scrambleOf(door.identityAt(0, "stranger", {}), Kind::native, NONCE));
}

TEST(ScramblesTest, aDigestThatIsNoneIsNamed)
{
    auth::UserList list;
    CPPUNIT_ASSERT_EQUAL(std::string("line 1: an invalid digest; expected $sha2$ and 64 hexadecimal digits"),
                         list.read("\"a\" \"$sha2$12\"").value_or(""));
    CPPUNIT_ASSERT(!list.read("\"b\" \"*12\""));
    CPPUNIT_ASSERT(list.find("b")->kind == auth::Secret::Kind::clear);
}

TEST(ScramblesTest, nothingIsEncryptedForWhatIsNoKey)
{
    CPPUNIT_ASSERT_EQUAL(std::string(), digests().encrypted("no key", "pencil"));
}
