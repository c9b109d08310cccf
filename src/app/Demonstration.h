#pragma once

#include <app/EchoTarget.h>
#include <app/Narrator.h>
#include <proximux/config/Configuration.h>
#include <proximux/proxy/Events.h>
#include <proximux/proxy/Proxy.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

class DemonstrationClient;

/// `proximux --demo`: a target, a Proxy in front of it in fifo mode and three clients, in one process; says in readable
/// text what goes where, checks that each client has its own answers, and goes on until it is told to end.
///
///     clients (threads) --> Proxy --> EchoTarget
///         |                   | events
///         +-----> Narrator <--+
///                    | lines
///                  run() --> stdout
///
/// Constructed, run and destroyed in one thread, the main one.
class Demonstration
{
public:
    /// The port it listens on where no other is asked for and nobody else has it.
    static constexpr std::uint16_t PORT = 3307;

    /// Where a line of text goes. It may wait.
    using Output = std::function<void(const std::string& line)>;

    /// Has the target's port. Starts no thread. Throws Poco::IOException where the system refuses.
    explicit Demonstration(Output output);

    /// The settings, by key, on which those of the command line are laid.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> settings() const;

    /// Tells the story of a Proxy that was started, until it has ended. False: a client did not get its own answers,
    /// which was said; the Proxy was stopped. portWasTaken: PORT was, and another was chosen.
    bool run(Proxy& proxy, const LocalSettings& local, bool portWasTaken);

    /// The Proxy is about to be ended by somebody: what breaks from now on is no failure. Any thread.
    void endAsked() { _endAsked = true; }

private:
    struct Tally
    {
        std::size_t answers = 0;
        Duration queued; ///< in line
        Duration taken;  ///< with the target
    };

    void listen(Events& events);
    void stopListening(Events& events);
    void onConnected(ConnectedArgs& args);
    void onRequest(RequestArgs& args);
    void onDisconnected(DisconnectedArgs& args);
    void onTargetConnected(TargetArgs& args);
    void answered(const ResponseInfo& response);

    void introduce(const Poco::Net::SocketAddress& address, bool portWasTaken);
    bool direct(const Poco::Net::SocketAddress& address);
    bool converse(const Poco::Net::SocketAddress& address, const std::string& name);
    bool say(DemonstrationClient& client, const std::string& name, const std::string& line);
    bool fail(const std::string& client, const std::string& why);
    std::string clientAt(std::uint16_t port);
    bool isOfTheCast(const ClientInfo& client);
    bool awaitDepartures();
    void conclude(const Poco::Net::SocketAddress& address);

    Output _output;
    EchoTarget _target;
    Narrator _narrator;
    std::atomic<bool> _endAsked{false};
    std::atomic<std::size_t> _connections{0}; ///< to the target

    std::mutex _mutex; ///< guards what follows
    std::condition_variable _departed;
    std::map<std::uint16_t, std::uint64_t> _numbers; ///< of all clients, by their port
    std::map<std::uint16_t, std::uint64_t> _cast;    ///< of the three; 0: not yet known
    std::map<std::uint64_t, Tally> _tallies;         ///< by the client's number
    std::size_t _departures = 0;
};

} // namespace proximux
