#pragma once

#include "support/Test.h"

#include <Poco/AutoPtr.h>
#include <Poco/Channel.h>
#include <Poco/Logger.h>
#include <Poco/Message.h>

#include <vector>

namespace proximux
{

/// Keeps what the library logs, of all levels, while a test runs.
class LogRecorder : public CppUnit::TestCase
{
protected:
    void setUp() override
    {
        Poco::Logger::get("proximux");
        Poco::Logger::setChannel("proximux", _channel);
        Poco::Logger::setLevel("proximux", Poco::Message::PRIO_DEBUG);
    }

    void tearDown() override
    {
        Poco::Logger::setLevel("proximux", 0);
        Poco::Logger::setChannel("proximux", nullptr);
    }

    [[nodiscard]] const std::vector<Poco::Message>& logged() const { return _channel->messages; }

private:
    struct Recorder : Poco::Channel
    {
        using Poco::Channel::log;
        void log(const Poco::Message& message) override { messages.push_back(message); }

        std::vector<Poco::Message> messages;
    };

    Poco::AutoPtr<Recorder> _channel{new Recorder};
};

} // namespace proximux
