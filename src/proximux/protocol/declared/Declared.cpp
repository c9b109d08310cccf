#include <proximux/protocol/declared/Declared.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/declared/Replies.h>
#include <proximux/wire/FixedFramer.h>
#include <proximux/wire/LengthFramer.h>
#include <proximux/wire/LineFramer.h>

#include <iterator>
#include <utility>

namespace proximux::declared
{

namespace
{

constexpr std::string_view ID_SETTINGS[] = {"exchange.id_offset",         "exchange.id_width",
                                            "exchange.id_order",          "exchange.response_id_offset",
                                            "exchange.response_id_width", "exchange.response_id_order"};

/// A protocol that knows only where messages end and, optionally, the position of an id.
class Declared : public Protocol
{
public:
    explicit Declared(const Framing& framing)
        : _framing(framing)
    {
    }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return std::string(firstLine(request, limit));
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return std::string(firstLine(response, limit));
    }

protected:
    Framing _framing;
};

class Line : public Declared
{
public:
    using Declared::Declared;

    [[nodiscard]] std::vector<SettingMistake> mistakes() const override
    {
        std::vector<SettingMistake> all;
        if (_framing.maxMessage < _framing.delimiter.size())
            all.push_back({"exchange.max_message", "smaller than exchange.delimiter; expected a larger value"});
        if (replies() == LineReplies::Which::query && _framing.delimiter.find('?') != std::string::npos)
            all.push_back({"exchange.line_reply", "each line has the question mark of exchange.delimiter; expected "
                                                  "always or none:PATTERN,..."});
        return all;
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        if (replies() == LineReplies::Which::query)
            return std::make_unique<AskingLines>(_framing.delimiter, _framing.maxMessage);
        return std::make_unique<LineFramer>(_framing.delimiter, _framing.maxMessage);
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings&) const override
    {
        if (replies() != LineReplies::Which::none)
            return nullptr;
        return std::make_unique<SilentLines>(_framing.lineReplies.patterns, _framing.delimiter);
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<PlainResponses<LineFramer>>(_framing.delimiter, _framing.maxMessage);
    }

private:
    [[nodiscard]] LineReplies::Which replies() const { return _framing.lineReplies.which; }
};

class WithId : public Declared
{
public:
    using Declared::Declared;

    [[nodiscard]] std::optional<IdField> requestId() const override { return _framing.requestId; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return _framing.responseId; }

protected:
    static std::size_t endOf(const std::optional<IdField>& id) { return id ? id->end() : 0; }

    /// The id of each direction with the setting that declares it.
    [[nodiscard]] std::vector<std::pair<std::string_view, IdField>> ids() const
    {
        if (!_framing.requestId || !_framing.responseId)
            return {};
        return {{"exchange.id_offset", *_framing.requestId}, {"exchange.response_id_offset", *_framing.responseId}};
    }
};

class Fixed : public WithId
{
public:
    using WithId::WithId;

    [[nodiscard]] std::vector<SettingMistake> mistakes() const override
    {
        std::vector<SettingMistake> all;
        for (const auto& [key, id] : ids())
            if (id.end() > _framing.messageSize)
                all.push_back({key, "the id extends beyond exchange.message_size; expected an id within it"});
        return all;
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<FixedFramer>(_framing.messageSize, endOf(requestId()));
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<PlainResponses<FixedFramer>>(_framing.messageSize, endOf(responseId()));
    }
};

class Length : public WithId
{
public:
    using WithId::WithId;

    [[nodiscard]] std::vector<SettingMistake> mistakes() const override
    {
        const LengthField& length = _framing.length;
        std::vector<SettingMistake> all;
        if (_framing.maxMessage < length.offset + length.width)
            all.push_back({"exchange.max_message", "too small for the length field; expected a larger value"});
        if (length.encoding != LengthField::Encoding::binary && length.order == LengthField::Order::little)
            all.push_back({"exchange.length_order", "byte order applies to binary length fields only; expected big, "
                                                    "or exchange.length_encoding = binary"});
        for (const auto& [key, id] : ids())
        {
            if (id.end() > _framing.maxMessage)
                all.push_back({key, "the id extends beyond exchange.max_message; expected an id within it"});
            if (id.offset < length.offset + length.width && length.offset < id.end())
                all.push_back({key, "the id overlaps the length field; expected separate bytes"});
        }
        return all;
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<LengthFramer>(field(endOf(requestId())), _framing.maxMessage);
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<PlainResponses<LengthFramer>>(field(endOf(responseId())), _framing.maxMessage);
    }

private:
    [[nodiscard]] LengthField field(std::size_t header) const
    {
        LengthField made = _framing.length;
        made.header = made.minMessage = header;
        return made;
    }
};

template <class P>
std::unique_ptr<Protocol> declare(const Framing& framing)
{
    return std::make_unique<P>(framing);
}

} // namespace

ProtocolInfo lineInfo()
{
    ProtocolInfo info = delimitedProtocol<declare<Line>>("line", "messages that end with exchange.delimiter");
    info.settings = {"exchange.max_message", "exchange.delimiter", "exchange.line_reply"};
    return info;
}

ProtocolInfo fixedInfo()
{
    ProtocolInfo info = delimitedProtocol<declare<Fixed>>("fixed", "messages of exchange.message_size bytes");
    info.settings = {"exchange.message_size"};
    info.settings.insert(info.settings.end(), std::begin(ID_SETTINGS), std::end(ID_SETTINGS));
    info.required = {"exchange.message_size", "the message size", "BYTES"};
    return info;
}

ProtocolInfo lengthInfo()
{
    ProtocolInfo info =
        delimitedProtocol<declare<Length>>("length", "messages with a length field (exchange.length_offset, ...)");
    info.settings = {"exchange.max_message",  "exchange.length_offset",   "exchange.length_width",
                     "exchange.length_order", "exchange.length_encoding", "exchange.length_adjust",
                     "exchange.length_min"};
    info.settings.insert(info.settings.end(), std::begin(ID_SETTINGS), std::end(ID_SETTINGS));
    return info;
}

} // namespace proximux::declared
