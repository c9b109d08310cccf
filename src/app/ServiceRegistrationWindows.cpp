#include <app/ServiceRegistration.h>

#include <app/Tools.h>
#include <proximux/system/Surroundings.h>
#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/UnicodeConverter.h>
#include <Poco/Util/Application.h>

#include <windows.h>

namespace proximux
{

namespace
{

using Poco::Util::Application;

constexpr const wchar_t* NAME = L"proximux";
constexpr const wchar_t* ACCOUNT = L"NT SERVICE\\proximux"; ///< has no rights but to run this service
constexpr const wchar_t* EVENTS = L"SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\proximux";

[[noreturn]] void refuse(const char* what)
{
    throw Poco::IOException(std::string("cannot ") + what + ": " + systemerror::lastText());
}

std::wstring wide(const std::string& text)
{
    std::wstring found;
    Poco::UnicodeConverter::toUTF16(text, found);
    return found;
}

/// A handle of the service control manager, closed at its end.
class Handle
{
public:
    Handle(SC_HANDLE handle, const char* what)
        : _handle(handle)
    {
        if (handle == nullptr)
            refuse(what);
    }
    ~Handle() { ::CloseServiceHandle(_handle); }

    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;

    [[nodiscard]] SC_HANDLE get() const { return _handle; }

private:
    SC_HANDLE _handle;
};

/// The argument in quotes, as CommandLineToArgvW() reads it.
std::wstring quoted(const std::wstring& argument)
{
    std::wstring text = L"\"";
    std::size_t backslashes = 0;
    for (const wchar_t c : argument)
    {
        if (c == L'"')
            text.append(backslashes + 1, L'\\'); // those before a quotation mark count twice
        backslashes = c == L'\\' ? backslashes + 1 : 0;
        text += c;
    }
    return text.append(backslashes, L'\\') + L'"';
}

std::wstring programFile()
{
    std::vector<wchar_t> path(32768); // the longest one
    const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
    return {path.data(), size};
}

std::wstring commandLine(const std::vector<std::string>& others)
{
    std::wstring line = quoted(programFile());
    for (const std::string& other : others)
        line += L' ' + quoted(wide(other));
    return line;
}

/// Lets the event log show the texts alone. Without it they are shown as well, behind an explanation.
void addEventSource()
{
    HKEY key = nullptr;
    if (::RegCreateKeyExW(HKEY_LOCAL_MACHINE, EVENTS, 0, nullptr, 0, KEY_SET_VALUE, nullptr, &key, nullptr) !=
        ERROR_SUCCESS)
        return;
    const std::wstring messages = programFile();
    const DWORD types = EVENTLOG_ERROR_TYPE | EVENTLOG_WARNING_TYPE | EVENTLOG_INFORMATION_TYPE;
    ::RegSetValueExW(key, L"EventMessageFile", 0, REG_EXPAND_SZ, reinterpret_cast<const BYTE*>(messages.c_str()),
                     static_cast<DWORD>((messages.size() + 1) * sizeof(wchar_t)));
    ::RegSetValueExW(key, L"TypesSupported", 0, REG_DWORD, reinterpret_cast<const BYTE*>(&types), sizeof types);
    ::RegCloseKey(key);
}

void registerService(const ServiceOptions& options)
{
    const Handle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CREATE_SERVICE), "register a service");
    const Handle service(::CreateServiceW(manager.get(), NAME, wide(options.displayName).c_str(), SERVICE_ALL_ACCESS,
                                          SERVICE_WIN32_OWN_PROCESS,
                                          options.isAutomatic ? SERVICE_AUTO_START : SERVICE_DEMAND_START,
                                          SERVICE_ERROR_NORMAL, commandLine(options.others).c_str(), nullptr, nullptr,
                                          nullptr, ACCOUNT, nullptr),
                         "register the service proximux");
    std::wstring text = wide(options.description);
    SERVICE_DESCRIPTIONW description{text.data()};
    ::ChangeServiceConfig2W(service.get(), SERVICE_CONFIG_DESCRIPTION, &description);
    addEventSource();
    Poco::File(Poco::Path(surroundings::configurationFile()).parent()).createDirectories();
}

void unregisterService()
{
    const Handle manager(::OpenSCManagerW(nullptr, nullptr, SC_MANAGER_CONNECT), "remove a service");
    const Handle service(::OpenServiceW(manager.get(), NAME, DELETE), "remove the service proximux");
    if (::DeleteService(service.get()) == 0)
        refuse("remove the service proximux");
    ::RegDeleteKeyW(HKEY_LOCAL_MACHINE, EVENTS);
}

} // namespace

std::optional<int> manageService(const std::vector<std::string>& arguments)
{
    const ServiceOptions options(arguments);
    if (!options.isRegistration && !options.isRemoval)
        return std::nullopt;
    if (!options.mistakes.empty())
        return toolRefuses(options.mistakes);
    if (options.isRemoval)
        unregisterService();
    else
        registerService(options);
    return toolSays(options.isRemoval ? "The service proximux is removed.\n" : "The service proximux is registered.\n");
}

std::string describeServiceOptions()
{
    return "\nService of Windows; each option may be written with a slash, as /registerService:\n" +
           describeOptions(ServiceOptions({}).options());
}

} // namespace proximux
