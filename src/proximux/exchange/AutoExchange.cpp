#include <proximux/exchange/AutoExchange.h>

#include <proximux/exchange/Mutants.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/Sniffer.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

/// How long what may become a known protocol is waited for.
constexpr Duration AMBIGUOUS = Duration::milliseconds(50);

} // namespace

AutoExchange::AutoExchange(SharedWiring& wiring, Make make, Duration idleTimeout, std::size_t request)
    : _wiring(wiring)
    , _make(std::move(make))
    , _readSize(request)
    , _inner(_make("raw"))
    , _ambiguous(AMBIGUOUS)
    , _idle(idleTimeout)
{
}

AutoExchange::~AutoExchange() = default;

void AutoExchange::clientOpened(ClientId client, Instant now)
{
    if (_decided)
        return _inner->clientOpened(client, now);
    if (_draining)
        return _wiring.closeClient(client, CloseReason::drained, How::finish);
    if (client.slot >= _clients.size())
        _clients.resize(client.slot + 1);
    _clients[client.slot] = std::make_unique<Newcomer>(client);
    ++_newcomers;
    _idle.arm(_clients[client.slot]->idle, now);
    _wiring.limitClient(client, _readSize);
    _wiring.holdClient(client, false);
}

void AutoExchange::request(ClientId client, Bytes bytes, Instant now)
{
    Newcomer* newcomer = find(client);
    if (newcomer == nullptr)
        return _inner->request(client, bytes, now);
    newcomer->said.append(bytes);
    const Sniffed found = sniff(newcomer->said.waiting());
    switch (found)
    {
    case Sniffed::more:
        if (planted(Mutant::autoHurries))
            return handOver(*newcomer, now);
        if (!newcomer->ambiguous.isArmed())
            _ambiguous.arm(newcomer->ambiguous, now);
        return;
    case Sniffed::raw:
        return handOver(*newcomer, now);
    case Sniffed::http:
    case Sniffed::resp:
        if (planted(Mutant::autoNeverDecides))
            return handOver(*newcomer, now);
        return decide(found == Sniffed::http ? "http" : "resp", now);
    case Sniffed::http2:
        return refuse(*newcomer, "HTTP/2, which does not pass");
    case Sniffed::tls:
        return refuse(*newcomer, "TLS, which does not pass");
    case Sniffed::broken:
        return refuseHttp(*newcomer);
    }
}

/// What was raw is closed first: from now on nobody gets a byte that is not known to be his.
void AutoExchange::decide(std::string_view protocol, Instant now)
{
    if (!planted(Mutant::autoKeepRaw))
        _inner->closeAll(CloseReason::protocolChosen, now);
    _inner = _make(protocol);
    _decided = true;
    _wiring.protocolChosen(protocol);
    for (std::size_t i = 0; i < _clients.size(); ++i)
        if (_clients[i])
            handOver(*_clients[i], now);
    _clients.clear();
    if (_draining)
        _inner->drain(now);
}

void AutoExchange::handOver(Newcomer& newcomer, Instant now)
{
    const std::unique_ptr<Newcomer> gone = take(newcomer);
    _wiring.holdClient(gone->id, true); // as a connection is when it opens
    _inner->clientOpened(gone->id, now);
    if (!gone->said.isEmpty())
        _inner->request(gone->id, gone->said.waiting(), now);
}

void AutoExchange::refuse(Newcomer& newcomer, const char* why)
{
    _wiring.clientMalformed(newcomer.id, why);
    close(newcomer, CloseReason::malformedRequest, How::finish);
}

/// As it would be if HTTP had been found before.
void AutoExchange::refuseHttp(Newcomer& newcomer)
{
    const auto http = findProtocol("http")->make({});
    const char* why = http->makeRequestFramer()->feed(newcomer.said.waiting()).reason;
    std::string reply;
    if (http->makeConversation({})->malformed(why, reply))
        _wiring.toClient(newcomer.id, reply);
    refuse(newcomer, why);
}

void AutoExchange::close(Newcomer& newcomer, CloseReason reason, How how)
{
    const std::unique_ptr<Newcomer> gone = take(newcomer);
    _wiring.closeClient(gone->id, reason, how);
}

std::unique_ptr<AutoExchange::Newcomer> AutoExchange::take(Newcomer& newcomer)
{
    DeadlineList::disarm(newcomer.ambiguous);
    DeadlineList::disarm(newcomer.idle);
    --_newcomers;
    return std::move(_clients[newcomer.id.slot]);
}

AutoExchange::Newcomer* AutoExchange::find(ClientId client) const
{
    if (client.slot >= _clients.size())
        return nullptr;
    Newcomer* found = _clients[client.slot].get();
    return found != nullptr && found->id == client ? found : nullptr;
}

/// What it said before is all that it says.
void AutoExchange::clientEnded(ClientId client, Instant now)
{
    if (Newcomer* newcomer = find(client))
    {
        if (newcomer->said.isEmpty())
            return close(*newcomer, CloseReason::ended, How::finish);
        handOver(*newcomer, now);
    }
    _inner->clientEnded(client, now);
}

void AutoExchange::clientSent(ClientId client, std::size_t waiting, Instant now)
{
    if (find(client) == nullptr)
        _inner->clientSent(client, waiting, now);
}

void AutoExchange::clientLost(ClientId client, Instant now)
{
    if (Newcomer* newcomer = find(client))
        return close(*newcomer, CloseReason::clientLost, How::abort);
    _inner->clientLost(client, now);
}

void AutoExchange::clientFaulted(ClientId client, Instant now)
{
    if (Newcomer* newcomer = find(client))
        return close(*newcomer, CloseReason::fault, How::abort);
    _inner->clientFaulted(client, now);
}

Instant AutoExchange::expire(Instant now)
{
    while (Deadline* due = _ambiguous.takeDue(now))
        handOver(Due<Newcomer>::owner(*due), now);
    while (Deadline* due = _idle.takeDue(now))
        close(Due<Newcomer>::owner(*due), CloseReason::idle, How::finish);
    return std::min({_inner->expire(now), _ambiguous.first(), _idle.first()});
}

void AutoExchange::drain(Instant now)
{
    _draining = true;
    for (std::size_t i = 0; i < _clients.size(); ++i)
        if (_clients[i])
            close(*_clients[i], CloseReason::drained, How::finish);
    _inner->drain(now);
}

void AutoExchange::closeAll(CloseReason reason, Instant now)
{
    for (std::size_t i = 0; i < _clients.size(); ++i)
        if (_clients[i])
            close(*_clients[i], reason, How::abort);
    _inner->closeAll(reason, now);
}

} // namespace proximux
