#include <app/Invitation.h>

namespace proximux
{

std::vector<std::string> waysToTalk(const std::string& host, std::uint16_t port)
{
    // Windows 10 and newer have it; without .exe it is another command in PowerShell
    const bool isIPv6 = host.find(':') != std::string::npos;
    return {"curl.exe telnet://" + (isIPv6 ? "[" + host + "]" : host) + ":" + std::to_string(port) +
            "    type a line and press Enter"};
}

} // namespace proximux
