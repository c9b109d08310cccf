#pragma once

#include <proximux/wire/Framer.h>

#include <cppunit/TestAssert.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Checks that apply to framers of all protocols.
class FramerCheck
{
public:
    using Make = std::function<std::unique_ptr<Framer>()>;

    explicit FramerCheck(Make make)
        : _make(std::move(make))
    {
    }

    /// What a framer makes of a stream cut at given places. Bytes that it does not take are presented again, with more.
    struct Outcome
    {
        std::vector<std::string> messages;
        std::string rest;
        std::string malformed;
    };

    [[nodiscard]] Outcome read(const std::string& stream, const std::vector<std::size_t>& cuts) const
    {
        const auto framer = _make();
        Outcome outcome;
        std::string pending;
        std::string message;
        std::size_t from = 0;
        for (std::size_t i = 0; i <= cuts.size(); ++i)
        {
            const std::size_t to = i < cuts.size() ? cuts[i] : stream.size();
            pending += stream.substr(from, to - from);
            from = to;
            while (!pending.empty())
            {
                const Framer::Progress progress = framer->feed(pending);
                CPPUNIT_ASSERT(progress.taken <= pending.size());
                if (progress.kind == Framer::Progress::Kind::malformed)
                {
                    outcome.malformed = progress.reason;
                    CPPUNIT_ASSERT(!outcome.malformed.empty());
                    return outcome;
                }
                message += pending.substr(0, progress.taken);
                pending.erase(0, progress.taken);
                if (progress.kind == Framer::Progress::Kind::complete)
                {
                    CPPUNIT_ASSERT(progress.taken > 0);
                    outcome.messages.push_back(message);
                    message.clear();
                }
                else if (progress.taken == 0)
                    break;
                else
                    CPPUNIT_ASSERT_MESSAGE("takes less than all of a message that goes on",
                                           pending.empty() || !message.empty());
            }
        }
        outcome.rest = message + pending;
        return outcome;
    }

    /// Asserts the same messages for the stream whole, byte by byte, and cut in two and in three at every place; and
    /// that no prefix of a message is a message.
    void finds(const std::vector<std::string>& messages) const
    {
        std::string stream;
        for (const std::string& message : messages)
            stream += message;
        assertFinds(messages, read(stream, {}));
        std::vector<std::size_t> each;
        for (std::size_t i = 1; i < stream.size(); ++i)
            each.push_back(i);
        assertFinds(messages, read(stream, each));
        for (std::size_t i = 1; i < stream.size(); ++i)
        {
            assertFinds(messages, read(stream, {i}));
            assertFinds(messages, read(stream, {i, (i + stream.size()) / 2}));
        }
        for (const std::string& message : messages)
            for (std::size_t i = 1; i < message.size(); ++i)
            {
                const Outcome outcome = read(message.substr(0, i), {});
                CPPUNIT_ASSERT_EQUAL(std::string(), outcome.malformed);
                CPPUNIT_ASSERT(outcome.messages.empty());
                CPPUNIT_ASSERT_EQUAL(message.substr(0, i), outcome.rest);
            }
    }

    /// Asserts that the stream is rejected for this reason, however it is cut; a long one near its ends, and here and
    /// there.
    void refuses(const std::string& stream, const std::string& reason) const
    {
        std::vector<std::size_t> each;
        for (std::size_t i = 1; i < stream.size(); ++i)
            each.push_back(i);
        CPPUNIT_ASSERT_EQUAL(reason, read(stream, {}).malformed);
        CPPUNIT_ASSERT_EQUAL(reason, read(stream, each).malformed);
        for (std::size_t i = 1; i < stream.size(); i = next(i, stream.size()))
            CPPUNIT_ASSERT_EQUAL(reason, read(stream, {i}).malformed);
    }

private:
    /// The place of the next cut.
    static std::size_t next(std::size_t place, std::size_t size)
    {
        constexpr std::size_t NEAR = 512; // bytes
        constexpr std::size_t STEP = 997;
        const bool isBetween = place > NEAR && place + NEAR + STEP < size;
        return place + (isBetween ? STEP : 1);
    }

    static void assertFinds(const std::vector<std::string>& messages, const Outcome& outcome)
    {
        CPPUNIT_ASSERT_EQUAL(std::string(), outcome.malformed);
        CPPUNIT_ASSERT_EQUAL(messages.size(), outcome.messages.size());
        for (std::size_t i = 0; i < messages.size(); ++i)
            CPPUNIT_ASSERT_EQUAL(messages[i], outcome.messages[i]);
        CPPUNIT_ASSERT_EQUAL(std::string(), outcome.rest);
    }

    Make _make;
};

} // namespace proximux
