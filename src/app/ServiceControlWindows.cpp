#include <app/ServiceControl.h>

#include <app/Signals.h>
#include <proximux/system/Surroundings.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/UnicodeConverter.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include <windows.h>

namespace proximux
{

namespace
{

constexpr Duration START_LIMIT = Duration::seconds(60); ///< names may have to be looked up
constexpr Duration STOP_LIMIT = Duration::seconds(10);
constexpr Duration STOP_MARGIN = Duration::seconds(5);
constexpr Duration UNLIMITED = Duration::seconds(24 * 3600);

/// The service of this process. The system's calls have no place for a pointer to it.
class Service
{
public:
    static Service& ofProcess()
    {
        static Service service;
        return service;
    }

    int run(const std::function<int()>& program)
    {
        _program = &program;
        SERVICE_TABLE_ENTRYW table[] = {{const_cast<wchar_t*>(L""), &Service::main}, {nullptr, nullptr}};
        // a process with a standard output was not started as a service, and asking the system takes long
        const HANDLE output = ::GetStdHandle(STD_OUTPUT_HANDLE);
        const bool hasOutput = output != nullptr && output != INVALID_HANDLE_VALUE;
        if (hasOutput || ::StartServiceCtrlDispatcherW(table) == 0)
            return program();
        return _exitCode;
    }

    [[nodiscard]] bool isService() const { return _isService; }

    void report(DWORD state, Duration limit = Duration::off())
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        if (_handle == nullptr || _status.dwCurrentState == SERVICE_STOPPED)
            return;
        const bool pending = state == SERVICE_START_PENDING || state == SERVICE_STOP_PENDING;
        _status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
        _status.dwCurrentState = state;
        _status.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0;
        _status.dwCheckPoint = pending ? _status.dwCheckPoint + 1 : 0;
        _status.dwWaitHint = pending ? static_cast<DWORD>(limit.us / 1000) : 0;
        _status.dwWin32ExitCode = state == SERVICE_STOPPED && _exitCode != 0 ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR;
        _status.dwServiceSpecificExitCode = static_cast<DWORD>(_exitCode);
        ::SetServiceStatus(_handle, &_status);
    }

private:
    /// In a thread of the system.
    static void WINAPI main(DWORD, wchar_t**)
    {
        Service& self = ofProcess();
        self._handle = ::RegisterServiceCtrlHandlerExW(L"", &Service::control, nullptr);
        self._isService = true;
        self.report(SERVICE_START_PENDING, START_LIMIT);
        enterFolder();
        self._exitCode = (*self._program)();
        self.report(SERVICE_STOPPED);
    }

    /// In the main thread.
    static DWORD WINAPI control(DWORD control, DWORD, void*, void*)
    {
        switch (control)
        {
        case SERVICE_CONTROL_STOP:
            ofProcess().report(SERVICE_STOP_PENDING, STOP_LIMIT);
            Signals::ask(Signals::Request::drain);
            return NO_ERROR;
        case SERVICE_CONTROL_SHUTDOWN: // the system waits for a few seconds only
            ofProcess().report(SERVICE_STOP_PENDING, STOP_LIMIT);
            Signals::ask(Signals::Request::stop);
            return NO_ERROR;
        case SERVICE_CONTROL_INTERROGATE:
            return NO_ERROR;
        default:
            return ERROR_CALL_NOT_IMPLEMENTED;
        }
    }

    /// A service starts in the folder of Windows itself.
    static void enterFolder()
    {
        const std::string folder = Poco::Path(surroundings::configurationFile()).parent().toString();
        try
        {
            Poco::File(folder).createDirectories();
        }
        catch (const Poco::Exception&)
        {
            return; // where a file is missed, it is said which
        }
        std::wstring wide;
        Poco::UnicodeConverter::toUTF16(folder, wide);
        ::SetCurrentDirectoryW(wide.c_str());
    }

    const std::function<int()>* _program = nullptr;
    int _exitCode = 0;
    std::atomic<bool> _isService{false};

    std::mutex _mutex; ///< guards the members below
    SERVICE_STATUS_HANDLE _handle = nullptr;
    SERVICE_STATUS _status{};
};

} // namespace

int ServiceControl::run(const std::function<int()>& program)
{
    return Service::ofProcess().run(program);
}

bool ServiceControl::isService()
{
    return Service::ofProcess().isService();
}

void ServiceControl::serving()
{
    Service::ofProcess().report(SERVICE_RUNNING);
}

void ServiceControl::stopping(Duration limit)
{
    Service::ofProcess().report(SERVICE_STOP_PENDING, limit.isOff() ? UNLIMITED : Duration{limit.us + STOP_MARGIN.us});
}

} // namespace proximux
