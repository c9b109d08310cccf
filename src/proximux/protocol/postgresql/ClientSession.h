#pragma once

#include <proximux/Pins.h>
#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/postgresql/SessionLogin.h>
#include <proximux/protocol/postgresql/SessionSettings.h>
#include <proximux/protocol/postgresql/SharedCommons.h>
#include <proximux/protocol/postgresql/Startup.h>
#include <proximux/protocol/postgresql/Statements.h>

#include <memory>
#include <optional>
#include <string>

namespace proximux::postgresql
{

/// One client that shares connections: its login, and the state that its statements leave behind. Settings and prepared
/// statements are made again on whichever connection serves it next; what else lasts beyond a transaction pins it.
class ClientSession : public Conversation
{
public:
    explicit ClientSession(const ConversationSettings& settings);
    ~ClientSession() override;

    void begin(std::uint64_t client, Bytes address) override;
    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    void translate(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;
    bool malformed(const char* why, std::string& reply) override;
    std::string restCame() override;
    bool expired(const char* why, std::string& reply) override;
    void held(unsigned reasons) override;
    void remains(unsigned reasons) override { _held = reasons; }
    void signedIn(bool accepted) override;
    bool goesOn(Bytes bytes) override;
    void fit(Bytes bytes, bool begins, ConnectionMemory& memory, std::string& text) override;

private:
    enum class State
    {
        starting,
        password, ///< its password, or its answer to an MD5 challenge, is to come
        scram,    ///< its first message of SCRAM
        proof,    ///< its last one
        ready,
        refused
    };

    // ---- login

    void startup(Bytes packet, RequestTraits& traits);
    void cancel(Bytes key, RequestTraits& traits);
    void ask(RequestTraits& traits);
    void prove(Bytes body, RequestTraits& traits);
    void beginScram(Bytes body, RequestTraits& traits);
    void endScram(Bytes body, RequestTraits& traits);
    void welcome(RequestTraits& traits);
    void refuseLogin(RequestTraits& traits);
    static void answer(RequestTraits& traits, std::string reply);
    void refuse(RequestTraits& traits, const char* refusal, std::string reply);

    // ---- statements

    /// What a request holds.
    struct Contents
    {
        Effects effects;
        std::optional<SettingChange> change; ///< of the text, where it is the only one
        bool isPrepared = false;             ///< statements are prepared, bound, described or closed
        std::size_t named = 0;               ///< bytes of statements with a name
        bool namesState = false;             ///< one of them leaves something behind when it is executed
        bool namesEnd = false;               ///< one of them may end what ties
        bool forgetsLater = false; ///< prepared statements may be ended by a later request, whose text does not say it
        Bytes prepared;            ///< the body of the last Parse
        bool isPlain = true;       ///< each message is of the statement and the portal without a name, in their order
        unsigned messages = 0;
        unsigned texts = 0;
        unsigned runs = 0;   ///< how often something is executed
        bool isOpen = false; ///< more of it is to come
        bool isSynced = false;

        /// Whether one statement with a name is prepared, and nothing else is asked.
        [[nodiscard]] bool isPrepareAlone() const { return messages == 2 && named > 0 && !isOpen; }

        /// Whether one text is executed, once, and nothing else can be.
        [[nodiscard]] bool isSingle() const { return texts == 1 && runs == 1 && isPlain && !isOpen; }
    };

    void statements(Bytes bytes, bool whole, RequestTraits& traits);
    static void look(Bytes bytes, Contents& contents);
    static void look(char type, Bytes body, Contents& contents);
    static void lookAtParse(Bytes body, Contents& contents);
    static void lookAtBind(Bytes body, Contents& contents);
    static Effects add(Bytes sql, Contents& contents);
    void judge(const Contents& contents, RequestTraits& traits);
    [[nodiscard]] bool isTied() const { return (_held & ~pins::LEASE) != 0; }
    [[nodiscard]] unsigned probesBehind(const Contents& contents, unsigned ties) const;
    bool isTooMuch(const Contents& contents);
    bool takeChange(const Contents& contents, RequestTraits& traits);
    void refuseStatement(RequestTraits& traits, const char* refusal, Bytes code, const std::string& text,
                         Bytes hint = {});
    [[nodiscard]] std::string error(const RequestTraits& traits, Bytes code, const std::string& text,
                                    Bytes hint = {}) const;

    std::shared_ptr<auth::Authenticator> _authenticator;
    std::shared_ptr<SharedCommons> _commons;
    bool _mayPin;
    std::uint64_t _number = 0;
    State _state = State::starting;
    Startup _startup;
    std::string _salt;
    std::optional<auth::ScramServer> _scram;
    std::optional<auth::ScramKeys> _proven;
    std::string _final; ///< the last message of SCRAM, sent with the welcome
    std::optional<SessionLogins> _logins;
    std::shared_ptr<const Login> _login;
    std::shared_ptr<const Login> _next; ///< as soon as the target has agreed
    ClientStatements _statements;
    std::size_t _statementMemory;
    unsigned _held = 0;          ///< reasons by which it is pinned, as told last
    bool _namesState = false;    ///< a statement with a name leaves something behind whenever it is executed
    bool _namesEnd = false;      ///< likewise, one may end what ties
    bool _isOwn = false;         ///< its session has something of its own, or may soon
    std::size_t _unanswered = 0; ///< requests that may change that
    bool _isInBatch = false;     ///< the present request is one of which more is to come
    Contents _open;              ///< of the request that goes on
};

} // namespace proximux::postgresql
