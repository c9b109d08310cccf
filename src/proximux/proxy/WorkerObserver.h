#pragma once

#include <proximux/base/SlotMap.h>
#include <proximux/exchange/mux/MultiplexerObserver.h>
#include <proximux/proxy/ClientSession.h>
#include <proximux/proxy/SilenceWatch.h>
#include <proximux/proxy/TargetConnection.h>
#include <proximux/telemetry/RequestEvents.h>
#include <proximux/telemetry/WorkerReport.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace proximux
{

/// Passes what an exchange of fifo or funnel tells of on to the log and the listeners, who know clients by address and
/// target connections by number. Owned by its Worker, used in its reactor's thread.
class WorkerObserver : public MultiplexerObserver
{
public:
    using Clients = SlotMap<ClientSession, ClientId>;
    using Targets = SlotMap<TargetConnection, TargetId>;

    /// All arguments must outlive it.
    WorkerObserver(const Clients& clients, const Targets& targets, WorkerReport& report, RequestEvents& requests,
                   SilenceWatch& silence)
        : _clients(clients)
        , _targets(targets)
        , _report(report)
        , _requests(requests)
        , _silence(silence)
    {
    }

    std::uint64_t requestCame(ClientId client, Bytes bytes, std::uint64_t size) override;
    void requestContinued(ClientId client, Bytes bytes) override;
    void requestSent(ClientId client, std::uint64_t tag, TargetId target, Bytes bytes) override;
    void requestEnded(std::uint64_t tag, const Outcome& outcome) override;
    void requestCancelled(ClientId client, TargetId target) override;
    void requestRepeated() override;
    void clientMalformed(ClientId client, const char* why) override;
    void targetMalformed(TargetId target, const char* why) override;
    void prologueRefused(TargetId target, Bytes received) override;
    void prologueAccepted(TargetId target) override;
    void requestRefused(ClientId client, const char* why, bool guess) override;
    void requestDropped(ClientId client, std::size_t bytes) override;
    void protocolChosen(std::string_view name) override;
    void clientPinned(ClientId client, TargetId target, unsigned reasons) override;
    void pinRefused(ClientId client, std::string_view why) override;
    void unknownId(TargetId target, bool ignored) override;
    void partSilent(TargetId target, const std::string& part, Duration pause) override;
    void partAnswers(TargetId target, const std::string& part) override;

private:
    /// The tag of a request of whose end no listener wants to hear. RequestEvents makes no such tag.
    static constexpr std::uint64_t COUNTED = 1;

    [[nodiscard]] const ClientInfo& infoOf(ClientId client) const;

    /// The number of a connection in the log; 0 if it is gone.
    [[nodiscard]] std::size_t numberOf(TargetId target) const;

    const Clients& _clients;
    const Targets& _targets;
    WorkerReport& _report;
    RequestEvents& _requests;
    SilenceWatch& _silence;
};

} // namespace proximux
