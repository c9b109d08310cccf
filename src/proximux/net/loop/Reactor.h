#pragma once

#include <proximux/base/LiveValue.h>
#include <proximux/net/Sockets.h>
#include <proximux/net/loop/Clock.h>
#include <proximux/net/loop/Poller.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace proximux
{

/// Handles the events of one socket, in the reactor's thread. An exception thrown here ends in faulted() and does not
/// affect other sockets.
class EventHandler
{
public:
    virtual ~EventHandler() = default;

    virtual void readable() = 0;
    virtual void writable() = 0;

    /// Hang-up or error while neither reading nor writing is wanted. Return true if handled. After false the socket is
    /// not watched until its interest changes, which keeps unread bytes and avoids a busy loop.
    virtual bool hungUp() = 0;

    /// A method of this handler threw: the handler must close itself now.
    virtual void faulted(const std::exception& exception) noexcept = 0;
};

/// Called at the end of each turn.
class TurnListener
{
public:
    virtual ~TurnListener() = default;

    /// Does what is due. Returns the latest time for the next call.
    virtual Instant turnEnded(Instant now) = 0;
};

/// How busy a reactor is. Any thread.
struct ReactorLoad
{
    LiveValue busy;    ///< microseconds in which it did not wait
    LiveValue longest; ///< microseconds of the longest turn
};

/// An event loop for one thread. A turn:
///
///     wait until a socket is ready, a timer is due, or a call is posted
///     -> the handlers of ready sockets, the timers, the posted calls, the deferred calls
///     -> TurnListener::turnEnded
///     -> changed interests go to the back end, disposed objects are destroyed
///
/// post() and stop() may be called from any thread, all other methods only in the loop's own (or before it runs). Owns
/// no handlers except those passed to dispose().
class Reactor
{
public:
    /// Identifies a registered socket.
    struct Registration
    {
        std::uint32_t slot = 0;
        std::uint32_t generation = 0; ///< 0: none
    };

    using TimerId = std::pair<std::int64_t, std::uint64_t>;
    using Call = std::function<void()>;
    using FaultReport = std::function<void(const std::exception&)>;

    /// Takes ownership of the poller; the clock must outlive the reactor.
    Reactor(std::unique_ptr<Poller> poller, const Clock& clock);
    ~Reactor();

    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Registers a socket without interest in it. Deregister it before it is closed. The handler is borrowed.
    Registration add(poco_socket_t socket, EventHandler& handler);
    void setInterest(Registration registration, Interest interest);

    /// closing: the caller closes the socket right after, and no other descriptor refers to it.
    void remove(Registration registration, bool closing = false);

    /// Calls once, at `due` or soon after.
    TimerId at(Instant due, Call call);
    void cancel(TimerId timer) { _timers.erase(timer); }

    /// Calls later in this turn, after the current handler has returned.
    void defer(Call call) { _deferred.push_back(std::move(call)); }

    /// Calls it once, in this turn or a later one: in each turn one of these calls is made, in the order of asking. For
    /// what takes as long as hundreds of messages, so that these wait for one step at most.
    void inItsTurn(Call call) { _long.push_back(std::move(call)); }

    /// Takes ownership of the object and destroys it at the end of the turn.
    template <class T>
    void dispose(std::unique_ptr<T> object)
    {
        if (object)
            _disposed.push_back(std::shared_ptr<void>(std::move(object)));
    }

    /// Calls in the loop's thread, soon. Any thread. After the loop has ended the call is dropped.
    void post(Call call);

    /// Makes run() return after the current turn. Any thread.
    void stop();

    void setTurnListener(TurnListener* listener) { _listener = listener; }

    /// Receives exceptions thrown by handlers and calls.
    void setFaultReport(FaultReport report) { _report = std::move(report); }

    /// Runs turns until stop().
    void run();

    /// Runs one turn, waiting until `latest` at most.
    void turn(Instant latest);

    /// The time at which the current turn began to handle events.
    [[nodiscard]] Instant now() const { return _now; }
    [[nodiscard]] const Poller& poller() const { return *_poller; }

    /// Since run() was called. Any thread.
    [[nodiscard]] const ReactorLoad& load() const { return _load; }

private:
    struct Entry
    {
        EventHandler* handler = nullptr;
        poco_socket_t socket = POCO_INVALID_SOCKET;
        std::uint32_t generation = 1;
        Interest wanted;
        Interest applied;
        bool watched = false; ///< registered with the back end
        bool dirty = false;   ///< in _dirty
    };

    class WakeupHandler;

    static std::uint64_t token(std::uint32_t slot, std::uint32_t generation)
    {
        return static_cast<std::uint64_t>(generation) << 32U | slot;
    }

    Entry* find(std::uint32_t slot, std::uint32_t generation);
    void dispatch(const Poller::Ready& ready);
    void hungUp(std::uint32_t slot, std::uint32_t generation);
    template <class F>
    void guarded(std::uint32_t slot, std::uint32_t generation, F call);
    void call(const Call& call);
    void wait(Instant until);
    void applyInterests();
    void apply(std::uint32_t slot);
    void runTimers();
    void runPosted();
    void runDeferred();
    void runLong();

    std::unique_ptr<Poller> _poller;
    const Clock& _clock;
    Instant _now;
    Instant _woke = Instant::never(); ///< when the last wait ended; never: before run()
    ReactorLoad _load;
    std::vector<Entry> _entries;
    std::vector<std::uint32_t> _free;
    std::vector<std::uint32_t> _dirty;
    std::vector<Poller::Ready> _ready;
    std::map<TimerId, Call> _timers;
    std::uint64_t _timerNumber = 0;
    std::vector<Call> _deferred;
    std::vector<std::shared_ptr<void>> _disposed;
    TurnListener* _listener = nullptr;
    std::deque<Call> _long; ///< see inItsTurn()
    FaultReport _report;

    sockets::Wakeup _wakeup;
    std::unique_ptr<WakeupHandler> _wakeupHandler;
    std::mutex _mutex;
    std::vector<Call> _posted; ///< guarded by _mutex
    std::atomic<bool> _anyPosted{false};
    std::atomic<bool> _stopping{false};
};

} // namespace proximux
