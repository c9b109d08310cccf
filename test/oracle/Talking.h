#pragma once

#include "support/Messages.h"

#include <proximux/protocol/Protocol.h>

#include <memory>
#include <utility>

namespace proximux
{

/// A protocol around that of Messages which says more of them: each response repeats whose it is, and of eight requests
/// of a client the third is answered in the target's place, and the sixth begins a state of its connection that the
/// eighth ends.
class TalkingProtocol : public Protocol
{
public:
    TalkingProtocol(const Messages& messages, std::size_t large)
        : _messages(messages)
        , _large(large)
        , _inner(messages.protocol())
    {
    }

    static bool isLocal(std::uint32_t number) { return number % 8 == 2; }
    static bool beginsState(std::uint32_t number) { return number % 8 == 5; }
    static bool endsState(std::uint32_t number) { return number % 8 == 7; }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override { return _inner->makeRequestFramer(); }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<Responses>(_messages, _inner->makeResponseFramer());
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<Talk>(_messages, _large, settings.ties);
    }

    [[nodiscard]] std::optional<IdField> requestId() const override { return _inner->requestId(); }
    [[nodiscard]] std::optional<IdField> responseId() const override { return _inner->responseId(); }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return _inner->describe(request, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return _inner->describeResponse(response, limit);
    }

private:
    static std::uint64_t checkOf(const Messages::Name& name)
    {
        return (static_cast<std::uint64_t>(name.client) << 32U | name.number) + 1;
    }

    class Talk : public Conversation
    {
    public:
        Talk(const Messages& messages, std::size_t large, bool ties)
            : _messages(messages)
            , _large(large)
            , _ties(ties)
        {
        }

        void request(Bytes bytes, bool, RequestTraits& traits) override
        {
            const auto name = _messages.read(std::string(bytes), 'Q');
            if (!name)
                return;
            traits.check = checkOf(*name);
            traits.local = isLocal(name->number);
            if (traits.local)
                traits.reply = _messages.response(name->client, name->number, _large);
            if (_ties && beginsState(name->number))
                traits.ties = ties::SESSION;
            if (_ties && endsState(name->number))
                traits.frees = ties::SESSION;
        }

    private:
        const Messages& _messages;
        std::size_t _large;
        bool _ties;
    };

    /// Shows the first bytes again until it can be told whose the response is.
    class Responses : public ResponseFramer
    {
    public:
        Responses(const Messages& messages, std::unique_ptr<ResponseFramer> inner)
            : _messages(messages)
            , _inner(std::move(inner))
        {
        }

        Progress feed(Bytes input) override
        {
            if (!_begun && input.size() < _messages.nameSize())
                return {};
            if (!_begun)
            {
                const auto name = _messages.read(std::string(input.substr(0, _messages.nameSize())), 'A');
                _traits.clear();
                _traits.check = name ? checkOf(*name) : 0;
            }
            const Progress progress = _inner->feed(input);
            _begun = progress.kind != Progress::Kind::complete && (_begun || progress.taken > 0);
            return progress;
        }

        [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

    private:
        const Messages& _messages;
        std::unique_ptr<ResponseFramer> _inner;
        ResponseTraits _traits;
        bool _begun = false;
    };

    const Messages& _messages;
    std::size_t _large;
    std::shared_ptr<const Protocol> _inner;
};

} // namespace proximux
