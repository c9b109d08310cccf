#include <app/Signals.h>

#include <csignal>

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace proximux
{

namespace
{

constexpr int WAITED_FOR[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1};

sigset_t waitedFor()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : WAITED_FOR)
        sigaddset(&set, signal);
    return set;
}

} // namespace

void Signals::ignoreOthers()
{
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGUSR2, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a log file at its size limit is a failed write instead
}

void Signals::prepare()
{
    const sigset_t set = waitedFor();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    for (const int signal : WAITED_FOR)
        std::signal(signal, SIG_DFL); // sigwait never receives ignored signals
}

void Signals::ask(Request request)
{
    ::kill(::getpid(), request == Request::drain ? SIGTERM : SIGQUIT);
}

void Signals::run()
{
    const sigset_t set = waitedFor();
    bool draining = false;
    for (int signal = 0; sigwait(&set, &signal) == 0 && !_ending;)
    {
        if (signal == SIGHUP)
            _listener.reloadAsked();
        else if (signal == SIGUSR1)
            _listener.reopenAsked();
        else if (signal == SIGQUIT || draining)
            _listener.stopAsked();
        else
        {
            draining = true;
            _listener.drainAsked();
        }
    }
}

void Signals::interrupt()
{
    pthread_kill(_thread.native_handle(), SIGUSR1); // any of the awaited signals would do
}

} // namespace proximux
