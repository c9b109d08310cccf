#include "WatchRecorder.h"
#include "support/DiameterMessages.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

#include <string>

namespace proximux
{

using namespace diameter_messages;

/// Diameter: what its vectors can't say.
class DiameterTest : public CppUnit::TestCase
{
protected:
    static std::string us() { return origin("p.test", "test"); }

    [[nodiscard]] RequestTraits ask(const std::string& bytes, bool passive = false) const
    {
        ConversationSettings settings;
        settings.passive = passive;
        return ProtocolCheck::ask(*_diameter.talk(settings), bytes);
    }

    [[nodiscard]] LoginAnswer::State judge(const std::string& came) const
    {
        return _diameter.protocol().judgeLogin(came).state;
    }

    const ProtocolCheck _diameter{"diameter", framing()};
};

TEST(DiameterTest, introducesItselfWithItsIdentity)
{
    Framing made = framing();
    const std::string address("\0\1\177\0\0\1", 6);
    const std::string common = us() + avp(257, address) + avp(266, number(0)) + avp(269, "Proximux", 0);
    CPPUNIT_ASSERT_EQUAL(message(REQUEST, CAPABILITIES, 1, 1, common + avp(258, number(0xffffffff))),
                         _diameter.protocol().login({}).says);
    CPPUNIT_ASSERT(_diameter.protocol().login({}).isJudged);
    made.diameterApplications = {{0, 4}, {10415, 16777251}, {0, 3}};
    const std::string applications = avp(265, number(10415)) + avp(258, number(4)) +
                                     avp(260, avp(266, number(10415)) + avp(258, number(16777251))) +
                                     avp(259, number(3));
    CPPUNIT_ASSERT_EQUAL(message(REQUEST, CAPABILITIES, 1, 1, common + applications),
                         ProtocolCheck("diameter", made).protocol().login({}).says);
    CPPUNIT_ASSERT(ProtocolCheck("diameter").protocol().login({}).says.empty());
}

TEST(DiameterTest, judgesTheAnswerToThat)
{
    using State = LoginAnswer::State;
    const std::string theirs = origin("s.test", "test");
    const std::string right = message(0, CAPABILITIES, 1, 1, result(2001) + theirs);
    for (std::size_t n = 0; n < right.size(); ++n)
        CPPUNIT_ASSERT(judge(right.substr(0, n)) == State::more);
    CPPUNIT_ASSERT(judge(right) == State::accepted);
    CPPUNIT_ASSERT_EQUAL(right.size(), _diameter.protocol().judgeLogin(right + "more").size);
    for (const std::string& wrong :
         {message(0, CAPABILITIES, 1, 1, result(5010) + theirs), message(0, CAPABILITIES, 1, 1, theirs),
          message(0, CAPABILITIES, 2, 1, result(2001) + theirs), message(0, CAPABILITIES, 1, 2, result(2001) + theirs),
          message(0, WATCHDOG, 1, 1, result(2001) + theirs),
          message(REQUEST, CAPABILITIES, 1, 1, result(2001) + theirs), message(0, CAPABILITIES, 1, 1, result(2001)),
          std::string("HTTP/1.1 400"), number(1, 1) + number(20000, 3) + std::string(16, '\0')})
        CPPUNIT_ASSERT(judge(wrong) == State::refused);
}

TEST(DiameterTest, answersWhatIsBetweenPeersItself)
{
    const RequestTraits watchdog = ask(message(REQUEST, WATCHDOG, 7, 8));
    CPPUNIT_ASSERT(watchdog.local && !watchdog.refused && !watchdog.last);
    CPPUNIT_ASSERT_EQUAL(message(0, WATCHDOG, 7, 8, result(2001) + us()), watchdog.reply);
    const RequestTraits disconnect = ask(message(REQUEST, DISCONNECT, 7, 8));
    CPPUNIT_ASSERT(disconnect.local && !disconnect.refused && disconnect.last);
    CPPUNIT_ASSERT_EQUAL(message(0, DISCONNECT, 7, 8, result(2001) + us()), disconnect.reply);
    const RequestTraits capabilities = ask(message(REQUEST, CAPABILITIES, 7, 8));
    CPPUNIT_ASSERT(capabilities.greets && !capabilities.local);
    for (const unsigned command : {WATCHDOG, DISCONNECT, CAPABILITIES})
        CPPUNIT_ASSERT(!ask(message(REQUEST, command, 7, 8), true).local);
    // of whatever application: a target may look at the command alone
    CPPUNIT_ASSERT(ask(message(REQUEST, DISCONNECT, 7, 8, "", 4)).local);
}

TEST(DiameterTest, errorsRepeatWhatTheyMust)
{
    const std::string proxies = avp(284, avp(280, "a") + avp(33, "1")) + avp(284, avp(280, "b"));
    const std::string request =
        message(REQUEST | PROXIABLE, CREDIT, 7, 8, session("c;1;2") + avp(1, "u") + proxies + avp(284, "x", 0xC0), 4);
    const auto talk = _diameter.talk({});
    const RequestTraits traits = ProtocolCheck::ask(*talk, request);
    CPPUNIT_ASSERT(!traits.repeatable && !traits.local);
    std::string reply;
    for (const auto& [failure, code, text] :
         {std::tuple{Failure::unavailable, 3004U, "no target connection was free in time"},
          std::tuple{Failure::lost, 3002U, "the target connection was lost"},
          std::tuple{Failure::timeout, 3002U, "the target did not answer in time"}})
    {
        CPPUNIT_ASSERT(talk->failed(traits, failure, reply));
        CPPUNIT_ASSERT_EQUAL(message(PROXIABLE | FAILURE, CREDIT, 7, 8,
                                     session("c;1;2") + result(code) + us() + avp(281, text, 0) + proxies, 4),
                             reply);
    }
    CPPUNIT_ASSERT_EQUAL(message(FAILURE, CREDIT, 7, 8,
                                 result(3008) + us() + avp(281, "a Diameter request with the flag of an error", 0), 4),
                         ask(message(REQUEST | FAILURE, CREDIT, 7, 8, "", 4)).reply);
    std::string text;
    talk->translate("", traits, text);
    CPPUNIT_ASSERT_EQUAL(
        message(PROXIABLE | FAILURE, CREDIT, 7, 8, session("c;1;2") + result(3002) + us() + proxies, 4), text);
}

/// What is wrong in a message is its target's to say; nothing beyond its bytes is looked at.
TEST(DiameterTest, brokenAvpsEndTheSearch)
{
    for (const std::string& avps : {avp(1, "u").substr(0, 7), number(263) + number(0x40, 1) + number(7, 3),
                                    number(263) + number(0xC0, 1) + number(8, 3),
                                    number(263) + number(0x40, 1) + number(0xffffff, 3), avp(263, "s").substr(0, 10)})
    {
        const RequestTraits traits = ask(message(REQUEST, CREDIT, 7, 8, avps + session("hidden"), 4));
        CPPUNIT_ASSERT_EQUAL(std::string::npos, traits.seed.find("hidden"));
    }
}

TEST(DiameterTest, aTargetsOwnRequestsAreSeenWhole)
{
    const std::string request = message(REQUEST, RE_AUTH, 7, 8, session("c;1;2"), 4);
    const auto framer = _diameter.protocol().makeResponseFramer();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, framer->feed(Bytes(request).substr(0, request.size() - 1)).taken);
    CPPUNIT_ASSERT_EQUAL(request.size(), framer->feed(request).taken);
    CPPUNIT_ASSERT(framer->traits().kind == ResponseTraits::Kind::request);
    CPPUNIT_ASSERT_EQUAL(message(FAILURE, RE_AUTH, 7, 8, session("c;1;2") + result(3002) + us(), 4),
                         framer->traits().reply);
    // of a large one the beginning
    const std::string large = message(REQUEST, RE_AUTH, 7, 8, session("c;1;2") + avp(1, std::string(5000, 'u')), 4);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, framer->feed(Bytes(large).substr(0, 4095)).taken);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4096}, framer->feed(Bytes(large).substr(0, 4096)).taken);
    CPPUNIT_ASSERT_EQUAL(message(FAILURE, RE_AUTH, 7, 8, session("c;1;2") + result(3002) + us(), 4),
                         framer->traits().reply);
    CPPUNIT_ASSERT(framer->feed(Bytes(large).substr(4096)).kind == Framer::Progress::Kind::complete);
    CPPUNIT_ASSERT(_diameter.response(message(0, WATCHDOG, 7, 8)).kind == ResponseTraits::Kind::final);
    CPPUNIT_ASSERT(_diameter.response(message(REQUEST, DISCONNECT, 7, 8)).closesTarget);
    CPPUNIT_ASSERT(!_diameter.response(message(REQUEST, WATCHDOG, 7, 8)).closesTarget);
}

/// Both sides ask and answer; requests of the client and their answers are told.
TEST(DiameterTest, isObservedInBothDirections)
{
    WatchRecorder recorder;
    const auto watcher = findProtocol("diameter")->makeWatcher(Framing(), recorder, {});
    watcher->fromClient(message(REQUEST, CAPABILITIES, 1, 1), Instant{1});
    watcher->fromTarget(message(REQUEST, WATCHDOG, 1, 9) + message(0, CAPABILITIES, 1, 1, result(2001)), Instant{2});
    watcher->fromClient(message(0, WATCHDOG, 1, 9, result(2001)), Instant{3});
    CPPUNIT_ASSERT(watcher->isAtRest());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, recorder.responses.size());
}

TEST(DiameterTest, probesWithAWatchdog)
{
    CPPUNIT_ASSERT_EQUAL(message(REQUEST, WATCHDOG, 9, 9, us()), _diameter.protocol().probe(9));
    CPPUNIT_ASSERT(_diameter.protocol().answersProbe(message(0, WATCHDOG, 9, 9, result(2001))));
    CPPUNIT_ASSERT(!_diameter.protocol().answersProbe(message(FAILURE, WATCHDOG, 9, 9, result(3002))));
}

} // namespace proximux
