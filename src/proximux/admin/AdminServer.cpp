#include <proximux/admin/AdminServer.h>

#include <proximux/Log.h>
#include <proximux/admin/AdminConnection.h>
#include <proximux/admin/CommandDesk.h>
#include <proximux/proxy/TCPServer.h>
#include <proximux/telemetry/RecordLimiter.h>

#include <Poco/Exception.h>

#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace proximux
{

namespace
{

constexpr int BACKLOG = 64;
constexpr std::size_t READ_SIZE = 16384;

} // namespace

/// Receives the connections of all addresses.
class Hall
{
public:
    virtual ~Hall() = default;

    virtual void entered(std::unique_ptr<Transport> transport, admin::Origin origin) = 0;
    virtual void paused(const std::string& address, const std::string& why) = 0;
};

/// One address.
class Entrance : private TCPServerListener
{
public:
    /// mode: permissions of a UNIX socket.
    Entrance(Reactor& reactor, Endpoint address, unsigned mode, Hall& hall)
        : _address(std::move(address))
        , _hall(hall)
        , _server(reactor, {_address, false, BACKLOG, -1, {}, 0, {mode, {}}}, *this)
    {
    }

    void open() { _server.start(); }

    [[nodiscard]] bool isLocal() const { return _address.isLocal(); }
    [[nodiscard]] std::uint16_t port() const { return _server.port(); }

    /// The address with the port that it has.
    [[nodiscard]] std::string toString() const { return Endpoint{_address.host, port(), _address.path}.toString(); }

private:
    void accepted(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer) override
    {
        _server.released(); // the connections are counted over all addresses
        _hall.entered(std::move(transport), {isLocal(), isLocal() ? std::string() : peer.host().toString()});
    }
    void dropped(const Poco::Net::SocketAddress&) override {}
    void exhausted(const std::string& why) override { _hall.paused(toString(), why); }

    Endpoint _address;
    Hall& _hall;
    TCPServer _server;
};

struct AdminServer::Impl : Hall, admin::AdminConnectionOwner
{
    Impl(const ServiceDirectory& services, const Configuration& configuration, AdminCommands& commands)
        : settings(configuration.admin)
        , log(configuration.log.maskAddresses)
        , reactor(makePollPoller(), clock)
        , scratch(READ_SIZE)
        , rules(settings)
        , survey(reactor)
        , pages(services, commands, survey)
        , desk(rules, services, commands, survey, pages)
    {
        reactor.setFaultReport([this](const std::exception& exception)
                               { log.failure(LogScope::server, "InternalError", exception.what()); });
    }

    ~Impl() override
    {
        reactor.stop();
        if (thread.joinable())
            thread.join();
    }

    void entered(std::unique_ptr<Transport> transport, admin::Origin origin) override;
    void paused(const std::string& address, const std::string& why) override;
    void asked(admin::AdminConnection& connection) override;
    void finished(admin::AdminConnection& connection) override;
    void makeRoom();
    void post(const admin::Request& request, const admin::Origin& origin, const admin::Done& done);

    const AdminSettings settings;
    const Log log;
    const SteadyClock clock;
    Reactor reactor;
    Scratch scratch;
    admin::AccessRules rules;
    admin::Survey survey;
    admin::Pages pages;
    admin::CommandDesk desk;
    RecordLimiter refusals;
    std::vector<std::unique_ptr<Entrance>> entrances;
    std::map<std::uint64_t, std::unique_ptr<admin::AdminConnection>> connections; ///< the oldest first
    std::uint64_t last = 0;                                                       ///< the id of the newest
    std::thread thread;
};

AdminServer::AdminServer(const ServiceDirectory& services, AdminCommands& commands)
    : _impl(std::make_unique<Impl>(services, *services.services().front().proxy->configuration(), commands))
{
}

AdminServer::~AdminServer() = default;

void AdminServer::start()
{
    if (_impl->settings.listen.empty())
        return;
    for (const Endpoint& address : _impl->settings.listen)
    {
        _impl->entrances.push_back(
            std::make_unique<Entrance>(_impl->reactor, address, _impl->settings.pathMode, *_impl));
        _impl->entrances.back()->open();
        _impl->log.text(LogScope::server, LogLevel::info, "Admin port is on " + _impl->entrances.back()->toString());
    }
    _impl->thread = std::thread([impl = _impl.get()] { impl->reactor.run(); });
}

std::vector<std::uint16_t> AdminServer::ports() const
{
    std::vector<std::uint16_t> all;
    for (const auto& entrance : _impl->entrances)
        if (!entrance->isLocal())
            all.push_back(entrance->port());
    return all;
}

// ------------------------------------------------------------------------------------------------ connections

void AdminServer::Impl::entered(std::unique_ptr<Transport> transport, admin::Origin origin)
{
    if (!origin.isLocal && !rules.mayConnect(origin.address))
    {
        const auto before = refusals.admit(origin.address, clock.now());
        if (before)
            log.text(LogScope::server, LogLevel::info,
                     "Admin connection from " + log.host(origin.address) + " refused: admin.access" +
                         (*before > 0 ? " (" + std::to_string(*before) + " more since the last record)" : ""));
        return;
    }
    makeRoom();
    if (connections.size() >= AdminSettings::MAX_CONNECTIONS)
        return;
    const std::uint64_t id = ++last;
    auto connection = std::make_unique<admin::AdminConnection>(reactor, scratch, *this, std::move(origin), id);
    admin::AdminConnection& entered = *connection;
    connections.emplace(id, std::move(connection));
    entered.begin(std::move(transport));
}

/// At the limit the oldest one that nobody waits for is closed.
void AdminServer::Impl::makeRoom()
{
    if (connections.size() < AdminSettings::MAX_CONNECTIONS)
        return;
    for (const auto& [id, connection] : connections)
        if (connection->isIdle())
            return finished(*connection);
}

void AdminServer::Impl::paused(const std::string& address, const std::string& why)
{
    log.failure(LogScope::server, "AcceptError", "admin port " + address + ": " + why);
}

void AdminServer::Impl::finished(admin::AdminConnection& connection)
{
    const auto found = connections.find(connection.id());
    if (found == connections.end())
        return;
    auto leaving = std::move(found->second);
    connections.erase(found);
    leaving->close(false);
    reactor.dispose(std::move(leaving)); // deferred: it may be the caller
}

// ------------------------------------------------------------------------------------------------ requests

void AdminServer::Impl::asked(admin::AdminConnection& connection)
{
    const admin::Done done = [this, id = connection.id()](const admin::Reply& reply)
    {
        const auto found = connections.find(id); // it may have gone
        if (found != connections.end())
            found->second->answer(reply);
    };
    const admin::RequestReader& reader = connection.reader();
    if (!reader.isHttp())
        return desk.run({reader.line(), connection.origin(), {}}, done);
    const admin::Request& request = reader.request();
    if (const auto why = rules.judge(request, connection.origin()))
        return done(*why);
    if (request.method == "POST")
        return post(request, connection.origin(), done);
    pages.get(request, done);
}

/// The path of a command is its name.
void AdminServer::Impl::post(const admin::Request& request, const admin::Origin& origin, const admin::Done& done)
{
    const std::string name = request.path.substr(1);
    if (!admin::CommandDesk::isPosted(name))
        return done(admin::textReply(404, "there is no such command"));
    desk.run({name, origin, request.authorization}, done);
}

} // namespace proximux
