#include "oracle/Scenes.h"
#include "support/MemcachedAnswers.h"

#include <proximux/protocol/resp/Resp.h>

namespace proximux
{

namespace
{

const std::string GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

std::string command(std::initializer_list<std::string_view> words)
{
    return respCommand(words);
}

/// Modbus: reads a register of this unit; and its answer, to a request as the target got it.
std::string reading(char id, char unit)
{
    return std::string{0, id, 0, 0, 0, 6, unit, 3, 0, 0, 0, 1};
}

std::string register0(const std::string& request, char value)
{
    return request.substr(0, 5) + '\5' + request.substr(6, 2) + std::string{2, 0, value};
}

} // namespace

const std::vector<Scenes::Scene>& Scenes::all()
{
    static const std::vector<Scene> ALL = {
        {Mutant::keepHalfReserved, &Scenes::aConnectionOfWhoseIdsHalfAreOverdueIsReplaced},
        {Mutant::keepOverdueOnes, &Scenes::aConnectionOnWhichManyAreOverdueIsReplaced},
        {Mutant::repeatBeforeOthers, &Scenes::aReadBeforeALostWriteIsLostToo},
        {Mutant::suspectMany, &Scenes::aLossOfManyCostsFewConnections},
        {Mutant::renewDead, &Scenes::aConnectionThatCannotBeReplacedIsKept},
        {Mutant::suspectAll, &Scenes::oneSilenceIsEnoughForAllBehindIt},
        {Mutant::keepSilent, &Scenes::aSilentConnectionIsReplaced},
        {Mutant::confuseClients, &Scenes::aLateWordOfAClientThatHasGoneIsNobodys},
        {Mutant::staleHint, &Scenes::eachResponseIsReadAsOneToItsRequest},
        {Mutant::keepClosing, &Scenes::aConnectionThatClosesIsNotUsedAgain},
        {Mutant::cutUntilClose, &Scenes::aResponseUntilTheEndEndsWell},
        {Mutant::keepUntilClose, &Scenes::aResponseUntilTheEndEndsWell},
        {Mutant::dropMarker, &Scenes::nobodySeesTheEndOfAQuietRun},
        {Mutant::deliverMarker, &Scenes::nobodySeesTheEndOfAQuietRun},
        {Mutant::skipFence, &Scenes::aFenceEndsWhatHasNoKnownEnd},
        {Mutant::trustUnproven, &Scenes::dataThatATargetTakesForCommandsIsFenced},
        {Mutant::deliverFence, &Scenes::aTornFenceReachesNobody},
        {Mutant::ignorePushes, &Scenes::whatIsPushedIsTheSubscribers},
        {Mutant::keepSpent, &Scenes::nobodyElseGetsAConnectionThatIsSpent},
        {Mutant::ignoreTunnel, &Scenes::aTunnelHasNoMessages},
        {Mutant::passBehindUpgrade, &Scenes::whatStandsBehindAnUpgradeWaits},
        {Mutant::keepQueueOfUntied, &Scenes::whatCountsOnAStateThatCouldNotBeIsNotDone},
        {Mutant::unfair, &Scenes::aClientStandsInLineOnceInFunnel},
        {Mutant::serveBehindLast, &Scenes::nothingIsServedBehindTheLastRequest},
        {Mutant::keepReset, &Scenes::aStateThatWasResetIsForNobody},
        {Mutant::trustForgedPush, &Scenes::aForgedNoticeFreesNothing},
        {Mutant::resetOvertakes, &Scenes::whatIsOwedComesBeforeAReset},
        {Mutant::hurryContinue, &Scenes::aClientIsToldToGoOnInItsPlace},
        {Mutant::swallowForever, &Scenes::aConnectionThatAnswersNobodyIsReset},
        {Mutant::reconnectAtWill, &Scenes::whoMakesUsConnectAnewWaits},
        {Mutant::keepClaimed, &Scenes::nobodyInheritsWhatAClientClaimed},
        {Mutant::keepIdleTie, &Scenes::anIdleTieEndsWhenOthersWait},
        {Mutant::answerAnEnd, &Scenes::whoseEndWasPassedOnIsClosedInSilence},
        {Mutant::autoByClient, &Scenes::theTargetDecidesNotAClient},
        {Mutant::autoAfterRaw, &Scenes::nothingIsDecidedAfterRawWasAnswered},
        {Mutant::autoShares, &Scenes::whatIsTriedIsAlone},
        {Mutant::reuseIdOnReconnect, &Scenes::aLateAnswerOverTheNextConnectionIsNobodys},
        {Mutant::sharedIdsAcrossLanes, &Scenes::noTwoConnectionsShareAnId},
        {Mutant::useBehindKeptId, &Scenes::nothingFollowsARequestThatKeptItsId},
        {Mutant::matchWithoutCheck, &Scenes::aResponseWithoutItsQuestionAnswersNothing},
        {Mutant::autoNeverDecides, &Scenes::afterTheFirstAllAreOfTheProtocol},
        {Mutant::autoHurries, &Scenes::whatMayBecomeAProtocolWaits},
        {Mutant::slowSenderUnlimited, &Scenes::aSlowSenderKeepsOthersWaitingForSoLong},
        {Mutant::stallsNeverAddUp, &Scenes::slowSendersDoNotAddUp},
        {Mutant::discardForever, &Scenes::whatIsThrownAwayHasALimit},
        {Mutant::forgetReplies, &Scenes::answersOfOursCount},
        {Mutant::keepParts, &Scenes::partsDoNotFillTheMemoryForEver},
        {Mutant::trustUnread, &Scenes::whatIsBehindUnreadResponsesDoesNotFillTheMemoryForEver},
    };
    return ALL;
}

void Scenes::named(const std::string& protocol, std::size_t connections, std::size_t pipeline, std::size_t maxTied)
{
    Options options;
    options.protocol = protocol;
    options.connections = connections;
    options.exchange.pipeline = pipeline;
    options.exchange.maxTied = maxTied;
    options.exchange.conversation.ties = maxTied > 0;
    options.exchange.byId = protocol == "modbus" || protocol == "dns";
    begin(options, false);
}

// ------------------------------------------------------------------------------------------------ ids

void Scenes::aConnectionOfWhoseIdsHalfAreOverdueIsReplaced()
{
    named("modbus", 1, 8);
    const ClientId a = join();
    says(a, reading(1, 1) + reading(2, 1) + reading(3, 1) + reading(4, 1));
    const TargetId t = opens();
    got(t);
    pass(Duration::seconds(20));
    says(a, reading(5, 1));
    const std::string fifth = got(t);
    answers(t, register0(fifth, 5)); // it is not silent
    CPPUNIT_ASSERT_EQUAL(register0(reading(5, 1), 5), got(a));
    pass(Duration::seconds(11));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4} * 9, got(a).size()); // errors
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

