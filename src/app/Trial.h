#pragma once

#include <app/WaitingTransport.h>
#include <proximux/Configuration.h>
#include <proximux/Instant.h>
#include <proximux/protocol/Registry.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace proximux
{

/// The requests and expectations for testing a target.
struct Plan
{
    const ProtocolInfo& info;
    std::shared_ptr<const Protocol> protocol; ///< null: nothing is asked, but for TLS
    std::string request;                      ///< empty: use the protocol's own
    Login prologue;
    TargetSettings target;  ///< how it is connected to
    bool byId = false;      ///< responses are paired by id
    std::size_t wanted = 1; ///< maximum number of concurrent requests to try

    /// Silence after which nothing more is expected: of a new target, and behind its responses.
    Duration quiet = Duration::milliseconds(200);

    /// The request with this number.
    [[nodiscard]] std::string make(std::uint32_t number) const;

    /// The hint that the response framer needs for this request.
    [[nodiscard]] std::uint32_t hint() const;
};

/// A connection of proximux probe to the target, and its input. Methods return an error text, or an empty one. Each
/// step has SECONDS. Memory is limited to one burst of input and the beginning of a response. The plan must outlive it.
/// Throws POCO's exceptions if the connection breaks or takes too long.
class Trial
{
public:
    static constexpr int SECONDS = 5;

    Trial(const Plan& plan, const Endpoint& target);

    /// Begins TLS where that is wanted.
    std::string beginTls();

    /// Does so, checks that the target is silent, then performs the prologue.
    std::string begin();

    /// Sends `count` requests at once and reads their responses.
    std::string ask(std::size_t count);

    /// Checks for input beyond the expected responses; with `wait` also for a short time to come.
    std::string surplus(bool wait);

    std::string last;       ///< summary of the last response
    bool closes = false;    ///< the target closes the connection after it
    bool strangeId = false; ///< its id matches no request

private:
    void begins() { _connection.allow(std::chrono::seconds(SECONDS)); }
    std::string secure();
    std::string askForTls();
    bool speaks();
    std::string more();
    std::string signIn();
    std::string read(std::string& response);

    const Plan& _plan;
    std::unique_ptr<ResponseFramer> _framer;
    std::uint32_t _hint;
    WaitingTransport _connection;
    std::string _bytes; ///< received and not consumed yet
    std::uint32_t _number = 0;
    bool _ended = false; ///< the target sent FIN
};

} // namespace proximux
