#include <app/Signals.h>

#include <condition_variable>
#include <mutex>

#include <windows.h>

namespace proximux
{

namespace
{

/// What was asked for and not yet done. Kept from before the first Signals on, as signals of POSIX are.
struct Asked
{
    std::mutex mutex;
    std::condition_variable changed;
    int drains = 0;
    bool stop = false;

    static Asked& ofProcess()
    {
        static Asked asked;
        return asked;
    }
};

/// Called by the system in a thread of its own.
BOOL WINAPI takeConsoleEvent(DWORD event)
{
    if (event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT)
    {
        Signals::ask(Signals::Request::drain);
        return TRUE;
    }
    // the window is closed, or the user logs off: the system ends the process as soon as this returns
    Signals::ask(Signals::Request::stop);
    ::WaitForSingleObject(::GetCurrentProcess(), INFINITE);
    return TRUE;
}

} // namespace

void Signals::ignoreOthers() {}

void Signals::prepare()
{
    ::SetConsoleCtrlHandler(nullptr, FALSE); // Ctrl-C may have been switched off for a group of processes
    ::SetConsoleCtrlHandler(&takeConsoleEvent, TRUE);
}

void Signals::ask(Request request)
{
    Asked& asked = Asked::ofProcess();
    const std::lock_guard<std::mutex> lock(asked.mutex);
    if (request == Request::drain)
        ++asked.drains;
    else
        asked.stop = true;
    asked.changed.notify_one();
}

void Signals::run()
{
    Asked& asked = Asked::ofProcess();
    bool draining = false;
    std::unique_lock<std::mutex> lock(asked.mutex);
    for (;;)
    {
        asked.changed.wait(lock, [this, &asked] { return asked.stop || asked.drains > 0 || _ending; });
        if (_ending)
            return;
        const bool stops = asked.stop || draining || asked.drains > 1;
        draining = true;
        asked.drains = 0;
        asked.stop = false;
        lock.unlock();
        if (stops)
            _listener.stopAsked();
        else
            _listener.drainAsked();
        lock.lock();
    }
}

void Signals::interrupt()
{
    Asked& asked = Asked::ofProcess();
    const std::lock_guard<std::mutex> lock(asked.mutex); // run() is waiting or has yet to look
    asked.changed.notify_one();
}

} // namespace proximux
