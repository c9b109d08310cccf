#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/net/Connection.h>
#include <proximux/net/Connector.h>
#include <proximux/telemetry/ArrivalReport.h>
#include <proximux/telemetry/RecordLimiter.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

namespace proximux
{

/// Receives what a program says of clients, each once, and never from within ask().
class AccessHookListener
{
public:
    virtual ~AccessHookListener() = default;

    /// number: of the client. refusal: why it is refused; empty: it is admitted.
    virtual void judged(std::uint64_t number, const std::string& refusal) = 0;
};

/// Asks a program beside this one, over a UNIX socket, whether a client is admitted (access.hook). A question is a line
/// with a JSON object; the answers come in the order of the questions. There is one connection, which is opened for the
/// first question. If it fails, or an answer is late, access.hook_failure decides on all that were asked, and the next
/// question opens another. Owned by a Worker's Arrivals, used in its reactor's thread.
class AccessHook : private ConnectListener
{
public:
    static constexpr std::size_t MOST_OF_LINE = 4096; ///< bytes of an answer

    AccessHook(Reactor& reactor, Scratch& scratch, ArrivalReport& report, AccessHookListener& listener);
    ~AccessHook() override;

    AccessHook(const AccessHook&) = delete;
    AccessHook& operator=(const AccessHook&) = delete;

    /// Asks of this client, by these settings, which have a hook.
    void ask(const ClientInfo& client, const AccessHookSettings& settings);

private:
    class Talk;

    struct Question
    {
        std::uint64_t number;
        Instant due;
    };

    void connected(const Poco::Net::StreamSocket& socket) override;
    void connectFailed(const ConnectError& error) override;
    void received(Bytes bytes);
    bool answered(const std::string& line);
    void failed(const std::string& why);
    void tell(const std::string& why);
    void arm();
    void expired();

    Reactor& _reactor;
    Scratch& _scratch;
    ArrivalReport& _report;
    AccessHookListener& _listener;
    AccessHookSettings _settings;
    std::deque<Question> _asked; ///< oldest first
    std::unique_ptr<Connector> _connector;
    std::unique_ptr<Talk> _talk;
    std::string _unsent; ///< while connecting
    std::string _input;  ///< the beginning of an answer
    Reactor::TimerId _timer{};
    RecordLimiter _failures; ///< one record a minute
};

} // namespace proximux
