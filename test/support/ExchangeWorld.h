#pragma once

#include <proximux/exchange/pair/ProxyExchange.h>

#include <cppunit/TestAssert.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// The outside world of an exchange and a pool, as a record: connections that accept as many bytes as they are told to,
/// and all calls made on them. Asserts on each call that its connection exists.
class ExchangeWorld : public PairWiring, public TargetDialer
{
public:
    struct Side
    {
        std::string sent;    ///< bytes that the peer received
        std::string waiting; ///< bytes that it has not accepted yet
        bool takes = true;   ///< whether it accepts all bytes at once
        bool held = false;
        bool fin = false; ///< FIN was sent, or will be after `waiting`
        bool finArrived = false;
    };

    struct Target : Side
    {
        std::size_t index = 0;
        std::size_t number = 0;
        Instant deadline;
    };

    struct Closed
    {
        CloseReason reason;
        How how;
        Side last;
    };

    std::size_t toClient(ClientId id, Bytes bytes) override { return pass(client(id), bytes); }
    std::size_t toTarget(TargetId id, Bytes bytes) override { return pass(target(id), bytes); }
    void holdClient(ClientId id, bool hold) override { client(id).held = hold; }
    void holdTarget(TargetId id, bool hold) override { target(id).held = hold; }
    void endClient(ClientId id) override { end(client(id)); }
    void endTarget(TargetId id) override { end(target(id)); }

    void closeClient(ClientId id, CloseReason reason, How how) override
    {
        closedClients.insert_or_assign(id.slot, Closed{reason, how, client(id)});
        clients.erase(key(id));
    }

    void closeTarget(TargetId id, CloseReason reason, How how) override
    {
        closedTargets.insert_or_assign(id.slot, Closed{reason, how, target(id)});
        targets.erase(key(id));
    }

    std::unique_ptr<Watcher> paired(ClientId, TargetId) override { return makeWatcher ? makeWatcher() : nullptr; }

    TargetId openTarget(std::size_t index, std::size_t number, Instant deadline) override
    {
        const TargetId id{nextTarget++, 1};
        Target made;
        made.index = index;
        made.number = number;
        made.deadline = deadline;
        targets[key(id)] = made;
        dialled = id;
        return id;
    }

    ClientId addClient()
    {
        const ClientId id{nextClient++, 1};
        clients[key(id)] = Side();
        return id;
    }

    Side& client(ClientId id) { return find(clients, key(id)); }
    Target& target(TargetId id) { return find(targets, key(id)); }
    [[nodiscard]] bool has(ClientId id) const { return clients.count(key(id)) != 0; }
    [[nodiscard]] bool has(TargetId id) const { return targets.count(key(id)) != 0; }

    /// The peer accepts n of the waiting bytes; returns how many remain.
    static std::size_t take(Side& side, std::size_t n)
    {
        n = std::min(n, side.waiting.size());
        side.sent += side.waiting.substr(0, n);
        side.waiting.erase(0, n);
        if (side.waiting.empty())
            side.finArrived = side.fin;
        return side.waiting.size();
    }

    std::map<std::uint64_t, Side> clients;
    std::map<std::uint64_t, Target> targets;
    std::map<std::uint32_t, Closed> closedClients; ///< by slot; a slot is used once
    std::map<std::uint32_t, Closed> closedTargets;
    std::function<std::unique_ptr<Watcher>()> makeWatcher;
    TargetId dialled;
    std::uint32_t nextClient = 0;
    std::uint32_t nextTarget = 0;

private:
    template <class IdType>
    static std::uint64_t key(IdType id)
    {
        return static_cast<std::uint64_t>(id.generation) << 32U | id.slot;
    }

    template <class Map>
    static typename Map::mapped_type& find(Map& map, std::uint64_t id)
    {
        const auto found = map.find(id);
        CPPUNIT_ASSERT_MESSAGE("asked of a connection that is not there", found != map.end());
        return found->second;
    }

    static std::size_t pass(Side& side, Bytes bytes)
    {
        CPPUNIT_ASSERT_MESSAGE("bytes behind FIN", !side.fin);
        side.waiting += bytes;
        return side.takes ? take(side, side.waiting.size()) : side.waiting.size();
    }

    static void end(Side& side)
    {
        side.fin = true;
        side.finArrived = side.waiting.empty();
    }
};

} // namespace proximux