void Scenes::aConnectionOnWhichManyAreOverdueIsReplaced()
{
    named("modbus", 1, 256);
    const ClientId a = join();
    for (char unit = 1; unit <= 16; ++unit)
        says(a, reading(unit, unit));
    const TargetId t = opens();
    got(t);
    pass(Duration::seconds(20));
    says(a, reading(50, 50));
    answers(t, register0(got(t), 5)); // it is not silent
    pass(Duration::seconds(11));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

void Scenes::aReadBeforeALostWriteIsLostToo()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    says(a, "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    got(a);
    says(join(), "get first\r\n");
    says(a, "get k\r\nset k 0 0 1\r\nx\r\nget k\r\n");
    exchange->targetLost(t, now);
    const std::string lost = "SERVER_ERROR proximux: the target connection was lost\r\n";
    CPPUNIT_ASSERT_EQUAL(lost + lost, got(a));
}

void Scenes::aLossOfManyCostsFewConnections()
{
    named("memcached", 1, 1024);
    says(join(), "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    for (int i = 0; i < 100; ++i)
        says(join(), "get k\r\n");
    exchange->targetLost(t, now);
    std::size_t opened = 0;
    std::size_t answered = 0;
    TargetId last;
    while (answered < 100)
    {
        if (!world.dialled.empty())
        {
            last = opens();
            ++opened;
        }
        const std::size_t asked = got(last).size() / 7;
        CPPUNIT_ASSERT_MESSAGE("a request is not repeated", asked > 0);
        answered += asked;
        for (std::size_t i = 0; i < asked; ++i)
            answers(last, "END\r\n");
    }
    CPPUNIT_ASSERT_MESSAGE("each costs a connection", opened <= 17);
}

void Scenes::aConnectionThatCannotBeReplacedIsKept()
{
    named("memcached", 2, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get a\r\n");
    const TargetId kept = opens();
    says(b, "get b\r\n");
    const TargetId lost = opens();
    answers(kept, "END\r\n");
    answers(lost, "END\r\n");
    for (const ClientId each : {a, b})
    {
        says(each, "get 1\r\n");
        says(each, "get 2\r\n");
    }
    answers(kept, "END\r\nEND\r\n");
    exchange->targetLost(lost, now);
    CPPUNIT_ASSERT(!world.dialled.empty());
    const TargetId refused = std::exchange(world.dialled, {}).back();
    exchange->targetFailed(refused, now);
    CPPUNIT_ASSERT_MESSAGE("what serves is given up for what can't be had", world.has(kept));
    says(a, "get 3\r\n");
    CPPUNIT_ASSERT(world.has(kept) && !got(kept).empty());
}

void Scenes::oneSilenceIsEnoughForAllBehindIt()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    says(a, "get warm\r\n");
    const TargetId t = opens();
    answers(t, "END\r\n");
    says(a, "get silent\r\n");
    pass(Duration::seconds(20));
    says(join(), "get b\r\n");
    says(join(), "get c\r\n");
    pass(Duration::seconds(10));
    assertClosed(t, CloseReason::responseTimeout, How::abort);
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\nget c\r\n"), got(opens()));
}

void Scenes::aSilentConnectionIsReplaced()
{
    named("modbus", 1, 8);
    const ClientId a = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    pass(Duration::seconds(31));
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(a).size());
    assertClosed(t, CloseReason::responseTimeout, How::abort);
}

void Scenes::aLateWordOfAClientThatHasGoneIsNobodys()
{
    named("line", 1, 8);
    const ClientId gone = join();
    exchange->clientLost(gone, now);
    const ClientId next{gone.slot, gone.generation + 1};
    world.clients[next.slot] = SharedWorld::Client();
    exchange->clientOpened(next, now);
    says(gone, "late\n");
    says(next, "question\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("question\n"), got(t));
}

void Scenes::aLateAnswerOverTheNextConnectionIsNobodys()
{
    named("modbus", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    const std::string first = got(t);
    exchange->targetLost(t, now);
    says(b, reading(1, 1));
    const TargetId next = opens();
    got(next);
    answers(next, register0(first, 1));                  // a gateway that answers on all its connections
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(b).size()); // an error
    assertClosed(next, CloseReason::desync, How::abort);
}

void Scenes::noTwoConnectionsShareAnId()
{
    named("modbus", 2, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, reading(1, 1));
    const TargetId t = opens();
    says(b, reading(1, 1));
    const TargetId other = opens();
    answers(other, register0(got(t), 1));
    CPPUNIT_ASSERT_EQUAL(std::size_t{9}, got(b).size()); // an error
    assertClosed(other, CloseReason::desync, How::abort);
}

void Scenes::nothingFollowsARequestThatKeptItsId()
{
    named("dns", 2, 8, 1);
    const ClientId a = join();
    std::string transfer("\0\x11"
                         "\0\1"
                         "\0\0"
                         "\0\1"
                         "\0\0"
                         "\0\0"
                         "\0\0"
                         "\0"
                         "\0\xfc"
                         "\0\1",
                         19);
    says(a, transfer);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(transfer, got(t));
    transfer[4] = '\x80';
    transfer[5] = 5; // refused
    answers(t, transfer);
    CPPUNIT_ASSERT_EQUAL(transfer, got(a));
    assertClosed(t, CloseReason::idKept, How::abort);
}

void Scenes::aResponseWithoutItsQuestionAnswersNothing()
{
    named("dns", 1, 8);
    const ClientId a = join();
    says(a, std::string("\0\x11"
                        "\0\1"
                        "\0\0"
                        "\0\1"
                        "\0\0"
                        "\0\0"
                        "\0\0"
                        "\0"
                        "\0\1"
                        "\0\1",
                        19));
    const TargetId t = opens();
    const std::string id = got(t).substr(2, 2);
    answers(t, std::string("\0\x0c", 2) + id +
                   std::string("\x80\0"
                               "\0\0"
                               "\0\0"
                               "\0\0"
                               "\0\0",
                               10));
    assertClosed(t, CloseReason::desync, How::abort);
}

// ------------------------------------------------------------------------------------------------ named protocols

void Scenes::eachResponseIsReadAsOneToItsRequest()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "get x\r\n");
    says(b, "mg y v q\r\n"); // of which nothing may come but what shows its end
    const TargetId t = opens();
    answers(t, "END\r\nVERSION 1\r\n");
    says(a, "get z\r\n");
    answers(t, "END\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\nEND\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
}

void Scenes::aConnectionThatClosesIsNotUsedAgain()
{
    named("http", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, GET);
    says(b, GET);
    const TargetId t = opens();
    got(t);
    answers(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    CPPUNIT_ASSERT_EQUAL(OK, got(a));
    assertClosed(t, CloseReason::targetEnded, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string(), world.closedTargets.at(t.slot).last.sent);
    CPPUNIT_ASSERT_EQUAL(GET, got(opens()));
}

void Scenes::aResponseUntilTheEndEndsWell()
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, GET);
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\n\r\nsome");
    answers(t, "thing");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_MESSAGE("the response was cut off", world.has(a));
    CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nsomething"), got(a));
    CPPUNIT_ASSERT_MESSAGE("nothing says that the response has ended", world.client(a).fin);
}

