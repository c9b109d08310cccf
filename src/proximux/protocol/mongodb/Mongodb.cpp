#include <proximux/protocol/mongodb/Mongodb.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/mongodb/ClientConversation.h>
#include <proximux/protocol/mongodb/ReplyScanner.h>

#include <algorithm>
#include <string_view>

namespace proximux::mongodb
{

namespace
{

constexpr unsigned NO_SUCH_TRANSACTION = 251;

/// A response of up to so many bytes is taken when it is whole, so that a reply to hello can be translated.
constexpr std::size_t TAKEN_WHOLE = 16384;

class RequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override
    {
        const Progress progress = _delimiter.feed(input, [this](Bytes bytes) { return begin(bytes); });
        const char* wrong = _sections.feed(input.substr(0, progress.taken), [](Bytes) {});
        return wrong != nullptr ? Progress{Progress::Kind::malformed, 0, wrong} : progress;
    }

private:
    Beginning begin(Bytes input)
    {
        const Beginning beginning = beginningOf(input, false);
        if (beginning.size > 0)
            _sections.begin(input);
        return beginning;
    }

    Delimiter _delimiter;
    Sections _sections;
};

class ResponseFramer : public proximux::ResponseFramer
{
public:
    Progress feed(Bytes input) override
    {
        const Progress progress = _delimiter.feed(input, [this](Bytes bytes) { return begin(bytes); });
        const char* wrong = _sections.feed(input.substr(0, progress.taken), [this](Bytes body) { _reply.feed(body); });
        if (wrong != nullptr)
            return {Progress::Kind::malformed, 0, wrong};
        if (progress.kind == Progress::Kind::complete)
            settle();
        return progress;
    }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Beginning begin(Bytes input)
    {
        const Beginning beginning = beginningOf(input, true);
        if (beginning.size == 0 || input.size() < std::min(beginning.size, TAKEN_WHOLE))
            return {0, beginning.wrong};
        _traits.clear();
        const bool isPlain = (flagsOf(input) & (flag::CHECKSUM_PRESENT | flag::MORE_TO_COME)) == 0;
        _traits.check = isPlain && opcodeOf(input) != opcode::COMPRESSED ? ANSWER : NOT_ASKED_FOR;
        _sections.begin(input);
        _reply.begin();
        return beginning;
    }

    /// Which states have not ended. If in doubt none has.
    void settle()
    {
        const ReplyState& reply = _reply.state();
        _isUnclear = _isUnclear || !_reply.isComplete();
        if (reply.isFirst && reply.isOpen)
            ++_cursors;
        const std::size_t ended = reply.killed + (reply.isNext && !reply.isOpen ? 1 : 0);
        _cursors -= std::min(_cursors, ended);
        if (_cursors > 0 || _isUnclear)
            _traits.keeps |= pins::TRANSFER;
        if (_isUnclear || !(reply.isOk || reply.code == NO_SUCH_TRANSACTION))
            _traits.keeps |= pins::TRANSACTION;
    }

    Delimiter _delimiter;
    Sections _sections;
    ReplyScanner _reply;
    ResponseTraits _traits;
    std::size_t _cursors = 0; ///< that are open on this connection
    bool _isUnclear = false;  ///< what a reply has left
};

std::string describeReply(Bytes body)
{
    ReplyScanner reply;
    reply.begin();
    reply.feed(body.substr(0, numberAt(body, 0)));
    if (!reply.isComplete())
        return "incomplete";
    if (!reply.state().isOk)
        return "error " + std::to_string(reply.state().code);
    return reply.state().isOpen ? "ok, an open cursor" : "ok";
}

std::string nameOf(unsigned code)
{
    switch (code)
    {
    case opcode::COMPRESSED:
        return "OP_COMPRESSED";
    case opcode::MSG:
    case opcode::QUERY:
    case opcode::REPLY:
        return "incomplete";
    default:
        return "legacy opcode " + std::to_string(code);
    }
}

class Mongodb : public ProtocolOf<RequestFramer, ResponseFramer, ClientConversation>
{
public:
    [[nodiscard]] std::optional<IdField> requestId() const override { return REQUEST_ID; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return RESPONSE_TO; }

    [[nodiscard]] std::string probe(std::uint32_t number) const override
    {
        using namespace std::string_view_literals;
        std::string request("\x33\0\0\0\0\0\0\0\0\0\0\0\xdd\7\0\0\0\0\0\0\0"
                            "\x1e\0\0\0\20ping\0\1\0\0\0\2$db\0\6\0\0\0admin\0\0"sv);
        writeNumber(number, &request[REQUEST_ID.offset], REQUEST_ID.width, ByteOrder::little);
        return request;
    }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        return describeResponse(response, Bytes::npos) == "ok";
    }

    /// "find shop.orders"
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        if (request.size() < HEADER)
            return std::string("incomplete").substr(0, limit);
        const Request parsed(request);
        if (parsed.name.empty())
            return nameOf(opcodeOf(request)).substr(0, limit);
        std::string text(parsed.name);
        if (!parsed.database.empty())
            text.append(" ").append(parsed.database);
        if (!parsed.collection.empty() && parsed.command != nullptr && !parsed.command->isSecret)
            text.append(parsed.database.empty() ? " " : ".").append(parsed.collection);
        return text.substr(0, limit);
    }

    /// "ok", "error 26"
    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        if (response.size() < HEADER)
            return std::string("incomplete").substr(0, limit);
        const auto body = bodyOffset(response);
        const bool isThere = body && response.size() >= *body + LENGTH;
        return (isThere ? describeReply(response.substr(*body)) : nameOf(opcodeOf(response))).substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        const Request parsed(request);
        if (parsed.command == nullptr || parsed.isInvalid || parsed.speaksFirst)
            return true;
        return parsed.command->isSecret || (parsed.command->effect == Effect::hello && !parsed.isComplete);
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Mongodb>>("mongodb", "MongoDB");
    info.pairing = Pairing::identifier;
    info.pipeline = 1;
    info.mayGreet = false;
    return info;
}

} // namespace proximux::mongodb
