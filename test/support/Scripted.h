#pragma once

#include <proximux/net/Transport.h>
#include <proximux/net/loop/Clock.h>
#include <proximux/net/loop/Poller.h>

#include <cppunit/TestAssert.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace proximux
{

/// A clock that changes only when the test sets it.
class ManualClock : public Clock
{
public:
    [[nodiscard]] Instant now() const override { return time; }

    Instant time{1000000};
};

/// A peer's end of a connection, and its script: the sizes in which it is read and in which it accepts bytes. Each call
/// uses one step.
class ScriptedPeer
{
public:
    enum class Kind
    {
        bytes,      ///< at most this number of bytes
        wouldBlock, ///< nothing now
        reset,      ///< from now on every call fails
        refused     ///< writing: from now on every write fails; its bytes can still be read
    };

    struct Step
    {
        Kind kind = Kind::bytes;
        std::size_t bytes = SIZE_MAX;
    };

    static constexpr int RESET = 104;

    // its output
    std::string says;        ///< bytes that can be read from it
    bool ends = false;       ///< FIN follows
    std::deque<Step> reads;  ///< steps of reading; after the last one everything is read at once
    std::deque<Step> writes; ///< steps of writing, likewise

    // its observations
    std::string heard;
    bool heardFin = false;
    bool isReset = false; ///< it has reset the connection
    bool refuses = false; ///< it accepts nothing any more
    bool closed = false;  ///< the code under test has closed its end
    bool closedByReset = false;
    std::size_t calls = 0;

    [[nodiscard]] bool isReadable() const { return isReset || !says.empty() || ends; }
};

/// The transport to a ScriptedPeer.
class ScriptedTransport : public Transport
{
public:
    ScriptedTransport(ScriptedPeer& peer, poco_socket_t handle)
        : _peer(peer)
        , _handle(handle)
    {
    }

    ~ScriptedTransport() override { _peer.closed = true; }

    ScriptedTransport(const ScriptedTransport&) = delete;
    ScriptedTransport& operator=(const ScriptedTransport&) = delete;

    IoResult receive(char* into, std::size_t size) override
    {
        const ScriptedPeer::Step step = next(_peer.reads);
        if (_peer.isReset)
            return {IoResult::Kind::failed, 0, ScriptedPeer::RESET};
        if (step.kind == ScriptedPeer::Kind::wouldBlock)
            return {IoResult::Kind::wouldBlock, 0, 0};
        if (_peer.says.empty())
            return {_peer.ends ? IoResult::Kind::ended : IoResult::Kind::wouldBlock, 0, 0};
        const std::size_t n = std::min({size, step.bytes, _peer.says.size()});
        _peer.says.copy(into, n);
        _peer.says.erase(0, n);
        return {IoResult::Kind::done, n, 0};
    }

    IoResult peek() override
    {
        if (_peer.isReset)
            return {IoResult::Kind::failed, 0, ScriptedPeer::RESET};
        if (!_peer.says.empty())
            return {IoResult::Kind::done, 1, 0};
        return {_peer.ends ? IoResult::Kind::ended : IoResult::Kind::wouldBlock, 0, 0};
    }

    IoResult send(Bytes bytes) override
    {
        CPPUNIT_ASSERT_MESSAGE("bytes behind FIN", !_peer.heardFin);
        CPPUNIT_ASSERT_MESSAGE("sends nothing", !bytes.empty());
        const ScriptedPeer::Step step = next(_peer.writes);
        if (_peer.isReset || _peer.refuses)
            return {IoResult::Kind::failed, 0, ScriptedPeer::RESET};
        if (step.kind == ScriptedPeer::Kind::wouldBlock || step.bytes == 0)
            return {IoResult::Kind::wouldBlock, 0, 0};
        const std::size_t n = std::min(step.bytes, bytes.size());
        _peer.heard += bytes.substr(0, n);
        return {IoResult::Kind::done, n, 0};
    }

    void shutdownSend() override { _peer.heardFin = true; }
    void resetOnClose() override { _peer.closedByReset = true; }
    int takeError() override { return _peer.isReset ? ScriptedPeer::RESET : 0; }
    [[nodiscard]] poco_socket_t handle() const override { return _handle; }

private:
    ScriptedPeer::Step next(std::deque<ScriptedPeer::Step>& steps)
    {
        ++_peer.calls;
        if (steps.empty())
            return {};
        const ScriptedPeer::Step step = steps.front();
        steps.pop_front();
        if (step.kind == ScriptedPeer::Kind::reset)
            _peer.isReset = true;
        _peer.refuses = _peer.refuses || step.kind == ScriptedPeer::Kind::refused;
        return step;
    }

    ScriptedPeer& _peer;
    poco_socket_t _handle;
};

/// A back end without system calls: the scripted peers determine what is ready. Level-triggered, as the real ones.
class ManualPoller : public Poller
{
public:
    void add(poco_socket_t socket, std::uint64_t token, Interest interest) override
    {
        CPPUNIT_ASSERT(watched.count(socket) == 0);
        watched[socket] = {token, interest};
    }

    void modify(poco_socket_t socket, std::uint64_t token, Interest interest) override
    {
        CPPUNIT_ASSERT(watched.count(socket) == 1);
        watched[socket] = {token, interest};
    }

    void remove(poco_socket_t socket, std::uint64_t, bool) override { CPPUNIT_ASSERT(watched.erase(socket) == 1); }

    void wait(std::int64_t, std::vector<Ready>& ready) override
    {
        ready.clear();
        for (const auto& [socket, watch] : watched)
        {
            const auto found = peers.find(socket);
            if (found == peers.end())
                continue; // the wake-up
            const ScriptedPeer& peer = *found->second;
            const bool hungUp = peer.isReset || (peer.ends && peer.says.empty() && peer.heardFin);
            const bool read = watch.interest.read && peer.isReadable();
            const bool write = watch.interest.write;
            if (read || write || hungUp)
                ready.push_back({watch.token, read, write, hungUp});
        }
    }

    [[nodiscard]] const char* name() const override { return "manual"; }

    struct Watch
    {
        std::uint64_t token;
        Interest interest;
    };

    std::map<poco_socket_t, Watch> watched;
    std::map<poco_socket_t, ScriptedPeer*> peers;
};

} // namespace proximux
