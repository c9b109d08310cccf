#pragma once

#include "support/FramerCheck.h"

#include <proximux/protocol/Registry.h>

#include <memory>
#include <string>
#include <utility>

namespace proximux
{

/// Checks how a protocol frames streams and evaluates messages.
class ProtocolCheck
{
public:
    explicit ProtocolCheck(const std::string& name, const Framing& framing = {})
        : _protocol(findProtocol(name)->make(framing))
    {
    }

    [[nodiscard]] FramerCheck requests() const
    {
        return FramerCheck([protocol = _protocol] { return protocol->makeRequestFramer(); });
    }

    /// Checks responses to requests with this hint.
    [[nodiscard]] FramerCheck responses(std::uint32_t hint = 0) const
    {
        return FramerCheck(
            [protocol = _protocol, hint]() -> std::unique_ptr<Framer>
            {
                auto framer = protocol->makeResponseFramer();
                framer->expect(hint);
                return framer;
            });
    }

    /// The traits of a complete response.
    [[nodiscard]] ResponseTraits response(const std::string& bytes, std::uint32_t hint = 0) const
    {
        const auto framer = protocolFramer(hint);
        const Framer::Progress progress = framer->feed(bytes);
        CPPUNIT_ASSERT_EQUAL(std::string(), std::string(progress.reason));
        return framer->traits();
    }

    [[nodiscard]] std::unique_ptr<Conversation> talk(const ConversationSettings& settings) const
    {
        return _protocol->makeConversation(settings);
    }

    [[nodiscard]] const Protocol& protocol() const { return *_protocol; }

    /// Applies edits to a message.
    static std::string edited(const std::string& message, const std::vector<Edit>& edits)
    {
        std::string text;
        std::size_t at = 0;
        for (const Edit& edit : edits)
        {
            text.append(message, at, edit.offset - at).append(edit.insert);
            at = edit.offset + edit.remove;
        }
        return text + message.substr(at);
    }

    static RequestTraits ask(Conversation& conversation, const std::string& bytes)
    {
        RequestTraits traits;
        conversation.request(bytes, true, traits);
        return traits;
    }

private:
    [[nodiscard]] std::unique_ptr<ResponseFramer> protocolFramer(std::uint32_t hint) const
    {
        auto framer = _protocol->makeResponseFramer();
        framer->expect(hint);
        return framer;
    }

    std::shared_ptr<Protocol> _protocol;
};

} // namespace proximux
