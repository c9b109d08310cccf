#include <proximux/proxy/ListeningSocket.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

using Address = Poco::Net::SocketAddress;

constexpr const char* ALL_INTERFACES = "*";

bool isV6(const Address& address)
{
    return address.family() == Address::IPv6;
}

/// Whether the system has no such address, because it lacks the family.
bool isLacking(const Poco::Exception& exception)
{
    return exception.code() == POCO_EAFNOSUPPORT || exception.code() == POCO_EADDRNOTAVAIL;
}

/// The first address of each family, IPv4 before IPv6.
std::vector<Address> oneOfEach(const std::vector<Address>& all)
{
    std::vector<Address> chosen;
    for (const bool wanted : {false, true})
    {
        const auto found =
            std::find_if(all.begin(), all.end(), [wanted](const Address& each) { return isV6(each) == wanted; });
        if (found != all.end())
            chosen.push_back(*found);
    }
    return chosen;
}

/// Makes the sockets of a TCPServer that listens over TCP.
class Assembly
{
public:
    Assembly(const TCPServerSettings& settings, const ListeningSockets& present)
        : _settings(settings)
        , _present(present)
        , _port(settings.endpoint.port)
    {
    }

    ListeningSockets run()
    {
        listenOn(_settings.endpoint.host);
        for (const std::string& host : _settings.otherHosts)
            listenOn(host);
        return std::move(_made);
    }

private:
    void listenOn(const std::string& host)
    {
        try
        {
            host == ALL_INTERFACES ? listenEverywhere() : listenAtEach(host);
        }
        catch (const Poco::Exception& exception)
        {
            const Endpoint where{_failed.empty() ? host : _failed, _port};
            throw Poco::IOException(TCPServer::refusal(where, exception.code(), exception.message()), exception.code());
        }
    }

    /// Without IPv6 on this system, all interfaces are those of IPv4.
    void listenEverywhere()
    {
        try
        {
            listenAt(sockets::parseNumeric("::", _port).at(0));
        }
        catch (const Poco::Exception& exception)
        {
            if (!isLacking(exception) || _settings.ipv6Only)
                throw;
            listenAt(sockets::parseNumeric("0.0.0.0", _port).at(0));
        }
    }

    /// At the addresses of a host. A family that the system lacks is left out if a name has the other one.
    void listenAtEach(const std::string& host)
    {
        const std::vector<Address> addresses = addressesOf(host);
        std::size_t left = addresses.size();
        for (const Address& address : addresses)
            try
            {
                _failed = address == addresses.front() ? std::string() : address.host().toString();
                listenAt(Address(address.host(), _port));
            }
            catch (const Poco::Exception& exception)
            {
                if (!isLacking(exception) || --left == 0)
                    throw;
            }
    }

    [[nodiscard]] std::vector<Address> addressesOf(const std::string& host) const
    {
        std::string why;
        auto addresses = sockets::lookUp(host, _port, why);
        if (_settings.ipv6Only)
            addresses.erase(
                std::remove_if(addresses.begin(), addresses.end(), [](const Address& each) { return !isV6(each); }),
                addresses.end());
        if (addresses.empty())
            throw Poco::IOException(why.empty() ? "the host has no IPv6 address, but local.ipv6_only is set" : why);
        return oneOfEach(addresses);
    }

    /// Whether it is to take clients of IPv6 only. Beside others, all interfaces of IPv6 leave those of IPv4 to them.
    [[nodiscard]] bool isAlone(const Address& address) const
    {
        return isV6(address) && (_settings.ipv6Only || (!_settings.otherHosts.empty() && address.host().isWildcard()));
    }

    void listenAt(const Address& address)
    {
        const Address wanted(address.host(), _settings.endpoint.port);
        const std::string asked = wanted.toString() + (isAlone(wanted) ? " alone" : "");
        const auto isAsked = [&asked](const auto& each) { return each->asked == asked; };
        if (std::any_of(_made.begin(), _made.end(), isAsked))
            return; // two names of one address
        const auto found = std::find_if(_present.begin(), _present.end(), isAsked);
        _made.push_back(found != _present.end() ? *found : made(address, asked));
        if (_port == 0)
            _port = _made.back()->socket.address().port();
    }

    [[nodiscard]] std::shared_ptr<ListeningSocket> made(const Address& address, const std::string& asked) const
    {
        auto listening = std::make_shared<ListeningSocket>();
        listening->asked = asked;
        listening->socket = sockets::boundListener(address, isAlone(address));
        sockets::prepareListener(listening->socket);
        sockets::setOptions(listening->socket.impl()->sockfd(), _settings.socket);
        listening->socket.listen(_settings.backlog);
        return listening;
    }

    const TCPServerSettings& _settings;
    const ListeningSockets& _present;
    std::uint16_t _port; ///< where any will do, that of the first one
    std::string _failed; ///< the address of a name that is not its first
    ListeningSockets _made;
};

ListeningSockets listenOnPath(const TCPServerSettings& settings)
{
    auto listening = std::make_shared<ListeningSocket>();
    listening->isLocal = true;
    listening->file =
        std::make_unique<sockets::LocalListener>(settings.endpoint.path, settings.access, settings.backlog);
    listening->socket = listening->file->socket();
    return {std::move(listening)};
}

} // namespace

/// A port that was free at the first address may be another program's at the next.
ListeningSockets listenOnAll(const TCPServerSettings& settings, const ListeningSockets& present)
{
    if (settings.endpoint.isLocal())
        return listenOnPath(settings);
    for (int attempts = 20;; --attempts)
        try
        {
            return Assembly(settings, present).run();
        }
        catch (const Poco::IOException& exception)
        {
            if (settings.endpoint.port != 0 || exception.code() != POCO_EADDRINUSE || attempts == 1)
                throw;
        }
}

} // namespace proximux
