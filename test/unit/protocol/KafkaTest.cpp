#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <proximux/Number.h>

#include <string>

namespace proximux
{

using namespace std::string_literals;

/// Kafka: what its vectors can't say.
class KafkaTest : public CppUnit::TestCase
{
protected:
    static std::string big(std::uint64_t value, std::size_t width)
    {
        std::string text(width, '\0');
        writeNumber(value, text.data(), width);
        return text;
    }

    static std::string framed(const std::string& content) { return big(content.size(), 4) + content; }

    static std::string request(unsigned key, unsigned version, const std::string& body)
    {
        return framed(big(key, 2) + big(version, 2) + big(7, 4) + "\0\4shop"s + body);
    }

    [[nodiscard]] RequestTraits ask(const std::string& bytes, bool pins = true, bool passive = false) const
    {
        ConversationSettings settings;
        settings.pins = pins;
        settings.passive = passive;
        return ProtocolCheck::ask(*_kafka.talk(settings), bytes);
    }

    const ProtocolCheck _kafka{"kafka"};
};

TEST(KafkaTest, requestsThatWaitAreAlone)
{
    for (const unsigned key : {1U, 11U, 14U}) // Fetch, JoinGroup, SyncGroup
        CPPUNIT_ASSERT(ask(request(key, 0, "x")).alone);
    for (const unsigned key : {0U, 3U, 12U, 18U})
        CPPUNIT_ASSERT(!ask(request(key, 0, "\0\1"s)).alone);
}

TEST(KafkaTest, aProduceThatIsCutIsNotGuessedAt)
{
    // an id of a transaction, then whether there is a response
    const std::string whole = request(0, 3, "\0\2tx\0\0records"s);
    for (std::size_t n = 12; n < whole.size(); ++n)
    {
        const RequestTraits traits = ask(whole.substr(0, n));
        CPPUNIT_ASSERT_EQUAL(n < 24, traits.refused);
        CPPUNIT_ASSERT(traits.refused || !traits.answered);
        CPPUNIT_ASSERT(!ask(whole.substr(0, n), true, true).refused);
    }
    const std::string flexible = request(0, 9, "\1\5\2ab\3tx\0\0records"s);
    for (std::size_t n = 12; n < flexible.size(); ++n)
        CPPUNIT_ASSERT_EQUAL(n < 28, ask(flexible.substr(0, n)).refused);
}

TEST(KafkaTest, aRefusedClientIsClosed)
{
    const RequestTraits traits = ask(request(36, 1, "token"), false);
    CPPUNIT_ASSERT(traits.local && traits.last && traits.reply.empty());
    CPPUNIT_ASSERT_EQUAL(pins::AUTHENTICATION, ask(request(36, 1, "token")).pins);
    CPPUNIT_ASSERT_EQUAL(0U, ask(request(36, 1, "token")).frees);
    std::string reply;
    CPPUNIT_ASSERT(!_kafka.talk({})->failed(ask(request(3, 1, "")), Failure::lost, reply));
}

TEST(KafkaTest, eachDirectionHasItsHeader)
{
    _kafka.requests().refuses(framed("\x04\0\0\0\0\0\0\1"s), "a Kafka request with an impossible API key");
    _kafka.requests().refuses(framed("\0\0\1\0\0\0\0\1"s), "a Kafka request with an impossible version");
    _kafka.requests().refuses(framed("\0\0\0\0\0\0\0"s), "a Kafka message with an impossible length");
    _kafka.requests().refuses("GET / HTTP/1.1\r\n", "a Kafka request with an impossible API key");
    _kafka.responses().finds({framed("\0\0\0\1"s), framed("\0\0\0\2and more"s)});
}

TEST(KafkaTest, probesWithAQuestionForVersions)
{
    const std::string probe = _kafka.protocol().probe(7);
    CPPUNIT_ASSERT_EQUAL("ApiVersions 0"s, _kafka.protocol().describe(probe, 100));
    CPPUNIT_ASSERT(_kafka.protocol().answersProbe(framed(big(7, 4) + big(0, 2) + big(0, 4))));
    CPPUNIT_ASSERT(!_kafka.protocol().answersProbe(framed(big(7, 4) + big(35, 2) + big(0, 4))));
    CPPUNIT_ASSERT(!_kafka.protocol().answersProbe(framed(big(7, 4))));
}

} // namespace proximux