void Scenes::nobodySeesTheEndOfAQuietRun()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "mg x v q\r\n");
    says(b, "get y\r\n");
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(std::string("mg x v q\r\nversion\r\nget y\r\n"), got(t));
    answers(t, "VERSION 1\r\nEND\r\n"); // a miss, of which nothing is said
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(b));
}

/// A server that obeys a noreply answers nothing: what comes next would be the next client's.
void Scenes::aFenceEndsWhatHasNoKnownEnd()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const ClientId c = join();
    const std::string twice = "flush_all noreply noreply\r\n";
    says(a, twice);
    says(b, "get b\r\n");
    says(c, "get c\r\n");
    const TargetId t = opens();
    const std::string marker = got(t).substr(twice.size());
    answers(t, memcachedAnswers(marker) + (marker.empty() ? "VALUE b 0 1\r\nb\r\nEND\r\n" : ""));
    answers(t, marker.empty() ? "END\r\n" : "VALUE b 0 1\r\nb\r\nEND\r\nEND\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string(), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("VALUE b 0 1\r\nb\r\nEND\r\n"), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("END\r\n"), got(c));
}

/// A server before 1.6.12, say.
void Scenes::dataThatATargetTakesForCommandsIsFenced()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const ClientId b = join();
    const std::string store = "ms k 9\r\nget a b c\r\n";
    says(a, store);
    says(b, "get b\r\n");
    const TargetId t = opens();
    const std::string sent = got(t).substr(store.size());
    const std::string answer = "ERROR\r\nVALUE c 0 1\r\nc\r\nEND\r\n";
    answers(t, answer + memcachedAnswers(sent));
    CPPUNIT_ASSERT_EQUAL(answer, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(b));
    CPPUNIT_ASSERT_EQUAL(std::string("get b\r\n"), got(t));
}

