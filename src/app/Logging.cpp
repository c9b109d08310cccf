#include <app/Logging.h>

#include <app/LogFormat.h>
#include <app/RotatingFile.h>
#include <app/StandardStream.h>
#include <app/SystemLog.h>
#include <proximux/Log.h>

#include <Poco/Logger.h>

namespace proximux
{

namespace
{

using Format = LogSettings::Format;

Poco::AutoPtr<Poco::Formatter> formatter(Format format, bool isTerminal)
{
    if (format == Format::text || (format == Format::automatic && isTerminal))
        return new TextLineFormatter;
    return new JsonLineFormatter;
}

LogWriter::Outputs streams(Format format)
{
    const auto error = std::make_shared<StandardStream>(StandardStream::Which::error);
    const auto output = std::make_shared<StandardStream>(StandardStream::Which::output);
    // only the journal needs a sink for each level
    const auto details = output->isJournal() ? std::make_shared<StandardStream>(StandardStream::Which::output,
                                                                                StandardStream::Priority::debug)
                                             : output;
    const LogOutput errors{error, formatter(format, error->isTerminal())};
    const LogOutput others{output, formatter(format, output->isTerminal())};
    return {errors, others, LogOutput{details, others.formatter}};
}

LogWriter::Outputs file(const LogSettings& settings)
{
    const auto sink = std::make_shared<RotatingFile>(settings.file, settings.fileSize, settings.fileCount);
    const LogOutput output{sink, formatter(settings.format, false)};
    return {output, output, output};
}

LogWriter::Outputs systemLog(Format format)
{
    const auto sinks = openSystemLog();
    const auto chosen = formatter(format, false);
    return {LogOutput{sinks[0], chosen}, LogOutput{sinks[1], chosen}, LogOutput{sinks[2], chosen}};
}

} // namespace

Logging::Logging(const LogSettings& settings, Place place)
    : _usesStandardError(settings.file.empty() && place == Place::terminal)
{
    const auto alarm = std::make_shared<StandardStream>(StandardStream::Which::error);
    if (!settings.file.empty())
        _writer = new LogWriter(file(settings), settings.queue, alarm, settings.queueBytes);
    else if (place == Place::background)
        _writer = new LogWriter(systemLog(settings.format), settings.queue, nullptr, settings.queueBytes);
    else
        _writer = new LogWriter(streams(settings.format), settings.queue, nullptr, settings.queueBytes);
    Poco::Logger::get("proximux");
    Poco::Logger::setChannel("proximux", _writer);
    setLevel(settings.level);
    Poco::Logger::setLevel("proximux", Poco::Message::PRIO_DEBUG);
}

/// POCO's levels cannot be changed while other threads log.
void Logging::setLevel(int level)
{
    Log::limit(level);
}

Logging::~Logging()
{
    setLevel(static_cast<int>(LogLevel::debug));
    Poco::Logger::setLevel("proximux", 0);
    Poco::Logger::setChannel("proximux", nullptr);
    _writer->close();
}

} // namespace proximux
