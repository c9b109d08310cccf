#include <proximux/net/Resolver.h>

#include <proximux/net/Sockets.h>
#include <proximux/net/loop/Reactor.h>

#include <condition_variable>
#include <deque>
#include <list>
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

    struct Worker
    {
        std::thread thread;
        bool isLookingUp = false;
    };

    std::mutex mutex;
    std::condition_variable changed;
    std::size_t mostThreads = 1;
    std::list<Worker> workers;
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
    std::list<State::Worker> ending;
    {
        const std::lock_guard<std::mutex> lock(_state->mutex);
        _state->closed = true;
        _state->waiting.clear();
        _state->changed.notify_all();
        for (auto each = _state->workers.begin(); each != _state->workers.end();)
        {
            const auto worker = each++;
            if (!worker->isLookingUp)
                ending.splice(ending.end(), _state->workers, worker);
            else if (worker->thread.joinable())
                worker->thread.detach();
        }
    }
    for (State::Worker& worker : ending)
        worker.thread.join();
}

void Resolver::resolve(const std::string& host, std::uint16_t port, Reactor& reactor, Answer answer)
{
    const std::lock_guard<std::mutex> lock(_state->mutex);
    if (_state->closed)
        return;
    const State::Name name{host, port};
    std::vector<State::Waiter>& waiters = _state->waiting[name];
    waiters.push_back({reactor, std::move(answer)});
    if (waiters.size() > 1)
        return;
    _state->names.push_back(name);
    if (_state->names.size() > _state->idle && _state->workers.size() < _state->mostThreads)
    {
        try
        {
            State::Worker& worker = _state->workers.emplace_back();
            worker.thread = std::thread([state = _state, &worker] { work(state, worker.isLookingUp); });
        }
        catch (const std::system_error& error)
        {
            _state->workers.pop_back();
            if (_state->workers.empty())
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

/// isLookingUp: belongs to this thread, guarded by the lock.
void Resolver::work(const std::shared_ptr<State>& state, bool& isLookingUp)
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
        isLookingUp = true;
        lock.unlock();
        const auto result = std::make_shared<Result>();
        result->addresses = sockets::lookUp(name.first, name.second, result->why, &result->shortage);
        lock.lock();
        if (state->closed)
            return;
        isLookingUp = false;
        const auto found = state->waiting.find(name);
        for (State::Waiter& waiter : found->second)
            waiter.reactor.post([answer = std::move(waiter.answer), result] { answer(*result); });
        state->waiting.erase(found);
    }
}

} // namespace proximux
