#pragma once

#include <proximux/exchange/mux/MemoryBudget.h>
#include <proximux/exchange/mux/State.h>

#include <cstddef>

namespace proximux
{

struct Mux;

/// From whom is read, and from whom not, so that what waits for slow peers and full queues stays within its limits
/// (limits.*). The only writer of Client::held, Client::limit, Client::memory and Lane::heldFor.
class Backpressure
{
public:
    explicit Backpressure(Mux& mux);

    // ---- clients

    /// Whether no further request of this client is looked at as long as this lasts.
    [[nodiscard]] bool isFull(const Client& client) const;

    /// No request of the client is looked at for a time if it has asked too often.
    void pace(Client& client, Instant now);

    /// The client has sent a request.
    void count(Client& client, Instant now);

    /// Whether it has asked too often.
    [[nodiscard]] bool isPaced(const Client& client) const;

    /// Reads on from the client, or no more.
    void update(Client& client, Instant now);

    /// Some of its input was kept, or used; or a reply to it.
    void account(Client& client);

    /// Facts have changed: whether the limits for all are reached, or are no more.
    void updateAll(Instant now);

    /// The limits have changed.
    void reconfigure();

    /// So much of the limits is used elsewhere.
    void setOthers(const MemoryBudget::Usage& memory, std::size_t queued);

    [[nodiscard]] const MemoryBudget& memory() const { return _memory; }

    // ---- targets

    /// What waits for the client that is answered now holds the target.
    void update(Lane& lane, Instant now);

    /// The target is held no more.
    void release(Lane& lane, Instant now);

private:
    [[nodiscard]] bool isLimited(const Client& client) const;
    [[nodiscard]] std::size_t unfinished(const Client& client) const;
    void updateMemory(Instant now);
    void makeRoom(Instant now);
    void updateClients(Instant now);
    void lookAgain();
    [[nodiscard]] static Client* slowReader(const Lane& lane, std::size_t most);

    Mux& _mux;
    MemoryBudget _memory;
    std::size_t _othersQueued = 0; ///< requests that count for limits.queue, too
    bool _full = false;            ///< limits.queue is reached
};

} // namespace proximux
