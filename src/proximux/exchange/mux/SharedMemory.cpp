// SharedExchange: what is kept of clients, and who is closed when that is too much.
//
// Each client has a reserve of its own, in which a small request always finds room. What it keeps beyond that counts
// for exchange.total_buffer. When that is reached nobody is read beyond the reserve; and where requests that are not
// whole take too much of it, which may never become whole, the largest are closed.

#include <proximux/exchange/mux/SharedExchange.h>

#include <algorithm>

namespace proximux
{

/// Some of its input was kept, or used; or an answer of ours.
void SharedExchange::account(SharedClient& client)
{
    const std::size_t kept = client.input.kept() + client.copied + client.replies;
    _kept += kept - client.accounted;
    _shared += beyondReserve(kept) - beyondReserve(client.accounted);
    client.accounted = kept;
    const std::size_t parts = beyondReserve(unfinished(client));
    _unfinished += parts - client.unfinished;
    client.unfinished = parts;
}

std::size_t SharedExchange::beyondReserve(std::size_t bytes) const
{
    return bytes - std::min(bytes, _settings.reserve);
}

/// Bytes of a request that is not whole, and of which nothing was sent; also all that is kept unseen for a client that
/// does not read its responses.
std::size_t SharedExchange::unfinished(const SharedClient& client) const
{
    if (client.large != nullptr)
        return client.large->sent ? 0 : client.input.kept();
    const bool isUnread = client.waiting > _settings.responseBuffer; // nothing more is asked for it
    if (client.framer == nullptr || (isLimited(client) && !isUnread))
        return 0; // there may be whole ones in it, which are looked at in their time
    return client.input.kept() - std::min(client.input.kept(), client.queued);
}

/// What may come in one read. There is always room left for that, and for our answers to it.
std::size_t SharedExchange::mostAtOnce() const
{
    return std::min(_settings.requestBuffer, _settings.totalBuffer / 8);
}

std::size_t SharedExchange::mostReplies() const
{
    return std::min(_settings.responseBuffer, _settings.totalBuffer / 8);
}

/// How much more is kept of this client.
std::size_t SharedExchange::roomFor(const SharedClient& client) const
{
    const std::size_t room = _settings.requestBuffer - std::min(_settings.requestBuffer, client.input.kept());
    if (!_crowded)
        return std::min(room, mostAtOnce());
    return std::min(room, _settings.reserve - std::min(_settings.reserve, client.accounted));
}

/// With the limit for all reached clients have their reserves; when a quarter is free again, all.
void SharedExchange::updateMemory(Instant now)
{
    const std::size_t shared = _shared + _others.shared;
    if (!_crowded && shared + mostAtOnce() + mostReplies() > _settings.totalBuffer)
    {
        _crowded = true;
        makeRoom(now);
        for (const auto& client : _clients)
            if (client)
                updateClient(*client, now);
    }
    else if (_crowded && _unfinished + _others.unfinished > _settings.totalBuffer / 4 * 3)
        makeRoom(now);
    if (!_crowded || _shared + _others.shared > _settings.totalBuffer / 4 * 3)
        return;
    _crowded = false;
    for (const auto& client : _clients)
        if (client)
            lookAgain(*client);
}

/// What is whole is answered in its time; but parts of requests could wait for one another for ever.
void SharedExchange::makeRoom(Instant now)
{
    const std::size_t most = _settings.totalBuffer / 4 * 3;
    std::vector<std::pair<std::size_t, ClientId>> parts;
    for (const auto& client : _clients)
    {
        if (client)
            account(*client);
        if (client && client->unfinished > 0)
            parts.emplace_back(client->unfinished, client->id);
    }
    if (_unfinished + _others.unfinished <= most)
        return;
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& part : parts)
        if (SharedClient* largest = _unfinished + _others.unfinished > most ? find(part.second) : nullptr)
            fail(*largest, CloseReason::crowded, false, now);
}

/// A request is answered by us; its answer counts until it is said.
void SharedExchange::keepReply(Request& request)
{
    SharedClient& client = *request.client;
    ++client.replied;
    client.replies += request.traits.reply.size();
    account(client);
}

void SharedExchange::releaseReply(Request& request)
{
    SharedClient& client = *request.client;
    --client.replied;
    client.replies -= request.traits.reply.size();
    account(client);
}

} // namespace proximux
