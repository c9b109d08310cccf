#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>

namespace proximux
{

/// The built-in listener of `connected`. Refuses a client whose address lies in a range of access.deny or, if
/// access.allow is set, in none of its ranges. Any thread.
class AccessList
{
public:
    /// The settings must outlive this object.
    explicit AccessList(const AccessSettings& settings)
        : _settings(settings)
    {
    }

    [[nodiscard]] bool isEmpty() const { return _settings.deny.empty() && _settings.allow.empty(); }

    /// The reason to refuse this address; empty if it is allowed.
    [[nodiscard]] const char* refusal(const std::string& address) const;

    void onConnected(ConnectedArgs& args);

private:
    const AccessSettings& _settings;
};

} // namespace proximux
