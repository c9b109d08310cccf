#include <proximux/system/Surroundings.h>

#include <Poco/String.h>
#include <Poco/UnicodeConverter.h>

#include <array>

#include <windows.h>

#include <shellapi.h>
#include <shlobj.h>

namespace proximux::surroundings
{

namespace
{

std::string utf8(const wchar_t* wide)
{
    std::string text;
    Poco::UnicodeConverter::toUTF8(wide, text);
    return text;
}

} // namespace

std::vector<std::string> arguments(int, char**)
{
    int count = 0;
    wchar_t** const given = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    std::vector<std::string> all;
    for (int i = 0; given != nullptr && i < count; ++i)
        all.push_back(utf8(given[i]));
    ::LocalFree(given);
    return all;
}

std::map<std::string, std::string> environment()
{
    std::map<std::string, std::string> variables;
    wchar_t* const block = ::GetEnvironmentStringsW();
    for (const wchar_t* entry = block; entry != nullptr && *entry != 0; entry += ::wcslen(entry) + 1)
    {
        const std::string line = utf8(entry);
        const std::size_t equals = line.find('=', 1); // "=C:=C:\folder" is the working directory of a drive
        if (equals != std::string::npos)
            variables[Poco::toUpper(line.substr(0, equals))] = line.substr(equals + 1);
    }
    ::FreeEnvironmentStringsW(block);
    return variables;
}

std::string configurationFile()
{
    // not the variable of this name, which a user may have changed and which services of Wine have another value of
    std::array<wchar_t, MAX_PATH> folder;
    const bool known =
        ::SHGetFolderPathW(nullptr, CSIDL_COMMON_APPDATA, nullptr, SHGFP_TYPE_CURRENT, folder.data()) == S_OK;
    return (known ? utf8(folder.data()) : R"(C:\ProgramData)") + R"(\Proximux\proximux.ini)";
}

bool hasUnixSockets()
{
    return false;
}

} // namespace proximux::surroundings
