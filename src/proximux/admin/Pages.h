#pragma once

#include <proximux/admin/AdminCommands.h>
#include <proximux/admin/Request.h>
#include <proximux/admin/Survey.h>
#include <proximux/net/loop/Clock.h>

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
    Pages(ProxyInspector& proxy, AdminCommands& commands, Survey& survey)
        : _proxy(proxy)
        , _commands(commands)
        , _survey(survey)
        , _started(_clock.now())
    {
    }

    /// Answers GET and HEAD of a path.
    void get(const std::string& path, const Done& done);

    /// The status, for people or for programs.
    void status(bool asJson, const Done& done);

private:
    struct Route;

    void live(const Done& done);
    void ready(const Done& done);
    void version(const Done& done);
    void configuration(const Done& done);
    void metrics(const Done& done);
    void statusObject(const Done& done) { status(true, done); }

    ProxyInspector& _proxy;
    AdminCommands& _commands;
    Survey& _survey;
    SteadyClock _clock;
    Instant _started;
};

} // namespace proximux::admin
