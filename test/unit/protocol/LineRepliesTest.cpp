#include "support/FramerCheck.h"
#include "support/Test.h"

#include <proximux/protocol/Registry.h>
#include <proximux/protocol/declared/Replies.h>

#include <memory>
#include <string>

namespace proximux
{

/// line: which lines have a response.
class LineRepliesTest : public CppUnit::TestCase
{
protected:
    using Which = LineReplies::Which;

    static std::unique_ptr<Protocol> line(const LineReplies& replies, const std::string& delimiter = "\n")
    {
        Framing framing;
        framing.lineReplies = replies;
        framing.delimiter = delimiter;
        return findProtocol("line")->make(framing);
    }

    /// As the exchange asks: what is whole at its framer and its conversation.
    static bool isAnswered(const Protocol& protocol, const std::string& message)
    {
        const auto framer = protocol.makeRequestFramer();
        const auto conversation = protocol.makeConversation({});
        const Framer::Progress progress = framer->feed(message);
        CPPUNIT_ASSERT(progress.kind == Framer::Progress::Kind::complete);
        RequestTraits traits;
        if (conversation)
            conversation->request(message, true, traits);
        return traits.answered && framer->isAnswered();
    }
};

TEST(LineRepliesTest, eachLineHasOneByDefault)
{
    CPPUNIT_ASSERT(line({})->makeConversation({}) == nullptr);
    CPPUNIT_ASSERT(isAnswered(*line({}), "VOLT 5\n"));
}

TEST(LineRepliesTest, queriesAreFoundByTheirFirstWords)
{
    const auto protocol = line({Which::query, {}}, "\r\n");
    for (const char* asking :
         {"?\r\n", "*IDN?\r\n", "\t VOLT? 1\r\n", "MEAS?1\r\n", "VOLT 5; VOLT?\r\n", "A?;B\r\n", "DISP \"a;b?\"\r\n"})
        CPPUNIT_ASSERT_MESSAGE(asking, isAnswered(*protocol, asking));
    for (const char* telling : {"\r\n", "VOLT 5\r\n", "DISP \"ready?\"\r\n", "VOLT ?\r\n", "A;B ;C ?;\r\n"})
        CPPUNIT_ASSERT_MESSAGE(telling, !isAnswered(*protocol, telling));
    const FramerCheck check([&protocol] { return protocol->makeRequestFramer(); });
    check.finds({"VOLT 5\r\n", "*IDN?\r\n", "\r\n"});
}

/// However it is cut; and each line begins anew.
TEST(LineRepliesTest, queriesAreFoundInPieces)
{
    const auto framer = line({Which::query, {}})->makeRequestFramer();
    const auto ends = [&framer](const std::string& bytes)
    {
        for (const char c : bytes)
            if (framer->feed({&c, 1}).kind == Framer::Progress::Kind::complete)
                return framer->isAnswered();
        throw std::logic_error("no end");
    };
    CPPUNIT_ASSERT(ends("VOLT 5;" + std::string(100000, ' ') + "VOLT?\n"));
    CPPUNIT_ASSERT(!ends("VOLT 5\n"));
    CPPUNIT_ASSERT(ends("*IDN?\n"));
    CPPUNIT_ASSERT(!ends("\n"));
}

TEST(LineRepliesTest, patternsNameThoseWithoutOne)
{
    const auto protocol = line({Which::none, {"SET *", "RESET", "OUT? O*"}}, "\r");
    for (const char* silent : {"SET 5\r", "set volt 5 \r", " reset\r", "OUT1 ON\r"})
        CPPUNIT_ASSERT_MESSAGE(silent, !isAnswered(*protocol, silent));
    for (const char* asking : {"SET\r", "RESET 1\r", "*IDN?\r", "\r", "OUT ON\r"})
        CPPUNIT_ASSERT_MESSAGE(asking, isAnswered(*protocol, asking));
    RequestTraits traits;
    protocol->makeConversation({})->request("SET " + std::string(65536, '7'), false, traits);
    CPPUNIT_ASSERT(!traits.answered);
    CPPUNIT_ASSERT(!isAnswered(*line({Which::none, {"*7"}}), std::string(1024, '7') + "x\n"));
}

TEST(LineRepliesTest, matchesAsAShellDoes)
{
    for (const auto& [text, pattern] : {std::pair{"", ""},
                                        {"", "*"},
                                        {"abc", "*"},
                                        {"abc", "a*c"},
                                        {"abcbc", "a*bc"},
                                        {"aBc", "AbC"},
                                        {"abc", "???"},
                                        {"a*c", "a*c"},
                                        {"aab", "*ab"},
                                        {"ab", "**b**"},
                                        {"xaybz", "*a*b*"}})
        CPPUNIT_ASSERT_MESSAGE(std::string(text) + " " + pattern, declared::matches(text, pattern));
    for (const auto& [text, pattern] :
         {std::pair{"a", ""}, {"", "?"}, {"abc", "a*b"}, {"abc", "??"}, {"abc", "abcd"}, {"abcb", "a*c"}, {"b", "*a*"}})
        CPPUNIT_ASSERT_MESSAGE(std::string(text) + " " + pattern, !declared::matches(text, pattern));
    // what could take a very long time
    CPPUNIT_ASSERT(!declared::matches(std::string(1024, 'a'), "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"));
}

} // namespace proximux
