#pragma once

#include <app/DemonstrationCertificate.h>
#include <app/EchoTarget.h>
#include <app/Narrator.h>
#include <proximux/Configuration.h>
#include <proximux/Events.h>
#include <proximux/Proxy.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

class DemonstrationClient;

/// `proximux --demo`: a target, a Proxy in front of it in fifo mode, and three clients, in one process. Prints what
/// each of them does, checks that each client receives its own responses, and runs until it is ended. With --tls the
/// clients speak TLS, and trust a certificate that was made for this run alone.
///
///     clients (threads) --> Proxy --> EchoTarget
///         |                   | events
///         +-----> Narrator <--+
///                    | lines
///                  run() --> stdout
///
/// Construct, run and destroy it in the main thread.
class Demonstration
{
public:
    /// The default listening port, if it is free.
    static constexpr std::uint16_t PORT = 3307;

    /// Receives a line of text. It may block.
    using Output = std::function<void(const std::string& line)>;

    /// Whether clients speak TLS.
    enum class Security
    {
        none,
        tls ///< the library must have it
    };

    /// Binds the target's port and makes the certificate; starts no thread. Throws Poco::IOException if the system
    /// refuses.
    explicit Demonstration(Output output, Security security = Security::none);

    /// The default settings by key; the command line overrides them.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> settings() const;

    /// Reports on a started Proxy until it has ended. Returns false if a client did not receive its own responses; this
    /// was reported and the Proxy stopped. portWasTaken: PORT was in use and another port was chosen.
    bool run(Proxy& proxy, const LocalSettings& local, bool portWasTaken);

    /// Announces that the Proxy will be ended on request: errors are no failures from now on. Any thread.
    void endAsked() { _endAsked = true; }

private:
    struct Tally
    {
        std::size_t answers = 0;
        Duration queued; ///< time in the queue
        Duration taken;  ///< time with the target
    };

    void listen(Events& events);
    void stopListening(Events& events);
    void onConnected(ConnectedArgs& args);
    void onRequest(RequestArgs& args);
    void onDisconnected(DisconnectedArgs& args);
    void onTargetConnected(TargetArgs& args);
    void answered(const ResponseInfo& response);

    [[nodiscard]] std::shared_ptr<TlsContext> trust() const;
    [[nodiscard]] std::vector<std::string> invitations(const Poco::Net::SocketAddress& address) const;
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
    std::unique_ptr<DemonstrationCertificate> _certificate; ///< with TLS
    std::shared_ptr<TlsContext> _trust;                     ///< the clients', while it runs with TLS
    Narrator _narrator;
    std::atomic<bool> _endAsked{false};
    std::atomic<std::size_t> _connections{0}; ///< opened to the target

    std::mutex _mutex; ///< guards the members below
    std::condition_variable _departed;
    std::map<std::uint16_t, std::uint64_t> _numbers; ///< client number by port, all clients
    std::map<std::uint16_t, std::uint64_t> _cast;    ///< the same for the three clients; 0: not known yet
    std::map<std::uint64_t, Tally> _tallies;         ///< by client number
    std::size_t _departures = 0;
    std::string _version; ///< of TLS, as the Proxy has told it
};

} // namespace proximux
