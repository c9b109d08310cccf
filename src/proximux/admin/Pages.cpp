#include <proximux/admin/Pages.h>

#include <proximux/Version.h>
#include <proximux/admin/Views.h>
#include <proximux/telemetry/Metrics.h>

namespace proximux::admin
{

namespace
{

/// For a look at what a reactor has; one that takes longer is named, and the rest is shown.
constexpr Duration PATIENCE = Duration::seconds(1);

} // namespace

struct Pages::Route
{
    const char* path;
    void (Pages::*get)(const Done& done);
};

void Pages::get(const std::string& path, const Done& done)
{
    static constexpr Route ROUTES[] = {
        {"/livez", &Pages::live},      {"/healthz", &Pages::live},         {"/readyz", &Pages::ready},
        {"/version", &Pages::version}, {"/config", &Pages::configuration}, {"/status.json", &Pages::statusObject},
        {"/metrics", &Pages::metrics},
    };
    for (const Route& route : ROUTES)
        if (path == route.path)
            return (this->*route.get)(done);
    done(textReply(404, "there is no such page"));
}

void Pages::live(const Done& done)
{
    const Duration timeout = _proxy.configuration()->admin.liveTimeout;
    _survey.ask([](InspectedWorker&, std::size_t) {}, timeout,
                [done, timeout](const std::vector<std::size_t>& silent)
                {
                    if (silent.empty())
                        return done(textReply(200, "ok"));
                    std::string text;
                    for (const std::size_t reactor : silent)
                        text += (text.empty() ? "" : "\n") + reactorName(reactor) + " has not responded for " +
                                shortText(timeout) + " (admin.live_timeout)";
                    done(textReply(503, text));
                });
}

void Pages::ready(const Done& done)
{
    std::string text;
    for (const std::string& each : obstacles(_proxy))
        text.append(text.empty() ? "" : "\n").append(each);
    done(text.empty() ? textReply(200, "ok") : textReply(503, text));
}

void Pages::version(const Done& done)
{
    done(textReply(200, std::string("proximux ") + VERSION));
}

void Pages::configuration(const Done& done)
{
    Reply reply;
    reply.body = _commands.configuration();
    done(reply);
}

void Pages::metrics(const Done& done)
{
    ProcessFacts process = processFacts();
    _commands.addFacts(process);
    Reply reply;
    reply.type = "text/plain; version=0.0.4; charset=utf-8";
    reply.body = metricsText(_proxy.statistics(), process);
    done(reply);
}

void Pages::status(bool asJson, const Done& done)
{
    _survey.look(PATIENCE,
                 [this, asJson, done](const std::vector<WorkerView>& views, const std::vector<std::size_t>& silent)
                 {
                     const StatusSource source{_proxy, views, silent, _clock.now() - _started};
                     Reply reply;
                     if (asJson)
                         reply.type = "application/json";
                     reply.body = asJson ? statusJson(source) + "\n" : statusText(source);
                     done(reply);
                 });
}

} // namespace proximux::admin
