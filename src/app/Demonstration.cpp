#include <app/Demonstration.h>

#include <app/DemonstrationClient.h>
#include <app/Invitation.h>
#include <app/LogFormat.h>

#include <proximux/ClientTls.h>
#include <proximux/config/TlsFiles.h>
#include <proximux/protocol/Registry.h>

#include <Poco/Delegate.h>
#include <Poco/Exception.h>
#include <Poco/NumberFormatter.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace proximux
{

namespace
{

constexpr std::chrono::milliseconds DELAY{20};
constexpr std::chrono::seconds DEPARTURE_PATIENCE{5};
constexpr std::size_t LINE_SHOWN = 48; ///< bytes of a line that are shown
const std::array<std::string, 3> CLIENT_NAMES{"Ada", "Grace", "Linus"};
const std::array<std::string, 3> LINES{"good morning", "how are you?", "good-bye"};

std::string quoted(std::string_view text)
{
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    const bool cut = text.size() > LINE_SHOWN;
    return "\"" + printable(text.substr(0, LINE_SHOWN)) + (cut ? "...\"" : "\"");
}

std::string padded(std::string text)
{
    constexpr std::size_t WIDTH = 26;
    if (text.size() < WIDTH)
        text.resize(WIDTH, ' ');
    return text;
}

std::string milliseconds(double ms)
{
    return Poco::NumberFormatter::format(ms, 1) + " ms";
}

std::string clientName(std::uint64_t number)
{
    return "client " + std::to_string(number);
}

/// The address under which this machine reaches the Proxy.
Poco::Net::SocketAddress reachable(const std::string& host, std::uint16_t port)
{
    if (host == "0.0.0.0" || host == "*")
        return {"127.0.0.1", port};
    return host == "::" ? Poco::Net::SocketAddress("::1", port) : Poco::Net::SocketAddress(host, port);
}

/// The protocol whose messages end with a delimiter, as those of EchoTarget do.
std::string lineProtocolName()
{
    const auto found = std::find_if(protocols().begin(), protocols().end(),
                                    [](const ProtocolInfo& each) { return each.uses("exchange.delimiter"); });
    return std::string(found->name);
}

} // namespace

Demonstration::Demonstration(Output output, Security security)
    : _output(std::move(output))
    , _target(DELAY)
    , _certificate(security == Security::tls ? std::make_unique<DemonstrationCertificate>() : nullptr)
{
}

std::vector<std::pair<std::string, std::string>> Demonstration::settings() const
{
    std::vector<std::pair<std::string, std::string>> all{{"log.level", "1"},
                                                         {"local.host", "127.0.0.1"},
                                                         {"local.port", std::to_string(PORT)},
                                                         {"exchange.mode", "fifo"},
                                                         {"exchange.protocol", lineProtocolName()},
                                                         {"target.1.host", "127.0.0.1"},
                                                         {"target.1.port", std::to_string(_target.port())}};
    if (_certificate)
    {
        all.emplace_back("local.tls", "on");
        all.emplace_back("local.tls_certificate", _certificate->path());
    }
    return all;
}

/// What the clients need to verify that certificate, and nothing else; null without TLS.
std::shared_ptr<TlsContext> Demonstration::trust() const
{
    if (!_certificate)
        return nullptr;
    TargetTls settings;
    settings.ca = _certificate->path();
    TlsResult made = tls::forTarget(settings, DemonstrationCertificate::NAME);
    if (!made.mistakes.empty())
        throw Poco::FileException(made.mistakes.front().text);
    return std::move(made.context);
}

bool Demonstration::run(Proxy& proxy, const LocalSettings& local, bool portWasTaken)
{
    const auto address = reachable(local.endpoint.host, proxy.port());
    _trust = trust();
    listen(proxy.events());
    _target.start();
    introduce(address, portWasTaken);
    bool succeeded = false;
    std::thread director(
        [&]
        {
            succeeded = direct(address);
            if (!succeeded)
                proxy.stop();
        });
    std::thread usher(
        [&]
        {
            proxy.wait();
            director.join();
            if (_endAsked)
                _narrator.say("Stopped on request.");
            _narrator.close();
        });
    for (std::string line; _narrator.next(line);)
        _output(line);
    usher.join();
    stopListening(proxy.events());
    return succeeded || _endAsked;
}

// ------------------------------------------------------------------------------------------- what the Proxy says

void Demonstration::listen(Events& events)
{
    events.connected += Poco::delegate(this, &Demonstration::onConnected);
    events.request += Poco::delegate(this, &Demonstration::onRequest);
    events.disconnected += Poco::delegate(this, &Demonstration::onDisconnected);
    events.targetConnected += Poco::delegate(this, &Demonstration::onTargetConnected);
}

void Demonstration::stopListening(Events& events)
{
    events.connected -= Poco::delegate(this, &Demonstration::onConnected);
    events.request -= Poco::delegate(this, &Demonstration::onRequest);
    events.disconnected -= Poco::delegate(this, &Demonstration::onDisconnected);
    events.targetConnected -= Poco::delegate(this, &Demonstration::onTargetConnected);
}

void Demonstration::onConnected(ConnectedArgs& args)
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _numbers[args.client.port] = args.client.number;
    }
    _narrator.report(clientName(args.client.number) + "  connected from " + args.client.address + ":" +
                     std::to_string(args.client.port));
}

