#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>

#include <memory>
#include <string>

namespace proximux
{

/// The built-in listener of `connected`. Refuses a client whose address lies in a range of access.deny or, if
/// access.allow is set, in none of its ranges; one of a UNIX socket if its user is not in access.uids. Any thread.
class AccessList
{
public:
    explicit AccessList(const AccessSettings& settings) { use(settings); }

    /// Judges by these settings from now on.
    void use(const AccessSettings& settings)
    {
        std::atomic_store(&_settings, std::make_shared<const AccessSettings>(settings));
    }

    /// The reason to refuse this address; empty if it is allowed.
    [[nodiscard]] const char* refusal(const std::string& address) const;

    /// Likewise for a client, of which its user decides if it came over a UNIX socket.
    [[nodiscard]] const char* refusal(const ClientInfo& client) const;

    void onConnected(ConnectedArgs& args);

private:
    std::shared_ptr<const AccessSettings> _settings;
};

} // namespace proximux
