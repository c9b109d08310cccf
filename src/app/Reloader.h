#pragma once

#include <proximux/Proxy.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace proximux
{

/// Carries out reloads in a thread of its own: files are read, and reactors waited for. What is asked for while one is
/// under way becomes one more afterwards. In the same thread it looks at intervals whether certificates have changed.
class Reloader
{
public:
    using Done = std::function<void(const ReloadResult&)>;

    /// What is read again.
    enum class What
    {
        all,
        certificates
    };

    /// What it does, in its thread. None of it may throw.
    struct Work
    {
        std::function<ReloadResult()> all;
        std::function<ReloadResult()> certificates;
        std::function<bool()> haveCertificatesChanged;
        std::function<Duration()> interval; ///< between two looks at that; off: none
    };

    explicit Reloader(Work work);

    /// Waits for the reload that is under way.
    ~Reloader();

    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    /// Returns at once. done: is told the result, in the thread of the Reloader; not if that ends first. Any thread.
    void ask(What what, Done done);

private:
    using Clock = std::chrono::steady_clock;

    void run();
    bool isAsked(std::unique_lock<std::mutex>& lock, Clock::time_point lastLook);
    void look();
    static void carryOut(const std::function<ReloadResult()>& reload, const std::vector<Done>& asked);

    const Work _work;
    std::mutex _mutex;
    std::condition_variable _wake;
    std::vector<Done> _asked;                ///< of all; guarded by _mutex
    std::vector<Done> _askedForCertificates; ///< likewise
    bool _ending = false;                    ///< likewise
    std::thread _thread;
};

} // namespace proximux
