#pragma once

#include <app/LogSink.h>

#include <atomic>

namespace proximux
{

/// The program's standard output or standard error, written to without a buffer of its own. A stream that is closed,
/// full or broken costs its lines and nothing else.
class StandardStream : public LogSink
{
public:
    enum class Which
    {
        output = 1,
        error = 2
    };

    explicit StandardStream(Which which)
        : _which(which)
    {
    }

    std::string write(std::string_view lines) noexcept override;
    void giveUpAt(std::chrono::steady_clock::time_point when) noexcept override;

    /// Opens what the program was started without, towards nowhere: else the next socket would take the number, and be
    /// written to. First thing in main().
    static void ensureOpen();

    /// Whether it is a terminal.
    [[nodiscard]] bool isTerminal() const;

private:
    [[nodiscard]] bool hasGivenUp() const;

    Which _which;
    std::atomic<std::chrono::steady_clock::rep> _giveUpAt{std::chrono::steady_clock::duration::max().count()};
};

} // namespace proximux
