#include <proximux/exchange/AutoExchange.h>

#include <proximux/protocol/Sniffer.h>

#include <algorithm>
#include <string>
#include <utility>

namespace proximux
{

namespace
{

/// How long what may become a known protocol is waited for.
constexpr Duration AMBIGUOUS = Duration::milliseconds(50);

using Usage = Multiplexer::Usage;

Usage sum(const Usage& a, const Usage& b)
{
    return {a.kept + b.kept, a.shared + b.shared, a.unfinished + b.unfinished, a.queued + b.queued,
            a.pinned + b.pinned};
}

Usage difference(const Usage& a, const Usage& b)
{
    return {a.kept - b.kept, a.shared - b.shared, a.unfinished - b.unfinished, a.queued - b.queued,
            a.pinned - b.pinned};
}

/// The position of a protocol in choicesOfAuto().
std::size_t languageOf(const ProtocolInfo& protocol)
{
    const auto& all = choicesOfAuto();
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), &protocol) - all.begin());
}

using Tenants = std::vector<AutoExchange::Tenant>;

Usage usageOf(const Tenants& tenants)
{
    Usage all;
    for (const AutoExchange::Tenant& tenant : tenants)
        if (tenant.exchange)
            all = sum(all, tenant.exchange->usage());
    return all;
}

/// Each counts what the others use.
void shareLimits(const Tenants& tenants, Instant now)
{
    for (const AutoExchange::Tenant& tenant : tenants)
        if (tenant.exchange)
            tenant.exchange->setOthers(difference(usageOf(tenants), tenant.exchange->usage()), now);
}

/// Once the protocol is decided an exchange that has nobody left is needed no more.
void leaveEmpty(Tenants& tenants, std::size_t decided)
{
    for (std::size_t each = 0; each < tenants.size(); ++each)
        if (each != decided && tenants[each].exchange && tenants[each].exchange->size() == 0 &&
            tenants[each].pool->isUnused())
        {
            tenants[each].exchange.reset(); // it uses the pool
            tenants[each].pool.reset();
        }
}

} // namespace

AutoExchange::AutoExchange(const AutoExchangeSettings& settings, MultiplexerEffects& effects,
                           MultiplexerObserver& observer, Make make)
    : _settings(settings)
    , _effects(effects)
    , _observer(observer)
    , _make(std::move(make))
    , _tenants(choicesOfAuto().size())
    , _ambiguous(AMBIGUOUS)
    , _idle(settings.idleTimeout)
{
    tenant(RAW_BYTES, Instant{});
}

AutoExchange::~AutoExchange() = default;

/// The exchange for this language, made where it is needed first.
Multiplexer& AutoExchange::tenant(Language language, Instant now)
{
    Tenant& tenant = _tenants[language];
    if (tenant.exchange)
        return *tenant.exchange;
    tenant = _make(choicesOfAuto()[language]->name);
    if (language != RAW_BYTES)
        _tenants[language].framed().setTrial(_decided != language, now);
    if (_draining)
        tenant.exchange->drain(now);
    return *tenant.exchange;
}

void AutoExchange::reconfigure(const AutoExchangeSettings& settings, const Change& change, Instant now)
{
    _settings = settings;
    _idle.change(settings.idleTimeout);
    for (const Client& client : _clients)
        if (client.newcomer && !client.newcomer->idle.isArmed())
            _idle.arm(client.newcomer->idle, now);
    for (Language each = 0; each < _tenants.size(); ++each)
        if (_tenants[each].exchange)
            change(choicesOfAuto()[each]->name, _tenants[each]);
    settle(now);
}

// ------------------------------------------------------------------------------------------------ newcomers

void AutoExchange::clientOpened(ClientId client, Instant now)
{
    if (_draining)
        return _effects.closeClient(client, CloseReason::drained, How::finish);
    if (client.slot >= _clients.size())
        _clients.resize(client.slot + 1);
    _clients[client.slot] = {client, std::make_unique<Newcomer>(client), RAW_BYTES};
    ++_newcomers;
    _idle.arm(_clients[client.slot].newcomer->idle, now);
    _effects.limitClient(client, _settings.requestBuffer);
    _effects.holdClient(client, false);
}

void AutoExchange::request(ClientId client, Bytes bytes, Instant now)
{
    Newcomer* speaker = newcomer(client);
    if (speaker == nullptr)
    {
        if (Multiplexer* exchange = of(client))
            exchange->request(client, bytes, now);
        return settle(now);
    }
    speaker->said.append(bytes);
    const Sniffed sniffed = sniff(speaker->said.waiting());
    switch (sniffed.kind)
    {
    case Sniffed::Kind::more:
        if (speaker->said.size() >= _settings.requestBuffer)
            found(*speaker, _assumed, now);
        else if (!speaker->ambiguous.isArmed())
            _ambiguous.arm(speaker->ambiguous, now);
        break;
    case Sniffed::Kind::raw:
        found(*speaker, _assumed, now);
        break;
    case Sniffed::Kind::known:
        found(*speaker, languageOf(*sniffed.protocol), now);
        break;
    case Sniffed::Kind::unsupported:
        refuse(*speaker, sniffed.protocol, sniffed.refusal);
        break;
    }
    settle(now);
}

void AutoExchange::found(Newcomer& newcomer, Language language, Instant now)
{
    if (_decided != NONE && language != _decided)
    {
        const ProtocolInfo& spoken = *choicesOfAuto()[language];
        std::string why(spoken.detection.what);
        why.append(", but exchange.protocol = auto detected ").append(choicesOfAuto()[_decided]->name);
        return refuse(newcomer, &spoken, why.c_str());
    }
    const std::unique_ptr<Newcomer> gone = take(newcomer);
    Multiplexer& exchange = tenant(language, now);
    _clients[gone->id.slot].language = language;
    _effects.holdClient(gone->id, true); // as a connection is when it opens
    exchange.clientOpened(gone->id, now);
    if (!gone->said.isEmpty())
        exchange.request(gone->id, gone->said.waiting(), now);
}

