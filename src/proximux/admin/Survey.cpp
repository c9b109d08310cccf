#include <proximux/admin/Survey.h>

#include <algorithm>
#include <utility>

namespace proximux::admin
{

void Mailbox::post(Reactor::Call call)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_reactor != nullptr)
        _reactor->post(std::move(call));
}

void Mailbox::close()
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _reactor = nullptr;
}

/// One question to all.
struct Survey::Round
{
    std::vector<bool> awaited; ///< by reactor
    Result result;             ///< null: it was called
    Reactor::TimerId timer;

    [[nodiscard]] bool isComplete() const { return std::find(awaited.begin(), awaited.end(), true) == awaited.end(); }
};

void Survey::ask(const Question& question, Duration timeout, Result result)
{
    pose(
        [question](InspectedWorker& worker, std::size_t reactor, const std::function<void()>& responded)
        {
            question(worker, reactor);
            responded();
        },
        timeout, std::move(result));
}

void Survey::await(const LongQuestion& question, Duration timeout, Result result)
{
    pose([question](InspectedWorker& worker, std::size_t, const std::function<void()>& responded)
         { question(worker, responded); },
         timeout, std::move(result));
}

void Survey::pose(const Call& call, Duration timeout, Result result)
{
    const auto round = std::make_shared<Round>();
    round->awaited.resize(_proxy.reactors());
    round->result = std::move(result);
    const auto finish = [this, round]
    {
        if (!round->result)
            return;
        _reactor.cancel(round->timer);
        std::vector<std::size_t> silent;
        for (std::size_t i = 0; i < round->awaited.size(); ++i)
            if (round->awaited[i] && _proxy.isRunning(i)) // one that has ended drops what it is asked
                silent.push_back(i);
        std::exchange(round->result, nullptr)(silent);
    };
    // what has arrived by then is taken first
    round->timer = _reactor.at(_reactor.now() + timeout, [this, finish] { _reactor.post(finish); });
    for (std::size_t i = 0; i < round->awaited.size(); ++i)
    {
        if (!_proxy.isRunning(i))
            continue;
        round->awaited[i] = true;
        const auto responded = [round, finish, i]
        {
            round->awaited[i] = false;
            if (round->isComplete())
                finish();
        };
        _proxy.post(i, [call, i, responded, mailbox = _mailbox](InspectedWorker& worker)
                    { call(worker, i, [responded, mailbox] { mailbox->post(responded); }); });
    }
    if (round->isComplete())
        finish();
}

void Survey::look(
    Duration timeout,
    std::function<void(const std::vector<WorkerView>& views, const std::vector<std::size_t>& silent)> result)
{
    const auto views = std::make_shared<std::vector<WorkerView>>(_proxy.reactors());
    ask([views](InspectedWorker& worker, std::size_t reactor) { (*views)[reactor] = worker.inspect(); }, timeout,
        [views, result = std::move(result)](const std::vector<std::size_t>& silent)
        {
            std::vector<WorkerView> seen;
            for (std::size_t i = 0; i < views->size(); ++i) // a silent one may write its own yet
                if (std::find(silent.begin(), silent.end(), i) == silent.end())
                    seen.push_back(std::move((*views)[i]));
            result(seen, silent);
        });
}

} // namespace proximux::admin
