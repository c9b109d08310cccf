#include <app/AdminTool.h>

#include <app/AdminClient.h>
#include <app/LogFormat.h>
#include <app/StandardStream.h>
#include <app/Terminal.h>
#include <app/Tools.h>
#include <app/TopScreen.h>

#include <Poco/Util/Application.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

namespace proximux
{

namespace
{

using Poco::Util::Application;

/// Asks the proxy, and keeps what it has answered. A failure ends the tool.
class Source
{
public:
    explicit Source(std::string socket)
        : _socket(std::move(socket))
    {
    }

    /// Whether there is a new sample.
    bool look()
    {
        const AdminAnswer answer = askProxy(_socket, "show status --json");
        const auto sample = answer.isDone() ? StatusSample::parse(answer.text) : std::nullopt;
        if (sample)
        {
            _history.add(*sample);
            return true;
        }
        _failure = answer.isDone() ? "the proxy gave no answer" : answer.failure + answer.text;
        _exitCode = answer.isDone() ? Application::EXIT_UNAVAILABLE : answer.exitCode;
        return false;
    }

    [[nodiscard]] const StatusHistory& history() const { return _history; }

    /// Says what has failed, and returns the exit code.
    [[nodiscard]] int complain() const
    {
        StandardStream(StandardStream::Which::error).write("proximux: " + printable(_failure) + "\n");
        return _exitCode;
    }

private:
    std::string _socket;
    StatusHistory _history;
    std::string _failure;
    int _exitCode = Application::EXIT_OK;
};

/// Draws until it is ended; nothing: the proxy is gone.
std::optional<int> draw(Source& source, Duration interval)
{
    using Clock = std::chrono::steady_clock;
    constexpr std::int64_t MILLISECOND = 1000; // what a terminal may wait too short
    Terminal terminal;
    while (source.look())
    {
        const auto next = Clock::now() + std::chrono::microseconds(interval.us);
        for (auto left = Clock::duration(1); left.count() > 0; left = next - Clock::now())
        {
            if (!terminal.draw(TopScreen::drawn(TopScreen::fit(source.history(), terminal.size()))).empty())
                return Application::EXIT_IOERR;
            const auto microseconds =
                std::chrono::duration_cast<std::chrono::microseconds>(next - Clock::now()).count();
            if (terminal.wait(Duration{std::max<std::int64_t>(microseconds, 0) + MILLISECOND}) ==
                Terminal::Event::ended)
                return Application::EXIT_OK;
        }
    }
    return std::nullopt;
}

/// Prints until the reader or the proxy is gone.
std::optional<int> print(Source& source, Duration interval)
{
    while (source.look())
    {
        if (const int exitCode = toolSays(TopScreen::plain(source.history()) + "\n"); exitCode != Application::EXIT_OK)
            return exitCode;
        std::this_thread::sleep_for(std::chrono::microseconds(interval.us));
    }
    return std::nullopt;
}

} // namespace

int topTool(const std::vector<std::string>& arguments)
{
    AdminOptions options(AdminOptions::Tool::top, arguments);
    if (options.help)
        return toolSays(describeAdminTools(options));
    if (!options.words.empty())
        options.mistakes.push_back(options.words + ": unexpected; top takes only options");
    if (!options.mistakes.empty())
    {
        toolRefuses(options.mistakes);
        return Application::EXIT_USAGE;
    }
    Source source(options.socket);
    const Duration interval = Duration::seconds(options.interval > 0 ? options.interval : 1);
    const auto exitCode = Terminal::isThere() ? draw(source, interval) : print(source, interval);
    return exitCode ? *exitCode : source.complain();
}

} // namespace proximux
