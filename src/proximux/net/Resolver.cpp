#include <proximux/net/Resolver.h>

#include <proximux/net/Sockets.h>
#include <proximux/net/loop/Reactor.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace proximux
{

/// Shared with the threads, which may outlive the resolver.
struct Resolver::State
{
    struct Waiter
    {
        Reactor& reactor;
        Answer answer;
    };
    using Name = std::pair<std::string, std::uint16_t>;

    std::mutex mutex;
    std::condition_variable changed;
    std::size_t mostThreads = 1;
    std::size_t threads = 0;
    std::size_t idle = 0;
    bool closed = false;
    std::deque<Name> names;                      ///< waiting for a thread
    std::map<Name, std::vector<Waiter>> waiting; ///< for these names and those being looked up
};

Resolver::Resolver(std::size_t threads)
    : _state(std::make_shared<State>())
{
    _state->mostThreads = threads;
}

Resolver::~Resolver()
{
    close();
}

void Resolver::close()
{
    const std::lock_guard<std::mutex> lock(_state->mutex);
    _state->closed = true;
    _state->waiting.clear();
    _state->changed.notify_all();
}

void Resolver::resolve(const std::string& host, std::uint16_t port, Reactor& reactor, Answer answer)
{
    const std::lock_guard<std::mutex> lock(_state->mutex);
    const State::Name name{host, port};
    std::vector<State::Waiter>& waiters = _state->waiting[name];
    waiters.push_back({reactor, std::move(answer)});
    if (waiters.size() > 1)
        return;
    _state->names.push_back(name);
    if (_state->names.size() > _state->idle && _state->threads < _state->mostThreads)
    {
        try
        {
            std::thread([state = _state] { work(state); }).detach();
            ++_state->threads;
        }
        catch (const std::system_error& error)
        {
            if (_state->threads == 0)
                return giveUp(*_state, name, error.code().value());
        }
    }
    _state->changed.notify_one();
}

/// No thread exists, and none can be started: fails the look-up. The caller holds the lock.
void Resolver::giveUp(State& state, const std::pair<std::string, std::uint16_t>& name, int error)
{
    const auto result = std::make_shared<Result>();
    result->why = sockets::errorText(error);
    result->shortage = error;
    state.names.pop_back();
    for (State::Waiter& waiter : state.waiting[name])
        waiter.reactor.post([answer = std::move(waiter.answer), result] { answer(*result); });
    state.waiting.erase(name);
}

void Resolver::work(const std::shared_ptr<State>& state)
{
    std::unique_lock<std::mutex> lock(state->mutex);
    for (;;)
    {
        ++state->idle;
        state->changed.wait(lock, [&state] { return state->closed || !state->names.empty(); });
        --state->idle;
        if (state->closed)
            return;
        const State::Name name = std::move(state->names.front());
        state->names.pop_front();
        lock.unlock();
        const auto result = std::make_shared<Result>();
        result->addresses = sockets::lookUp(name.first, name.second, result->why, &result->shortage);
        lock.lock();
        if (state->closed)
            return;
        const auto found = state->waiting.find(name);
        for (State::Waiter& waiter : found->second)
            waiter.reactor.post([answer = std::move(waiter.answer), result] { answer(*result); });
        state->waiting.erase(found);
    }
}

} // namespace proximux
