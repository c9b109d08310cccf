#include "support/Test.h"

#include <app/TopScreen.h>

#include <algorithm>
#include <string>

namespace proximux
{

class TopScreenTest : public CppUnit::TestCase
{
protected:
    using Style = TopScreen::Style;
    using Lines = std::vector<TopScreen::Line>;

    TopScreenTest()
    {
        _sample.version = "0.1.0";
        _sample.phase = "serving";
        _sample.listen = "[::]:6379";
        _sample.mode = "funnel";
        _sample.protocol = "resp";
        _sample.uptime = Duration::seconds(100);
        _sample.clients = 41;
        _sample.maxClients = 1000;
        _sample.accepted = 57;
        _sample.requests = 1200;
        _sample.targets.push_back({"1: a:1", "living", "2 idle", std::nullopt, ""});
        _sample.targets.push_back({"2: b:1", "dead", "", Duration::milliseconds(3200), "refused"});
        _sample.lanes.push_back({"7", "1: a:1", "pinned", "1", "9 at 10.0.0.1:4711", "watch", Duration::seconds(5)});
    }

    Lines fit(std::size_t columns, std::size_t rows) const
    {
        StatusHistory history;
        history.add(_sample);
        return TopScreen::fit(history, {columns, rows});
    }

    std::string plain() const
    {
        StatusHistory history;
        history.add(_sample);
        return TopScreen::plain(history);
    }

    static std::size_t count(const Lines& lines, const std::string& part)
    {
        return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(),
                                                      [&part](const auto& line)
                                                      { return line.text.find(part) != std::string::npos; }));
    }

    StatusSample _sample;
};

TEST(TopScreenTest, allIsShown)
{
    CPPUNIT_ASSERT_EQUAL(
        std::string("Proximux 0.1.0 on [::]:6379, mode funnel, protocol resp, up for 1m40s\n"
                    "clients    41 of 1000, 57 accepted since the start\n"
                    "requests   12/s, 0 errors since the start\n"
                    "responses  median -, 99th percentile - since the start\n"
                    "queue      0 waiting\n"
                    "traffic    0 B/s from clients, 0 B/s to clients\n"
                    "\n"
                    "TARGET  STATE   CONNECTIONS  BACK-OFF ENDS IN  LAST ERROR\n"
                    "1: a:1  living  2 idle       -                 -\n"
                    "2: b:1  dead    -            3.2s              refused\n"
                    "\n"
                    "CONNECTION  STATE   IN FLIGHT  CLIENT              PINNED BY  PINNED FOR  TARGET\n"
                    "7           pinned  1          9 at 10.0.0.1:4711  watch      5.0s        1: a:1\n"),
        plain());
}

TEST(TopScreenTest, whatNeedsSomebodyIsSaidInWords)
{
    _sample.phase = "draining";
    _sample.paused = true;
    _sample.silentThreads = 2;
    _sample.maxClients = -1;
    _sample.queued = 3;
    _sample.oldestWait = Duration::seconds(2);
    const Lines lines = fit(100, 24);
    CPPUNIT_ASSERT_EQUAL(std::string("! draining"), lines[1].text);
    CPPUNIT_ASSERT_EQUAL(std::string("! paused: requests wait until resume"), lines[2].text);
    CPPUNIT_ASSERT_EQUAL(std::string("! threads that do not respond: 2"), lines[3].text);
    CPPUNIT_ASSERT_EQUAL(std::string("clients    41, 57 accepted since the start"), lines[4].text);
    CPPUNIT_ASSERT_EQUAL(std::string("queue      3 waiting, the oldest for 2.0s"), lines[7].text);
    for (std::size_t i = 1; i <= 3; ++i)
        CPPUNIT_ASSERT(lines[i].style == Style::warning);
    CPPUNIT_ASSERT(lines[10].style == Style::title && lines[12].style == Style::warning);
}

TEST(TopScreenTest, theWindowIsFilledAndNeverExceeded)
{
    for (int i = 0; i < 100; ++i)
        _sample.lanes.push_back(_sample.lanes.front());
    for (int i = 0; i < 30; ++i)
        _sample.targets.push_back(_sample.targets.front());
    for (const auto& [columns, rows] :
         {std::pair<std::size_t, std::size_t>{80, 24}, {200, 60}, {20, 5}, {1, 1}, {80, 12}})
    {
        const Lines lines = fit(columns, rows);
        CPPUNIT_ASSERT_EQUAL(rows, lines.size());
        CPPUNIT_ASSERT_EQUAL(std::string("q ends").substr(0, columns), lines.back().text);
        for (const auto& line : lines)
            CPPUNIT_ASSERT_MESSAGE(line.text, line.text.size() <= columns);
    }
}

TEST(TopScreenTest, whatHasNoRoomIsCounted)
{
    for (int i = 0; i < 100; ++i)
        _sample.lanes.push_back(_sample.lanes.front());
    const Lines few = fit(100, 24); // 13 rows of tables: both targets, and 10 of 101 connections
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(few, "2: b:1"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, count(few, "10.0.0.1:4711"));
    CPPUNIT_ASSERT_EQUAL(std::string("... 91 more"), few[few.size() - 2].text);
    _sample.lanes.resize(3);
    for (int i = 0; i < 100; ++i)
        _sample.targets.push_back(_sample.targets.front());
    const Lines many = fit(100, 24); // all 3 connections, and 9 of 102 targets
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, count(many, "10.0.0.1:4711"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(many, "... 93 more"));
}

TEST(TopScreenTest, aNameDoesNotDraw)
{
    _sample.targets.front().name = "1: \x1b[2J\r\n";
    _sample.targets.back().name = "2: \xC3\xA4\xC3\xB6\xC3\xBC";
    const Lines lines = fit(5, 24);
    CPPUNIT_ASSERT_EQUAL(std::string("1: \\u"), lines[8].text);
    CPPUNIT_ASSERT_EQUAL(std::string("2: \xC3\xA4\xC3\xB6"), lines[9].text); // cut between characters
    CPPUNIT_ASSERT_EQUAL(std::string("\x1b[H\x1b[Ka\x1b[0m\r\n\x1b[K\x1b[7mb\x1b[0m\x1b[J"),
                         TopScreen::drawn({{"a", Style::plain}, {"b", Style::title}}));
}

} // namespace proximux
