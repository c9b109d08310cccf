#pragma once

#include <atomic>
#include <thread>

namespace proximux
{

/// Receives the requests of the system, in the thread of Signals.
class SignalListener
{
public:
    virtual ~SignalListener() = default;

    /// The first TERM or INT, Ctrl-C or Ctrl-Break, or the stop of a service.
    virtual void drainAsked() = 0;

    /// QUIT, or a further TERM, INT, Ctrl-C or Ctrl-Break. On Windows also: the window is closed, the user logs off,
    /// the system shuts down.
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

    explicit Signals(SignalListener& listener);

    enum class Request
    {
        drain, ///< as TERM
        stop   ///< as QUIT
    };

    /// Asks for what the system asks for by other means than signals, such as the stop of a service. Any thread; may be
    /// called before a Signals exists.
    static void ask(Request request);

    /// Ends the thread.
    ~Signals();

    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

private:
    void run();
    void interrupt();

    SignalListener& _listener;
    std::atomic<bool> _ending{false};
    std::thread _thread;
};

} // namespace proximux
