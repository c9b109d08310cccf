#pragma once

#include <proximux/admin/AdminCommands.h>
#include <proximux/admin/Request.h>
#include <proximux/admin/Status.h>
#include <proximux/admin/Survey.h>
#include <proximux/net/loop/Clock.h>

#include <functional>
#include <string>

namespace proximux::admin
{

/// What can be read: the routes of GET. Nothing here has an effect. Used in the server's thread.
///
/// A new route is a row of the table in Pages.cpp and a method.
class Pages
{
public:
    /// All must outlive it.
    Pages(const ServiceDirectory& services, AdminCommands& commands, Survey& survey)
        : _services(services)
        , _commands(commands)
        , _survey(survey)
        , _started(_clock.now())
    {
    }

    /// Answers GET and HEAD.
    void get(const Request& request, const Done& done);

    /// The status, for people or for programs.
    void status(bool asJson, const Done& done);

    void version(const Done& done);
    void configuration(const Done& done);

    /// "ok", or why clients should not come: status 503 and exit code UNAVAILABLE.
    void readiness(const Done& done);

private:
    struct Route;

    void front(const Request& request, const Done& done);
    void style(const Request& request, const Done& done);
    void script(const Request& request, const Done& done);
    void live(const Request& request, const Done& done);
    void ready(const Request& request, const Done& done);
    void metrics(const Request& request, const Done& done);
    void statusObject(const Request& request, const Done& done);
    void showVersion(const Request& request, const Done& done);
    void showConfiguration(const Request& request, const Done& done);
    void look(const Done& done, std::function<Reply(const StatusView& seen)> make);

    const ServiceDirectory& _services;
    AdminCommands& _commands;
    Survey& _survey;
    SteadyClock _clock;
    Instant _started;
};

} // namespace proximux::admin
