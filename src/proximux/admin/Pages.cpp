#include <proximux/admin/Pages.h>

#include <proximux/Version.h>
#include <proximux/admin/PageFiles.h>
#include <proximux/admin/StatusPage.h>
#include <proximux/admin/Views.h>
#include <proximux/telemetry/Metrics.h>

#include <set>
#include <utility>

namespace proximux::admin
{

namespace
{

/// A reply of this type, or of that of a plain text.
Reply typed(const std::string& type, std::string body)
{
    Reply reply;
    reply.type = type.empty() ? reply.type : type;
    reply.body = std::move(body);
    return reply;
}

/// Those in force, and of those that leave the ones whose name nobody else has: a name counts once.
std::vector<InspectedService> oneOfEachName(const std::vector<InspectedService>& services)
{
    std::vector<InspectedService> chosen;
    std::set<std::string> names;
    for (const InspectedService& service : services)
        if (names.insert(service.name).second)
            chosen.push_back(service);
    return chosen;
}

/// A part of the status page. A browser is told to take its other parts from here and to ask nobody else for anything.
Reply pageReply(const std::string& type, std::string body)
{
    Reply reply = typed(type, std::move(body));
    reply.fields = "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
                   "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
                   "frame-ancestors 'none'\r\n"
                   "Referrer-Policy: no-referrer\r\n";
    return reply;
}

} // namespace

struct Pages::Route
{
    const char* path;
    void (Pages::*get)(const Request& request, const Done& done);
};

void Pages::get(const Request& request, const Done& done)
{
    static constexpr Route ROUTES[] = {
        {"/", &Pages::front},
        {"/page.css", &Pages::style},
        {"/page.js", &Pages::script},
        {"/livez", &Pages::live},
        {"/healthz", &Pages::live},
        {"/readyz", &Pages::ready},
        {"/version", &Pages::showVersion},
        {"/config", &Pages::showConfiguration},
        {"/status.json", &Pages::statusObject},
        {"/metrics", &Pages::metrics},
    };
    for (const Route& route : ROUTES)
        if (request.path == route.path)
            return (this->*route.get)(request, done);
    done(textReply(404, "there is no such page"));
}

void Pages::live(const Request&, const Done& done)
{
    const auto services = _services.services();
    const Duration timeout = services.front().proxy->configuration()->admin.liveTimeout;
    _survey.ask(
        services, [](InspectedWorker&, std::size_t) {}, timeout,
        [done, timeout](const Survey::Silent& silent)
        {
            if (silent.empty())
                return done(textReply(200, "ok"));
            std::string text;
            for (const SilentReactor& reactor : silent)
                text += (text.empty() ? "" : "\n") + reactor.name + " has not responded for " + shortText(timeout) +
                        " (admin.live_timeout)";
            done(textReply(503, text));
        });
}

void Pages::ready(const Request&, const Done& done)
{
    readiness(done);
}

void Pages::readiness(const Done& done)
{
    std::string text;
    for (const InspectedService& service : _services.services())
        for (const std::string& each : service.isLeaving ? std::vector<std::string>() : obstacles(service))
            text.append(text.empty() ? "" : "\n").append(each);
    Reply reply = text.empty() ? textReply(200, "ok") : textReply(503, text);
    reply.exitCode = text.empty() ? DONE : UNAVAILABLE;
    done(reply);
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

void Pages::metrics(const Request&, const Done& done)
{
    ProcessFacts process = processFacts();
    _commands.addFacts(process);
    Reply reply;
    reply.type = "text/plain; version=0.0.4; charset=utf-8";
    std::vector<ServiceStatistics> statistics;
    for (const InspectedService& service : oneOfEachName(_services.services()))
        statistics.push_back({service.name, service.proxy->statistics()});
    reply.body = metricsText(statistics, process);
    done(reply);
}

void Pages::showVersion(const Request&, const Done& done)
{
    version(done);
}

void Pages::showConfiguration(const Request&, const Done& done)
{
    configuration(done);
}

// ------------------------------------------------------------------------------------------------ the status

void Pages::look(const Done& done, std::function<Reply(const StatusView& seen)> make)
{
    _survey.look(
        _services.services(), Survey::PATIENCE,
        [this, done, make = std::move(make)](const std::vector<ServiceView>& views, const Survey::Silent& silent)
        { done(make(StatusView(views, silent, _clock.now() - _started))); });
}

void Pages::status(bool asJson, const Done& done)
{
    look(done, [asJson](const StatusView& seen)
         { return asJson ? typed("application/json", statusJson(seen) + "\n") : typed("", statusText(seen)); });
}

/// A page that asks each second is told when nothing has happened since.
void Pages::statusObject(const Request& request, const Done& done)
{
    const std::string start = std::to_string(_started.us); // another process has other counters
    look(done,
         [start, known = request.ifNoneMatch](const StatusView& seen)
         {
             const std::string tag = "W/\"" + start + "-" + statusTag(seen) + "\"";
             const bool isKnown = known.find(tag.substr(2)) != std::string::npos; // in a list of tags, weak or not
             Reply reply = typed("application/json", isKnown ? std::string() : statusJson(seen) + "\n");
             reply.status = isKnown ? NOT_MODIFIED : reply.status;
             reply.fields = "ETag: " + tag + "\r\n";
             return reply;
         });
}

void Pages::front(const Request& request, const Done& done)
{
    const bool asCsv = request.query == "csv";
    look(done,
         [asCsv](const StatusView& seen)
         {
             if (asCsv)
                 return typed("text/csv; charset=utf-8; header=present", statusCsv(seen));
             return pageReply("text/html; charset=utf-8", statusPage(seen));
         });
}

void Pages::style(const Request&, const Done& done)
{
    done(pageReply("text/css; charset=utf-8", std::string(page::STYLE)));
}

void Pages::script(const Request&, const Done& done)
{
    done(pageReply("text/javascript; charset=utf-8", std::string(page::SCRIPT)));
}

} // namespace proximux::admin
