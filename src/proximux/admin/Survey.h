#pragma once

#include <proximux/net/loop/Reactor.h>
#include <proximux/proxy/ProxyInspector.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace proximux::admin
{

/// The way of other threads into the server's, for as long as that lives: who is asked late answers into nothing. Any
/// thread.
class Mailbox
{
public:
    explicit Mailbox(Reactor& reactor)
        : _reactor(&reactor)
    {
    }

    void post(Reactor::Call call);

    /// What is posted from now on is dropped.
    void close();

private:
    std::mutex _mutex;
    Reactor* _reactor; ///< guarded by _mutex; null: closed
};

/// Asks each reactor of the Proxy for something, without waiting: the server stays ready for others. Used in the
/// server's thread.
class Survey
{
public:
    /// Calls in each reactor's thread, with its number.
    using Question = std::function<void(InspectedWorker& worker, std::size_t reactor)>;

    /// Likewise; it says by responded(), once, when it has done what was asked, in any thread.
    using LongQuestion = std::function<void(InspectedWorker& worker, const std::function<void()>& responded)>;

    /// Receives the numbers of the reactors that did not respond in time.
    using Result = std::function<void(const std::vector<std::size_t>& silent)>;

    /// Both must outlive it, and what it asks.
    Survey(Reactor& reactor, ProxyInspector& proxy)
        : _reactor(reactor)
        , _proxy(proxy)
        , _mailbox(std::make_shared<Mailbox>(reactor))
    {
    }

    ~Survey() { _mailbox->close(); }

    /// For other answers that come from other threads.
    [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return _mailbox; }

    Survey(const Survey&) = delete;
    Survey& operator=(const Survey&) = delete;

    /// Asks all that run, and calls result() once: when all have responded, or after the timeout.
    void ask(const Question& question, Duration timeout, Result result);

    /// Likewise, what may take longer than a turn of theirs.
    void await(const LongQuestion& question, Duration timeout, Result result);

    /// Likewise, what they have. Of those that are silent there is nothing.
    void look(Duration timeout,
              std::function<void(const std::vector<WorkerView>& views, const std::vector<std::size_t>& silent)> result);

private:
    struct Round;
    using Call =
        std::function<void(InspectedWorker& worker, std::size_t reactor, const std::function<void()>& responded)>;

    void pose(const Call& call, Duration timeout, Result result);

    Reactor& _reactor;
    ProxyInspector& _proxy;
    std::shared_ptr<Mailbox> _mailbox;
};

} // namespace proximux::admin