void Demonstration::onRequest(RequestArgs& args)
{
    if (args.client.tls)
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _version = args.client.tls->version;
    }
    _narrator.report(clientName(args.client.number) + "  --> proximux               " + quoted(args.text));
    args.whenAnswered([this](const ResponseInfo& response) { answered(response); });
}

/// Reports only the responses of other clients: the three clients report theirs themselves on receipt.
void Demonstration::answered(const ResponseInfo& response)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (!isOfTheCast(response.client))
        return _narrator.report(clientName(response.client.number) + "  " + quoted(response.text) +
                                (response.failed
                                     ? " was not answered"
                                     : " was answered in " + milliseconds(response.whole.asMilliseconds())));
    if (response.failed)
        return;
    Tally& tally = _tallies[response.client.number];
    ++tally.answers;
    tally.queued.us += response.queued.us;
    tally.taken.us += response.whole.us;
}

void Demonstration::onDisconnected(DisconnectedArgs& args)
{
    _narrator.report(clientName(args.client.number) + "  left");
    const std::lock_guard<std::mutex> lock(_mutex);
    if (isOfTheCast(args.client))
        ++_departures;
    _departed.notify_all();
}

void Demonstration::onTargetConnected(TargetArgs&)
{
    ++_connections;
    _narrator.report("proximux  opened target connection " + std::to_string(_connections));
}

/// The caller holds the lock. Compares the number as well, because another client may reuse the port of one that left.
bool Demonstration::isOfTheCast(const ClientInfo& client)
{
    const auto found = _cast.find(client.port);
    if (found == _cast.end())
        return false;
    if (found->second == 0)
        found->second = client.number;
    return found->second == client.number;
}

// ------------------------------------------------------------------------------------------------------ the story

void Demonstration::introduce(const Poco::Net::SocketAddress& address, bool portWasTaken)
{
    const std::string target = "127.0.0.1:" + std::to_string(_target.port());
    _narrator.say("");
    _narrator.say("Proximux demonstration: three clients share one target connection, all in this process.");
    _narrator.say("");
    _narrator.say(std::string("    clients  ") + (_certificate ? "-TLS->" : "----->") +
                  "  proximux  ------------>  target");
    _narrator.say("                     " + padded(address.toString()).substr(0, 24) + " " + target);
    _narrator.say("");
    _narrator.say("The mode is fifo: all requests use one connection, in order of arrival. The target sends");
    _narrator.say("every line back after " + std::to_string(_target.delay().count()) + " ms.");
    if (_certificate)
        _narrator.say("Clients speak TLS and trust this certificate alone, which is removed at the end: " +
                      _certificate->path());
    if (portWasTaken)
        _narrator.say("Port " + std::to_string(PORT) + " is in use on this machine; another port is used.");
    _narrator.say("");
}

