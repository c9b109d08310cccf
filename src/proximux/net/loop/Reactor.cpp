#include <proximux/net/loop/Reactor.h>

#include <algorithm>

namespace proximux
{

/// Empties the wake-up pipe; the turn itself finds out what is due.
class Reactor::WakeupHandler : public EventHandler
{
public:
    explicit WakeupHandler(sockets::Wakeup& wakeup)
        : _wakeup(wakeup)
    {
    }

    void readable() override { _wakeup.clear(); }
    void writable() override {}
    bool hungUp() override { return false; }
    void faulted(const std::exception&) noexcept override {}

private:
    sockets::Wakeup& _wakeup;
};

Reactor::Reactor(std::unique_ptr<Poller> poller, const Clock& clock)
    : _poller(std::move(poller))
    , _clock(clock)
    , _now(clock.now())
    , _wakeupHandler(std::make_unique<WakeupHandler>(_wakeup))
{
    setInterest(add(_wakeup.handle(), *_wakeupHandler), {true, false});
}

Reactor::~Reactor() = default;

// ------------------------------------------------------------------------------------------------ sockets

Reactor::Registration Reactor::add(poco_socket_t socket, EventHandler& handler)
{
    if (_free.empty())
    {
        _entries.push_back({});
        _free.reserve(_entries.capacity());
        _free.push_back(static_cast<std::uint32_t>(_entries.size() - 1));
    }
    const std::uint32_t slot = _free.back();
    Entry& entry = _entries[slot];
    _free.pop_back();
    entry.handler = &handler;
    entry.socket = socket;
    entry.watched = false;
    setInterest({slot, entry.generation}, {}); // registers it with the back end at the end of the turn
    return {slot, entry.generation};
}

void Reactor::setInterest(Registration registration, Interest interest)
{
    Entry* entry = find(registration.slot, registration.generation);
    if (entry == nullptr)
        return;
    entry->wanted = interest;
    if (!entry->dirty && (interest != entry->applied || !entry->watched))
    {
        entry->dirty = true;
        _dirty.push_back(registration.slot);
    }
}

void Reactor::remove(Registration registration, bool closing)
{
    Entry* entry = find(registration.slot, registration.generation);
    if (entry == nullptr)
        return;
    if (entry->watched)
        _poller->remove(entry->socket, token(registration.slot, registration.generation), closing);
    entry->handler = nullptr;
    entry->watched = false;
    if (++entry->generation == 0)
        entry->generation = 1;
    _free.push_back(registration.slot);
}

void Reactor::applyInterests()
{
    for (std::size_t i = 0; i < _dirty.size(); ++i) // a faulted handler may change other interests
    {
        const std::uint32_t slot = _dirty[i];
        _entries[slot].dirty = false;
        if (_entries[slot].handler == nullptr)
            continue;
        guarded(slot, _entries[slot].generation, [this, slot](EventHandler&) { apply(slot); });
    }
    _dirty.clear();
}

void Reactor::apply(std::uint32_t slot)
{
    Entry& entry = _entries[slot];
    const std::uint64_t name = token(slot, entry.generation);
    if (!entry.watched)
        _poller->add(entry.socket, name, entry.wanted);
    else if (entry.wanted != entry.applied)
        _poller->modify(entry.socket, name, entry.wanted);
    entry.watched = true;
    entry.applied = entry.wanted;
}

Reactor::Entry* Reactor::find(std::uint32_t slot, std::uint32_t generation)
{
    if (generation == 0 || slot >= _entries.size())
        return nullptr;
    Entry& entry = _entries[slot];
    return entry.generation == generation && entry.handler != nullptr ? &entry : nullptr;
}

// ------------------------------------------------------------------------------------------------ turns

void Reactor::run()
{
    _woke = _clock.now();
    while (!_stopping.load(std::memory_order_acquire))
        turn(Instant::never());
    _woke = Instant::never();
    const std::lock_guard<std::mutex> lock(_mutex);
    _posted.clear();
}

void Reactor::turn(Instant latest)
{
    Instant next;
    do // deferred calls may bring a deadline forward
    {
        runDeferred();
        next = _listener != nullptr ? std::min(latest, _listener->turnEnded(_now)) : latest;
    } while (!_deferred.empty());
    applyInterests();
    _disposed.clear();
    if (!_timers.empty())
        next = std::min(next, Instant{_timers.begin()->first.first});
    wait(next);
    for (const Poller::Ready& ready : _ready)
    {
        dispatch(ready);
        runDeferred();
    }
    runLong();
    runTimers();
    runPosted();
    runDeferred();
}

/// Waits for events, and counts the time that the turn took until here.
void Reactor::wait(Instant until)
{
    const Instant now = _clock.now();
    const std::uint64_t took = _woke < now ? static_cast<std::uint64_t>((now - _woke).us) : 0;
    _load.busy += took;
    if (took > _load.longest.get())
        _load.longest.set(took);
    std::int64_t timeout = -1;
    if (until != Instant::never())
        timeout = std::max<std::int64_t>((until - now).us, 0);
    if (!_deferred.empty() || !_long.empty() || _anyPosted.load(std::memory_order_acquire) ||
        _stopping.load(std::memory_order_acquire))
        timeout = 0;
    _poller->wait(timeout, _ready);
    _now = _clock.now();
    if (_woke != Instant::never())
        _woke = _now;
}

/// Handlers may deregister others and change their interest, so each entry is looked up again before each call.
void Reactor::dispatch(const Poller::Ready& ready)
{
    const auto slot = static_cast<std::uint32_t>(ready.token);
    const auto generation = static_cast<std::uint32_t>(ready.token >> 32U);
    const Entry* entry = find(slot, generation);
    if (entry == nullptr)
        return;
    if (entry->wanted.read && (ready.read || ready.hungUp))
        guarded(slot, generation, [](EventHandler& handler) { handler.readable(); });
    entry = find(slot, generation);
    if (entry == nullptr)
        return;
    if (entry->wanted.write && (ready.write || ready.hungUp))
        guarded(slot, generation, [](EventHandler& handler) { handler.writable(); });
    else if (ready.hungUp && entry->wanted == Interest{})
        hungUp(slot, generation);
}

void Reactor::hungUp(std::uint32_t slot, std::uint32_t generation)
{
    bool handled = true;
    guarded(slot, generation, [&handled](EventHandler& handler) { handled = handler.hungUp(); });
    Entry* entry = find(slot, generation);
    if (handled || entry == nullptr || entry->wanted != Interest{})
        return;
    if (entry->watched)
        _poller->remove(entry->socket, token(slot, generation), false);
    entry->watched = false;
}

template <class F>
void Reactor::guarded(std::uint32_t slot, std::uint32_t generation, F call)
{
    EventHandler& handler = *_entries[slot].handler;
    try
    {
        call(handler);
    }
    catch (const std::exception& exception)
    {
        if (_report)
            _report(exception);
        if (find(slot, generation) != nullptr)
            handler.faulted(exception);
    }
}

void Reactor::call(const Call& call)
{
    try
    {
        call();
    }
    catch (const std::exception& exception)
    {
        if (_report)
            _report(exception);
    }
}

void Reactor::runLong()
{
    if (_long.empty())
        return;
    const Call next = std::move(_long.front());
    _long.pop_front();
    call(next);
    runDeferred();
}

void Reactor::runDeferred()
{
    for (std::size_t i = 0; i < _deferred.size(); ++i) // a deferred call may defer another
    {
        const Call deferred = std::move(_deferred[i]);
        call(deferred);
    }
    _deferred.clear();
}

// ------------------------------------------------------------------------------------------------ timers, posts

Reactor::TimerId Reactor::at(Instant due, Call call)
{
    const TimerId id{due.us, ++_timerNumber};
    _timers.emplace(id, std::move(call));
    return id;
}

void Reactor::runTimers()
{
    while (!_timers.empty() && _timers.begin()->first.first <= _now.us)
    {
        const Call due = std::move(_timers.begin()->second);
        _timers.erase(_timers.begin());
        call(due);
    }
}

void Reactor::post(Call call)
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _posted.push_back(std::move(call));
        if (_anyPosted.exchange(true, std::memory_order_acq_rel))
            return; // the wake-up is already pending
    }
    _wakeup.wake();
}

void Reactor::runPosted()
{
    if (!_anyPosted.load(std::memory_order_acquire))
        return;
    std::vector<Call> posted;
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        posted.swap(_posted);
        _anyPosted.store(false, std::memory_order_release);
    }
    for (const Call& each : posted)
        call(each);
}

void Reactor::stop()
{
    _stopping.store(true, std::memory_order_release);
    _wakeup.wake();
}

} // namespace proximux
