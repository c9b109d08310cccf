#include <app/ServiceRegistration.h>

namespace proximux
{

ServiceOptions::ServiceOptions(const std::vector<std::string>& arguments)
{
    parseOptions(
        options(), arguments, [this](const std::string& argument) { others.push_back(argument); }, mistakes);
    if (isRegistration && isRemoval)
        mistakes.emplace_back("--unregisterService cannot be combined with --registerService");
}

Options ServiceOptions::options()
{
    return {
        {"--registerService", "", "",
         "Register the program as a service; other options are kept for its start. Relative paths are relative to "
         "the folder of the system-wide configuration file",
         false, [this](const std::string&) { isRegistration = true; }},
        {"--unregisterService", "", "", "Remove the service", false, [this](const std::string&) { isRemoval = true; }},
        {"--displayName", "", "NAME", "Name that lists of services show (" + displayName + ")", false,
         [this](const std::string& value) { displayName = value; }},
        {"--description", "", "TEXT", "Description that lists of services show", false,
         [this](const std::string& value) { description = value; }},
        {"--startup", "", "automatic|manual", "Whether the service starts with the system (manual)", false,
         [this](const std::string& value)
         {
             isAutomatic = value == "automatic";
             if (value != "automatic" && value != "manual")
                 mistakes.push_back("--startup = " + value + ": expected automatic or manual");
         }}};
}

} // namespace proximux
