#pragma once

#include <proximux/Configuration.h>
#include <proximux/exchange/CheckTalk.h>
#include <proximux/net/Connection.h>
#include <proximux/proxy/TargetDial.h>

#include <memory>
#include <string>

namespace proximux
{

/// Receives the result of a CheckConnection, once, and never from within dial(). It may not destroy it in the call.
class CheckListener
{
public:
    enum class Result
    {
        passed,
        failed,
        none ///< a shortage of ours: that says nothing about the target
    };

    virtual ~CheckListener() = default;

    /// target: its index.
    virtual void checkEnded(std::size_t target, Result result, const std::string& why) = 0;
};

/// A connection that is opened for one health check, and closed by RST, so that servers need not wait for its end.
///
///     dial() -> connected -> PROXY header -> pool.connect_delay -> prologue -> request -> response
class CheckConnection : public Connection, public DialListener
{
public:
    /// target: its index. The plan must outlive it.
    CheckConnection(Reactor& reactor, Scratch& scratch, const CheckPlan& plan, std::size_t target,
                    CheckListener& listener);
    ~CheckConnection() override;

    /// start: of TLS inside of the protocol; null: it begins with the connection, or not at all. Where it needs the
    /// login of a client the check ends before.
    void dial(Resolver& resolver, const std::shared_ptr<const TargetSettings>& target, std::unique_ptr<TlsStart> start,
              Duration connectDelay, Instant deadline);

    /// Closes it at once, in any state. Not from within a call of the listener.
    void abandon();

    void connected(Dialled dialled) override;
    void connectFailed(const ConnectError& error) override;

protected:
    void received(Bytes bytes) override { goOn(_talk->received(bytes)); }
    void ended() override { goOn(_talk->ended()); }
    void sent(std::size_t) override {}
    void lost(int error, const char* syscall) override;
    void broken() override { end(CheckListener::Result::failed, "internal error"); }
    [[nodiscard]] bool isReadToTheEnd() const override { return true; }

private:
    void begin();
    void goOn(CheckTalk::State state);
    void end(CheckListener::Result result, const std::string& why);

    const CheckPlan& _plan;
    const std::size_t _target;
    CheckListener& _listener;
    std::unique_ptr<TargetDial> _dial; ///< while connecting
    std::unique_ptr<CheckTalk> _talk;  ///< once open, where something is said
    std::string _said;                 ///< by the target before
    Duration _delay;
    Reactor::TimerId _timer{};
    bool _delayed = false;
    bool _ended = false;
};

} // namespace proximux
