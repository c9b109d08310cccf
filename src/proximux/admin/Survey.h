#pragma once

#include <proximux/admin/ServiceDirectory.h>
#include <proximux/net/loop/Reactor.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
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

/// What the workers of a service have.
struct ServiceView
{
    InspectedService service;
    std::vector<WorkerView> workers;
};

/// A reactor that did not respond in time.
struct SilentReactor
{
    std::size_t number = 0; ///< among those that were asked
    std::string name;       ///< for people: "thread 1", "plc1 thread 1"
};

/// Asks each reactor of the services for something, without waiting: the server stays ready for others. Used in the
/// server's thread.
class Survey
{
public:
    /// For a reactor to look, or to do what is quickly done; one that takes longer is named, and the rest is shown.
    static constexpr Duration PATIENCE = Duration::seconds(1);

    /// Calls in each reactor's thread, with its number among all that are asked.
    using Question = std::function<void(InspectedWorker& worker, std::size_t reactor)>;

    /// Likewise; it says by responded(), once, when it has done what was asked, in any thread.
    using LongQuestion = std::function<void(InspectedWorker& worker, const std::function<void()>& responded)>;

    using Silent = std::vector<SilentReactor>;
    using Result = std::function<void(const Silent& silent)>;

    /// It must outlive this.
    explicit Survey(Reactor& reactor)
        : _reactor(reactor)
        , _mailbox(std::make_shared<Mailbox>(reactor))
    {
    }

    ~Survey() { _mailbox->close(); }

    /// For other answers that come from other threads.
    [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return _mailbox; }

    Survey(const Survey&) = delete;
    Survey& operator=(const Survey&) = delete;

    /// Asks all of these services that run, and calls result() once: when all have responded, or after the timeout.
    void ask(const std::vector<InspectedService>& services, const Question& question, Duration timeout, Result result);

    /// Likewise, what may take longer than a turn of theirs.
    void await(const std::vector<InspectedService>& services, const LongQuestion& question, Duration timeout,
               Result result);

    /// Likewise, what they have. Of those that are silent there is nothing.
    void look(const std::vector<InspectedService>& services, Duration timeout,
              std::function<void(const std::vector<ServiceView>& views, const Silent& silent)> result);

private:
    struct Round;
    using Call =
        std::function<void(InspectedWorker& worker, std::size_t reactor, const std::function<void()>& responded)>;

    void pose(const std::vector<InspectedService>& services, const Call& call, Duration timeout, Result result);

    void finish(Round& round);

    Reactor& _reactor;
    std::shared_ptr<Mailbox> _mailbox;
};

} // namespace proximux::admin