/// Runs in its own thread: makes all clients talk at once.
bool Demonstration::direct(const Poco::Net::SocketAddress& address)
{
    std::array<std::thread, CLIENT_NAMES.size()> threads;
    std::atomic<bool> succeeded{true};
    for (std::size_t i = 0; i < threads.size(); ++i)
        threads[i] = std::thread(
            [&, i]
            {
                if (!converse(address, CLIENT_NAMES[i]))
                    succeeded = false;
            });
    for (std::thread& thread : threads)
        thread.join();
    if (!succeeded || !awaitDepartures())
        return false;
    conclude(address);
    return true;
}

bool Demonstration::converse(const Poco::Net::SocketAddress& address, const std::string& name)
{
    try
    {
        DemonstrationClient client(address, _trust.get());
        {
            const std::lock_guard<std::mutex> lock(_mutex);
            _cast.emplace(client.port(), 0);
        }
        return std::all_of(LINES.begin(), LINES.end(),
                           [&](const std::string& line) { return say(client, name, name + " says " + line); });
    }
    catch (const Poco::Exception& exception)
    {
        return fail(name, exception.displayText());
    }
}

bool Demonstration::say(DemonstrationClient& client, const std::string& name, const std::string& line)
{
    const auto answer = client.ask(line);
    if (!answer.failure.empty())
        return fail(name, quoted(line) + ": " + answer.failure);
    const double taken = static_cast<double>(answer.taken.count()) / 1000.0;
    _narrator.report(clientAt(client.port()) + "  <-- proximux <-- target    " + padded(quoted(answer.text)) + " " +
                     milliseconds(taken));
    return answer.text == line || fail(name, quoted(line) + " was answered with " + quoted(answer.text));
}

bool Demonstration::fail(const std::string& client, const std::string& why)
{
    if (!_endAsked)
        _narrator.say("The demonstration FAILED for " + client + ": " + why);
    return false;
}

std::string Demonstration::clientAt(std::uint16_t port)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    const auto found = _numbers.find(port);
    return found == _numbers.end() ? "client ?" : clientName(found->second);
}

bool Demonstration::awaitDepartures()
{
    std::unique_lock<std::mutex> lock(_mutex);
    if (_departed.wait_for(lock, DEPARTURE_PATIENCE, [this] { return _departures >= CLIENT_NAMES.size(); }))
        return true;
    lock.unlock();
    return fail("a client", "its disconnect was not noticed within 5 s");
}

std::vector<std::string> Demonstration::invitations(const Poco::Net::SocketAddress& address) const
{
    if (_certificate)
        return {"openssl s_client -quiet -CAfile \"" + _certificate->path() + "\" -connect " + address.toString() +
                "    type a line and press Enter"};
    return waysToTalk(address.host().toString(), address.port());
}

void Demonstration::conclude(const Poco::Net::SocketAddress& address)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _narrator.say("");
    for (const auto& [number, tally] : _tallies)
        _narrator.say("    " + clientName(number) + ": " + std::to_string(tally.answers) + " of " +
                      std::to_string(LINES.size()) + " requests answered; on average " +
                      milliseconds(tally.queued.asMilliseconds() / static_cast<double>(tally.answers)) +
                      " queued and " + milliseconds(tally.taken.asMilliseconds() / static_cast<double>(tally.answers)) +
                      " at the target");
    _narrator.say("");
    const std::size_t connections = _connections;
    _narrator.say(std::to_string(connections) + (connections == 1 ? " target connection" : " target connections") +
                  " carried " + std::to_string(_tallies.size()) + " clients.");
    _narrator.say("Every client got its own answers and no others" +
                  (_version.empty() ? "." : ", over " + _version + "."));
    _narrator.say("");
    const char* beginning = "try it: ";
    for (const std::string& way : invitations(address))
        _narrator.say(std::exchange(beginning, "    or: ") + way);
    _narrator.say("Press Ctrl-C here to stop.");
    _narrator.say("");
}

} // namespace proximux
