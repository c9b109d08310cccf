#include <proximux/admin/AccessRules.h>

#include <Poco/String.h>

#include <algorithm>
#include <cstddef>

namespace proximux::admin
{

namespace
{

using Commands = AdminSettings::Commands;

/// The name or address of a Host field, without its port and brackets.
std::string hostIn(const std::string& field)
{
    if (!field.empty() && field.front() == '[')
        return field.substr(1, field.find(']') - 1);
    return field.substr(0, field.find(':'));
}

bool isWildcard(const Endpoint& address)
{
    return !address.isLocal() && (address.host == "0.0.0.0" || address.host == "::");
}

bool isLoopback(const std::string& host)
{
    static const auto V4 = AddressRange::parse("127.0.0.0/8");
    static const auto V6 = AddressRange::parse("::1");
    return Poco::icompare(host, std::string("localhost")) == 0 || V4->contains(host) || V6->contains(host);
}

/// Whether both are the same address, however it is written.
bool isSameAddress(const std::string& a, const std::string& b)
{
    const auto range = AddressRange::parse(a);
    return range && a.find('/') == std::string::npos && range->contains(b);
}

} // namespace

bool isSameSecret(const std::string& given, const std::string& secret)
{
    unsigned different = given.size() == secret.size() && !secret.empty() ? 0 : 1;
    for (std::size_t i = 0; i < given.size(); ++i)
        different |= static_cast<unsigned char>(given[i]) ^
                     static_cast<unsigned>(static_cast<unsigned char>(secret.empty() ? 0 : secret[i % secret.size()]));
    return different == 0;
}

bool AccessRules::mayConnect(const std::string& address) const
{
    return std::any_of(_settings.access.begin(), _settings.access.end(),
                       [&address](const AddressRange& range) { return range.contains(address); });
}

/// A page of the web whose name was made to point at us (DNS rebinding) sends that name as Host, never an address.
bool AccessRules::isNameOfOurs(const std::string& host) const
{
    if (isLoopback(host))
        return true;
    const bool isNumeric = AddressRange::parse(host) && host.find('/') == std::string::npos;
    return std::any_of(_settings.listen.begin(), _settings.listen.end(),
                       [&host, isNumeric](const Endpoint& each)
                       { return isWildcard(each) ? isNumeric : isSameAddress(each.host, host); });
}

std::optional<Reply> AccessRules::judge(const Request& request, const Origin& origin) const
{
    const bool isPost = request.method == "POST";
    if (!isPost && request.method != "GET" && request.method != "HEAD")
    {
        Reply reply = textReply(405, "only GET, HEAD and POST are allowed");
        reply.fields = "Allow: GET, HEAD, POST\r\n";
        return reply;
    }
    // a client of HTTP/1.0 may send no Host; a browser always does
    if (!origin.isLocal && (isPost || !request.host.empty()) && !isNameOfOurs(hostIn(request.host)))
        return textReply(421, "the Host is not an address of the admin port");
    const std::string type = request.contentType.substr(0, request.contentType.find(';'));
    // a form of a browser cannot send this type to another site
    if (isPost && Poco::icompare(Poco::trim(type), std::string("application/json")) != 0)
        return textReply(415, "expected Content-Type: application/json");
    return std::nullopt;
}

bool AccessRules::hasToken(const std::string& authorization) const
{
    const std::string scheme = "Bearer ";
    return Poco::icompare(authorization.substr(0, scheme.size()), scheme) == 0 &&
           isSameSecret(Poco::trim(authorization.substr(scheme.size())), _settings.token);
}

std::optional<Reply> AccessRules::judgeCommand(const Origin& origin, const std::string& authorization) const
{
    if (_settings.commands == Commands::none)
        return refusal(FORBIDDEN, "not allowed: admin.commands = none");
    if (origin.isLocal)
        return std::nullopt;
    if (_settings.commands == Commands::socket)
        return refusal(FORBIDDEN, "not allowed over TCP: admin.commands = socket");
    if (hasToken(authorization))
        return std::nullopt;
    Reply reply = textReply(401, "not allowed without Authorization: Bearer TOKEN, the token of admin.token");
    reply.fields = "WWW-Authenticate: Bearer\r\n";
    reply.exitCode = FORBIDDEN;
    return reply;
}

} // namespace proximux::admin
