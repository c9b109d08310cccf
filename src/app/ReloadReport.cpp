#include <app/ReloadReport.h>

#include <proximux/Log.h>

#include <Poco/Exception.h>

#include <cstddef>

namespace proximux
{

namespace
{

/// "Reloaded: 2 settings changed (access.deny, log.level); 41 clients stay".
std::string sentenceOf(const char* what, const ReloadResult& result)
{
    std::string names;
    for (const std::string& each : result.changed)
        names += (names.empty() ? "" : ", ") + each;
    const std::size_t count = result.changed.size();
    return std::string(what) + ": " +
           (count == 0 ? "nothing" : std::to_string(count) + (count == 1 ? " setting" : " settings")) + " changed" +
           (names.empty() ? "" : " (" + names + ")") + "; " + std::to_string(result.clients) +
           (result.clients == 1 ? " client stays" : " clients stay");
}

} // namespace

std::string describe(const std::exception& exception)
{
    if (const auto* const refusal = dynamic_cast<const Poco::IOException*>(&exception))
        return refusal->message();
    const auto* const known = dynamic_cast<const Poco::Exception*>(&exception);
    return known != nullptr ? known->displayText() : exception.what();
}

void logReload(const char* what, const ReloadResult& result)
{
    const Log log(true);
    for (const std::string& mistake : result.mistakes)
        log.failure(LogScope::server, "ReloadError", mistake + "; nothing was applied");
    if (result.mistakes.empty() && log.wants(LogScope::server, LogLevel::info))
        log.text(LogScope::server, LogLevel::info, sentenceOf(what, result));
}

} // namespace proximux
