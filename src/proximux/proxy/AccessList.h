#pragma once

#include <proximux/config/Configuration.h>
#include <proximux/proxy/Events.h>

namespace proximux
{

/// The built-in listener of `connected`: refuses a client whose address lies in a range of access.deny, or, where there
/// is an access.allow, in none of its ranges. Any thread.
class AccessList
{
public:
    /// Borrows the settings.
    explicit AccessList(const AccessSettings& settings)
        : _settings(settings)
    {
    }

    [[nodiscard]] bool isEmpty() const { return _settings.deny.empty() && _settings.allow.empty(); }

    /// The reason for which the address is refused; empty: it is not.
    [[nodiscard]] const char* refusal(const std::string& address) const;

    void onConnected(ConnectedArgs& args);

private:
    const AccessSettings& _settings;
};

} // namespace proximux
