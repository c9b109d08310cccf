#pragma once

#include <proximux/exchange/Exchange.h>
#include <proximux/net/Connection.h>
#include <proximux/proxy/TargetDial.h>
#include <proximux/telemetry/WorkerReport.h>

#include <memory>
#include <string>
#include <utility>

namespace proximux
{

/// One target connection, from the first attempt to its end; reports what the target does to its Exchange.
///
///     dial(): connecting --connected()--> open --lost()--> gone
///                 | connectFailed()
///                 v
///               gone
///
/// Owned by its Worker, used in its reactor's thread.
class TargetConnection : public Connection, public DialListener
{
public:
    /// target: index in the configuration's list.
    TargetConnection(Reactor& reactor, Scratch& scratch, Exchange& exchange, WorkerReport& report, std::size_t target);

    /// Call it before dial(). number: the name in the log, from 1.
    void setId(TargetId id, std::size_t number)
    {
        _id = id;
        _number = number;
    }

    /// Starts to connect to its target, which has these settings. The Exchange receives the result, at the deadline at
    /// the latest. header: what the connection begins with.
    void dial(const std::shared_ptr<const TargetSettings>& settings, Instant deadline, std::string header);

    /// The index of its target.
    [[nodiscard]] std::size_t target() const { return _target; }

    /// Its number in the log, from 1: in proxy mode the target's, else the connection's.
    [[nodiscard]] std::size_t number() const { return _number; }

    /// Whether it has ever been open.
    [[nodiscard]] bool wasOpen() const { return _wasOpen; }

    /// Since when it is open, or tries to be.
    [[nodiscard]] Instant since() const { return _since; }

    /// Notes a response whose id matches no request. Returns whether it was the first.
    bool heardUnknown() { return !std::exchange(_heardUnknown, true); }

    /// Whether TLS begins inside of the protocol: what is sent has its part in that, and must not be gathered.
    [[nodiscard]] bool isStarting() const { return _start != nullptr; }

    /// Sends the bytes of its client. Returns the number of unsent bytes.
    std::size_t pass(Bytes bytes) { return _start ? passInStart(bytes) : send(bytes); }

    void connected(Dialled dialled) override;
    void connectFailed(const ConnectError& error) override;
    void connectWaits(const ConnectError& error) override;

protected:
    void received(Bytes bytes) override
    {
        _report.counters().targetBytesIn += bytes.size();
        if (_start)
            return receivedInStart(bytes);
        _exchange.response(_id, bytes, reactor().now());
    }
    void ended() override { _exchange.targetEnded(_id, reactor().now()); }
    void sent(std::size_t waiting) override { _exchange.targetSent(_id, waiting, reactor().now()); }
    void lost(int error, const char* syscall) override;
    void broken() override { _exchange.targetFaulted(_id, reactor().now()); }
    void handshakeDone(const TlsTransport& transport) override;
    void securingFailed(const TlsFailure& failure) override;

    /// Bytes that a target sent before its reset still belong to its client.
    [[nodiscard]] bool isReadToTheEnd() const override { return true; }

private:
    std::size_t passInStart(Bytes bytes);
    void receivedInStart(Bytes bytes);
    void notSecured(const TlsFailure& failure);
    void reached();
    void tellBinding(const std::string& binding);
    [[nodiscard]] std::string shown(const ConnectError& error) const;
    void logFailure(const ConnectError& error);
    void logReturn(std::uint64_t attempts) const;
    void logError(int error, const std::string& code, const std::string& syscall, const std::string& text) const;

    Exchange& _exchange;
    WorkerReport& _report;
    Runtime& _runtime;
    std::size_t _target;
    std::size_t _number = 0;
    TargetId _id;
    Instant _since;
    std::unique_ptr<TargetDial> _dial;               ///< while connecting
    std::shared_ptr<const TargetSettings> _settings; ///< from dial() on
    std::unique_ptr<TlsStart> _start;                ///< while TLS begins inside of the protocol, once open
    bool _wasOpen = false;
    bool _heardUnknown = false;
};

} // namespace proximux
