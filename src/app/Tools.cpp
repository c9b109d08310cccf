#include <app/Tools.h>

#include <app/LogFormat.h>
#include <app/StandardStream.h>
#include <proximux/config/ConfigurationLoader.h>
#include <proximux/config/Values.h>
#include <proximux/protocol/Registry.h>

#include <Poco/Util/Application.h>

#include <algorithm>

namespace proximux
{

int toolSays(const std::string& text)
{
    StandardStream(StandardStream::Which::output).write(text);
    return Poco::Util::Application::EXIT_OK;
}

int toolRefuses(const std::vector<std::string>& mistakes)
{
    std::string text;
    for (const std::string& mistake : mistakes)
        text += printable(mistake) + "\n";
    StandardStream(StandardStream::Which::error).write(text);
    return Poco::Util::Application::EXIT_CONFIG;
}

ToolOptions::ToolOptions(Tool which, const std::vector<std::string>& arguments)
    : tool(which)
{
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const std::string& argument = arguments[i];
        const std::size_t equals = argument.compare(0, 2, "--") == 0 ? argument.find('=') : std::string::npos;
        const std::string name = argument.substr(0, equals);
        if (argument == "--help" || argument == "-h")
            help = true;
        else if (argument == "--response" && tool == Tool::decode)
            responses = true;
        else if (name != "--protocol" && name != "--set" && name != "-s" &&
                 (tool == Tool::decode || (name != "--target" && name != "--request")))
            takeOther(argument);
        else if (equals != std::string::npos)
            takeOption(name, argument.substr(equals + 1));
        else if (i + 1 < arguments.size())
            takeOption(name, arguments[++i]);
        else
            mistakes.push_back(name + ": a value is missing");
    }
}

void ToolOptions::takeOption(const std::string& name, const std::string& value)
{
    if (name == "--protocol")
        protocol = value;
    else if (name == "--request")
    {
        const auto bytes = values::unescape(value);
        if (!bytes)
            mistakes.push_back("--request " + value +
                               ": an escape that is not known; expected \\r \\n \\t \\0 \\\\ \\xHH");
        request = bytes.value_or("");
    }
    else if (name == "--target")
    {
        const auto parts = values::hostPort(value);
        const std::int64_t port = parts ? values::integer(parts->port).value_or(0) : 0;
        if (port < 1 || port > 65535)
            mistakes.push_back("--target " + value + ": expected HOST:PORT or [IPV6]:PORT");
        target = {parts ? parts->host : value, static_cast<std::uint16_t>(port)};
    }
    else if (const std::size_t equals = value.find('='); equals != std::string::npos)
        settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    else
        mistakes.push_back(std::string(name).append(" ").append(value).append(": expected SECTION.KEY=VALUE"));
}

void ToolOptions::takeOther(const std::string& argument)
{
    const bool isOption = argument.size() > 1 && argument.front() == '-';
    if (tool == Tool::probe)
        mistakes.push_back(argument + ": unknown; expected --protocol, --target, --request, --set or --help");
    else if (isOption)
        mistakes.push_back(argument + ": unknown; expected --protocol, --response, --set, --help or a file");
    else if (file.empty())
        file = argument;
    else
        mistakes.push_back(argument + ": one file is enough");
}

/// The option that is missing before the settings can be loaded; empty if none.
std::string ToolOptions::lacking() const
{
    const ProtocolInfo* info = findProtocol(protocol);
    if (info == nullptr || info->make == nullptr)
    {
        std::string names;
        for (const ProtocolInfo& each : protocols())
            if (each.make != nullptr)
                names.append(names.empty() ? "" : ", ").append(each.name);
        const std::string unknown = "--protocol " + protocol + ": no messages are known of it";
        return (protocol.empty() ? "--protocol: missing" : unknown) + "; expected one of " + names;
    }
    const auto isSize = [](const auto& each) { return each.first == "exchange.message_size"; };
    if (protocol == "fixed" && std::none_of(settings.begin(), settings.end(), isSize))
        return "exchange.message_size: missing; expected --set exchange.message_size=BYTES";
    return {};
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
    for (const auto& [key, value] : {std::pair{"local.port", "0"},
                                     {"exchange.mode", "funnel"},
                                     {"target.1.host", "localhost"},
                                     {"target.1.port", "1"}})
        loader.addCommandLine(key, value, "");
    loader.addCommandLine("exchange.protocol", protocol, "--protocol");
    for (const auto& [key, value] : settings)
        if (!value.empty())
            loader.addCommandLine(key, value, "--set");
    LoadResult result = loader.load();
    mistakes = result.mistakes;
    return result.configuration;
}

} // namespace proximux
