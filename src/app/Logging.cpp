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
    const LogOutput errors{error, formatter(format, error->isTerminal()), nullptr};
    const LogOutput others{output, formatter(format, output->isTerminal()), nullptr};
    return {errors, others, LogOutput{details, others.formatter, nullptr}};
}

LogWriter::Outputs file(const LogSettings& settings)
{
    const auto sink = std::make_shared<RotatingFile>(settings.file, settings.fileSize, settings.fileCount);
    const auto alarm = std::make_shared<StandardStream>(StandardStream::Which::error);
    const LogOutput output{sink, formatter(settings.format, false), alarm};
    return {output, output, output};
}

LogWriter::Outputs systemLog(Format format)
{
    const auto sinks = openSystemLog();
    const auto chosen = formatter(format, false);
    return {LogOutput{sinks[0], chosen, nullptr}, LogOutput{sinks[1], chosen, nullptr},
            LogOutput{sinks[2], chosen, nullptr}};
}

} // namespace

Logging::Logging(const LogSettings& settings, Place place)
    : _place(place)
    , _usesStandardError(settings.file.empty() && place == Place::terminal)
{
    _writer = new LogWriter(prepare(settings), settings.queue, settings.queueBytes);
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

LogWriter::Outputs Logging::prepare(const LogSettings& settings) const
{
    if (!settings.file.empty())
        return file(settings);
    return _place == Place::background ? systemLog(settings.format) : streams(settings.format);
}

void Logging::use(const LogSettings& settings, LogWriter::Outputs outputs)
{
    _writer->use(std::move(outputs), settings.queueBytes);
    _usesStandardError = settings.file.empty() && _place == Place::terminal;
    setLevel(settings.level);
}

Logging::~Logging()
{
    setLevel(static_cast<int>(LogLevel::debug));
    Poco::Logger::setLevel("proximux", 0);
    Poco::Logger::setChannel("proximux", nullptr);
    _writer->close();
}

} // namespace proximux
