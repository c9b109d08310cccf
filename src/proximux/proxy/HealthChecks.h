#pragma once

#include <proximux/proxy/CheckConnection.h>
#include <proximux/targets/HealthCheck.h>
#include <proximux/telemetry/WorkerReport.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace proximux
{

class Exchange;

/// Checks all targets (check.interval), and tells Targets which of them are down.
///
/// A check is a request on an idle connection of the exchange, if it has one, and otherwise a connection of its own. In
/// fifo and funnel that counts as one of the target's: it is not opened if the target has as many as it may, and it is
/// closed as soon as the exchange opens one that would be too many.
///
/// There is one for the whole process. Used in the thread of its reactor.
class HealthChecks : private CheckListener
{
public:
    /// All of them must outlive it.
    HealthChecks(Runtime& runtime, Reactor& reactor, Scratch& scratch, WorkerReport& report, Exchange& exchange);
    ~HealthChecks() override;

    /// This configuration is in force, and these are the indices of its targets.
    void use(const std::shared_ptr<const Configuration>& configuration, const std::vector<std::size_t>& targets);

    /// Other targets are avoided: those that are paused or closed by an administrator are not checked.
    void reviewTargets();

    /// Does what is due, and tells the exchange what has changed. Not from within a call of the exchange.
    void expire(Instant now);

    /// When something is due next.
    [[nodiscard]] Instant next() const { return _next; }

    /// The exchange opens a connection to this target, which is counted already.
    void connectionBegins(std::size_t target);

    /// The exchange's check of this target has ended.
    void requestEnded(std::size_t target, bool lost, Bytes response);

private:
    struct Checked;

    // CheckListener
    void checkEnded(std::size_t target, Result result, const std::string& why) override;

    [[nodiscard]] Checked* find(std::size_t target) const;
    void begin(Checked& checked, Instant now);
    void skip(Checked& checked, Instant now);
    void passed(Checked& checked);
    void failed(Checked& checked, const std::string& why);
    void timedOut(Checked& checked, Instant now);
    void leave(Checked& checked);
    void note(const Checked& checked, HealthCheck::Change change, const std::string& why);
    [[nodiscard]] bool isFull(const Checked& checked) const;
    [[nodiscard]] bool mayCheck(const Checked& checked) const;
    [[nodiscard]] HealthCheckSettings settings() const;
    [[nodiscard]] CheckPlan planFor(const TargetSettings& target) const;

    Runtime& _runtime;
    Reactor& _reactor;
    Scratch& _scratch;
    WorkerReport& _report;
    Exchange& _exchange;
    std::shared_ptr<const Configuration> _configuration;
    std::vector<std::unique_ptr<Checked>> _checked; ///< by index; null: not checked
    Instant _next = Instant::never();
    bool _changed = false; ///< the exchange is to be told
};

} // namespace proximux
