#pragma once

#include <proximux/Proxy.h>

#include <proximux/proxy/AccessList.h>
#include <proximux/proxy/ClientGate.h>
#include <proximux/proxy/ProxyView.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/proxy/TCPServer.h>
#include <proximux/proxy/Worker.h>
#include <proximux/telemetry/Listening.h>
#include <proximux/telemetry/RequestLog.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace proximux
{

/// What is known of a reactor that was asked for a sign of life.
struct Pulse
{
    std::atomic<bool> answered{true};
    std::atomic<bool> ended{false};
    std::atomic<bool> applied{true}; ///< the last reload
};

/// The first worker's reactor accepts clients and distributes them over all workers in turn.
struct Proxy::Impl : TCPServerListener, WorkerListener
{
    explicit Impl(const std::shared_ptr<const Configuration>& configuration);
    ~Impl() override;

    void accepted(std::unique_ptr<Transport> transport, const Poco::Net::SocketAddress& peer) override;
    void dropped(const Poco::Net::SocketAddress& peer) override;
    void exhausted(const std::string& why) override;
    void clientGone() override { server->released(); }
    std::optional<AddressLimits::Place> announced(Transport& transport, const ClientInfo& client) override
    {
        return gate.announced(transport, client);
    }

    void listenTo();
    ReloadResult reload(const std::shared_ptr<const Configuration>& configuration);
    [[nodiscard]] PreparedReload prepare(const std::shared_ptr<const Configuration>& configuration);
    [[nodiscard]] ListeningSockets present();
    std::uint64_t apply(const PreparedReload& prepared);
    void applyToServer(const Configuration& configuration, const ListeningSockets& listeners);
    [[nodiscard]] bool isApplied() const;
    static TCPServerSettings serverSettings(const LocalSettings& local);
    [[nodiscard]] std::string whereItListens(const Configuration& configuration) const;
    void warnOfRaw() const;
    void warnOfTls(const Configuration& configuration) const;
    void dealOutDescriptors(const Configuration& configuration);
    void start(const std::function<void()>& listen);
    void runWorker(std::size_t number);
    bool isResponsive();
    void drain(Duration delay);
    void beginDrain();
    void stop();

    Runtime runtime;
    ProxyView view;
    ClientGate gate;
    AccessList accessList;
    RequestLog requestLog;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<Pulse> pulses; ///< of each worker
    std::unique_ptr<TCPServer> server;
    std::vector<std::thread> threads;
    std::uint64_t accepts = 0;        ///< accessed in the accepting thread only
    sockets::Descriptors descriptors; ///< when it started

    std::string told; ///< what was said last of too few descriptors

    std::mutex reloading; ///< one after the other; guards the next one
    Listening logs;       ///< requestLog
    std::mutex mutex;
    ListeningSockets listening; ///< at which clients are accepted; guarded by mutex once it runs
    std::condition_variable ended;
    std::size_t running = 0; ///< guarded by mutex
    bool draining = false;   ///< likewise
};

} // namespace proximux
