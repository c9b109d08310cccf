#include <app/Terminal.h>

#include <app/StandardStream.h>

#include <chrono>

#include <windows.h>

namespace proximux
{

namespace
{

using WaitClock = std::chrono::steady_clock;

constexpr const char* ENTER = "\x1b[?1049h\x1b[?25l"; ///< the other screen, without a cursor
constexpr const char* LEAVE = "\x1b[?25h\x1b[?1049l";
constexpr WCHAR CTRL_C = 3;
constexpr DWORD CONTROL_SEQUENCES = 4; ///< ENABLE_VIRTUAL_TERMINAL_PROCESSING, which older headers lack

HANDLE input()
{
    return ::GetStdHandle(STD_INPUT_HANDLE);
}

HANDLE output()
{
    return ::GetStdHandle(STD_OUTPUT_HANDLE);
}

Terminal::Event eventOf(const INPUT_RECORD& record)
{
    if (record.EventType == WINDOW_BUFFER_SIZE_EVENT)
        return Terminal::Event::resized;
    if (record.EventType != KEY_EVENT || record.Event.KeyEvent.bKeyDown == 0)
        return Terminal::Event::none;
    const WCHAR key = record.Event.KeyEvent.uChar.UnicodeChar;
    return key == L'q' || key == CTRL_C ? Terminal::Event::ended : Terminal::Event::none;
}

} // namespace

struct Terminal::Impl
{
    DWORD inputMode = 0;
    DWORD outputMode = 0;
};

bool Terminal::isThere()
{
    DWORD mode = 0;
    return ::GetConsoleMode(input(), &mode) != 0 && ::GetConsoleMode(output(), &mode) != 0 &&
           ::SetConsoleMode(output(), mode | CONTROL_SEQUENCES) != 0;
}

Terminal::Terminal()
    : _impl(std::make_unique<Impl>())
{
    ::GetConsoleMode(input(), &_impl->inputMode);
    ::GetConsoleMode(output(), &_impl->outputMode);
    ::SetConsoleMode(input(), ENABLE_WINDOW_INPUT); // Ctrl-C is a key
    ::SetConsoleMode(output(), _impl->outputMode | CONTROL_SEQUENCES);
    draw(ENTER);
}

Terminal::~Terminal()
{
    draw(LEAVE);
    ::SetConsoleMode(output(), _impl->outputMode);
    ::SetConsoleMode(input(), _impl->inputMode);
}

Terminal::Size Terminal::size() const
{
    CONSOLE_SCREEN_BUFFER_INFO found = {};
    if (::GetConsoleScreenBufferInfo(output(), &found) == 0)
        return {};
    return {static_cast<std::size_t>(found.srWindow.Right - found.srWindow.Left + 1),
            static_cast<std::size_t>(found.srWindow.Bottom - found.srWindow.Top + 1)};
}

Terminal::Event Terminal::wait(Duration most)
{
    const auto end = WaitClock::now() + std::chrono::microseconds(most.us);
    for (;;)
    {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - WaitClock::now()).count();
        if (left <= 0 || ::WaitForSingleObject(input(), static_cast<DWORD>(left)) != WAIT_OBJECT_0)
            return Event::none;
        INPUT_RECORD record = {};
        DWORD count = 0;
        if (::ReadConsoleInputW(input(), &record, 1, &count) == 0)
            return Event::ended;
        if (const Event event = eventOf(record); event != Event::none)
            return event;
    }
}

} // namespace proximux
