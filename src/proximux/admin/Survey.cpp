#include <proximux/admin/Survey.h>

#include <proximux/admin/Views.h>

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

/// One question to all. Only the server's thread owns it: with it goes, perhaps, the last owner of a service.
struct Survey::Round
{
    struct Place
    {
        InspectedService service;
        std::size_t reactor = 0; ///< of the service
        bool isAwaited = false;
    };

    std::vector<Place> places;
    Result result; ///< null: it was called
    Reactor::TimerId timer;

    explicit Round(const std::vector<InspectedService>& services)
    {
        for (const InspectedService& service : services)
            for (std::size_t i = 0; i < service.proxy->reactors(); ++i)
                places.push_back({service, i, false});
    }

    [[nodiscard]] bool isComplete() const
    {
        return std::none_of(places.begin(), places.end(), [](const Place& place) { return place.isAwaited; });
    }
};

void Survey::finish(Round& round)
{
    if (!round.result)
        return;
    _reactor.cancel(round.timer);
    Silent silent;
    for (std::size_t i = 0; i < round.places.size(); ++i)
    {
        const Round::Place& place = round.places[i];
        if (place.isAwaited && place.service.proxy->isRunning(place.reactor)) // one that has ended drops its calls
            silent.push_back({i, reactorName(place.service.name, place.reactor)});
    }
    std::exchange(round.result, nullptr)(silent);
}

void Survey::ask(const std::vector<InspectedService>& services, const Question& question, Duration timeout,
                 Result result)
{
    pose(
        services,
        [question](InspectedWorker& worker, std::size_t reactor, const std::function<void()>& responded)
        {
            question(worker, reactor);
            responded();
        },
        timeout, std::move(result));
}

void Survey::await(const std::vector<InspectedService>& services, const LongQuestion& question, Duration timeout,
                   Result result)
{
    pose(
        services,
        [question](InspectedWorker& worker, std::size_t, const std::function<void()>& responded)
        { question(worker, responded); },
        timeout, std::move(result));
}

void Survey::pose(const std::vector<InspectedService>& services, const Call& call, Duration timeout, Result result)
{
    const auto round = std::make_shared<Round>(services);
    round->result = std::move(result);
    // what has arrived by then is taken first
    round->timer =
        _reactor.at(_reactor.now() + timeout, [this, round] { _reactor.post([this, round] { finish(*round); }); });
    for (std::size_t i = 0; i < round->places.size(); ++i)
    {
        Round::Place& place = round->places[i];
        if (!place.service.proxy->isRunning(place.reactor))
            continue;
        place.isAwaited = true;
        const auto responded = [this, known = std::weak_ptr<Round>(round), i]
        {
            const auto asking = known.lock();
            if (!asking)
                return;
            asking->places[i].isAwaited = false;
            if (asking->isComplete())
                finish(*asking);
        };
        place.service.proxy->post(place.reactor, [call, i, responded, mailbox = _mailbox](InspectedWorker& worker)
                                  { call(worker, i, [responded, mailbox] { mailbox->post(responded); }); });
    }
    if (round->isComplete())
        finish(*round);
}

void Survey::look(const std::vector<InspectedService>& services, Duration timeout,
                  std::function<void(const std::vector<ServiceView>& views, const Silent& silent)> result)
{
    std::size_t reactors = 0;
    for (const InspectedService& service : services)
        reactors += service.proxy->reactors();
    const auto views = std::make_shared<std::vector<WorkerView>>(reactors);
    ask(
        services, [views](InspectedWorker& worker, std::size_t reactor) { (*views)[reactor] = worker.inspect(); },
        timeout,
        [views, services, result = std::move(result)](const Silent& silent)
        {
            std::vector<ServiceView> seen;
            std::size_t number = 0;
            for (const InspectedService& service : services)
            {
                seen.push_back({service, {}});
                for (std::size_t i = 0; i < service.proxy->reactors(); ++i, ++number)
                    if (std::none_of(silent.begin(), silent.end(), // it may write its own yet
                                     [number](const SilentReactor& each) { return each.number == number; }))
                        seen.back().workers.push_back(std::move((*views)[number]));
            }
            result(seen, silent);
        });
}

} // namespace proximux::admin
