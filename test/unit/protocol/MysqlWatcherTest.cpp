#include "support/Test.h"

#include "MysqlConversations.h"
#include "WatchRecorder.h"

#include <proximux/protocol/mysql/SessionWatcher.h>

#include <functional>
#include <map>
#include <random>

using namespace proximux;
using namespace proximux::mysql::test;

namespace
{

using Feed = std::function<void(Watcher&, const Step&, Instant)>;

void feedPiece(Watcher& watcher, bool fromClient, Bytes bytes, Instant now)
{
    fromClient ? watcher.fromClient(bytes, now) : watcher.fromTarget(bytes, now);
}

void feedWhole(Watcher& watcher, const Step& step, Instant now)
{
    feedPiece(watcher, step.fromClient, step.bytes, now);
}

void feedBytes(Watcher& watcher, const Step& step, Instant now)
{
    for (std::size_t i = 0; i < step.bytes.size(); ++i)
        feedPiece(watcher, step.fromClient, Bytes(step.bytes).substr(i, 1), now);
}

/// Every step is a millisecond long, however it is fed.
WatchRecorder watch(const std::vector<Step>& steps, const Feed& feed, bool* atRest = nullptr)
{
    WatchRecorder recorder;
    mysql::SessionWatcher watcher(recorder, {});
    Instant now;
    for (const Step& step : steps)
    {
        feed(watcher, step, now);
        now = now + Duration::milliseconds(1);
    }
    if (atRest != nullptr)
        *atRest = watcher.isAtRest();
    watcher.ended(now);
    return recorder;
}

/// Changes a conversation at random places: bytes, the order and the lengths of steps.
void mutate(std::vector<Step>& steps, std::mt19937& random)
{
    const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (std::size_t changes = 1 + below(4); changes > 0; --changes)
    {
        Step& step = steps[below(steps.size())];
        const std::size_t at = step.bytes.empty() ? 0 : below(step.bytes.size());
        switch (below(5))
        {
        case 0:
            if (!step.bytes.empty())
                step.bytes[at] = static_cast<char>(random());
            break;
        case 1:
            step.bytes.erase(at, below(8));
            break;
        case 2:
            step.bytes.insert(at, 1 + below(3), static_cast<char>(random()));
            break;
        case 3:
            std::swap(step, steps[below(steps.size())]);
            break;
        default:
            step.bytes += steps[below(steps.size())].bytes.substr(0, 4096);
        }
    }
}

} // namespace

/// What the watcher tells of whole conversations, however they come in.
class MysqlWatcherTest : public CppUnit::TestCase
{
protected:
    /// Whether the watch was lost.
    static bool checkOrder(const std::vector<std::string>& lines)
    {
        std::vector<std::string> waiting;
        for (std::size_t i = 0; i < lines.size(); ++i)
        {
            std::string text = lines[i].substr(2);
            for (const char* mark : {" (secret)", " (failed)"})
                if (const std::size_t at = text.rfind(mark); at != std::string::npos)
                    text.erase(at);
            if (lines[i][0] == '!')
            {
                CPPUNIT_ASSERT_EQUAL_MESSAGE(joined(lines), lines.size(), i + 1);
                return true;
            }
            if (lines[i][0] == '>' && lines[i].find(" (unanswered)") == std::string::npos)
                waiting.push_back(text);
            else if (lines[i][0] == '<')
            {
                CPPUNIT_ASSERT_MESSAGE(joined(lines), !waiting.empty());
                CPPUNIT_ASSERT_EQUAL_MESSAGE(joined(lines), waiting.front(), text);
                waiting.erase(waiting.begin());
            }
        }
        CPPUNIT_ASSERT_MESSAGE(joined(lines), waiting.empty());
        return false;
    }
};

TEST(MysqlWatcherTest, tellsEveryRequestAndItsResponse)
{
    for (const MysqlConversation& conversation : allConversations())
        CPPUNIT_ASSERT_EQUAL_MESSAGE(conversation.name, joined(conversation.expected),
                                     joined(watch(conversation.steps, feedWhole).lines));
}

TEST(MysqlWatcherTest, standsAtRestOnlyBetweenExchanges)
{
    for (const MysqlConversation& conversation : allConversations())
    {
        bool atRest = !conversation.atRest;
        watch(conversation.steps, feedWhole, &atRest);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(conversation.name, conversation.atRest, atRest);
    }
}

TEST(MysqlWatcherTest, tellsTheSameByteByByte)
{
    for (const MysqlConversation& conversation : allConversations())
        CPPUNIT_ASSERT_EQUAL_MESSAGE(conversation.name, joined(watch(conversation.steps, feedWhole).details),
                                     joined(watch(conversation.steps, feedBytes).details));
}

TEST(MysqlWatcherTest, tellsTheSameAtEverySplit)
{
    for (const MysqlConversation& conversation : allConversations())
    {
        const std::string expected = joined(watch(conversation.steps, feedWhole).details);
        for (const Step& split : conversation.steps)
            for (std::size_t at = 1; at < split.bytes.size(); ++at)
            {
                const auto feed = [&split, at](Watcher& watcher, const Step& step, Instant now)
                {
                    const Bytes bytes = step.bytes;
                    const std::size_t cut = &step == &split ? at : 0;
                    feedPiece(watcher, step.fromClient, bytes.substr(0, cut), now);
                    feedPiece(watcher, step.fromClient, bytes.substr(cut), now);
                };
                CPPUNIT_ASSERT_EQUAL_MESSAGE(conversation.name, expected,
                                             joined(watch(conversation.steps, feed).details));
            }
    }
}

TEST(MysqlWatcherTest, tellsTheSameWhenReadsAreJoined)
{
    for (const MysqlConversation& conversation : allConversations())
    {
        std::vector<Step> steps;
        for (const Step& step : conversation.steps)
        {
            if (!steps.empty() && steps.back().fromClient == step.fromClient)
                steps.back().bytes += step.bytes;
            else
                steps.push_back(step);
        }
        CPPUNIT_ASSERT_EQUAL_MESSAGE(conversation.name, joined(conversation.expected),
                                     joined(watch(steps, feedWhole).lines));
    }
}

TEST(MysqlWatcherTest, neverShowsAuthentication)
{
    for (const MysqlConversation& conversation : allConversations())
        for (const std::string& shown : watch(conversation.steps, feedWhole).details)
        {
            CPPUNIT_ASSERT_MESSAGE(conversation.name, shown.find("SECRET") == std::string::npos);
            CPPUNIT_ASSERT_MESSAGE(conversation.name, shown.find("geheim") == std::string::npos);
        }
}

/// Whatever comes: every response is of the oldest request that waits, and after the loss nothing is told.
TEST(MysqlWatcherTest, neverPairsWronglyWhateverComes)
{
    constexpr int ROUNDS = 100000;
    std::mt19937 random(20240611);
    const std::vector<MysqlConversation> conversations = allConversations();
    std::size_t lost = 0;
    for (int round = 0; round < ROUNDS; ++round)
    {
        std::vector<Step> steps = conversations[random() % conversations.size()].steps;
        if (steps.empty())
            continue;
        mutate(steps, random);
        const auto feed = random() % 8 == 0 ? Feed(feedBytes) : Feed(feedWhole);
        lost += checkOrder(watch(steps, feed).lines) ? 1 : 0;
    }
    CPPUNIT_ASSERT(lost > ROUNDS / 10);
    CPPUNIT_ASSERT(lost < ROUNDS);
}
