#pragma once

#include <proximux/reactor/Clock.h>
#include <proximux/reactor/Poller.h>
#include <proximux/reactor/Sockets.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace proximux
{

/// Hears what happens on one socket. Called in the reactor's thread. What it throws ends in faulted() and harms
/// nobody else.
class EventHandler
{
public:
    virtual ~EventHandler() = default;

    virtual void readable() = 0;
    virtual void writable() = 0;

    /// Hang-up or error while neither reading nor writing is wanted. True: dealt with. False: the socket is let alone
    /// until its interest changes, so that what is unread in it is not lost and nobody spins.
    virtual bool hungUp() = 0;

    /// A call of this handler threw: it must close itself now.
    virtual void faulted(const std::exception& exception) noexcept = 0;
};

/// Asked at the end of each turn.
class TurnListener
{
public:
    virtual ~TurnListener() = default;

    /// Does what is due, and returns when next to be asked at the latest.
    virtual Instant turnEnded(Instant now) = 0;
};

/// An event loop for one thread. A turn:
///
///     wait until a socket is ready, a timer is due, or somebody posts
///     -> the handlers of ready sockets, the timers, the posted calls, the deferred calls
///     -> TurnListener::turnEnded
///     -> changed interests go to the back end, disposed objects are destroyed
///
/// post() and stop() may be called from any thread, all else only in the loop's own (or before it runs). Owns no
/// handler but those handed to dispose().
class Reactor
{
public:
    /// Names a registered socket.
    struct Registration
    {
        std::uint32_t slot = 0;
        std::uint32_t generation = 0; ///< 0: none
    };

    using TimerId = std::pair<std::int64_t, std::uint64_t>;
    using Call = std::function<void()>;
    using FaultReport = std::function<void(const std::exception&)>;

    /// Both are borrowed by and owned by the reactor as the types say; the clock must outlive it.
    Reactor(std::unique_ptr<Poller> poller, const Clock& clock);
    ~Reactor();

    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Registers a socket without interest in it. It is deregistered before it is closed.
    Registration add(poco_socket_t socket, EventHandler& handler);
    void setInterest(Registration registration, Interest interest);

    /// closing: the caller closes the socket now, and nobody else has it open.
    void remove(Registration registration, bool closing = false);

    /// Calls once, when it is time.
    TimerId at(Instant due, Call call);
    void cancel(TimerId timer) { _timers.erase(timer); }

    /// Calls in this turn, when the present handler has returned.
    void defer(Call call) { _deferred.push_back(std::move(call)); }

    /// Destroys the object at the end of the turn.
    template <class T>
    void dispose(std::unique_ptr<T> object)
    {
        if (object)
            _disposed.push_back(std::shared_ptr<void>(std::move(object)));
    }

    /// Calls in the loop's thread, soon. Any thread. After the loop ended the call is dropped.
    void post(Call call);

    /// Lets run() return after the present turn. Any thread.
    void stop();

    void setTurnListener(TurnListener* listener) { _listener = listener; }

    /// Told of what a handler or a call threw.
    void setFaultReport(FaultReport report) { _report = std::move(report); }

    /// Turns until stop().
    void run();

    /// One turn: waits at most until `latest`.
    void turn(Instant latest);

    /// The time of the present turn.
    [[nodiscard]] Instant now() const { return _now; }
    [[nodiscard]] const Poller& poller() const { return *_poller; }

private:
    struct Entry
    {
        EventHandler* handler = nullptr;
        poco_socket_t socket = POCO_INVALID_SOCKET;
        std::uint32_t generation = 1;
        Interest wanted;
        Interest applied;
        bool watched = false; ///< the back end knows it
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
    void applyInterests();
    void apply(std::uint32_t slot);
    void runTimers();
    void runPosted();
    void runDeferred();

    std::unique_ptr<Poller> _poller;
    const Clock& _clock;
    Instant _now;
    std::vector<Entry> _entries;
    std::vector<std::uint32_t> _free;
    std::vector<std::uint32_t> _dirty;
    std::vector<Poller::Ready> _ready;
    std::map<TimerId, Call> _timers;
    std::uint64_t _timerNumber = 0;
    std::vector<Call> _deferred;
    std::vector<std::shared_ptr<void>> _disposed;
    TurnListener* _listener = nullptr;
    FaultReport _report;

    sockets::Wakeup _wakeup;
    std::unique_ptr<WakeupHandler> _wakeupHandler;
    std::mutex _mutex;
    std::vector<Call> _posted; ///< guarded by _mutex
    std::atomic<bool> _anyPosted{false};
    std::atomic<bool> _stopping{false};
};

} // namespace proximux