void Scenes::aTornFenceReachesNobody()
{
    named("memcached", 1, 8);
    const ClientId a = join();
    const std::string unknown = "stats sizes_enable\r\n";
    says(a, unknown);
    const TargetId t = opens();
    const std::string end = memcachedAnswers(got(t).substr(unknown.size()));
    for (const char byte : "STAT sizes_status enabled\r\n" + end)
        answers(t, std::string(1, byte));
    CPPUNIT_ASSERT_EQUAL(std::string("STAT sizes_status enabled\r\n"), got(a));
    CPPUNIT_ASSERT(world.has(t));
}

void Scenes::whatIsPushedIsTheSubscribers()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, command({"SUBSCRIBE", "c"}));
    const TargetId t = opens();
    const std::string message = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n";
    says(b, command({"GET", "x"}));
    const TargetId other = opens();
    answers(t, message + message);
    answers(other, "$-1\r\n");
    CPPUNIT_ASSERT_MESSAGE("the subscription was lost", world.has(a) && world.has(t));
    CPPUNIT_ASSERT_EQUAL(message + message, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(b));
}

void Scenes::nobodyElseGetsAConnectionThatIsSpent()
{
    named("http", 1, 1);
    const ClientId a = join();
    const ClientId b = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /");
    says(b, GET);
    const TargetId t = opens();
    answers(t, OK);
    CPPUNIT_ASSERT_EQUAL(OK, got(a));
    CPPUNIT_ASSERT_MESSAGE("a body that may be unread is before the next request", !world.has(t));
    CPPUNIT_ASSERT_EQUAL(GET, got(opens()));
}

