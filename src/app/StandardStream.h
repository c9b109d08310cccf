#pragma once

#include <app/LogSink.h>

#include <atomic>

namespace proximux
{

/// The program's standard output or standard error, written without a buffer. A stream that is closed, full or broken
/// loses its lines and has no other effect. If the stream is connected to the journal ($JOURNAL_STREAM), each line
/// begins with its priority (sd-daemon(3)), which the journal removes.
class StandardStream : public LogSink
{
public:
    enum class Which
    {
        output = 1,
        error = 2
    };

    /// A priority of the journal, as in syslog.
    enum class Priority
    {
        error = 3,
        information = 6,
        debug = 7
    };

    /// Lines on standard error are errors, those on standard output information.
    explicit StandardStream(Which which)
        : StandardStream(which, which == Which::error ? Priority::error : Priority::information)
    {
    }

    StandardStream(Which which, Priority priority);

    std::string write(std::string_view lines) noexcept override;
    void giveUpAt(std::chrono::steady_clock::time_point when) noexcept override;

    /// Opens /dev/null for closed standard streams. Otherwise the next socket would get that number and receive log
    /// lines. Call it first in main().
    static void ensureOpen();

    /// Whether the stream is a terminal.
    [[nodiscard]] bool isTerminal() const;

    /// Whether the stream was connected to the journal at construction.
    [[nodiscard]] bool isJournal() const { return _isJournal; }

private:
    /// Whether the stream is the one that $JOURNAL_STREAM names by its device and inode.
    static bool isJournal(Which which);
    [[nodiscard]] std::string marked(std::string_view lines) const;
    std::string writeAll(std::string_view bytes) const noexcept;
    [[nodiscard]] bool hasGivenUp() const;

    Which _which;
    Priority _priority;
    bool _isJournal;
    std::atomic<std::chrono::steady_clock::rep> _giveUpAt{std::chrono::steady_clock::duration::max().count()};
};

} // namespace proximux
