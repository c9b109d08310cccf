#include <proximux/protocol/postgresql/Postgresql.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/postgresql/Description.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Securing.h>
#include <proximux/protocol/postgresql/SharedPostgresql.h>
#include <proximux/protocol/sql/Secrets.h>

#include <set>
#include <string>

namespace proximux::postgresql
{

using Kind = Framer::Progress::Kind;

namespace
{

class RequestFramer : public Framer, private MessageReader
{
public:
    Progress feed(Bytes input) override
    {
        std::size_t at = 0;
        while (at < input.size())
        {
            bool more = false;
            if (!_inBody)
                if (const char* wrong =
                        _starting ? takeStartup(input, at, more, _starting) : takeHeader(input, at, KNOWN, more))
                    return {Kind::malformed, at, wrong};
            if (more)
                break;
            _inBody = !takeBody(input, at);
            if (!_inBody && CONTINUED.find(_type) == Bytes::npos)
                return {Kind::complete, at, ""};
        }
        return {Kind::partial, at, ""};
    }

private:
    static constexpr MessageTypes KNOWN{"QPBDECHSFXpdcf"};
    static constexpr Bytes CONTINUED = "PBDECHd"; ///< the request continues, up to Sync

    bool _starting = true;
};

class ResponseFramer : public proximux::ResponseFramer, private MessageReader
{
public:
    void expect(std::uint32_t hint) override { _hint = hint; }
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

    Progress feed(Bytes input) override
    {
        std::size_t at = 0;
        if (!_begun)
            _traits.clear();
        if (!_begun && !input.empty() && _hint == hint::ONE_BYTE && input.front() != 'E')
            return oneByte(input.front());
        while (at < input.size())
        {
            bool more = false;
            if (!_inBody)
                if (const char* wrong = takeHeader(input, at, KNOWN, more))
                    return {Kind::malformed, at, wrong};
            if (more)
                break;
            _inBody = !takeBody(input, at);
            const bool first = !_begun;
            _begun = true;
            if (first && ANY_TIME.find(_type) != Bytes::npos)
                _traits.kind = ResponseTraits::Kind::interim; // belongs to no request
            if (_inBody || (_type != 'Z' && _traits.kind != ResponseTraits::Kind::interim))
                continue;
            _begun = false;
            return {Kind::complete, at, ""};
        }
        return {Kind::partial, at, ""};
    }

private:
    static constexpr MessageTypes KNOWN{"RKSZTDCIENAGHWVdcsnt123v"};
    static constexpr Bytes ANY_TIME = "NAS";

    Progress oneByte(char answer)
    {
        if (answer != 'N' && answer != 'S' && answer != 'G')
            return {Kind::malformed, 0, "an invalid PostgreSQL answer to an encryption request"};
        _hint = 0;
        if (answer != 'N')
            _traits.kind = ResponseTraits::Kind::tunnel;
        return {Kind::complete, 1, ""};
    }

    std::uint32_t _hint = 0;
    bool _begun = false;
    ResponseTraits _traits;
};

/// The names of a session's prepared statements whose bound values are secret. After MOST names all values are secret.
class SecretStatements
{
public:
    void parsed(Bytes name, Bytes sql)
    {
        if (!sql::namesPassword(sql))
            _names.erase(std::string(name));
        else if (_names.size() < MOST && name.size() <= LONGEST)
            _names.emplace(name);
        else
            _all = true;
    }

    [[nodiscard]] bool has(Bytes name) const { return _all || _names.count(std::string(name)) != 0; }

private:
    static constexpr std::size_t MOST = 1024;
    static constexpr std::size_t LONGEST = 256;

    std::set<std::string> _names;
    bool _all = false;
};

class ClientConversation : public Conversation
{
public:
    void request(Bytes bytes, bool whole, RequestTraits& traits) override
    {
        constexpr Bytes UNANSWERED = "Xpdcf";
        if (isStartup(bytes))
        {
            const std::uint64_t code = codeOf(bytes);
            traits.hint = code == SSL || code == GSS ? hint::ONE_BYTE : 0;
            traits.answered = code != CANCEL;
            return;
        }
        const char type = bytes.empty() ? 'X' : bytes.front();
        // the Sync after a COPY replaces the one that the server skipped
        traits.answered = UNANSWERED.find(type) == Bytes::npos && !(type == 'S' && _copied);
        _copied = type == 'd' || type == 'c' || type == 'f';
        traits.secret = isSecret(bytes, whole);
    }

private:
    /// Whether a message binds values to a statement, or sends rows to a COPY, that names a password.
    bool isSecret(Bytes bytes, bool whole)
    {
        bool secret = _copied && _secretCopy;
        bool named = false;
        eachMessage(bytes,
                    [this, &secret, &named](char type, Bytes body)
                    {
                        if (type == 'P')
                            _statements.parsed(textAt(body, 0), statementIn(type, body));
                        const bool bound = type == 'B' && _statements.has(boundIn(body));
                        secret = secret || bound;
                        named = named || bound || sql::namesPassword(statementIn(type, body));
                    });
        if (!_copied)
            _secretCopy = named || !whole; // the unseen part may have begun one
        return secret;
    }

    bool _copied = false;
    bool _secretCopy = false;
    SecretStatements _statements;
};

class Postgresql : public Protocol
{
public:
    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings&) const override
    {
        return std::make_unique<ClientConversation>();
    }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return postgresql::describe(request, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return postgresql::describeResponse(response, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override { return postgresql::isSecret(request); }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info =
        delimitedProtocol<makeProtocol<Postgresql>>("postgresql", "the frontend/backend protocol of PostgreSQL");
    info.aliases = {"postgres", "pgsql"};
    info.make = makeProtocol<SharedPostgresql>;
    info.pairing = Pairing::exclusive;
    info.inOrder = false;
    info.mayGreet = false;
    info.responseTimeout = Duration::off();        // statements may take any time
    info.requestBuffer = std::size_t{1024} * 1024; // a statement has to be whole before it is judged
    info.authMethods = {"password", "md5", "scram"};
    info.settings = {"auth.file",
                     "auth.method",
                     "auth.query",
                     "auth.user",
                     "auth.database",
                     "local.login_timeout",
                     "local.failed_auth_delay",
                     "target.N.username",
                     "target.N.password",
                     "pool.login_retry",
                     "pool.switch_delay",
                     "pool.statements",
                     "local.statement_memory",
                     "exchange.batch_timeout"};
    info.tlsStarts = securing();
    return info;
}

} // namespace proximux::postgresql