void Scenes::aTunnelHasNoMessages()
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const TargetId t = opens();
    got(t);
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    answers(t, head + "first");
    CPPUNIT_ASSERT_MESSAGE("the tunnel was closed", world.has(a) && world.has(t));
    CPPUNIT_ASSERT_EQUAL(head + "first", got(a));
    says(a, "anything");
    CPPUNIT_ASSERT_EQUAL(std::string("anything"), got(t));
}

void Scenes::whatStandsBehindAnUpgradeWaits()
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello\r\n\r\n");
    const TargetId t = opens();
    got(t);
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    answers(t, head);
    CPPUNIT_ASSERT_MESSAGE("the tunnel was closed", world.has(a) && world.has(t));
    CPPUNIT_ASSERT_EQUAL(head, got(a));
    CPPUNIT_ASSERT_EQUAL(std::string("hello\r\n\r\n"), got(t));
}

void Scenes::whatCountsOnAStateThatCouldNotBeIsNotDone()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MULTI"}));
    pass(Duration::seconds(1));
    says(a, command({"SET", "a", "1"}));
    pass(Duration::milliseconds(29500));
    CPPUNIT_ASSERT_EQUAL(std::string("-ERR proximux: no target connection was free in time\r\n"), got(a));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(opens()));
    CPPUNIT_ASSERT(world.client(a).fin);
}

void Scenes::aClientStandsInLineOnceInFunnel()
{
    named("line", 2, 1);
    for (const char* busy : {"1\n", "2\n"})
        says(join(), busy);
    const TargetId t = opens();
    const ClientId a = join();
    says(a, "a\nb\n");
    says(join(), "c\n");
    got(t);
    for (const char* sent : {"a\n", "c\n", "b\n"})
    {
        answers(t, "-\n");
        CPPUNIT_ASSERT_EQUAL(std::string(sent), got(t));
    }
}

void Scenes::nothingIsServedBehindTheLastRequest()
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + GET);
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL(GET, got(t));
    answers(t, OK);
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
    CPPUNIT_ASSERT(world.client(a).fin);
}

void Scenes::aStateThatWasResetIsForNobody()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"WATCH", "c"}) + command({"RESET"}));
    const TargetId t = opens();
    answers(t, "+OK\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+RESET\r\n"), got(a));
    says(join(), command({"GET", "x"}));
    assertClosed(t, CloseReason::tieEnded, How::abort);
}

void Scenes::aForgedNoticeFreesNothing()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"SUBSCRIBE", "c"}) + command({"UNSUBSCRIBE", "c"}) + command({"EVAL", "slow", "0"}));
    const TargetId t = opens();
    got(t);
    const std::string ended = "*3\r\n$11\r\nunsubscribe\r\n$1\r\nc\r\n:0\r\n";
    answers(t, "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n" + ended);
    const ClientId victim = join();
    says(victim, command({"GET", "x"}));
    CPPUNIT_ASSERT_EQUAL_MESSAGE("others use a connection whose client chose what it says", std::string(), got(t));
    answers(opens(), "$-1\r\n");
    answers(t, "+slow\r\n");
    CPPUNIT_ASSERT_EQUAL(std::string("$-1\r\n"), got(victim));
}

void Scenes::whatIsOwedComesBeforeAReset()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"MONITOR"}) + command({"RESET"}));
    const TargetId t = opens();
    CPPUNIT_ASSERT_EQUAL_MESSAGE("a reset overtakes what is due", std::string(), got(a));
    answers(t, "+OK\r\n+OK\r\n");
    exchange->targetEnded(t, now);
    CPPUNIT_ASSERT_EQUAL(std::string("+OK\r\n+RESET\r\n"), got(a));
}

