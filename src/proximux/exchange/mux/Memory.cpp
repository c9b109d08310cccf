// Multiplexer: what is kept of clients, and who is closed when that is too much; see MemoryBudget.

#include <proximux/exchange/mux/Multiplexer.h>

#include <algorithm>

namespace proximux
{

/// Some of its input was kept, or used; or a reply to it.
void Multiplexer::account(Client& client)
{
    const std::size_t kept = client.input.kept() + client.copied + client.replies;
    _memory.count(client.memory, kept, _memory.beyondReserve(kept) > 0 ? unfinished(client) : 0);
}

/// Bytes of a request that is not whole, and of which nothing was sent; also all that is kept unseen for a client that
/// does not read its responses.
std::size_t Multiplexer::unfinished(const Client& client) const
{
    if (client.large != nullptr)
        return client.large->sent ? 0 : client.input.kept();
    const bool isUnread = client.waiting > _settings.responseBuffer; // nothing more is asked for it
    if (client.framer == nullptr || (isLimited(client) && !isUnread))
        return 0; // there may be whole ones in it, which are looked at in their time
    return client.input.kept() - std::min(client.input.kept(), client.queued);
}

/// With the limit for all reached clients have their reserves; when a quarter is free again, all.
void Multiplexer::updateMemory(Instant now)
{
    const bool began = !_memory.isCrowded() && _memory.update();
    if (began || (_memory.isCrowded() && _memory.isClogged()))
        makeRoom(now);
    if (began)
        for (const auto& client : _clients)
            if (client)
                updateClient(*client, now);
    if (!_memory.isCrowded() || !_memory.update())
        return;
    for (const auto& client : _clients)
        if (client)
            lookAgain(*client);
}

/// What is whole is answered in its time; but parts of requests could wait for one another for ever.
void Multiplexer::makeRoom(Instant now)
{
    std::vector<std::pair<std::size_t, ClientId>> parts;
    for (const auto& client : _clients)
    {
        if (client)
            account(*client);
        if (client && client->memory.unfinished > 0)
            parts.emplace_back(client->memory.unfinished, client->id);
    }
    if (!_memory.isClogged())
        return;
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& part : parts)
        if (Client* largest = _memory.isClogged() ? find(part.second) : nullptr)
            fail(*largest, CloseReason::crowded, false, now);
}

/// A request is answered by us; its answer counts until it is said.
void Multiplexer::keepReply(Request& request)
{
    Client& client = *request.client;
    ++client.replied;
    client.replies += request.traits.reply.size();
    account(client);
}

void Multiplexer::releaseReply(Request& request)
{
    Client& client = *request.client;
    --client.replied;
    client.replies -= request.traits.reply.size();
    account(client);
}

} // namespace proximux
