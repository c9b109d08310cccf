#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace proximux
{

/// Hears what the system asks of the program, in the thread of Signals.
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

/// The one place where the system's signals arrive: a thread of its own waits for them, so that no code ever runs
/// inside a signal handler. Constructed and destroyed in one thread.
class Signals
{
public:
    /// Ignores the signals that mean nothing here and would end the program (USR2), and those in place of which a
    /// write fails (PIPE, XFSZ). First of all.
    static void ignoreOthers();

    /// Has the signals wait for a Signals. In the main thread, before any other thread is there. Those that were
    /// ignored, as in a shell's background job, no longer are.
    static void prepare();

    /// awaitTermination: returns when the system asks the program to end; used where there are no POSIX signals.
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