void Scenes::aClientIsToldToGoOnInItsPlace()
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, GET + "PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    const TargetId t = opens();
    answers(t, OK);
    CPPUNIT_ASSERT_EQUAL(OK + "HTTP/1.1 100 Continue\r\n\r\n", got(a));
}

// ------------------------------------------------------------------------------------------------ who has left

void Scenes::aConnectionThatAnswersNobodyIsReset()
{
    named("http", 1, 1);
    const ClientId a = join();
    says(a, GET);
    const TargetId t = opens();
    answers(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
    exchange->clientLost(a, now);
    assertClosed(t, CloseReason::abandoned, How::abort);
    says(join(), GET);
    CPPUNIT_ASSERT_EQUAL(GET, got(opens()));
}

void Scenes::whoMakesUsConnectAnewWaits()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    for (int i = 0; i < 20; ++i)
    {
        says(a, command({"MULTI"}));
        answers(opens(), "+OK\r\n");
        says(a, command({"RESET"}));
    }
    says(a, command({"MULTI"}));
    CPPUNIT_ASSERT_MESSAGE("a client has us connect anew as often as it likes", world.dialled.empty());
}

void Scenes::nobodyInheritsWhatAClientClaimed()
{
    named("http", 2, 1, 1);
    const ClientId a = join();
    says(a, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Negotiate x\r\n\r\n");
    const TargetId t = opens();
    answers(t, OK);
    CPPUNIT_ASSERT_EQUAL(OK, got(a));
    says(join(), GET);
    CPPUNIT_ASSERT_MESSAGE("a connection that may be authenticated is used", got(opens()) == GET);
}

void Scenes::anIdleTieEndsWhenOthersWait()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"WATCH", "x"}));
    answers(opens(), "+OK\r\n");
    got(a);
    pass(Duration::seconds(60));
    CPPUNIT_ASSERT(world.has(a));
    says(join(), command({"MULTI"}));
    CPPUNIT_ASSERT_MESSAGE("an idle tie lasts", world.client(a).fin);
    CPPUNIT_ASSERT_EQUAL(command({"MULTI"}), got(opens()));
}

void Scenes::whoseEndWasPassedOnIsClosedInSilence()
{
    named("resp", 2, 8, 1);
    const ClientId a = join();
    says(a, command({"BLPOP", "l", "0"}));
    const TargetId t = opens();
    exchange->clientEnded(a, now);
    exchange->targetEnded(t, now);
    assertClosed(a, CloseReason::ended, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string(), world.closedClients.at(a.slot).last.sent);
}

// ------------------------------------------------------------------------------------------------ auto

void Scenes::theTargetDecidesNotAClient()
{
    beginAuto(2);
    asks("GET / HTTP/1.0\r\n\r\n");
    openAuto();
    const ClientId instrument = asks("*IDN?\n");
    CPPUNIT_ASSERT_MESSAGE("one client's request has decided for another", world.has(instrument));
    const TargetId t = openAuto();
    CPPUNIT_ASSERT_EQUAL(std::string("*IDN?\n"), got(t));
    tells(t, "ACME\n");
    CPPUNIT_ASSERT_EQUAL(std::string("ACME\n"), got(instrument));
}

void Scenes::nothingIsDecidedAfterRawWasAnswered()
{
    beginAuto(2);
    asks("*IDN?\n");
    tells(openAuto(), "ACME\n");
    asks(GET);
    tells(openAuto(), OK);
    const ClientId other = asks("*IDN?\n");
    passAuto(Duration::milliseconds(10));
    CPPUNIT_ASSERT_MESSAGE("the instrument's clients are refused", world.has(other) && got(other).empty());
}

void Scenes::whatIsTriedIsAlone()
{
    beginAuto();
    asks(command({"PING"}) + command({"GET", "a"}));
    asks(command({"GET", "b"}));
    const TargetId t = openAuto();
    CPPUNIT_ASSERT_EQUAL(command({"PING"}), got(t));
}

void Scenes::afterTheFirstAllAreOfTheProtocol()
{
    beginAuto();
    asks(GET);
    const TargetId t = openAuto();
    CPPUNIT_ASSERT_EQUAL(GET, got(t));
    tells(t, OK);
    asks("hello\r\n\r\n");
    passAuto(Duration::milliseconds(20));
    CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
}

