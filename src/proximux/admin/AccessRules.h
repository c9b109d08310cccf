#pragma once

#include <proximux/Configuration.h>
#include <proximux/admin/Request.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

/// Who may use the admin port, and for what. Decides by values alone.
///
///     TCP            admin.access -> Host -> reading is allowed
///                                         -> commands: admin.commands = all, and the token
///     UNIX socket    reading is allowed
///                    commands: admin.commands = socket or all
class AccessRules
{
public:
    explicit AccessRules(const AdminSettings& settings)
        : _settings(settings)
    {
    }

    /// Whether a peer over TCP may connect at all.
    [[nodiscard]] bool mayConnect(const std::string& address) const;

    /// Why this request is not even looked at, or nothing.
    [[nodiscard]] std::optional<Reply> judge(const Request& request, const Origin& origin) const;

    /// Why a command that changes something is refused, or nothing. authorization: the field of HTTP, or empty.
    [[nodiscard]] std::optional<Reply> judgeCommand(const Origin& origin, const std::string& authorization) const;

private:
    [[nodiscard]] bool isNameOfOurs(const std::string& host) const;
    [[nodiscard]] bool hasToken(const std::string& authorization) const;

    AdminSettings _settings;
};

/// Compares in a time that depends on the length of `given` alone.
bool isSameSecret(const std::string& given, const std::string& secret);

} // namespace proximux::admin
