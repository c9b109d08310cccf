#pragma once

#include <proximux/Pins.h>
#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/mysql/Effects.h>
#include <proximux/protocol/mysql/PacketReader.h>
#include <proximux/protocol/mysql/SessionLogin.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace proximux::mysql
{

/// One client that shares connections: its login, and the state that its statements leave behind. Settings are made
/// again on whichever connection serves it next; what else lasts beyond a transaction pins it.
class ClientSession : public Conversation
{
public:
    explicit ClientSession(const ConversationSettings& settings);

    void begin(std::uint64_t client, Bytes address) override;
    bool opened(RequestTraits& traits) override;
    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    Continuation goesOn(Bytes bytes, bool mayPin) override;
    void translate(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;
    bool malformed(const char* why, std::string& reply) override;
    bool expired(const char* why, std::string& reply) override;
    void held(unsigned reasons) override;
    void remains(unsigned reasons) override { held(reasons); }
    void signedIn(bool accepted) override;
    void told(const Told& what) override;

private:
    enum class State
    {
        greeting,
        login,
        proof, ///< it was asked for another scramble
        ready,
        refused
    };

    /// Why a statement is refused.
    struct Refusal
    {
        const char* reason; ///< for the log
        std::string text;
        unsigned code = 1235;
        Bytes state = "42000";
    };

    // ---- login

    [[nodiscard]] std::string greeting();
    void login(Bytes payload, RequestTraits& traits);
    void prove(Bytes scramble, RequestTraits& traits);
    void welcome(RequestTraits& traits, auth::ScrambleKind kind, std::string key);
    void refuseLogin(bool hasPassword, RequestTraits& traits);
    static void answer(RequestTraits& traits, std::string reply);
    void refuse(RequestTraits& traits, const char* refusal, std::string reply);

    // ---- commands

    void command(Bytes bytes, bool whole, RequestTraits& traits);
    void dispatch(std::uint8_t code, Bytes bytes, bool whole, RequestTraits& traits);
    void local(std::uint8_t code, RequestTraits& traits);
    void statement(Bytes bytes, bool whole, RequestTraits& traits);
    void prepared(std::uint8_t code, Bytes arguments, RequestTraits& traits);
    void setOption(Bytes arguments, RequestTraits& traits);
    void change(const SessionSettings& changes, RequestTraits& traits);
    void judge(const Effects& effects, bool isPrepare, bool whole, RequestTraits& traits);
    [[nodiscard]] Effects effectsOf(Bytes message, bool whole);
    [[nodiscard]] std::optional<Refusal> refusalOf(const Effects& effects) const;
    void refuseStatement(const Refusal& refusal, RequestTraits& traits);
    [[nodiscard]] bool isTied() const { return (_held & ~pins::LEASE) != 0; }
    [[nodiscard]] std::uint64_t statusNow() const;
    void reset();

    std::shared_ptr<auth::Authenticator> _authenticator;
    std::shared_ptr<SharedCommons> _commons;
    bool _mayPin;
    std::uint64_t _client = 0;
    std::string _address;
    State _state = State::greeting;
    unsigned _number = 0; ///< of the packet that answers the present message

    // ---- its login

    std::uint64_t _offered = 0; ///< capabilities
    std::string _nonce;
    auth::ScrambleKind _kind = auth::ScrambleKind::native;
    Opening _opening;
    SessionSettings _first; ///< settings
    std::string _before;    ///< said before it is welcome

    // ---- its session

    std::optional<SessionLogins> _logins;
    std::shared_ptr<const Login> _login;
    std::shared_ptr<const Login> _next; ///< as soon as the target has agreed
    std::uint64_t _status = 0;          ///< what an OK of ours says, without a transaction
    bool _escapes = true;               ///< a backslash in quotes takes the meaning of the next character
    bool _doubleQuotes = false;         ///< it is known that double quotes are such
    unsigned _held = 0;                 ///< reasons by which it is pinned, as told last
    bool _hasRun = false;               ///< since it is, a statement of its own has run there
    bool _countsFound = false;          ///< it is pinned by a statement that has counted rows
    bool _counted = false;              ///< it was, until the present statement
    std::set<std::uint32_t> _prepared;  ///< ids
    std::uint64_t _inserted = 0;        ///< the id that it has inserted last

    // ---- a statement of which more is to come

    std::optional<EffectsReader> _reader;
    PacketReader _packets;
    unsigned _ties = 0; ///< of what came of it
};

} // namespace proximux::mysql
