#pragma once

#include <Poco/Net/SocketAddress.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

class Reactor;

/// Resolves names in its own threads, so that a slow name server delays only the clients that need that name.
/// Concurrent requests for the same name share one look-up. Threads are started as needed. Any thread.
class Resolver
{
public:
    struct Result
    {
        std::vector<Poco::Net::SocketAddress> addresses; ///< in the order to be tried
        std::string why;                                 ///< why there are no addresses
        int shortage = 0;                                ///< errno if a local shortage is the cause, else 0
    };

    using Answer = std::function<void(const Result&)>;

    /// threads: maximum number of concurrent look-ups.
    explicit Resolver(std::size_t threads);

    ~Resolver();

    /// Cancels all pending answers and waits for the threads to end. A look-up that hangs in the system is abandoned,
    /// not waited for. Not from two threads at once.
    void close();

    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Resolves all addresses of the host. The answer is posted to the reactor, which must live until close().
    void resolve(const std::string& host, std::uint16_t port, Reactor& reactor, Answer answer);

private:
    struct State;

    static void work(const std::shared_ptr<State>& state, bool& isLookingUp);
    static void giveUp(State& state, const std::pair<std::string, std::uint16_t>& name, int error);

    std::shared_ptr<State> _state;
};

} // namespace proximux
