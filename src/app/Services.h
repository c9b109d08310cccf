#pragma once

#include <proximux/Proxy.h>
#include <proximux/admin/ServiceDirectory.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace proximux
{

/// The services of the process: a Proxy for each, which do everything together: they are started, reloaded, drained and
/// stopped all or none. A process without named services has one Proxy here, without a name.
///
/// Construct, start and destroy it in one thread. A service that a reload has removed stays until its last client has
/// left; what it holds then is freed by the next reload.
class Services : public ServiceDirectory
{
public:
    /// At least one; Configuration::service is the name of each.
    using Configurations = std::vector<std::shared_ptr<const Configuration>>;

    explicit Services(const Configurations& configurations);

    /// Stops at once those that still run.
    ~Services() override;

    Services(const Services&) = delete;
    Services& operator=(const Services&) = delete;

    /// All listen, or none serves. Throws Poco::IOException, with the name of the service that the system has refused.
    void start();

    /// As start(), for one without a name, on a socket that listens already.
    void startOn(int listener);

    /// As Proxy::reload(), for all of them: those that are new are started, those that are no more are drained. One
    /// thread at a time.
    ReloadResult reload(const Configurations& configurations);

    /// Reads the files of TLS again, and puts them in force as reload() does. One thread at a time, the same.
    ReloadResult reloadCertificates();

    /// Those in force, of each service. In the thread that reloads.
    [[nodiscard]] Configurations configurations() const;

    void drain();
    void stop();

    /// Waits until all have ended, also those that come by a reload.
    void wait();

    /// Whether each of them is; see Proxy::isResponsive().
    bool isResponsive();

    /// The one without a name, for what is done with one alone.
    [[nodiscard]] Proxy& only() const { return *_services.front().proxy; }

    /// "on 127.0.0.1:3307 in FIFO mode", or "3 services".
    [[nodiscard]] std::string summary() const;

    [[nodiscard]] std::vector<InspectedService> services() const override;

private:
    struct Service
    {
        std::string name;
        std::shared_ptr<Proxy> proxy;
        bool isLeaving = false;
    };
    using List = std::vector<Service>;

    /// What a reload does; without mistakes it can no longer fail.
    struct Plan
    {
        List services;                        ///< from then on
        List fresh;                           ///< of these, those that are to be started
        List gone;                            ///< that are no more
        std::vector<PreparedReload> prepared; ///< for those that stay
        List staying;                         ///< in the order of `prepared`
        std::vector<std::string> mistakes;
        std::vector<std::string> changed;
    };

    [[nodiscard]] List all() const;
    [[nodiscard]] List last();
    [[nodiscard]] std::shared_ptr<Proxy> running() const;
    [[nodiscard]] Plan planned(const Configurations& configurations);
    void planOne(Plan& plan, const std::shared_ptr<const Configuration>& configuration);
    [[nodiscard]] bool enter(const Plan& plan);
    [[nodiscard]] bool replace(const Plan& plan);
    static Service made(const std::shared_ptr<const Configuration>& configuration);
    static void listen(const Service& service);

    mutable std::mutex _mutex;
    List _services;       ///< guarded by _mutex, unless the reloading thread reads it
    List _leaving;        ///< likewise: removed by a reload
    bool _ending = false; ///< likewise: no service may be added any more
};

} // namespace proximux
