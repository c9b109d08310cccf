#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace proximux
{

/// Receives the requests of the system, in the thread of Signals.
class SignalListener
{
public:
    virtual ~SignalListener() = default;

    /// The first TERM or INT, Ctrl-C, or the service control manager's stop.
    virtual void drainAsked() = 0;

    /// QUIT, or a further TERM or INT.
    virtual void stopAsked() = 0;

    /// HUP.
    virtual void reloadAsked() = 0;

    /// USR1.
    virtual void reopenAsked() = 0;
};

/// Receives all signals in its own thread, so that no code ever runs inside a signal handler. Construct and destroy it
/// in one thread.
class Signals
{
public:
    /// Ignores signals that would end the program: USR2, which has no meaning here, and PIPE and XFSZ, which accompany
    /// failed writes. Call it first of all.
    static void ignoreOthers();

    /// Blocks the signals until a Signals receives them. Call it in the main thread, before any other thread exists.
    /// Signals that were ignored, as in a shell's background job, are received, too.
    static void prepare();

    /// awaitTermination: blocks until the system asks the program to end; used where there are no POSIX signals.
    Signals(SignalListener& listener, const std::function<void()>& awaitTermination);

    /// Ends the thread.
    ~Signals();

    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void run(const std::function<void()>& awaitTermination);
    void interrupt();

    SignalListener& _listener;
    std::atomic<bool> _ending{false};
    std::thread _thread;
};

} // namespace proximux
