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

/// Looks names up in threads of its own, so that a slow name server holds up nobody but those who want that name:
/// those who want it at the same time share one look-up. Threads are made as they are needed. Any thread.
class Resolver
{
public:
    struct Result
    {
        std::vector<Poco::Net::SocketAddress> addresses; ///< in the order in which they are to be tried
        std::string why;                                 ///< why there are none
        int shortage = 0;                                ///< the error, where there are none for lack of ours
    };

    using Answer = std::function<void(const Result&)>;

    /// threads: how many names are looked up at once.
    explicit Resolver(std::size_t threads);

    ~Resolver();

    /// Answers that are still due are never given. A look-up that hangs in the system is left behind, not waited for.
    void close();

    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    /// Every address of the host. The answer is posted to the reactor, which must live until close().
    void resolve(const std::string& host, std::uint16_t port, Reactor& reactor, Answer answer);

private:
    struct State;

    static void work(const std::shared_ptr<State>& state);
    static void giveUp(State& state, const std::pair<std::string, std::uint16_t>& name, int error);

    std::shared_ptr<State> _state;
};

} // namespace proximux
