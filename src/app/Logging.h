#pragma once

#include <app/LogWriter.h>
#include <proximux/config/Configuration.h>

#include <string>

namespace proximux
{

/// The program's log: gives the loggers below "proximux" their level and a LogWriter, as the settings say:
///
///     log.file        -> that file, all levels
///     a daemon        -> syslog; a Windows service -> the event log
///     otherwise       -> level 1 to stderr, levels 2 and 3 to stdout
///
/// Constructed after the process has become a daemon and before the Proxy, destroyed after it, in one thread.
class Logging
{
public:
    enum class Place
    {
        terminal,
        background ///< a daemon or a service: it has no streams
    };

    /// log.file has to be absolute. Throws Poco::FileException, with the path and the reason, where it can't be opened.
    Logging(const LogSettings& settings, Place place);

    /// Writes all that was logged.
    ~Logging();

    Logging(const Logging&) = delete;
    Logging& operator=(const Logging&) = delete;

    /// Closes and opens the file, if there is one. Any thread.
    void reopen() { _writer->reopen(); }

    /// Whether records of level 1 are written to stderr.
    [[nodiscard]] bool usesStandardError() const { return _usesStandardError; }

private:
    LogWriter::Ptr _writer;
    bool _usesStandardError;
};

} // namespace proximux
