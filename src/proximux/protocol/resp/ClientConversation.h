#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/resp/ClientCommand.h>
#include <proximux/protocol/resp/Dialect.h>
#include <proximux/protocol/resp/Subscription.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux::resp
{

/// The state of one client of a RESP server: its authentication, and the state of its connection.
class ClientConversation : public Conversation
{
public:
    explicit ClientConversation(const ConversationSettings& settings)
        : _settings(settings)
        , _database(settings.database)
    {
    }

    void begin(std::uint64_t client, Bytes address) override
    {
        _identity.number = client;
        _identity.address = address;
    }
    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    void rewrite(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    void switched(unsigned dialect) override { _dialect = dialect; }
    void signedIn(bool accepted) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;
    bool malformed(const char* why, std::string& reply) override;
    bool pushEnded(const Notice& notice) override;

private:
    static constexpr const char* OK = "+OK\r\n";

    static void answer(RequestTraits& traits, std::string reply);
    static void error(RequestTraits& traits, const std::string& text);
    void passAll(unsigned reason, RequestTraits& traits);
    [[nodiscard]] std::string null() const;
    void keepAll(Bytes bytes, RequestTraits& traits);
    [[nodiscard]] std::string refusedOfClient(Bytes bytes, bool whole) const;
    static std::string bulk(Bytes text);
    [[nodiscard]] std::string verbatim(const std::string& text) const;
    void refuse(Bytes bytes, bool whole, RequestTraits& traits, const std::string& text);
    [[nodiscard]] bool isRefused(Bytes bytes, bool whole, Effect effect, RequestTraits& traits);
    void inTransaction(Bytes bytes, Effect effect, RequestTraits& traits);
    void atRest(Bytes bytes, bool whole, Effect effect, RequestTraits& traits);
    void watchOnly(Bytes bytes, Effect effect, RequestTraits& traits);
    bool isSilenced(Bytes bytes, Effect effect);
    void subscribe(Bytes bytes, Effect effect, unsigned reason, RequestTraits& traits);
    void auth(Bytes bytes, bool whole, RequestTraits& traits);
    void hello(Bytes bytes, bool whole, RequestTraits& traits);
    bool helloOptions(const std::vector<Bytes>& words, RequestTraits& traits);
    void select(Bytes bytes, RequestTraits& traits);
    void client(Bytes bytes, bool whole, RequestTraits& traits);
    void setInfo(Bytes bytes, RequestTraits& traits);
    void list(Bytes bytes, RequestTraits& traits);
    void replyMode(Bytes bytes, RequestTraits& traits);
    void tracking(Bytes bytes, RequestTraits& traits);
    void unsubscribe(Bytes bytes, bool whole, RequestTraits& traits);
    void reset(RequestTraits& traits);
    bool setName(Bytes name, RequestTraits& traits);
    bool authenticate(Bytes user, Bytes password, RequestTraits& traits);
    bool signIn(const std::vector<Bytes>& words, RequestTraits& traits);
    void tie(RequestTraits& traits, unsigned reasons, unsigned frees, Bytes bytes);

    ConversationSettings _settings;
    unsigned _dialect = dialect::RESP2;
    ClientIdentity _identity;
    bool _authenticated = false;             ///< if that is required
    unsigned _failures = 0;                  ///< wrong passwords
    std::shared_ptr<const Login> _user;      ///< as whom the target has let it in
    std::shared_ptr<const Login> _candidate; ///< as whom it is asking to be let in
    std::string _candidateName;
    bool _multi = false;
    bool _refusedMulti = false;
    bool _otherDatabase = false;
    unsigned _database; ///< which it has asked for last
    bool _subscribed = false;
    Subscription _subscription; ///< detects the end of subscriptions
    bool _muted = false;        ///< RequestTraits::muted: CLIENT REPLY OFF came last, and before all subscriptions
    bool _silent = false;       ///< observed traffic: CLIENT REPLY OFF
    bool _skips = false;        ///< observed traffic: CLIENT REPLY SKIP
};

} // namespace proximux::resp
