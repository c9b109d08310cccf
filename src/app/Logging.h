#pragma once

#include <app/LogWriter.h>
#include <proximux/Configuration.h>

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

    /// Closes and reopens the log file, if there is one. Any thread.
    void reopen() { _writer->reopen(); }

    /// Changes the level, 0 to 3. Any thread.
    static void setLevel(int level);

    /// Whether records of level 1 are written to stderr.
    [[nodiscard]] bool usesStandardError() const { return _usesStandardError; }

private:
    LogWriter::Ptr _writer;
    bool _usesStandardError;
};

} // namespace proximux
