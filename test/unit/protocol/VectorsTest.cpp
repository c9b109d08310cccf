#include "support/Vectors.h"
#include "WatchRecorder.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

namespace proximux
{

/// What each protocol says of the messages in its file of test/vectors.
class VectorsTest : public CppUnit::TestCase
{
protected:
    static ConversationSettings settings(bool pins, bool passive = false)
    {
        ConversationSettings made;
        made.pins = pins;
        made.passive = passive;
        return made;
    }

    static std::string flagsOf(const Protocol& protocol, const Vector& vector, const RequestTraits& traits)
    {
        std::string flags;
        const auto add = [&flags](bool holds, const char* flag)
        { flags += holds ? (flags.empty() ? "" : " ") + std::string(flag) : ""; };
        add(traits.repeatable, "repeatable");
        add(traits.pins != 0, "pinned");
        add(protocol.isSecret(vector.message), "secret");
        add(!traits.answered, "unanswered");
        return flags;
    }
};

TEST(VectorsTest, messagesAreDelimited)
{
    for (const Vectors& each : allVectors())
    {
        const ProtocolCheck check(each.protocol);
        check.requests().finds(each.messages("request refused"));
        check.responses().finds(each.messages("answer stranger"));
        for (const Vector& vector : each.all)
            if (vector.kind == "malformed")
            {
                check.requests().refuses(vector.message, vector.text);
                check.responses().refuses(vector.message, vector.text);
            }
    }
}

TEST(VectorsTest, messagesAreDescribedWithoutSecrets)
{
    for (const Vectors& each : allVectors())
    {
        const ProtocolCheck check(each.protocol);
        const Protocol& protocol = check.protocol();
        for (const Vector& vector : each.all)
        {
            if (vector.kind == "request")
                CPPUNIT_ASSERT_EQUAL(vector.text, protocol.describe(vector.message, 100));
            if (vector.kind == "answer" || vector.kind == "stranger")
                CPPUNIT_ASSERT_EQUAL(vector.text, protocol.describeResponse(vector.message, 100));
            for (const std::string& hidden : each.messages("hidden"))
                for (std::size_t n = 0; n <= vector.message.size() && vector.kind != "hidden"; ++n)
                {
                    const std::string part = vector.message.substr(0, n);
                    CPPUNIT_ASSERT(protocol.describe(part, 1000).find(hidden) == std::string::npos);
                    CPPUNIT_ASSERT(protocol.describeResponse(part, 1000).find(hidden) == std::string::npos);
                    CPPUNIT_ASSERT(part.find(hidden) == std::string::npos || protocol.isSecret(part));
                }
        }
    }
}

TEST(VectorsTest, requestsMeanWhatTheyShould)
{
    for (const Vectors& each : allVectors())
    {
        const ProtocolCheck check(each.protocol);
        for (const Vector& vector : each.all)
        {
            if (vector.kind != "request" && vector.kind != "refused")
                continue;
            const RequestTraits traits = ProtocolCheck::ask(*check.talk(settings(true)), vector.message);
            const RequestTraits unpinned = ProtocolCheck::ask(*check.talk(settings(false)), vector.message);
            const RequestTraits passive = ProtocolCheck::ask(*check.talk(settings(true, true)), vector.message);
            CPPUNIT_ASSERT(!passive.local);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(vector.text, vector.kind == "refused", traits.refused);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(vector.text, traits.refused || traits.pins != 0, unpinned.refused);
            if (traits.refused)
                CPPUNIT_ASSERT_EQUAL(vector.text, std::string(traits.refusal != nullptr ? traits.refusal : ""));
            else
                CPPUNIT_ASSERT_EQUAL_MESSAGE(vector.text, vector.flags, flagsOf(check.protocol(), vector, traits));
        }
    }
}

/// An answer matches one of the requests by its hint and its check value, a stranger none.
TEST(VectorsTest, answersMatchTheirRequests)
{
    for (const Vectors& each : allVectors())
    {
        const ProtocolCheck check(each.protocol);
        std::vector<RequestTraits> asked;
        for (const std::string& message : each.messages("request"))
            asked.push_back(ProtocolCheck::ask(*check.talk(settings(true)), message));
        for (const Vector& vector : each.all)
            if (vector.kind == "answer" || vector.kind == "stranger")
            {
                const bool matches = std::any_of(asked.begin(), asked.end(),
                                                 [&](const RequestTraits& request)
                                                 {
                                                     const ResponseTraits traits =
                                                         check.response(vector.message, request.hint);
                                                     return traits.endsRequest() && traits.mayAnswer(request.check);
                                                 });
                CPPUNIT_ASSERT_EQUAL_MESSAGE(vector.text, vector.kind == "answer", matches);
            }
    }
}

/// In the order of the file; a stranger is passed over.
TEST(VectorsTest, watcherFindsTheRequestOfEachAnswer)
{
    for (const Vectors& each : allVectors())
    {
        WatchRecorder recorder;
        const auto watcher = findProtocol(each.protocol)->makeWatcher(Framing(), recorder, {});
        for (const std::string& message : each.messages("request"))
            watcher->fromClient(message, Instant{0});
        for (const std::string& message : each.messages("answer stranger"))
            watcher->fromTarget(message, Instant{1});
        CPPUNIT_ASSERT_EQUAL(each.messages("answer").size(), recorder.responses.size());
        for (const std::string& line : recorder.lines)
            CPPUNIT_ASSERT_MESSAGE(line, line.front() != '!');
    }
}

} // namespace proximux
