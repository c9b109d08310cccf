#pragma once

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Traits.h>
#include <proximux/protocol/mysql/SessionLogin.h>
#include <proximux/protocol/mysql/TargetDialog.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace proximux::mysql
{

/// The login of one client, from the greeting to its welcome.
class ClientLogin
{
public:
    /// offersTls: the client may ask for TLS; what it says to that end is not heard here.
    ClientLogin(std::shared_ptr<auth::Authenticator> authenticator, std::shared_ptr<SharedCommons> commons,
                bool offersTls);

    /// The client's number and address, of which the greeting and errors speak.
    void begin(std::uint64_t client, Bytes address);

    /// It is greeted, if need be when a target has said what it is.
    void open(RequestTraits& traits);

    /// A message of the client's, which is not welcome yet.
    void take(Bytes bytes, bool whole, RequestTraits& traits);

    [[nodiscard]] bool isWelcome() const { return _state == State::ready; }
    [[nodiscard]] bool isRefused() const { return _state == State::refused; }

    /// It will not be welcome.
    void fail() { _state = State::refused; }

    /// The number of the packet that says so.
    [[nodiscard]] unsigned number() const { return _state == State::greeting ? 0 : _number; }

    /// What the client gets where a target's outcome (LoginDialog::outcome()) was waited for: the greeting, or the
    /// welcome.
    std::string translated(Bytes outcome);

    /// What the target has said of itself. It must be welcome.
    [[nodiscard]] const TargetFacts& facts() const { return _facts; }

    /// Those of its session. It must be welcome.
    [[nodiscard]] const SessionLogins& logins() const { return *_logins; }

    /// Who it has been welcomed as, another text for each user; empty: it was not yet.
    [[nodiscard]] const std::string& known() const { return _known; }

    /// The number that it is shown.
    [[nodiscard]] std::uint64_t shown() const;

    /// Whether this capability is in force.
    [[nodiscard]] bool has(std::uint64_t capability) const { return (_capabilities & capability) != 0; }

    /// Whether its client wants to be told what a statement changes in its session.
    [[nodiscard]] bool tracks() const { return _tracks; }

    /// It is another user's from now on, who has to prove it. number: of the packet that answers this.
    void change(Bytes arguments, unsigned number, RequestTraits& traits);

    /// Whether a text may have several statements, from now on.
    void setMultiStatements(bool on);

    /// The answer to a request that is not sent.
    static void answer(RequestTraits& traits, std::string reply);

    /// Likewise, behind which the client is closed. refusal: for the log, fixed text.
    void refuse(RequestTraits& traits, const char* refusal, std::string reply);

private:
    enum class State
    {
        greeting,
        login,
        proof, ///< it was asked for another scramble
        ready,
        refused
    };

    [[nodiscard]] std::string greeting();
    void login(Bytes payload, RequestTraits& traits);
    void opens(const UserLogin& said);
    [[nodiscard]] auth::ScrambleKind kindFor(Bytes plugin) const;
    void askForProof(RequestTraits& traits);
    void prove(Bytes scramble, RequestTraits& traits);
    void welcome(RequestTraits& traits, auth::ScrambleKind kind, std::string key);
    void refuseLogin(bool hasPassword, RequestTraits& traits);

    std::shared_ptr<auth::Authenticator> _authenticator;
    std::shared_ptr<SharedCommons> _commons;
    bool _offersTls;
    std::uint64_t _client = 0;
    std::string _address;
    State _state = State::greeting;
    unsigned _number = 0;       ///< of the packet that answers the present message
    std::uint64_t _offered = 0; ///< capabilities
    std::string _nonce;
    auth::ScrambleKind _kind = auth::ScrambleKind::native;
    std::uint64_t _capabilities = 0; ///< in force
    bool _tracks = false;
    std::string _known;
    Opening _opening;
    SessionSettings _first; ///< settings
    std::string _before;    ///< said before it is welcome
    std::optional<SessionLogins> _logins;
    TargetFacts _facts;
};

} // namespace proximux::mysql
