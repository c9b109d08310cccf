#include <app/StandardStream.h>

#include <app/ServiceControl.h>
#include <app/SystemLog.h>
#include <proximux/system/SystemError.h>

#include <Poco/UnicodeConverter.h>

#include <algorithm>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <io.h>
#include <windows.h>

namespace proximux
{

namespace
{

constexpr std::size_t PIECE = 16384; ///< a console takes no more than 64 KB at once

HANDLE handleOf(StandardStream::Which which)
{
    return ::GetStdHandle(which == StandardStream::Which::output ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
}

bool isConsole(HANDLE handle)
{
    DWORD mode = 0;
    return ::GetConsoleMode(handle, &mode) != 0;
}

/// Writes UTF-8 as what a console shows, whatever its code page.
bool writeToConsole(HANDLE console, const std::string& lines)
{
    std::wstring wide;
    Poco::UnicodeConverter::toUTF16(lines, wide);
    for (std::size_t done = 0; done < wide.size();)
    {
        DWORD written = 0;
        const auto size = static_cast<DWORD>(std::min(wide.size() - done, PIECE));
        if (::WriteConsoleW(console, wide.data() + done, size, &written, nullptr) == 0)
            return false;
        done += written;
    }
    return true;
}

bool writeToFile(HANDLE file, std::string_view lines)
{
    while (!lines.empty())
    {
        DWORD written = 0;
        const auto size = static_cast<DWORD>(std::min(lines.size(), PIECE));
        if (::WriteFile(file, lines.data(), size, &written, nullptr) == 0)
            return false;
        lines.remove_prefix(written);
    }
    return true;
}

/// The reason of a failed write. A pipe without a reader, which has three errors, is what it is on other systems.
std::string failure()
{
    const int error = systemerror::last();
    const bool isBroken = error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
    return isBroken ? std::make_error_code(std::errc::broken_pipe).message() : systemerror::lastText();
}

} // namespace

void StandardStream::ensureOpen()
{
    ::_setmode(::_fileno(stdin), _O_BINARY); // decode reads bytes, not lines
}

bool StandardStream::isTerminal() const
{
    return isConsole(handleOf(_which));
}

bool StandardStream::isJournal(Which)
{
    return false;
}

std::string StandardStream::writeAll(std::string_view lines) const noexcept
{
    try
    {
        if (ServiceControl::isService())
            return _which == Which::error ? openSystemLog()[0]->write(lines) : std::string();
        const HANDLE handle = handleOf(_which);
        systemerror::forget();
        const bool written =
            isConsole(handle) ? writeToConsole(handle, std::string(lines)) : writeToFile(handle, lines);
        return written ? std::string() : failure();
    }
    catch (const std::exception& exception)
    {
        return exception.what();
    }
}

} // namespace proximux
