// CommandDesk: what an administrator wants of targets.

#include <proximux/admin/CommandDesk.h>

#include <algorithm>
#include <cstddef>

namespace proximux::admin
{

namespace
{

/// "1 (db:1), 2 (db:2)"
std::string namesOf(const std::vector<TargetView>& targets)
{
    std::string names;
    for (std::size_t i = 0; i < targets.size(); ++i)
        names.append(i == 0 ? "" : ", ").append(std::to_string(i + 1)).append(" (" + targets[i].address + ")");
    return names;
}

/// What a pause still waits for.
std::string unfinished(const std::vector<ServiceView>& views, std::size_t silent)
{
    std::size_t connections = 0;
    std::size_t pinned = 0;
    std::size_t inFlight = 0;
    for (const ServiceView& view : views)
        for (const WorkerView& worker : view.workers)
            for (const ConnectionView& each : worker.connections)
            {
                ++connections;
                pinned += each.client != 0 ? 1 : 0;
                inFlight += each.inFlight;
            }
    std::string text = "pausing: target connections still open: " + std::to_string(connections) +
                       "; of them with a client of their own: " + std::to_string(pinned) +
                       "; requests in flight: " + std::to_string(inFlight);
    if (silent > 0)
        text += "; threads that do not respond: " + std::to_string(silent);
    return text + ". The pause goes on until resume";
}

bool isPaused(const InspectedService& service)
{
    return service.proxy->isPaused();
}

} // namespace

void CommandDesk::setDuty(const Job& job, Targets::Duty duty, const char* what, const Done& done)
{
    const std::string& name = job.argument;
    if (job.service.empty() && !job.services.front().name.empty())
        return done(
            refusal(UNKNOWN_COMMAND, "target: expected a service as the last word; each has targets of its own"));
    ProxyInspector& proxy = *job.services.front().proxy;
    if (!proxy.setDuty(name, duty))
        return done(refusal(REFUSED, "there is no target " + name + "; the targets are " + namesOf(proxy.targets())));
    _survey.ask(
        job.services, [](InspectedWorker& worker, std::size_t) { worker.reviewTargets({}); }, Survey::PATIENCE,
        [name, what, done](const Survey::Silent&) { done(textReply(200, "target " + name + ": " + what)); });
}

void CommandDesk::drainTarget(const Job& job, const Done& done)
{
    setDuty(job, Targets::Duty::draining, "drained; nothing new is sent to it", done);
}

void CommandDesk::readyTarget(const Job& job, const Done& done)
{
    setDuty(job, Targets::Duty::ready, "ready", done);
}

void CommandDesk::closeTarget(const Job& job, const Done& done)
{
    setDuty(job, Targets::Duty::closing, "closed; its connections end", done);
}

void CommandDesk::pause(const Job& job, const Done& done)
{
    for (const InspectedService& each : job.services)
        each.proxy->pause(true);
    _survey.await(
        job.services,
        [](InspectedWorker& worker, const std::function<void()>& responded) { worker.reviewTargets(responded); },
        _pausePatience,
        [this, services = job.services, done](const Survey::Silent& late)
        {
            if (!std::all_of(services.begin(), services.end(), isPaused))
                return done(refusal(REFUSED, "resumed before the pause was complete"));
            if (late.empty())
                return done(textReply(200, "paused; no target connection is open"));
            _survey.look(services, Survey::PATIENCE,
                         [done](const auto& views, const Survey::Silent& silent)
                         { done(refusal(REFUSED, unfinished(views, silent.size()))); });
        });
}

void CommandDesk::resume(const Job& job, const Done& done)
{
    if (std::none_of(job.services.begin(), job.services.end(), isPaused))
        return done(textReply(200, "it was not paused"));
    for (const InspectedService& each : job.services)
        each.proxy->pause(false);
    _survey.ask(
        job.services, [](InspectedWorker& worker, std::size_t) { worker.reviewTargets({}); }, Survey::PATIENCE,
        [done](const Survey::Silent&) { done(textReply(200, "resumed")); });
}

} // namespace proximux::admin
