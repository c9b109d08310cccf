#pragma once

#include <proximux/Pins.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/postgresql/ClientLogin.h>
#include <proximux/protocol/postgresql/Contents.h>
#include <proximux/protocol/postgresql/Refusal.h>
#include <proximux/protocol/postgresql/SessionSettings.h>
#include <proximux/protocol/postgresql/SharedCommons.h>
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
    void rename(Bytes bytes, Bytes greeting, std::string& text) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;
    bool malformed(const char* why, std::string& reply) override;
    std::string restCame() override;
    bool expired(const char* why, std::string& reply) override;
    bool drained(std::string& reply) override;
    void held(unsigned reasons) override;
    void remains(unsigned reasons) override { _held = reasons; }
    void signedIn(bool accepted) override;
    Continuation goesOn(Bytes bytes, bool mayPin) override;
    void fit(Bytes bytes, bool begins, const RequestTraits& traits, ConnectionMemory& memory,
             std::string& text) override;

private:
    // ---- statements

    void statements(Bytes bytes, bool whole, RequestTraits& traits);
    [[nodiscard]] std::optional<Refusal> refusalOf(const Contents& contents);
    [[nodiscard]] std::optional<Refusal> judge(const Contents& contents, RequestTraits& traits);
    [[nodiscard]] bool isTied() const { return (_held & ~pins::LEASE) != 0; }
    void rememberNames(const Contents& contents);
    [[nodiscard]] unsigned probesBehind(const Contents& contents, unsigned ties) const;
    bool isTooMuch(const Contents& contents);
    // ---- settings

    bool takesChange(const Contents& contents, RequestTraits& traits);
    bool keepsChange(const Contents& contents);
    [[nodiscard]] bool mayEndTransaction(const Contents& contents) const;
    [[nodiscard]] unsigned endOfTransaction(const Contents& contents, RequestTraits& traits);

    // ---- a batch that is passed on in parts

    struct Batch
    {
        Contents contents;
        std::size_t more = 0;   ///< bytes of its last message that are still to come
        std::size_t passes = 0; ///< of the present part, those that are passed on
        std::string refusal;    ///< the error for what follows them; empty: nothing is refused there
        bool isRefused = false; ///< a part of it was refused: nothing but its Sync is passed on behind that
    };

    [[nodiscard]] bool beginBatch(Bytes bytes);
    std::optional<Refusal> take(Bytes message, bool isWhole, bool mayPin);

    void refuseStatement(RequestTraits& traits, const Refusal& refusal, bool whole);
    static std::string error(const RequestTraits& traits, bool goesOn, Bytes code, const std::string& text,
                             Bytes hint = {});

    std::shared_ptr<SharedCommons> _commons;
    bool _mayPin;
    std::uint64_t _number = 0;
    ClientLogin _entry;
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
    Batch _batch;
    bool _transacts = false; ///< a statement with a name may end, or divide, a transaction

    /// The transaction in which its session is.
    struct TransactionState
    {
        std::optional<SessionSettings> settings; ///< when it is committed; nothing: as they are
        bool isDivided = false;                  ///< a part of it may be undone
    };
    TransactionState _transaction;
};

} // namespace proximux::postgresql
