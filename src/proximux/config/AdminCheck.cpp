// ConfigurationCheck: the admin port.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>

#include <algorithm>
#include <string>

namespace proximux
{

namespace
{

constexpr std::size_t LONGEST_TOKEN = 4096; ///< bytes of a token

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
        admin.token = readToken(admin.tokenFile);
    if (!admin.token.empty() && !isVisible(admin.token))
        _mistakes.push_back(nameOf(admin.tokenFile.empty() ? "admin.token" : "admin.token_file") +
                            ": the token has a blank or a character that is not ASCII; expected neither");
    const bool isOpen = std::any_of(admin.listen.begin(), admin.listen.end(),
                                    [](const AdminAddress& address) { return address.path.empty(); });
    if (admin.commands == AdminSettings::Commands::all && isOpen && inForce("admin.token") == nullptr &&
        inForce("admin.token_file") == nullptr)
        _mistakes.push_back(nameOf("admin.commands") + ": needs a token for commands over TCP; expected admin.token or "
                                                       "admin.token_file, or socket");
    if (admin.readyTargets > _configuration.targets.size())
        _mistakes.push_back(nameOf("admin.ready_targets") + ": larger than the number of targets; expected at most " +
                            std::to_string(_configuration.targets.size()));
}

/// The token in the file. Adds a mistake if there is none.
std::string ConfigurationCheck::readToken(const std::string& path)
{
    std::string token;
    std::string why;
    try
    {
        Poco::FileInputStream file(path);
        token.resize(LONGEST_TOKEN + 1);
        file.read(token.data(), static_cast<std::streamsize>(token.size()));
        token.resize(static_cast<std::size_t>(file.gcount()));
        token.erase(token.find_last_not_of("\r\n") + 1);
        if (token.empty() || token.size() > LONGEST_TOKEN)
            why = token.empty() ? "the file is empty" : "the file is longer than 4096 bytes";
    }
    catch (const Poco::Exception& exception)
    {
        why = "cannot be read: " + systemerror::reason(exception);
    }
    if (!why.empty())
        _mistakes.push_back(nameOf("admin.token_file") + ": " + why + "; expected a file with a token");
    return token;
}

} // namespace proximux
