#include <app/SystemLog.h>

#include <Poco/Channel.h>
#include <Poco/Exception.h>
#include <Poco/Message.h>
#include <Poco/SyslogChannel.h>

namespace proximux
{

namespace
{

class SystemLog : public LogSink
{
public:
    SystemLog(Poco::Channel::Ptr channel, Poco::Message::Priority priority)
        : _channel(std::move(channel))
        , _priority(priority)
    {
    }

    std::string write(std::string_view lines) noexcept override
    {
        try
        {
            while (!lines.empty())
            {
                const std::size_t end = lines.find('\n');
                _channel->log(Poco::Message("proximux", std::string(lines.substr(0, end)), _priority));
                lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
            }
            return {};
        }
        catch (const std::exception& exception)
        {
            return exception.what();
        }
    }

private:
    Poco::Channel::Ptr _channel;
    Poco::Message::Priority _priority;
};

} // namespace

std::array<std::shared_ptr<LogSink>, 3> openSystemLog()
{
    using Poco::SyslogChannel;
    // shared, because closing one channel closes the log of all
    const Poco::Channel::Ptr channel(
        new SyslogChannel("proximux", SyslogChannel::SYSLOG_PID, SyslogChannel::SYSLOG_DAEMON));
    return {std::make_shared<SystemLog>(channel, Poco::Message::PRIO_ERROR),
            std::make_shared<SystemLog>(channel, Poco::Message::PRIO_INFORMATION),
            std::make_shared<SystemLog>(channel, Poco::Message::PRIO_DEBUG)};
}

} // namespace proximux
