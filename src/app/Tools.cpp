#include <app/Tools.h>

#include <app/LogFormat.h>
#include <app/StandardStream.h>
#include <proximux/config/Settings.h>
#include <proximux/config/Values.h>
#include <proximux/protocol/Registry.h>

#include <Poco/Util/Application.h>

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

ToolOptions::ToolOptions(const std::vector<std::string>& arguments)
{
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const std::string& argument = arguments[i];
        const std::size_t equals = argument.compare(0, 2, "--") == 0 ? argument.find('=') : std::string::npos;
        const std::string name = argument.substr(0, equals);
        if (name == "--help" || name == "-h")
            help = true;
        else if (name == "--response")
            responses = true;
        else if (name == "--protocol" || name == "--target" || name == "--set" || name == "-s")
        {
            if (equals == std::string::npos && i + 1 >= arguments.size())
            {
                mistakes.push_back(name + ": a value is missing");
                continue;
            }
            const std::string value = equals != std::string::npos ? argument.substr(equals + 1) : arguments[++i];
            const auto parts = name == "--target" ? values::hostPort(value) : std::nullopt;
            const std::int64_t port = parts ? values::integer(parts->port).value_or(0) : 0;
            if (name == "--protocol")
                protocol = value;
            else if (name != "--target" && value.find('=') == std::string::npos)
                mistakes.push_back(std::string(name).append(" ").append(value).append(": expected SECTION.KEY=VALUE"));
            else if (name != "--target")
                settings.emplace_back(value.substr(0, value.find('=')), value.substr(value.find('=') + 1));
            else if (port < 1 || port > 65535)
                mistakes.push_back("--target " + value + ": expected HOST:PORT or [IPV6]:PORT");
            else
            {
                target = {parts->host, static_cast<std::uint16_t>(port)};
                hasTarget = true;
            }
        }
        else if (argument.size() > 1 && argument.front() == '-')
            mistakes.push_back(argument + ": unknown; expected --protocol, --response, --target, --set or --help");
        else if (file.empty())
            file = argument;
        else
            mistakes.push_back(argument + ": one file is enough");
    }
    if (protocol.empty() && !help)
        mistakes.emplace_back("--protocol: missing");
}

std::shared_ptr<Protocol> ToolOptions::makeProtocol()
{
    Configuration configuration;
    for (const auto& [key, text] : settings)
    {
        std::size_t number = 0;
        const Setting* setting = findSetting(key, number);
        const std::string wrong =
            setting == nullptr || setting->isOfTarget() ? "unknown" : setting->store(text, configuration, 0);
        if (!wrong.empty())
        {
            std::string mistake = key;
            mistake.append(" = ").append(text).append(" (--set): ").append(wrong);
            mistake.append(setting != nullptr ? "; expected " : "; the nearest known setting is ");
            mistakes.push_back(mistake.append(setting != nullptr ? setting->expected : nearestKey(key)));
        }
    }
    const ProtocolInfo* info = findProtocol(protocol);
    if (info == nullptr || info->make == nullptr)
    {
        std::string names;
        for (const ProtocolInfo& each : protocols())
            if (each.make != nullptr)
                names.append(names.empty() ? "" : ", ").append(each.name);
        mistakes.push_back("--protocol " + protocol + ": no messages are known of it; expected one of " + names);
    }
    else if (protocol == "fixed" && configuration.exchange.framing.messageSize == 0)
        mistakes.emplace_back("exchange.message_size: missing; expected --set exchange.message_size=BYTES");
    configuration.exchange.protocol = protocol;
    if (!mistakes.empty() || info == nullptr || info->make == nullptr)
        return nullptr;
    return info->make(configuration.exchange.framingInForce());
}

} // namespace proximux
