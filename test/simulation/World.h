#pragma once

#include <proximux/exchange/mux/MultiplexerEffects.h>
#include <proximux/exchange/mux/MultiplexerObserver.h>
#include <proximux/exchange/pair/PairExchange.h>
#include <proximux/targets/TargetDialer.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace proximux
{

/// The rate of the requests of all clients, which have one address.
class OneRate : public MultiplexerEffects
{
public:
    [[nodiscard]] bool mayAsk(ClientId, Instant now) const override { return _next <= now; }
    void asked(ClientId, Instant now) override { _next = now + requestInterval; }

    Duration requestInterval; ///< 0: as often as they want

private:
    Instant _next;
};

/// What is said to targets on connections that are none of the pool's.
class ErrandRecorder : public OneRate, public MultiplexerObserver
{
public:
    struct Errand
    {
        std::uint64_t number;
        std::size_t target;
        std::string says;
        Instant deadline;
    };

    void beginErrand(std::uint64_t number, std::size_t target, const std::string& says, Instant deadline) override
    {
        errands.push_back({number, target, says, deadline});
    }

    void requestCancelled(ClientId, TargetId) override { ++cancelled; }

    std::vector<Errand> errands; ///< that were begun
    std::size_t cancelled = 0;
};

/// The outside world of an exchange, in any mode, and of its pool: connections whose peers accept as many bytes as they
/// are told to, and a record of all calls. Throws std::logic_error on invalid calls.
class World : public ErrandRecorder, public PairEffects, public TargetDialer
{
public:
    struct Side
    {
        std::string sent;                                           ///< bytes that the peer received
        std::string waiting;                                        ///< bytes that it has not accepted yet
        std::size_t room = std::numeric_limits<std::size_t>::max(); ///< how many more bytes it accepts
        bool held = true;
        bool fin = false; ///< FIN was sent, or will be behind `waiting`

        [[nodiscard]] bool hasGotAll() const { return fin && waiting.empty(); }
    };

    struct Client : Side
    {
        std::size_t limit = 0;
    };

    struct Target : Side
    {
        std::size_t index = 0;
        std::size_t number = 0;
        Instant deadline;
        std::string says; ///< its bytes that were not read yet
        bool ends = false;
    };

    struct Check
    {
        std::size_t target;
        bool lost;
        std::string response;
    };

    struct Closed
    {
        CloseReason reason;
        How how;
        Side last;
    };

    std::size_t toClient(ClientId id, Bytes bytes) override
    {
        touchedClients.push_back(id.slot);
        return pass(client(id), bytes);
    }

    std::size_t toTarget(TargetId id, Bytes bytes) override
    {
        touchedTargets.push_back(id.slot);
        return pass(target(id), bytes);
    }

    void holdClient(ClientId id, bool hold) override { client(id).held = hold; }
    void holdTarget(TargetId id, bool hold) override { target(id).held = hold; }
    void endClient(ClientId id) override { client(id).fin = true; }
    void endTarget(TargetId id) override { target(id).fin = true; }
    std::size_t flushClient(ClientId id) override { return client(id).waiting.size(); }
    void limitClient(ClientId id, std::size_t bytes) override { client(id).limit = bytes; }

    void closeClient(ClientId id, CloseReason reason, How how) override
    {
        closedClients.insert_or_assign(id.slot, Closed{reason, how, client(id)});
        clients.erase(id.slot);
        touchedClients.push_back(id.slot);
    }

    void closeTarget(TargetId id, CloseReason reason, How how) override
    {
        closedTargets.insert_or_assign(id.slot, Closed{reason, how, target(id)});
        targets.erase(id.slot);
        touchedTargets.push_back(id.slot);
    }

    void checkEnded(std::size_t target, bool lost, Bytes response) override
    {
        checks.push_back({target, lost, std::string(response)});
    }

    std::unique_ptr<Watcher> paired(ClientId, TargetId) override { return makeWatcher ? makeWatcher() : nullptr; }

    Quiet isQuiet(TargetId id) override
    {
        const Target& asked = target(id);
        if (!asked.says.empty())
            return Quiet::bytes;
        return asked.ends ? Quiet::ended : Quiet::yes;
    }

    void awaitsMore(TargetId id) override
    {
        target(id);
        ++awaited;
    }

    void awaitsMore(ClientId id) override
    {
        client(id);
        ++acknowledged;
    }

    std::uint64_t requestCame(ClientId id, Bytes, std::uint64_t) override
    {
        client(id);
        return ++tags;
    }

    void requestContinued(ClientId id, Bytes) override { client(id); }

    void requestSent(ClientId id, std::uint64_t tag, TargetId target, Bytes bytes) override
    {
        if (inOrder && tag < lastSent)
            throw std::logic_error("a request was sent before one that came earlier");
        lastSent = tag;
        askers[target.slot] = id.slot;
        if (!records)
            return;
        order.emplace_back(id.slot, target.slot);
        sentRequests.emplace_back(bytes);
    }

    void requestEnded(std::uint64_t tag, const Outcome& outcome) override
    {
        if (tag == 0 || tag > tags)
            throw std::logic_error("the end of a request that never was");
        ++ended;
        last = outcome;
    }

    void clientMalformed(ClientId id, const char* why) override
    {
        client(id);
        malformed = why;
    }

    void targetMalformed(TargetId id, const char* why) override
    {
        target(id);
        malformed = why;
    }

    void prologueRefused(TargetId id, Bytes came) override
    {
        target(id);
        malformed = came;
        ++refusals;
    }

    void requestRefused(ClientId id, const char* why, bool guess) override
    {
        client(id);
        refused = why;
        guesses += guess ? 1 : 0;
    }

    void protocolChosen(std::string_view name) override { chosen = name; }

    void clientPinned(ClientId id, TargetId, unsigned reasons) override
    {
        client(id);
        pins.push_back(reasons);
    }

    void pinRefused(ClientId id, std::string_view why) override
    {
        client(id);
        unpinned = why;
    }

    void unknownId(TargetId id, bool) override
    {
        target(id);
        ++unknown;
    }

    void partSilent(TargetId id, const std::string& part, Duration pause) override
    {
        target(id);
        silent.push_back(part + " for " + std::to_string(pause.us / 1000) + " ms");
    }

    void partAnswers(TargetId id, const std::string& part) override
    {
        target(id);
        silent.push_back(part + " answers");
    }

    void requestDropped(ClientId id, std::size_t bytes) override
    {
        client(id);
        dropped = bytes;
    }

    TargetId openTarget(std::size_t index, std::size_t number, Instant deadline, ClientId) override
    {
        const TargetId id{nextTarget++, 1};
        Target made;
        made.index = index;
        made.number = number;
        made.deadline = deadline;
        targets[id.slot] = made;
        dialled.push_back(id);
        mostTargets = std::max(mostTargets, targets.size());
        return id;
    }

    ClientId addClient()
    {
        const ClientId id{nextClient++, 1};
        clients[id.slot] = Client();
        return id;
    }

    Client& client(ClientId id) { return find(clients, id.slot); }
    Target& target(TargetId id) { return find(targets, id.slot); }
    [[nodiscard]] bool has(ClientId id) const { return clients.count(id.slot) != 0; }
    [[nodiscard]] bool has(TargetId id) const { return targets.count(id.slot) != 0; }

    /// Whether a client exists and can still be sent bytes.
    [[nodiscard]] bool isOpen(std::uint32_t slot) const
    {
        const auto found = clients.find(slot);
        return found != clients.end() && !found->second.fin;
    }

    /// The peer accepts n of the waiting bytes; returns how many remain.
    static std::size_t take(Side& side, std::size_t n)
    {
        n = std::min(n, side.waiting.size());
        side.sent.append(side.waiting, 0, n);
        side.waiting.erase(0, n);
        return side.waiting.size();
    }

    std::unordered_map<std::uint32_t, Client> clients; ///< by slot; a slot is used once
    std::unordered_map<std::uint32_t, Target> targets;
    std::map<std::uint32_t, Closed> closedClients;
    std::map<std::uint32_t, Closed> closedTargets;
    std::vector<std::uint32_t> touchedClients; ///< were sent something, or closed
    std::vector<std::uint32_t> touchedTargets;
    std::vector<TargetId> dialled;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> order; ///< client and target of each request sent
    std::vector<std::string> sentRequests;
    bool records = true;  ///< whether sent requests are recorded
    bool inOrder = false; ///< whether they must be sent in the order of their arrival
    std::uint64_t lastSent = 0;
    std::unordered_map<std::uint32_t, std::uint32_t> askers; ///< the last client of each target, by slot
    std::function<std::unique_ptr<Watcher>()> makeWatcher;   ///< of a pair
    std::size_t mostTargets = 0;                             ///< maximum of concurrent connections
    std::uint64_t tags = 0;
    std::uint64_t ended = 0;
    Outcome last;
    std::string malformed;
    std::size_t refusals = 0; ///< prologues that were refused, or not answered
    std::string refused;      ///< why a request was refused
    std::size_t guesses = 0;  ///< wrong passwords
    std::string chosen;
    std::string unpinned;       ///< why a client could not be pinned
    std::vector<unsigned> pins; ///< reasons for which clients were pinned, or refused it
    std::size_t dropped = 0;
    std::size_t unknown = 0;         ///< responses whose id matches no request
    std::vector<std::string> silent; ///< parts of targets that were silent, or respond again
    std::vector<Check> checks;       ///< those that have ended
    std::size_t awaited = 0;         ///< number of calls of awaitsMore()
    std::size_t acknowledged = 0;    ///< likewise, for clients
    std::uint32_t nextClient = 0;
    std::uint32_t nextTarget = 0;

private:
    template <class Map>
    static typename Map::mapped_type& find(Map& map, std::uint32_t slot)
    {
        const auto found = map.find(slot);
        if (found == map.end())
            throw std::logic_error("asked of a connection that is not there");
        return found->second;
    }

    static std::size_t pass(Side& side, Bytes bytes)
    {
        if (side.fin)
            throw std::logic_error("bytes behind FIN");
        if (bytes.empty())
            throw std::logic_error("passes nothing");
        side.waiting.append(bytes);
        const std::size_t n = std::min(side.room, side.waiting.size());
        if (side.room != std::numeric_limits<std::size_t>::max())
            side.room -= n;
        return take(side, n);
    }
};

} // namespace proximux
