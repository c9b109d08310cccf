#include <app/SystemLog.h>

#include <proximux/system/SystemError.h>

#include <Poco/UnicodeConverter.h>

#include <windows.h>

namespace proximux
{

namespace
{

constexpr DWORD TEXT_ALONE = 0x1000; ///< the message in packaging/windows/messages.mc that is nothing but a text

/// A source of the event log; one handle serves all levels.
class EventSource
{
public:
    EventSource()
        : _handle(::RegisterEventSourceW(nullptr, L"proximux"))
    {
    }
    ~EventSource() { ::DeregisterEventSource(_handle); }

    EventSource(const EventSource&) = delete;
    EventSource& operator=(const EventSource&) = delete;

    [[nodiscard]] bool report(WORD type, const std::string& line) const
    {
        std::wstring wide;
        Poco::UnicodeConverter::toUTF16(line, wide);
        const wchar_t* text = wide.c_str();
        return ::ReportEventW(_handle, type, 0, TEXT_ALONE, nullptr, 1, 0, &text, nullptr) != 0;
    }

private:
    HANDLE _handle;
};

/// An event for each line.
class EventLog : public LogSink
{
public:
    EventLog(std::shared_ptr<EventSource> source, WORD type)
        : _source(std::move(source))
        , _type(type)
    {
    }

    std::string write(std::string_view lines) noexcept override
    {
        try
        {
            while (!lines.empty())
            {
                const std::size_t end = lines.find('\n');
                if (!_source->report(_type, std::string(lines.substr(0, end))))
                    return systemerror::lastText();
                lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
            }
            return {};
        }
        catch (const std::exception& exception)
        {
            return exception.what();
        }
    }

private:
    std::shared_ptr<EventSource> _source;
    WORD _type;
};

} // namespace

std::array<std::shared_ptr<LogSink>, 3> openSystemLog()
{
    const auto source = std::make_shared<EventSource>();
    const auto details = std::make_shared<EventLog>(source, static_cast<WORD>(EVENTLOG_INFORMATION_TYPE));
    return {std::make_shared<EventLog>(source, static_cast<WORD>(EVENTLOG_ERROR_TYPE)), details, details};
}

} // namespace proximux
