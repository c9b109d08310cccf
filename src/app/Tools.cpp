#include <app/Tools.h>

#include <app/LogFormat.h>
#include <app/StandardStream.h>
#include <proximux/ConfigurationLoader.h>
#include <proximux/config/Values.h>
#include <proximux/protocol/Registry.h>

#include <Poco/Util/Application.h>

#include <algorithm>
#include <system_error>

namespace proximux
{

int toolSays(const std::string& text)
{
    const std::string failure = StandardStream(StandardStream::Which::output).write(text);
    if (failure.empty())
        return Poco::Util::Application::EXIT_OK;
    if (failure != std::make_error_code(std::errc::broken_pipe).message()) // a reader such as head had enough
        StandardStream(StandardStream::Which::error).write("proximux: cannot write to stdout: " + failure + "\n");
    return Poco::Util::Application::EXIT_IOERR;
}

int toolRefuses(const std::vector<std::string>& mistakes)
{
    std::string text;
    for (const std::string& mistake : mistakes)
        text += printable(mistake) + "\n";
    StandardStream(StandardStream::Which::error).write(text);
    return Poco::Util::Application::EXIT_CONFIG;
}

namespace
{

/// The names of those that have no harmless request of their own.
std::string protocolsWithoutProbe()
{
    return namesOfProtocols(
        [](const ProtocolInfo& each) { return each.make != nullptr && each.make({})->probe(1).empty(); }, " and ");
}

} // namespace

ToolOptions::ToolOptions(Tool which, const std::vector<std::string>& arguments)
    : tool(which)
{
    parseOptions(
        options(), arguments, [this](const std::string& argument) { takeOther(argument); }, mistakes);
}

/// A target whose messages cannot be framed may still be asked for TLS.
bool ToolOptions::supports(const ProtocolInfo& info) const
{
    return info.make != nullptr || (tool == Tool::probe && info.tlsStarts.areThere());
}

std::string ToolOptions::supported() const
{
    return namesOfProtocols([this](const ProtocolInfo& each) { return supports(each); });
}

/// The only list of options: the parser and all texts use it.
Options ToolOptions::options()
{
    Options all{{"--protocol", "", "NAME", "Protocol of the messages: " + supported(), true,
                 [this](const std::string& value) { takeProtocol(value); }}};
    if (tool == Tool::decode)
        all.push_back({"--response", "", "", "Decode responses instead of requests", true,
                       [this](const std::string&) { responses = true; }});
    if (tool == Tool::probe)
    {
        all.push_back({"--target", "", "HOST:PORT", "Target to test, or unix:PATH", true,
                       [this](const std::string& value) { takeTarget(value); }});
        all.push_back({"--request", "", "TEXT",
                       "Harmless request to send, with the escapes \\r \\n \\t \\0 \\\\ \\xHH; required with " +
                           protocolsWithoutProbe(),
                       true, [this](const std::string& value) { takeRequest(value); }});
    }
    all.push_back({"--set", "-s", "SECTION.KEY=VALUE", "Any setting; may be repeated", true,
                   [this](const std::string& value) { takeSet(value); }});
    all.push_back({"--help", "-h", "", "Print this help and exit", true, [this](const std::string&) { help = true; }});
    return all;
}

void ToolOptions::takeProtocol(const std::string& value)
{
    const ProtocolInfo* info = protocolNamed(value);
    protocol = info != nullptr ? std::string(info->name) : value;
}

void ToolOptions::takeRequest(const std::string& value)
{
    const auto bytes = values::unescape(value);
    if (!bytes)
        mistakes.push_back("--request " + value + ": unknown escape sequence; expected \\r \\n \\t \\0 \\\\ \\xHH");
    request = bytes.value_or("");
}

void ToolOptions::takeTarget(const std::string& value)
{
    if (const auto path = values::unixPath(value))
    {
        target = {"", 0, *path};
        return;
    }
    const auto parts = values::hostPort(value);
    const std::int64_t port = parts ? values::integer(parts->port).value_or(0) : 0;
    if (port < 1 || port > 65535)
        mistakes.push_back("--target " + value + ": " + values::hostPortMistake(value) +
                           "expected HOST:PORT, [IPV6]:PORT or unix:PATH");
    target = {parts ? parts->host : value, static_cast<std::uint16_t>(port)};
}

void ToolOptions::takeSet(const std::string& value)
{
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos)
        return mistakes.push_back("--set " + value + ": expected SECTION.KEY=VALUE");
    settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
}

void ToolOptions::takeOther(const std::string& argument)
{
    const bool isOption = argument.size() > 1 && argument.front() == '-';
    if (tool == Tool::probe)
        mistakes.push_back(argument + ": unknown; expected " + namesOf(options()));
    else if (isOption)
        mistakes.push_back(argument + ": unknown; expected " + namesOf(options()) + ", or a file");
    else if (file.empty())
        file = argument;
    else
        mistakes.push_back(argument + ": unexpected argument; only one file can be decoded at a time");
}

/// The option that is missing before the settings can be loaded; empty if none.
std::string ToolOptions::lacking() const
{
    const ProtocolInfo* info = findProtocol(protocol);
    if (info == nullptr || !supports(*info))
    {
        const std::string unknown = "--protocol " + protocol + ": not supported by this tool";
        return (protocol.empty() ? "--protocol: missing" : unknown) + "; expected one of " + supported();
    }
    const RequiredSetting& required = info->required;
    const auto isRequired = [&required](const auto& each) { return each.first == required.key; };
    if (required.key.empty() || std::any_of(settings.begin(), settings.end(), isRequired))
        return {};
    const std::string key(required.key);
    return key + ": missing; expected --set " + key + "=" + std::string(required.value);
}

std::shared_ptr<const Configuration> ToolOptions::load()
{
    if (std::string what = lacking(); !what.empty())
    {
        mistakes.push_back(std::move(what));
        return nullptr;
    }
    ConfigurationLoader loader;
    for (const std::string& mistake : mistakes)
        loader.addMistake(mistake);
    // required settings that the tools do not use
    const ProtocolInfo& info = *findProtocol(protocol);
    const bool isShared = info.make != nullptr && !info.tlsStarts.isGreeted; // others let nobody in unasked
    const bool isChosen = !target.host.empty() && target.port != 0;
    for (const auto& [key, value] : {std::pair{"local.port", std::string("0")},
                                     {"exchange.mode", isShared ? "funnel" : "proxy"},
                                     {"target.1.host", isChosen ? target.host : "localhost"},
                                     {"target.1.port", isChosen ? std::to_string(target.port) : "1"}})
        loader.addCommandLine(key, value, "");
    for (const RequiredSetting& each : findProtocol(protocol)->requiredToShare)
        loader.addCommandLine(std::string(each.key), std::string(each.value), "");
    if (isShared && findProtocol(protocol)->uses("auth.method"))
        loader.addCommandLine("auth.method", "trust", ""); // nobody comes in
    loader.addCommandLine("exchange.protocol", protocol, "--protocol");
    for (const auto& [key, value] : settings)
        if (!value.empty())
            loader.addCommandLine(key, value, "--set");
    LoadResult result = loader.load();
    mistakes = result.mistakes;
    return result.configuration;
}

} // namespace proximux
