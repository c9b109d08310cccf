#include <proximux/system/SystemError.h>

#include <Poco/UnicodeConverter.h>

#include <array>

#include <windows.h>

namespace proximux::systemerror
{

std::string text(int error)
{
    std::array<wchar_t, 512> wide;
    const DWORD flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK;
    const DWORD size = ::FormatMessageW(flags, nullptr, static_cast<DWORD>(error), 0, wide.data(),
                                        static_cast<DWORD>(wide.size()), nullptr);
    std::string text;
    Poco::UnicodeConverter::toUTF8(wide.data(), static_cast<int>(size), text);
    text.erase(text.find_last_not_of(". \r\n") + 1); // as texts of POSIX, which end without a full stop
    return text.empty() ? "error " + std::to_string(error) : text;
}

int last()
{
    return static_cast<int>(::GetLastError());
}

void forget()
{
    ::SetLastError(ERROR_SUCCESS);
}

} // namespace proximux::systemerror
