#include <proximux/protocol/cassandra/Cassandra.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/cassandra/ClientConversation.h>
#include <proximux/protocol/sql/Secrets.h>

#include <algorithm>
#include <string>

namespace proximux::cassandra
{

namespace
{

constexpr std::size_t SHOWN = 4096; ///< bytes within which the kind of a RESULT must be

using RequestFramer = DelimitedFramer<requestOf>;

class ResponseFramer : public proximux::ResponseFramer
{
public:
    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [this](Bytes bytes) { return begin(bytes); });
    }

    void expect(std::uint32_t hint) override { _isObserved = hint == OBSERVED; }
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Beginning begin(Bytes input)
    {
        const Beginning beginning = responseOf(input);
        if (beginning.size == 0)
            return beginning;
        const Bytes frame = input.substr(0, beginning.size);
        ResultKind kind;
        if (byteAt(frame, OPCODE) == opcode::RESULT)
            kind = kindOf(frame);
        const bool hasKind = byteAt(frame, OPCODE) != opcode::RESULT || kind.isThere || kind.isUnclear;
        if (!hasKind && frame.size() < std::min(beginning.size, SHOWN))
            return {};
        _traits.clear();
        _traits.spends = !hasKind || kind.isUnclear || (kind.isThere && kind.number == SET_KEYSPACE);
        judge(frame, byteAt(frame, OPCODE));
        return beginning;
    }

    void judge(Bytes frame, unsigned code)
    {
        using Kind = ResponseTraits::Kind;
        constexpr unsigned NEGATIVE = 0x80;
        const bool isStrange = code == opcode::AUTHENTICATE || code == opcode::AUTH_CHALLENGE ||
                               code == opcode::AUTH_SUCCESS || code == opcode::EVENT;
        const bool isReady = code == opcode::READY && !_isObserved;
        _traits.check = isStrange && !_isObserved ? NEVER : checkOf(frame, isReady);
        // an error may be of another version, and answers a REGISTER, too
        _traits.unchecked = code == opcode::FAILURE && byteAt(frame, STREAM) < NEGATIVE;
        if (code == opcode::EVENT)
            _traits.kind = Kind::interim;
        else if (isReady)
            _traits.kind = Kind::tunnel;
    }

    Delimiter _delimiter;
    ResponseTraits _traits;
    bool _isObserved = false;
};

class Cassandra : public ProtocolOf<RequestFramer, ResponseFramer, ClientConversation>
{
public:
    [[nodiscard]] std::optional<IdField> requestId() const override { return ID; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return ID; }

    /// A STARTUP without compression, and the READY of a target that requires no authentication.
    [[nodiscard]] Login login(const Credentials&) const override
    {
        const std::string options("\0\1\0\13CQL_VERSION\0\0053.0.0", 22);
        const Bytes stream("\0\0", 2);
        return {frame(opcode::STARTUP, stream, options, false), frame(opcode::READY, stream, {}, true)};
    }

    /// Asks for what the target supports.
    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        const char stream[] = {'\0', static_cast<char>(number)};
        return frame(opcode::OPTIONS, {stream, sizeof stream}, {}, false);
    }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        return response.size() >= HEADER && byteAt(response, OPCODE) == opcode::SUPPORTED;
    }

    /// "QUERY SELECT"
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        if (request.size() < HEADER)
            return std::string("incomplete").substr(0, limit);
        std::string text(nameOf(byteAt(request, OPCODE)));
        const auto statement = hasStatement(request) ? statementOf(request) : std::nullopt;
        const auto word = statement ? firstWord(*statement) : std::nullopt;
        if (word)
            text.append(" ").append(*word);
        return text.substr(0, limit);
    }

    /// "RESULT", "ERROR 8704"
    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        if (response.size() < HEADER)
            return std::string("incomplete").substr(0, limit);
        std::string text(nameOf(byteAt(response, OPCODE)));
        if (byteAt(response, OPCODE) == opcode::FAILURE && response.size() >= HEADER + 4)
            text.append(" ").append(std::to_string(numberAt(response, HEADER, 4)));
        return text.substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        if (request.size() < HEADER)
            return false;
        if (!hasStatement(request))
            return byteAt(request, OPCODE) == opcode::AUTH_RESPONSE || (byteAt(request, FLAGS) & flag::COMPRESSED) != 0;
        const auto statement = statementOf(request);
        return !statement || (byteAt(request, FLAGS) & flag::COMPRESSED) != 0 ||
               sql::mayHoldPassword(*statement, sql::DoubleQuotes::name);
    }

private:
    static bool hasStatement(Bytes request)
    {
        return byteAt(request, OPCODE) == opcode::QUERY || byteAt(request, OPCODE) == opcode::PREPARE;
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Cassandra>>("cassandra", "Cassandra, ScyllaDB (CQL)");
    info.pairing = Pairing::identifier;
    info.mayGreet = false;
    return info;
}

} // namespace proximux::cassandra
