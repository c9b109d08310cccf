#include <app/Services.h>

#include <proximux/config/ConfigurationChanges.h>
#include <proximux/config/Settings.h>
#include <proximux/config/TlsFiles.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux
{

namespace
{

using Phase = ProxyInspector::Phase;

bool hasEnded(Proxy& proxy)
{
    return proxy.inspector().phase() == Phase::ended;
}

/// Adds lines, with the name of their service; those of the process once.
void addLines(std::vector<std::string>& all, const std::vector<std::string>& lines, const std::string& service)
{
    for (const std::string& line : lines)
    {
        std::string text = line;
        if (!service.empty() && !isAboutProcess(line))
            text.insert(0, ": ").insert(0, service);
        if (std::find(all.begin(), all.end(), text) == all.end())
            all.push_back(text);
    }
}

} // namespace

Services::Services(const Configurations& configurations)
{
    for (const auto& configuration : configurations)
        _services.push_back(made(configuration));
}

Services::~Services()
{
    stop();
}

Services::Service Services::made(const std::shared_ptr<const Configuration>& configuration)
{
    return {configuration->service, std::make_shared<Proxy>(configuration), false};
}

void Services::listen(const Service& service)
{
    try
    {
        service.proxy->listen();
    }
    catch (const Poco::IOException& exception)
    {
        if (service.name.empty())
            throw;
        throw Poco::IOException("service " + service.name + ": " + exception.message(), exception.code());
    }
}

void Services::start()
{
    for (const Service& service : _services)
        listen(service);
    for (const Service& service : _services)
        service.proxy->start();
}

void Services::startOn(int listener)
{
    only().startOn(listener);
}

void Services::drain()
{
    for (const Service& service : last())
        service.proxy->drain();
}

void Services::stop()
{
    for (const Service& service : last())
        service.proxy->stop();
}

void Services::wait()
{
    while (const std::shared_ptr<Proxy> proxy = running())
        proxy->wait();
}

/// Any that has not ended; null: there is none.
std::shared_ptr<Proxy> Services::running() const
{
    for (const Service& service : all())
        if (!hasEnded(*service.proxy))
            return service.proxy;
    return nullptr;
}

bool Services::isResponsive()
{
    bool all = true;
    for (const Service& service : this->all())
        all = service.proxy->isResponsive() && all;
    return all;
}

std::string Services::summary() const
{
    const List now = all();
    if (!now.front().name.empty())
        return std::to_string(now.size()) + (now.size() == 1 ? " service" : " services");
    const auto configuration = now.front().proxy->inspector().configuration();
    LocalSettings where = configuration->local;
    where.endpoint.port = now.front().proxy->port();
    return "on " + where.toString() + " in " + toString(configuration->exchange.mode) + " mode";
}

std::vector<InspectedService> Services::services() const
{
    std::vector<InspectedService> found;
    for (const Service& service : all())
        found.push_back({service.name, {service.proxy, &service.proxy->inspector()}, service.isLeaving});
    return found;
}

/// Those in force, and those that leave and have not ended.
Services::List Services::all() const
{
    const std::lock_guard<std::mutex> lock(_mutex);
    List found = _services;
    std::copy_if(_leaving.begin(), _leaving.end(), std::back_inserter(found),
                 [](const Service& service) { return !hasEnded(*service.proxy); });
    return found;
}

/// All, and no further one is added from now on.
Services::List Services::last()
{
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _ending = true;
    }
    return all();
}

// ------------------------------------------------------------------------------------------------ a reload

ReloadResult Services::reload(const Configurations& configurations)
{
    Plan plan = planned(configurations);
    if (plan.mistakes.empty() && !enter(plan))
        plan.mistakes.emplace_back("the server is stopping");
    if (!plan.mistakes.empty())
        return {std::move(plan.mistakes), {}, 0};
    ReloadResult result{{}, std::move(plan.changed), 0};
    for (std::size_t i = 0; i < plan.staying.size(); ++i)
        result.clients += plan.staying[i].proxy->apply(plan.prepared[i]);
    for (const Service& service : plan.gone)
    {
        result.clients += service.proxy->statistics().current;
        service.proxy->retire();
    }
    return result;
}

ReloadResult Services::reloadCertificates()
{
    Configurations fresh;
    std::vector<std::string> mistakes;
    for (const auto& configuration : configurations())
    {
        auto copy = std::make_shared<Configuration>(*configuration);
        std::vector<std::string> lines;
        for (const TlsMistake& mistake : readTlsFiles(*copy))
            lines.push_back(mistake.toString());
        addLines(mistakes, lines, configuration->service);
        fresh.push_back(std::move(copy));
    }
    return mistakes.empty() ? reload(fresh) : ReloadResult{std::move(mistakes), {}, 0};
}

Services::Configurations Services::configurations() const
{
    Configurations found;
    for (const Service& service : _services)
        found.push_back(service.proxy->inspector().configuration());
    return found;
}

/// All that can fail.
Services::Plan Services::planned(const Configurations& configurations)
{
    Plan plan;
    const auto isNamed = [](const std::string& name) { return !name.empty(); };
    if (isNamed(configurations.front()->service) != isNamed(_services.front().name))
    {
        plan.mistakes.emplace_back("services: to or from a process without them, it needs a restart");
        return plan;
    }
    // what concerns all is compared once, even if no service stays
    const auto before = _services.front().proxy->inspector().configuration();
    for (const std::string& mistake : changesOf(*before, *configurations.front()).mistakes)
        if (isAboutProcess(mistake))
            plan.mistakes.push_back(mistake);
    for (const auto& configuration : configurations)
        planOne(plan, configuration);
    for (const Service& service : _services)
        if (std::none_of(plan.services.begin(), plan.services.end(),
                         [&service](const Service& each) { return each.name == service.name; }))
        {
            plan.gone.push_back(service);
            plan.changed.push_back("service " + service.name + " removed");
        }
    return plan;
}

void Services::planOne(Plan& plan, const std::shared_ptr<const Configuration>& configuration)
{
    const auto present =
        std::find_if(_services.begin(), _services.end(),
                     [&configuration](const Service& each) { return each.name == configuration->service; });
    if (present != _services.end())
    {
        PreparedReload prepared = present->proxy->prepare(configuration);
        addLines(plan.mistakes, prepared.mistakes, present->name);
        addLines(plan.changed, prepared.changed, present->name);
        plan.services.push_back(*present);
        plan.staying.push_back(*present);
        plan.prepared.push_back(std::move(prepared));
        return;
    }
    const Service fresh = made(configuration);
    try
    {
        listen(fresh);
    }
    catch (const Poco::IOException& exception)
    {
        plan.mistakes.push_back(exception.message());
    }
    plan.changed.push_back("service " + fresh.name + " added");
    plan.services.push_back(fresh);
    plan.fresh.push_back(fresh);
}

/// Starts what is new, which takes some time with pool.warmup, and puts the list in force. False: the process is about
/// to end.
bool Services::enter(const Plan& plan)
{
    for (const Service& service : plan.fresh)
        service.proxy->start();
    if (replace(plan))
        return true;
    for (const Service& service : plan.fresh)
        service.proxy->stop();
    return false;
}

bool Services::replace(const Plan& plan)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_ending)
        return false;
    _leaving.erase(std::remove_if(_leaving.begin(), _leaving.end(),
                                  [](const Service& service) { return hasEnded(*service.proxy); }),
                   _leaving.end());
    for (const Service& service : plan.gone)
        _leaving.push_back({service.name, service.proxy, true});
    _services = plan.services;
    return true;
}

} // namespace proximux
