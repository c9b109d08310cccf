// ConfigurationCheck: the admin port.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/config/FileContent.h>

#include <algorithm>
#include <string>

namespace proximux
{

namespace
{

constexpr std::size_t LONGEST_TOKEN = 4096; ///< bytes of a token

/// The token in the file. why: set where there is none.
std::string readToken(const std::string& path, std::string& why)
{
    std::string token = contentOf(path, LONGEST_TOKEN, why);
    token.erase(token.find_last_not_of("\r\n") + 1);
    if (why.empty() && token.empty())
        why = "the file is empty";
    return token;
}

/// Whether it can stand in a header.
bool isVisible(const std::string& token)
{
    return std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c <= '~'; });
}

} // namespace

/// A port that anybody could give commands to would be worse than none.
void ConfigurationCheck::checkAdmin()
{
    AdminSettings& admin = _configuration.admin;
    if (inForce("admin.token") != nullptr && inForce("admin.token_file") != nullptr)
        _mistakes.push_back(nameOf("admin.token_file") + ": admin.token is set, too; expected one of the two");
    else if (inForce("admin.token_file") != nullptr)
    {
        std::string why;
        admin.token = readToken(admin.tokenFile, why);
        if (!why.empty())
            _mistakes.push_back(nameOf("admin.token_file") + ": " + why + "; expected a file with a token");
    }
    if (!admin.token.empty() && !isVisible(admin.token))
        _mistakes.push_back(nameOf(admin.tokenFile.empty() ? "admin.token" : "admin.token_file") +
                            ": the token has a blank or a character that is not ASCII; expected neither");
    const bool isOpen = std::any_of(admin.listen.begin(), admin.listen.end(),
                                    [](const Endpoint& address) { return !address.isLocal(); });
    if (admin.commands == AdminSettings::Commands::all && isOpen && inForce("admin.token") == nullptr &&
        inForce("admin.token_file") == nullptr)
        _mistakes.push_back(nameOf("admin.commands") + ": needs a token for commands over TCP; expected admin.token or "
                                                       "admin.token_file, or socket");
    if (admin.readyTargets > _configuration.targets.size())
        _mistakes.push_back(nameOf("admin.ready_targets") + ": larger than the number of targets; expected at most " +
                            std::to_string(_configuration.targets.size()));
}

} // namespace proximux
