#pragma once

#include <proximux/protocol/Registry.h>
#include <proximux/protocol/Resp.h>
#include <proximux/wire/Endpoint.h>

#include <Poco/Net/StreamSocket.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace proximux
{

/// How a target is tried.
struct Plan
{
    const ProtocolInfo& info;
    std::shared_ptr<const Protocol> protocol;
    std::string request; ///< empty: the protocol knows one
    RespLogin prologue;
    bool byId = false;      ///< responses are paired by their id
    std::size_t wanted = 1; ///< requests at once

    /// The request with this number.
    [[nodiscard]] std::string make(std::uint32_t number) const;

    /// What the response's framer is to know of it.
    [[nodiscard]] std::uint32_t hint() const;
};

/// A connection to the target of proximux probe, and what came from it. What is wrong is returned as a text; empty:
/// nothing. Each step has SECONDS; no more is kept than what came at once and the beginning of a response. The plan
/// must outlive it. Throws what Poco does where the connection breaks.
class Trial
{
public:
    static constexpr int SECONDS = 5;

    Trial(const Plan& plan, const Endpoint& target);

    /// Before anything is asked.
    std::string begin();

    /// Sends so many at once, and reads what answers them.
    std::string ask(std::size_t count);

    /// What came beyond that, or comes within a short time.
    std::string surplus(bool wait);

    std::string last;       ///< the last response, in short
    bool closes = false;    ///< the target closes the connection behind it
    bool strangeId = false; ///< its id is not one of those that were asked with

private:
    using Clock = std::chrono::steady_clock;

    void begins() { _deadline = Clock::now() + std::chrono::seconds(SECONDS); }
    bool speaks();
    void send(const std::string& bytes);
    bool receive();
    std::string more();
    std::string read(std::string& response);

    const Plan& _plan;
    std::unique_ptr<ResponseFramer> _framer;
    std::uint32_t _hint;
    Poco::Net::StreamSocket _socket;
    Clock::time_point _deadline;
    std::string _bytes; ///< came, and was not read yet
    std::uint32_t _number = 0;
    bool _ended = false; ///< the target sent FIN
};

} // namespace proximux
