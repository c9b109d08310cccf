#include <proximux/proxy/HealthChecks.h>

#include <proximux/proxy/TlsRules.h>

#include <proximux/exchange/Exchange.h>
#include <proximux/protocol/Registry.h>
#include <proximux/proxy/ExchangeFactory.h>

#include <algorithm>
#include <random>
#include <utility>

namespace proximux
{

/// A target, and its check under way: on a connection of its own, or on one of the exchange.
struct HealthChecks::Checked
{
    Checked(std::size_t index, const HealthCheckSettings& settings, Instant now)
        : target(index)
        , check(settings, std::random_device()(), now)
    {
    }

    const std::size_t target; ///< index
    HealthCheck check;
    CheckPlan plan;
    std::unique_ptr<CheckConnection> own;
};

HealthChecks::HealthChecks(Runtime& runtime, Reactor& reactor, Scratch& scratch, WorkerReport& report,
                           Exchange& exchange)
    : _runtime(runtime)
    , _reactor(reactor)
    , _scratch(scratch)
    , _report(report)
    , _exchange(exchange)
{
}

HealthChecks::~HealthChecks() = default;

// ------------------------------------------------------------------------------------------------ settings

void HealthChecks::use(const std::shared_ptr<const Configuration>& configuration,
                       const std::vector<std::size_t>& targets)
{
    const Instant now = _reactor.now();
    _configuration = configuration;
    std::vector<std::unique_ptr<Checked>> before = std::exchange(_checked, {});
    for (std::size_t i = 0; i < targets.size() && configuration->check.isOn(); ++i)
    {
        const std::size_t index = targets[i];
        _checked.resize(std::max(_checked.size(), index + 1));
        std::unique_ptr<Checked>& checked = _checked[index];
        if (index < before.size() && before[index])
        {
            checked = std::move(before[index]);
            checked->check.use(settings(), now);
        }
        else
            checked = std::make_unique<Checked>(index, settings(), now);
        if (checked->own) // it has another plan now
        {
            leave(*checked);
            note(*checked, checked->check.skipped(now), "");
        }
        checked->plan = planFor(configuration->targets[i]);
    }
    for (const auto& gone : before)
        if (gone)
        {
            leave(*gone);
            _runtime.targets.markUp(gone->target, now);
            _changed = true;
        }
    _next = now;
}

HealthCheckSettings HealthChecks::settings() const
{
    const CheckSettings& check = _configuration->check;
    const PoolSettings& pool = _configuration->pool;
    return {check.interval,     check.timeout + pool.connectDelay, check.fall, check.rise,
            check.downInterval, {pool.backoffMin, pool.backoffMax}};
}

CheckPlan HealthChecks::planFor(const TargetSettings& target) const
{
    using Kind = CheckSettings::Kind;
    const ExchangeSettings& exchange = _configuration->exchange;
    const Kind kind = _configuration->check.kind;
    CheckPlan plan;
    if (kind == Kind::connect || (kind == Kind::automatic && exchange.mode == Mode::proxy))
        return plan;
    const ProtocolInfo& info = *findProtocol(exchange.protocol);
    auto protocol = info.make != nullptr ? info.make(exchange.framingInForce()) : nullptr;
    std::string request = protocol ? protocol->probe(1) : "";
    if (kind == Kind::exchange)
    {
        plan.expects = _configuration->check.expect;
        request = plan.request.bytes = _configuration->check.request;
    }
    if (request.empty() || (kind == Kind::exchange && exchange.mode == Mode::proxy))
        protocol.reset(); // nothing answers it, or it need not be of the protocol
    plan.isSignedIn = !target.isOwnLogin();
    if (protocol)
        plan.request = CheckPlan::requestOf(*protocol, request);
    if (protocol || plan.expects)
        plan.prologue = prologueFor(*_configuration, target, protocol.get());
    plan.protocol = std::move(protocol);
    return plan;
}

// ------------------------------------------------------------------------------------------------ checks

void HealthChecks::expire(Instant now)
{
    if (_next <= now)
    {
        _next = Instant::never();
        for (const auto& checked : _checked)
        {
            if (!checked)
                continue;
            if (checked->check.isOverdue(now))
                timedOut(*checked, now);
            if (checked->check.isDue(now))
                begin(*checked, now);
            _next = std::min(_next, checked->check.next());
        }
    }
    if (std::exchange(_changed, false))
        _exchange.healthChanged(now);
}

void HealthChecks::reviewTargets()
{
    for (const auto& checked : _checked)
        if (checked && checked->own && !mayCheck(*checked))
        {
            leave(*checked);
            note(*checked, checked->check.skipped(_reactor.now()), "");
        }
}

/// Nothing is to be connected to one that is not.
bool HealthChecks::mayCheck(const Checked& checked) const
{
    const Targets::Avoidance avoidance = _runtime.targets.avoidance(checked.target);
    return avoidance != Targets::Avoidance::paused && avoidance != Targets::Avoidance::closed;
}

void HealthChecks::begin(Checked& checked, Instant now)
{
    const std::size_t target = checked.target;
    if (!mayCheck(checked))
    {
        checked.check.begin(now);
        return note(checked, checked.check.skipped(now), "");
    }
    if (_configuration->check.lazy)
    {
        note(checked, checked.check.heard(_exchange.heardFrom(target)), "");
        if (!checked.check.isDue(now))
            return;
    }
    checked.check.begin(now);
    const CheckStart start =
        checked.plan.protocol ? _exchange.beginCheck(target, checked.plan.request, now) : CheckStart::noConnection;
    if (start == CheckStart::asked)
        return;
    if (start == CheckStart::busy || isFull(checked))
        return skip(checked, now);
    CheckListener& listener = *this;
    checked.own = std::make_unique<CheckConnection>(_reactor, _scratch, checked.plan, target, listener);
    const auto settings = _runtime.directory.of(target);
    checked.own->dial(_runtime.resolver, settings, tlsStartWithTarget(*_configuration, *settings),
                      checked.plan.isSilent() ? Duration{0} : _configuration->pool.connectDelay, checked.check.next());
}

/// Whether the target has as many connections as it may.
bool HealthChecks::isFull(const Checked& checked) const
{
    const std::size_t most = connectionLimit(*_configuration, *_runtime.directory.of(checked.target));
    return most > 0 && _runtime.targets.connections(checked.target) >= most;
}

void HealthChecks::connectionBegins(std::size_t target)
{
    Checked* checked = find(target);
    if (checked == nullptr || !checked->own)
        return;
    const std::size_t most = connectionLimit(*_configuration, *_runtime.directory.of(target));
    if (most == 0 || _runtime.targets.connections(target) < most)
        return;
    leave(*checked);
    note(*checked, checked->check.skipped(_reactor.now()), "");
    _next = _reactor.now();
}

void HealthChecks::requestEnded(std::size_t target, bool lost, Bytes response)
{
    Checked* checked = find(target);
    if (checked == nullptr || !checked->check.isUnderWay() || checked->own)
        return;
    if (lost)
        failed(*checked, "the connection was lost");
    else if (!checked->plan.protocol || checked->plan.isPassedBy(response)) // none: after a reload
        passed(*checked);
    else
        failed(*checked, "an unexpected response");
}

void HealthChecks::checkEnded(std::size_t target, Result result, const std::string& why)
{
    Checked& checked = *find(target);
    checked.own->close(true);
    _reactor.dispose(std::move(checked.own)); // deferred: it is the caller
    if (result == Result::passed)
        passed(checked);
    else if (result == Result::failed)
        failed(checked, why);
    else
        skip(checked, _reactor.now());
}

void HealthChecks::timedOut(Checked& checked, Instant now)
{
    if (checked.own)
        leave(checked);
    else
        _exchange.endCheck(checked.target, now);
    failed(checked, "no response in time");
}

/// Closes its own connection, if it has one, at once.
void HealthChecks::leave(Checked& checked)
{
    if (!checked.own)
        return;
    checked.own->abandon();
    _reactor.dispose(std::move(checked.own));
}

// ------------------------------------------------------------------------------------------------ results

/// Where its connections are all in use, what is answered there is the check.
void HealthChecks::skip(Checked& checked, Instant now)
{
    note(checked, checked.check.skipped(now, _exchange.heardFrom(checked.target)), "");
}

void HealthChecks::passed(Checked& checked)
{
    const Instant now = _reactor.now();
    _next = now;
    note(checked, checked.check.passed(now), "");
    if (!checked.check.isUp() || _runtime.targets.isLiving(checked.target))
        return;
    _runtime.targets.markUp(checked.target, now); // its back-off need not end
    _changed = true;
}

void HealthChecks::failed(Checked& checked, const std::string& why)
{
    _next = _reactor.now();
    _report.targets().of(checked.target).checksFailed += 1;
    _runtime.errors.addOfTarget(checked.target, "health check: " + why);
    note(checked, checked.check.failed(_reactor.now()), why);
}

void HealthChecks::note(const Checked& checked, HealthCheck::Change change, const std::string& why)
{
    if (change == HealthCheck::Change::none)
        return;
    const bool down = change == HealthCheck::Change::down;
    if (down)
        _runtime.targets.markDown(checked.target, _reactor.now());
    else
        _runtime.targets.markUp(checked.target, _reactor.now());
    _changed = true;
    const LogLevel level = down ? LogLevel::error : LogLevel::info;
    if (!_runtime.log.wants(LogScope::pool, level))
        return;
    const std::string name = "target " + std::to_string(_runtime.targets.numberOf(checked.target));
    _runtime.log.text(LogScope::pool, level,
                      down ? name + " is down; failed health checks in a row: " +
                                 std::to_string(checked.check.failuresInARow()) + "; the last one: " + why
                           : name + " is up again: health checks have succeeded");
}

HealthChecks::Checked* HealthChecks::find(std::size_t target) const
{
    return target < _checked.size() ? _checked[target].get() : nullptr;
}

} // namespace proximux
