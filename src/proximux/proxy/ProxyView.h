#pragma once

#include <proximux/proxy/ProxyInspector.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/proxy/Worker.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace proximux
{

/// The inside of a Proxy, for those who look. Owned by the Proxy, which tells it where it is in its life.
class ProxyView : public ProxyInspector
{
public:
    using Workers = std::vector<std::unique_ptr<Worker>>;

    /// Both must outlive it. The workers may be added later, before started().
    ProxyView(Runtime& runtime, const Workers& workers);

    /// Where statistics() comes from; set once, at first.
    void setStatistics(std::function<Statistics()> statistics) { _statistics = std::move(statistics); }

    // ---- the life of the Proxy; any thread

    void started();
    void ending();

    /// A reactor has ended, the last of them with the Proxy.
    void ended(std::size_t reactor);

    // ---- ProxyInspector

    [[nodiscard]] Phase phase() const override { return _phase; }
    [[nodiscard]] std::shared_ptr<const Configuration> configuration() const override
    {
        return _runtime.configuration();
    }
    [[nodiscard]] Statistics statistics() const override { return _statistics(); }
    [[nodiscard]] std::vector<TargetView> targets() const override;
    bool setDuty(const std::string& target, Targets::Duty duty) override;
    void pause(bool paused) override;
    [[nodiscard]] bool isPaused() const override { return _runtime.targets.isPaused(); }
    [[nodiscard]] std::vector<RecentError> errors() const override { return _runtime.errors.all(); }
    [[nodiscard]] std::size_t reactors() const override { return _workers.size(); }
    [[nodiscard]] bool isRunning(std::size_t reactor) const override;
    void post(std::size_t reactor, std::function<void(InspectedWorker&)> call) override;

private:
    void tellDuty(std::size_t target, Targets::Duty duty) const;

    Runtime& _runtime;
    const Workers& _workers;
    std::function<Statistics()> _statistics;
    std::atomic<Phase> _phase{Phase::starting};
    std::atomic<std::size_t> _running{0};
    std::vector<std::atomic<bool>> _ended; ///< by reactor
};

} // namespace proximux