/// In its own language, if that is known.
void AutoExchange::refuse(Newcomer& newcomer, const ProtocolInfo* protocol, const char* why)
{
    std::string reply;
    std::unique_ptr<Conversation> conversation;
    if (protocol != nullptr && protocol->make != nullptr)
        conversation = protocol->make({})->makeConversation({});
    if (conversation && conversation->malformed(why, reply))
        _effects.toClient(newcomer.id, reply);
    _observer.clientMalformed(newcomer.id, why);
    close(newcomer, CloseReason::malformedRequest, How::finish);
}

void AutoExchange::close(Newcomer& newcomer, CloseReason reason, How how)
{
    const std::unique_ptr<Newcomer> gone = take(newcomer);
    _effects.closeClient(gone->id, reason, how);
}

std::unique_ptr<AutoExchange::Newcomer> AutoExchange::take(Newcomer& newcomer)
{
    DeadlineList::disarm(newcomer.ambiguous);
    DeadlineList::disarm(newcomer.idle);
    --_newcomers;
    return std::move(_clients[newcomer.id.slot].newcomer);
}

AutoExchange::Newcomer* AutoExchange::newcomer(ClientId client) const
{
    return client.slot < _clients.size() && _clients[client.slot].id == client ? _clients[client.slot].newcomer.get()
                                                                               : nullptr;
}

Multiplexer* AutoExchange::of(ClientId client) const
{
    if (client.slot >= _clients.size() || _clients[client.slot].id != client || _clients[client.slot].newcomer)
        return nullptr;
    return _tenants[_clients[client.slot].language].exchange.get();
}

// ------------------------------------------------------------------------------------------------ the protocol

/// What a call has changed: whether the protocol is known now, and who may have which place.
void AutoExchange::settle(Instant now)
{
    _rawAnswered = _rawAnswered || (_tenants[RAW_BYTES].exchange &&
                                    static_cast<const RawExchange&>(*_tenants[RAW_BYTES].exchange).hasAnswered());
    for (Language each = RAW_BYTES + 1; each < _tenants.size(); ++each)
        if (_decided == NONE && _tenants[each].exchange && _tenants[each].framed().isProven() && !_rawAnswered)
            decide(each, now);
    const auto several = std::count_if(_tenants.begin(), _tenants.end(),
                                       [](const Tenant& tenant) { return tenant.exchange != nullptr; });
    _trialEnds = Instant::never();
    if (several < 2)
        return;
    shareLimits(_tenants, now);
    share(now);
    shareLimits(_tenants, now);
    if (_decided != NONE)
        leaveEmpty(_tenants, _decided);
}

void AutoExchange::decide(Language language, Instant now)
{
    _decided = _assumed = language;
    _observer.protocolChosen(choicesOfAuto()[language]->name);
    _tenants[language].framed().setTrial(false, now);
}

/// The request that waits longest has the next place.
void AutoExchange::share(Instant now)
{
    for (bool more = true; more;)
    {
        Language first = NONE;
        Instant since = Instant::never();
        for (Language each = 0; each < _tenants.size(); ++each)
        {
            const Instant waits = _tenants[each].exchange ? _tenants[each].exchange->waitsSince() : Instant::never();
            if (waits < since)
            {
                first = each;
                since = waits;
            }
        }
        for (Language each = 0; each < _tenants.size(); ++each)
            if (_tenants[each].exchange)
                _tenants[each].exchange->giveWay(each == first ? Instant::never() : since, now);
        more = first != NONE && makeRoom(first, since, now);
    }
}

/// Another gives up a place. False: there is none at present.
bool AutoExchange::makeRoom(Language forWhom, Instant since, Instant now)
{
    bool made = false;
    for (Language each = 0; each < _tenants.size(); ++each)
        made = made || (each != forWhom && _tenants[each].exchange && _tenants[each].exchange->yield(now));
    for (Language each = RAW_BYTES + 1; each < _tenants.size(); ++each)
    {
        if (made || each == forWhom || each == _decided || !_tenants[each].exchange || _settings.trialTimeout.isOff())
            continue;
        const Instant trial = _tenants[each].framed().triesSince();
        if (trial == Instant::never())
            continue;
        const Instant due = std::max(since, trial) + _settings.trialTimeout;
        if (due <= now)
            _tenants[each].framed().giveUpTrial(now);
        made = due <= now;
        _trialEnds = made ? _trialEnds : std::min(_trialEnds, due);
    }
    if (made)
        _tenants[forWhom].exchange->expire(now); // which opens it
    return made;
}

std::size_t AutoExchange::size() const
{
    std::size_t all = _newcomers;
    for (const Tenant& tenant : _tenants)
        all += tenant.exchange ? tenant.exchange->size() : 0;
    return all;
}

Backlog AutoExchange::backlog() const
{
    Backlog all;
    for (const Tenant& tenant : _tenants)
    {
        if (!tenant.exchange)
            continue;
        const Backlog one = tenant.exchange->backlog();
        all.queued += one.queued;
        all.oldest = std::min(all.oldest, one.oldest);
    }
    return all;
}

Usage AutoExchange::usage() const
{
    return usageOf(_tenants);
}

std::size_t AutoExchange::underWay() const
{
    std::size_t all = 0;
    for (const Tenant& tenant : _tenants)
        all += tenant.pool ? tenant.pool->underWay() : 0;
    return all;
}

} // namespace proximux
