#pragma once

#include "simulation/Messages.h"

#include <proximux/protocol/Protocol.h>

#include <memory>
#include <utility>

namespace proximux
{

/// A protocol around that of Messages which says more of them. Each response repeats whose it is. Of a client's
/// requests some begin a state of their connection, some end it; some get no answer, or one that nobody waits for, or
/// any number of answers, whose end a marker shows ('F', answered by 'G'); some are answered by us ('L'), some with
/// something in advance ('I'), and those that fail with an error reply ('E'). Of the clients a few speak another
/// dialect.
class TalkingProtocol : public Protocol
{
public:
    /// large: as it is told to Messages.
    TalkingProtocol(const Messages& messages, std::size_t large)
        : _messages(messages)
        , _large(large)
        , _inner(messages.protocol())
    {
    }

    enum class Role
    {
        answered,
        unanswered, ///< nothing answers it
        quiet,      ///< its client does not wait for its answer
        local,      ///< it does not reach the target
        fenced,     ///< without ids: it has no answer or two, and a marker shows that
        guarded     ///< without ids: a marker follows its answer
    };

    static Role roleOf(std::uint32_t number)
    {
        switch (number % 16)
        {
        case 1:
            return Role::unanswered;
        case 9:
            return Role::quiet;
        case 3:
            return Role::local;
        case 11:
            return number % 64 < 48 ? Role::fenced : Role::guarded;
        default:
            return Role::answered;
        }
    }

    static unsigned answersOf(std::uint32_t number) ///< to one that is fenced
    {
        return number % 32 < 16 ? 0 : 2;
    }

    static bool beginsState(std::uint32_t number) { return number % 8 == 5; }
    static bool endsState(std::uint32_t number) { return number % 8 == 7; }
    static bool keepsId(std::uint32_t number) { return number % 16 == 12; }
    static bool mayRepeat(std::uint32_t number) { return number % 8 == 2 || number % 8 == 4; }
    static bool hasInterim(std::uint32_t number) { return number % 4 == 0; }
    static unsigned dialectOf(std::uint32_t client) { return client % 256 == 255 ? 2 : 1; }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override { return _inner->makeRequestFramer(); }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<Responses>(_messages, _inner->makeResponseFramer());
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<Talk>(_messages, _large, settings.pins);
    }

    [[nodiscard]] Fence makeFence(unsigned, Random& random) const override
    {
        const auto client = static_cast<std::uint32_t>(random.next());
        const auto number = static_cast<std::uint32_t>(random.next());
        return {_messages.response(client, number, _large, 'F'), _messages.response(client, number, _large, 'G')};
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
        Talk(const Messages& messages, std::size_t large, bool pins)
            : _messages(messages)
            , _large(large)
            , _pins(pins)
        {
        }

        void request(Bytes bytes, bool, RequestTraits& traits) override
        {
            const auto name = _messages.read(std::string(bytes), 'Q');
            if (!name)
                return;
            const Role role = roleOf(name->number);
            traits.seed = bytes.substr(0, _messages.nameSize());
            traits.answered = role != Role::unanswered;
            traits.swallowed = role == Role::quiet;
            traits.local = role == Role::local;
            traits.fenced = role == Role::fenced && !_messages.hasId();
            traits.guarded = role == Role::guarded && !_messages.hasId();
            if (traits.local)
                traits.reply = _messages.response(name->client, name->number, _large, 'L');
            traits.check = checkOf(*name);
            traits.repeatable = mayRepeat(name->number);
            traits.dialect = dialectOf(name->client);
            traits.keepsId = _pins && _messages.hasId() && keepsId(name->number);
            if (_pins && beginsState(name->number))
                traits.pins = pins::SESSION;
            if (_pins && endsState(name->number))
                traits.frees = pins::SESSION;
        }

        bool failed(const RequestTraits& traits, Failure, std::string& reply) override
        {
            const auto name = _messages.read(traits.seed, 'Q');
            if (name && traits.answered && (!traits.fenced || answersOf(name->number) > 0))
                reply = _messages.response(name->client, name->number, _large, 'E');
            return name.has_value();
        }

    private:
        const Messages& _messages;
        std::size_t _large;
        bool _pins;
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
            if (!_begun && !begin(std::string(input.substr(0, _messages.nameSize()))))
                return {Progress::Kind::malformed, 0, "no answer"};
            const Progress progress = _inner->feed(input);
            _begun = progress.kind != Progress::Kind::complete && (_begun || progress.taken > 0);
            return progress;
        }

        [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

    private:
        bool begin(const std::string& beginning)
        {
            const char letter = _messages.letter(beginning);
            const auto name = _messages.read(beginning, letter);
            _traits.clear();
            if (!name || (letter != 'A' && letter != 'I'))
                return false;
            _traits.check = checkOf(*name);
            _traits.kind = letter == 'I' ? ResponseTraits::Kind::interim : ResponseTraits::Kind::final;
            return true;
        }

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