void Scenes::whatMayBecomeAProtocolWaits()
{
    beginAuto();
    const ClientId a = asks(GET.substr(0, 2));
    CPPUNIT_ASSERT_MESSAGE("it was taken for raw", world.dialled.empty());
    automatic->request(a, GET.substr(2), now);
    tells(openAuto(), OK);
    CPPUNIT_ASSERT_EQUAL(std::string("http"), world.chosen);
    CPPUNIT_ASSERT_EQUAL(OK, got(a));
}

// ------------------------------------------------------------------------------------------------ slow clients

/// Whoever has said ten bytes of a request streams it.
void Scenes::small()
{
    Options options;
    options.exchange.requestBuffer = 10;
    begin(options, false);
}

void Scenes::aSlowSenderKeepsOthersWaitingForSoLong()
{
    small();
    const ClientId slow = join();
    says(slow, "0123456789");
    got(opens());
    says(join(), "question\n");
    for (int i = 0; i < 5; ++i)
    {
        pass(Duration::seconds(1));
        if (world.has(slow))
            says(slow, "x");
    }
    assertClosed(slow, CloseReason::stalled, How::finish);
    CPPUNIT_ASSERT_EQUAL(std::string("question\n"), got(opens()));
}

void Scenes::slowSendersDoNotAddUp()
{
    small();
    std::vector<ClientId> slow;
    for (int i = 0; i < 12; ++i)
    {
        slow.push_back(join());
        says(slow.back(), "0123456789");
    }
    says(join(), "question\n");
    for (int i = 0; i < 90; ++i)
    {
        if (!world.dialled.empty())
            opens();
        pass(Duration::milliseconds(100));
    }
    for (const ClientId each : slow)
        assertClosed(each, CloseReason::stalled, How::finish);
}

void Scenes::whatIsThrownAwayHasALimit()
{
    named("resp", 1, 1);
    const ClientId a = join();
    says(a, "*x\r\n");
    says(a, std::string(65536, 'x'));
    assertClosed(a, CloseReason::malformedRequest, How::abort);
}

void Scenes::answersOfOursCount()
{
    named("resp", 1, 1);
    const ClientId a = join();
    says(a, command({"GET", "x"}));
    opens();
    std::string names = "UNSUBSCRIBE";
    for (int i = 0; i < 2000; ++i)
        names += " a";
    for (int i = 0; i < 60 && !world.client(a).held; ++i)
        says(a, names + "\r\n");
    CPPUNIT_ASSERT_MESSAGE("answers of ours count for nothing", world.client(a).held && exchange->kept() > 65536);
}

void Scenes::partsDoNotFillTheMemoryForEver()
{
    Options options;
    options.exchange.totalBuffer = 10000;
    options.exchange.requestBuffer = 1000;
    options.exchange.reserve = 100;
    begin(options, false);
    for (int i = 0; i < 20; ++i)
        says(join(), std::string(900, 'x'));
    const ClientId other = join();
    CPPUNIT_ASSERT_MESSAGE("parts of requests fill the memory", world.client(other).limit >= 500);
}

void Scenes::whatIsBehindUnreadResponsesDoesNotFillTheMemoryForEver()
{
    Options options;
    options.connections = 20;
    options.exchange.totalBuffer = 10000;
    options.exchange.requestBuffer = 1000;
    options.exchange.responseBuffer = 500;
    options.exchange.maxRequests = 1;
    options.exchange.reserve = 100;
    begin(options, false);
    for (int i = 0; i < 20; ++i)
    {
        const ClientId lazy = join();
        world.client(lazy).room = 0;
        says(lazy, "x\n" + std::string(900, '\n'));
        for (const TargetId t : std::exchange(world.dialled, {}))
            if (world.has(t)) // else it went with its client, which was closed to make room
            {
                exchange->targetOpened(t, now);
                exchange->response(t, std::string(600, 'y') + "\n", now);
            }
    }
    const ClientId other = join();
    CPPUNIT_ASSERT_MESSAGE("what nobody looks at fills the memory", world.client(other).limit >= 500);
}

} // namespace proximux
