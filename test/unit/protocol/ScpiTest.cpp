#include "WatchRecorder.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <string>
#include <vector>

namespace proximux
{

/// SCPI: what its vectors can't say.
class ScpiTest : public CppUnit::TestCase
{
protected:
    [[nodiscard]] RequestTraits ask(const std::string& bytes) const
    {
        return ProtocolCheck::ask(*_scpi.talk({}), bytes);
    }

    /// Whether the request framer says that this message has a response.
    [[nodiscard]] bool isAnswered(const std::string& message) const
    {
        const auto framer = _scpi.protocol().makeRequestFramer();
        for (const char c : message)
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, framer->feed({&c, 1}).taken);
        return framer->isAnswered();
    }

    static std::unique_ptr<Protocol> withLimit(std::size_t max)
    {
        Framing framing;
        framing.maxMessage = max;
        return findProtocol("scpi")->make(framing);
    }

    const ProtocolCheck _scpi{"scpi"};
};

TEST(ScpiTest, refusesWhatInstrumentsReadDifferently)
{
    const FramerCheck check = _scpi.requests();
    const std::string question = "a SCPI question mark outside of a header and of quotes";
    check.refuses("VOLT ?\n", question);
    check.refuses("*IDN?;DISP:TEXT ready?\n", question);
    const std::string quote = "a SCPI string without its closing quote";
    check.refuses("DISP:TEXT \"\n*IDN?\n\"\n", quote);
    check.refuses("DISP:TEXT 'don''t\n", quote);
    const std::string place = "a SCPI block that does not begin a parameter";
    check.refuses("FOO A#16\n*IDN?\n", place);
    check.refuses("FOO#16\n*IDN?\n", place);
    check.refuses("#16\n*IDN?\n", place);
    check.refuses("FOO \"a\"#16\n*IDN?\n", place);
    check.refuses("DATA #0abc\n", "a SCPI block of indefinite length (#0), whose end a socket does not show");
    check.refuses("DATA #2x1\n", "a SCPI block with an invalid length");
    check.refuses("DATA #21\n", "a SCPI block with an invalid length");
    check.finds({"FOO A#H15\n", "FOO A#\n", "FOO #\n", "MEAS? ?\n"});
}

TEST(ScpiTest, limitsTheTextOfAMessageAndNotItsBlocks)
{
    const FramerCheck requests([] { return withLimit(12)->makeRequestFramer(); });
    const FramerCheck responses([] { return withLimit(12)->makeResponseFramer(); });
    requests.finds({"12345678901\n", "D #220" + std::string(20, '\n') + ",1\n"});
    responses.finds({"12345678901\n", "#3100" + std::string(100, '\n') + ";12\n"});
    for (const FramerCheck& each : {requests, responses})
        each.refuses("123456789012\n", "a SCPI message longer than exchange.max_message");
}

TEST(ScpiTest, theFramerKnowsAtTheEndWhetherThereIsAResponse)
{
    for (const char* message : {"*IDN?\n", "VOLT 5;VOLT?\n", "D #13\n?;,1;*OPC?\r\n"})
    {
        CPPUNIT_ASSERT_MESSAGE(message, isAnswered(message));
        CPPUNIT_ASSERT(ask(message).answered);
    }
    for (const char* message : {"VOLT 5\n", "DISP \"?\"\n", "D #13\n?;\n", "\n"})
    {
        CPPUNIT_ASSERT_MESSAGE(message, !isAnswered(message));
        CPPUNIT_ASSERT(!ask(message).answered);
    }
    RequestTraits traits;
    _scpi.talk({})->request("D #6100000", false, traits);
    CPPUNIT_ASSERT(traits.answered); // nobody knows yet
}

/// A target that answers each query of a message in a line of its own gets no other request on that connection.
TEST(ScpiTest, countsTheAnswersOfAResponse)
{
    const auto spends = [this](const std::string& request, const std::string& response)
    { return _scpi.response(response, ask(request).hint).spends; };
    CPPUNIT_ASSERT(!spends("A?\n", "1\n"));
    CPPUNIT_ASSERT(!spends("A?;*CLS;B?\n", "1;2\n"));
    CPPUNIT_ASSERT(!spends("*LRN?\n", "VOLT 1;CURR 2\n"));
    CPPUNIT_ASSERT(!spends("A?;B?\n", "#13;\n;;2\n"));
    CPPUNIT_ASSERT(spends("A?;B?\n", "1\n"));
    CPPUNIT_ASSERT(spends("A?;B?\n", "\"1;2\"\n"));
    CPPUNIT_ASSERT(spends("A?;B?\n", "#13;;;\n"));
    CPPUNIT_ASSERT(!_scpi.response("1", ask("A?;B?\n").hint).spends);
}

TEST(ScpiTest, aBlockOfIndefiniteLengthLastsUntilTheConnectionEnds)
{
    for (const std::string& begin :
         {std::string("#0"), std::string(":CURVE #0"), std::string("1,#0"), std::string("5;#0")})
    {
        const auto framer = _scpi.protocol().makeResponseFramer();
        CPPUNIT_ASSERT(!framer->finish());
        for (const std::string& piece : {begin, std::string("a\n"), std::string("\n;?")})
        {
            const Framer::Progress progress = framer->feed(piece);
            CPPUNIT_ASSERT(progress.kind == Framer::Progress::Kind::partial);
            CPPUNIT_ASSERT_EQUAL(piece.size(), progress.taken);
        }
        CPPUNIT_ASSERT(framer->finish());
    }
    _scpi.responses().finds({"\"#0\"\n", "ACME Model #0\n"});
}

/// The first line of a text, whatever is in it.
TEST(ScpiTest, aResponseMayBeFreeText)
{
    _scpi.responses().finds({"O'Brien, 5\" disk, it's #15 of #H\n", "\"open\n", "-113,\"Undefined header;#19\"\r\n",
                             "ACME,#A1,#\n", "?\n", "\n"});
}

TEST(ScpiTest, asksForTheIdentification)
{
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), _scpi.protocol().probe(1));
    CPPUNIT_ASSERT(_scpi.protocol().answersProbe("ACME,Model,0,1.0\n"));
    CPPUNIT_ASSERT(!_scpi.protocol().answersProbe("\n"));
    std::string reply;
    CPPUNIT_ASSERT(!_scpi.talk({})->failed({}, Failure::timeout, reply));
    CPPUNIT_ASSERT(!_scpi.talk({})->malformed("x", reply));
}

/// Of a request that is longer than what is kept, too.
TEST(ScpiTest, aWatcherAwaitsNoResponseToACommand)
{
    WatchRecorder recorder;
    const auto watcher = findProtocol("scpi")->makeWatcher(Framing(), recorder, {20, 100});
    watcher->fromClient("VOLT 5\nDATA #280" + std::string(80, '\n') + "\nVOLT?\n", Instant{0});
    watcher->fromTarget("5\n", Instant{1});
    CPPUNIT_ASSERT_EQUAL(std::string("> VOLT 5 (unanswered)\n> DATA # (unanswered)\n> VOLT?\n< VOLT?\n"),
                         joined(recorder.lines));
    watcher->fromClient("DATA #280" + std::string(80, '\n') + ";*OPC?\n", Instant{2});
    watcher->fromTarget("1\n", Instant{3});
    CPPUNIT_ASSERT_EQUAL(std::string("< DATA #"), recorder.lines.back());
}

} // namespace proximux
