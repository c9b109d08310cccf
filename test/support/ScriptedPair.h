#pragma once

#include "support/Scripted.h"

#include <proximux/exchange/pair/PairExchange.h>
#include <proximux/net/Connection.h>
#include <proximux/net/loop/Reactor.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace proximux
{

/// A client and a target with everything between them except sockets: the reactor, both connections, the exchange and
/// the pool are real; the peers, the clock and the back end are scripted.
class ScriptedPair : private PairEffects, private TargetDialer
{
public:
    explicit ScriptedPair(const PairExchangeSettings& settings = {})
        : _targets(1, {Duration::milliseconds(100), Duration::seconds(1)}, 1)
        , _pool(_targets, *this)
        , exchange(settings, *this, _pool)
        , reactor(makePoller(), clock)
        , _scratch(64)
    {
        reactor.setFaultReport([this](const std::exception&) { ++faults; });
        poller->peers[CLIENT] = &client;
        poller->peers[TARGET] = &target;
    }

    ~ScriptedPair() override { exchange.closeAll(CloseReason::stopped, clock.time); }

    ScriptedPair(const ScriptedPair&) = delete;
    ScriptedPair& operator=(const ScriptedPair&) = delete;

    void connectClient()
    {
        _client = std::make_unique<ClientEnd>(*this);
        _client->open(std::make_unique<ScriptedTransport>(client, CLIENT));
        exchange.clientOpened(CLIENT_ID, clock.time);
    }

    void connectTarget()
    {
        _target->open(std::make_unique<ScriptedTransport>(target, TARGET));
        _target->hold(false);
        exchange.targetOpened(TARGET_ID, clock.time);
    }

    void connect()
    {
        connectClient();
        connectTarget();
    }

    /// Runs turns until no peer is called any more; fails after too many turns.
    void settle()
    {
        for (std::size_t turns = 0; turns < 5000; ++turns)
        {
            const std::size_t before = client.calls + target.calls;
            reactor.turn(clock.time);
            exchange.expire(clock.time);
            reactor.turn(clock.time);
            if (client.calls + target.calls == before)
                return;
        }
        CPPUNIT_FAIL("it spins");
    }

    void assertNothingLeft() const
    {
        CPPUNIT_ASSERT(client.closed);
        CPPUNIT_ASSERT(!_client && !_target);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, exchange.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _pool.size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _targets.connections(0));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, poller->watched.count(CLIENT) + poller->watched.count(TARGET));
    }

    [[nodiscard]] Interest clientInterest() const { return poller->watched.at(CLIENT).interest; }
    [[nodiscard]] Interest targetInterest() const { return poller->watched.at(TARGET).interest; }
    [[nodiscard]] bool watches(poco_socket_t socket) const { return poller->watched.count(socket) == 1; }

    static constexpr poco_socket_t CLIENT = 100001;
    static constexpr poco_socket_t TARGET = 100002;
    static constexpr ClientId CLIENT_ID{0, 1};
    static constexpr TargetId TARGET_ID{0, 1};

    ManualClock clock;
    ScriptedPeer client;
    ScriptedPeer target;
    bool throwing = false; ///< the client's receiver throws
    int faults = 0;

private:
    class ClientEnd : public Connection
    {
    public:
        explicit ClientEnd(ScriptedPair& pair)
            : Connection(pair.reactor, pair._scratch)
            , _pair(pair)
        {
        }

    protected:
        void received(Bytes bytes) override
        {
            if (_pair.throwing)
                throw std::runtime_error("a defect");
            _pair.exchange.request(CLIENT_ID, bytes, _pair.clock.time);
        }
        void ended() override { _pair.exchange.clientEnded(CLIENT_ID, _pair.clock.time); }
        void sent(std::size_t waiting) override { _pair.exchange.clientSent(CLIENT_ID, waiting, _pair.clock.time); }
        void lost(int, const char*) override { _pair.exchange.clientLost(CLIENT_ID, _pair.clock.time); }
        void broken() override { _pair.exchange.clientFaulted(CLIENT_ID, _pair.clock.time); }
        [[nodiscard]] bool isReadToTheEnd() const override { return false; }

    private:
        ScriptedPair& _pair;
    };

    class TargetEnd : public Connection
    {
    public:
        explicit TargetEnd(ScriptedPair& pair)
            : Connection(pair.reactor, pair._scratch)
            , _pair(pair)
        {
        }

    protected:
        void received(Bytes bytes) override { _pair.exchange.response(TARGET_ID, bytes, _pair.clock.time); }
        void ended() override { _pair.exchange.targetEnded(TARGET_ID, _pair.clock.time); }
        void sent(std::size_t waiting) override { _pair.exchange.targetSent(TARGET_ID, waiting, _pair.clock.time); }
        void lost(int, const char*) override { _pair.exchange.targetLost(TARGET_ID, _pair.clock.time); }
        void broken() override { _pair.exchange.targetFaulted(TARGET_ID, _pair.clock.time); }
        [[nodiscard]] bool isReadToTheEnd() const override { return true; }

    private:
        ScriptedPair& _pair;
    };

    std::size_t toClient(ClientId, Bytes bytes) override { return _client->send(bytes); }
    std::size_t toTarget(TargetId, Bytes bytes) override { return _target->send(bytes); }
    void holdClient(ClientId, bool hold) override { _client->hold(hold); }
    void holdTarget(TargetId, bool hold) override { _target->hold(hold); }
    void endClient(ClientId) override { _client->end(); }
    void endTarget(TargetId) override { _target->end(); }
    void closeClient(ClientId, CloseReason, How how) override { close(_client, how); }
    void closeTarget(TargetId, CloseReason, How how) override { close(_target, how); }
    std::unique_ptr<Watcher> paired(ClientId, TargetId) override { return nullptr; }

    TargetId openTarget(std::size_t, std::size_t, Instant, ClientId) override
    {
        _target = std::make_unique<TargetEnd>(*this);
        return TARGET_ID;
    }

    template <class End>
    void close(std::unique_ptr<End>& end, How how)
    {
        end->close(how == How::abort);
        reactor.dispose(std::move(end));
    }

    std::unique_ptr<Poller> makePoller()
    {
        auto made = std::make_unique<ManualPoller>();
        poller = made.get();
        return made;
    }

    Targets _targets;
    PairPool _pool;
    ManualPoller* poller = nullptr;

public:
    PairExchange exchange;
    Reactor reactor;

private:
    Scratch _scratch;
    std::unique_ptr<ClientEnd> _client;
    std::unique_ptr<TargetEnd> _target;
};

} // namespace proximux
