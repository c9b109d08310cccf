#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Traits.h>
#include <proximux/protocol/mysql/SharedCommons.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace proximux::mysql
{

/// The login at a target, which speaks first: by a scramble (mysql_native_password, caching_sha2_password) or, where
/// the target wants it, by the password over TLS or for its public key. Then its session is tracked, and has its
/// settings. Its outcome is the status and the greeting of the target, or its error as a packet.
class TargetDialog : public LoginDialog
{
public:
    TargetDialog(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons,
                 auth::Identity identity, std::uint64_t capabilities, SessionSettings settings);

    /// The connection is logged in: its user is, anew, and nothing else is left of it. MariaDB would keep a role,
    /// unless the user has one by default.
    void changeUser();

    /// Likewise: these commands are said, and nothing else.
    void say(std::vector<std::string> commands);

    void secured(const std::string& binding) override { _isSecure = !binding.empty(); }
    [[nodiscard]] std::string opening() const override { return _opening; }
    Step hear(Bytes came) override;
    [[nodiscard]] const std::string& outcome() const override { return _outcome; }
    [[nodiscard]] bool renews() const override { return _renews; }

private:
    using State = LoginAnswer::State;

    enum class Phase
    {
        greeting,
        role, ///< that of the session ends
        login,
        key,     ///< the target's public key is to come
        commands ///< `_commands`
    };

    State take(Bytes payload, std::string& says);
    State greet(Bytes payload, std::string& says);
    State authenticate(Bytes payload, std::string& says);
    State switched(Bytes payload, std::string& says);
    State more(Bytes data, std::string& says);
    [[nodiscard]] std::string changePacket() const;
    State takeKey(Bytes key, std::string& says);
    State nextCommand(std::string& says);
    State loggedIn(Bytes payload, std::string& says);
    [[nodiscard]] std::string loginPacket(Bytes answer) const;
    [[nodiscard]] std::string answerBy(Bytes plugin, Bytes nonce) const;
    void answer(Bytes text, std::string& says) const;
    State refuse(unsigned code, Bytes state, const std::string& text);
    State refuseMethod(Bytes plugin);

    std::shared_ptr<auth::Authenticator> _authenticator;
    std::shared_ptr<SharedCommons> _commons;
    auth::Identity _identity;
    std::uint64_t _capabilities;
    SessionSettings _settings;
    std::vector<std::string> _commands; ///< still to be said, the last one first
    Phase _phase = Phase::greeting;
    bool _renews = false;
    std::string _opening;
    std::string _greeting; ///< of the target, as it came
    std::string _nonce;
    std::string _plugin;
    bool _isSecure = false;
    unsigned _number = 0;  ///< of the packet that came last
    unsigned _answers = 0; ///< to what the target has asked for: a few are enough
    std::string _outcome;
};

/// Waits for what a target says first.
class GreetingDialog : public LoginDialog
{
public:
    explicit GreetingDialog(std::shared_ptr<SharedCommons> commons)
        : _commons(std::move(commons))
    {
    }

    [[nodiscard]] std::string opening() const override { return {}; }
    Step hear(Bytes came) override;
    [[nodiscard]] const std::string& outcome() const override { return _outcome; }

private:
    std::shared_ptr<SharedCommons> _commons;
    std::string _outcome;
};

/// The outcome of a login.
struct TargetFacts
{
    std::uint64_t status = 0;
    Greeting greeting;
};

/// Nothing: it is none.
std::optional<TargetFacts> factsIn(Bytes outcome);

} // namespace proximux::mysql
