#pragma once

#include <app/LogWriter.h>
#include <proximux/Configuration.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace proximux
{

/// The program's log: configures the level and a LogWriter for the loggers below "proximux":
///
///     log.file        -> that file, all levels
///     a daemon        -> syslog; a Windows service -> the event log
///     otherwise       -> level 1 to stderr, levels 2 and 3 to stdout; in the journal with their priorities
///
/// Construct it after the process has become a daemon and before the Proxy; destroy it after the Proxy, in the same
/// thread.
class Logging
{
public:
    enum class Place
    {
        terminal,
        background ///< a daemon or a service, which has no standard streams
    };

    /// log.file must be absolute. Throws Poco::FileException, with the path and the reason, if it cannot be opened.
    Logging(const LogSettings& settings, Place place);

    /// Writes all queued records.
    ~Logging();

    Logging(const Logging&) = delete;
    Logging& operator=(const Logging&) = delete;

    /// What other settings need, with the log file open. Throws as the constructor does.
    [[nodiscard]] LogWriter::Outputs prepare(const LogSettings& settings) const;

    /// Puts other settings in force, but for log.queue, with what prepare() has made for them. Any thread.
    void use(const LogSettings& settings, LogWriter::Outputs outputs);

    /// Closes and reopens the log file, if there is one. Any thread.
    void reopen() { _writer->reopen(); }

    /// Records dropped because the queue was full. Any thread.
    [[nodiscard]] std::uint64_t dropped() const { return _writer->dropped(); }

    /// Changes the level, 0 to 3. Any thread.
    static void setLevel(int level);

    /// Whether records of level 1 are written to stderr.
    [[nodiscard]] bool usesStandardError() const { return _usesStandardError; }

private:
    const Place _place;
    LogWriter::Ptr _writer;
    std::atomic<bool> _usesStandardError;
};

} // namespace proximux
