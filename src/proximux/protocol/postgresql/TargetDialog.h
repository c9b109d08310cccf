#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Traits.h>

#include <memory>
#include <optional>
#include <string>

namespace proximux::postgresql
{

/// The login at a target: by trust, password, MD5 or SCRAM-SHA-256 (bound to TLS where it can be), as the target wants.
/// Its outcome is what the target says of its parameters, or its error.
class TargetDialog : public LoginDialog
{
public:
    TargetDialog(std::shared_ptr<auth::Authenticator> authenticator, auth::Identity identity, std::string packet);

    void secured(const std::string& binding) override { _binding = binding; }
    [[nodiscard]] std::string opening() const override { return _packet; }
    Step hear(Bytes came) override;
    [[nodiscard]] const std::string& outcome() const override { return _outcome; }

private:
    using State = LoginAnswer::State;

    State take(char type, Bytes whole, std::string& says);
    State authenticate(Bytes body, std::string& says);
    [[nodiscard]] bool isInTurn(std::uint64_t request);
    State beginScram(Bytes methods, std::string& says);
    State refuse(Bytes code, const std::string& text);
    State refuseWithoutSecret(const char* method);

    std::shared_ptr<auth::Authenticator> _authenticator;
    auth::Identity _identity;
    std::string _packet;
    std::string _binding; ///< of its TLS connection; empty: there is none
    std::string _outcome;
    std::optional<auth::ScramClient> _scram;
    bool _isAsked = false;   ///< the target has asked for a proof: once
    bool _isProven = false;  ///< SCRAM: ours was given
    bool _isIn = false;      ///< the target has let us in
    bool _isGenuine = false; ///< SCRAM: the target has proven to know the secret, too
};

} // namespace proximux::postgresql
