#pragma once

#include <app/LogSink.h>

#include <atomic>

namespace proximux
{

/// The program's standard output or standard error, written without a buffer. A stream that is closed, full or broken
/// loses its lines and has no other effect.
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

    /// Opens /dev/null for closed standard streams. Otherwise the next socket would get that number and receive log
    /// lines. Call it first in main().
    static void ensureOpen();

    /// Whether the stream is a terminal.
    [[nodiscard]] bool isTerminal() const;

private:
    [[nodiscard]] bool hasGivenUp() const;

    Which _which;
    std::atomic<std::chrono::steady_clock::rep> _giveUpAt{std::chrono::steady_clock::duration::max().count()};
};

} // namespace proximux
