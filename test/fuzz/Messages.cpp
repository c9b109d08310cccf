#include "fuzz/Fuzz.h"

#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/Registry.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux::fuzz
{

namespace
{

using Kind = Framer::Progress::Kind;

constexpr std::size_t LIMIT = 3000; ///< bytes of a message
constexpr std::size_t TEXT = 100;

Framing framing(std::size_t choice)
{
    Framing made;
    made.maxMessage = LIMIT;
    made.messageSize = 1 + choice % 40;
    made.delimiter = choice % 3 == 0 ? "\n" : choice % 3 == 1 ? "\r\n" : "aab";
    made.length.width = 1 + choice % 4;
    made.length.offset = choice / 4 % 3;
    made.length.order = choice % 2 == 0 ? ByteOrder::big : ByteOrder::little;
    constexpr LengthField::Encoding ENCODINGS[] = {LengthField::Encoding::binary, LengthField::Encoding::bcd,
                                                   LengthField::Encoding::decimal, LengthField::Encoding::hexadecimal};
    made.length.encoding = ENCODINGS[choice / 16 % 4];
    return made;
}

/// What a framer makes of a stream that comes in pieces of this size; 0: whole.
struct Read
{
    std::vector<std::string> messages;
    std::string rest;
    std::string malformed;
};

Read read(Framer& framer, Bytes stream, std::size_t piece)
{
    Read read;
    std::string pending;
    std::string message;
    bool header = false;
    do
    {
        const Bytes came = stream.substr(0, piece == 0 ? stream.size() : piece);
        stream.remove_prefix(came.size());
        pending.append(came);
        while (!pending.empty())
        {
            const Framer::Progress progress = framer.feed(pending);
            if (progress.kind == Kind::malformed)
            {
                check(progress.reason[0] != '\0', "malformed has a reason");
                read.malformed = progress.reason;
                return read;
            }
            check(progress.taken <= pending.size(), "no more is taken than there is");
            message.append(pending, 0, progress.taken);
            pending.erase(0, progress.taken);
            if (progress.kind == Kind::header)
                check(!std::exchange(header, true), "a message has one header");
            if (progress.kind == Kind::complete)
            {
                check(!message.empty(), "a message has bytes");
                read.messages.push_back(std::exchange(message, std::string()));
                header = false;
            }
            else if (progress.kind == Kind::partial && progress.taken == 0)
                break;
        }
    } while (!stream.empty());
    read.rest = message + pending;
    return read;
}

void checkSame(const Read& a, const Read& b)
{
    check(a.messages == b.messages, "the messages are the same, however they come");
    check(a.malformed == b.malformed, "what is malformed is so, however it comes");
    check(!a.malformed.empty() || a.rest == b.rest, "what is left is the same");
}

void checkEdits(const std::vector<Edit>& edits, std::size_t size)
{
    std::size_t at = 0;
    for (const Edit& edit : edits)
    {
        check(edit.offset >= at && edit.offset + edit.remove <= size, "edits lie in the message, one behind the other");
        at = edit.offset + edit.remove;
    }
}

/// Lets everybody in.
std::shared_ptr<auth::Authenticator> authenticator()
{
    static const NoDigests DIGESTS;
    auto made = std::make_shared<auth::Authenticator>(DIGESTS, "key");
    made->change({AuthMethod::trust, nullptr, {}});
    return made;
}

/// What the protocol says of the requests of a client.
void talk(const Protocol& protocol, const std::vector<std::string>& requests, const std::string& rest, bool mayPin)
{
    ConversationSettings settings{mayPin, mayPin ? "secret" : "", 0, mayPin, 1000, false};
    settings.authenticator = authenticator();
    settings.commons = protocol.makeCommons();
    const auto conversation = protocol.makeConversation(settings);
    RequestTraits first;
    if (conversation && protocol.isGreeted() && conversation->opened(first))
        check(first.local || first.greets, "what a client is told first is ours, or waits for a login");
    for (const std::string& request : requests)
    {
        check(protocol.describe(request, TEXT).size() <= TEXT, "the readable form is short");
        check(!protocol.isSecret(request) || !protocol.describe(request, TEXT).empty(), "what is secret has a name");
        if (!conversation)
            continue;
        RequestTraits traits;
        conversation->request(Bytes(request).substr(0, 1000), request.size() <= 1000, traits);
        checkEdits(traits.edits, request.size());
        check(!traits.local || traits.answered || traits.reply.empty(), "no reply where none is awaited");
        for (const Failure failure : {Failure::unavailable, Failure::lost, Failure::timeout})
        {
            std::string reply;
            check(!conversation->failed(traits, failure, reply) || !reply.empty(), "an error reply has bytes");
        }
        if (traits.pushes)
        {
            const auto kind = static_cast<Notice::Kind>(request.size() % 5);
            const auto count = static_cast<std::int64_t>(request.size() % 4) - 1;
            conversation->pushEnded({kind, "cps"[request.size() % 3], request.size() % 2 == 0, count});
        }
    }
    check(protocol.describe(rest, TEXT).size() <= TEXT, "the readable form is short");
    static_cast<void>(protocol.isSecret(rest));
    std::string reply;
    if (conversation)
        conversation->malformed("no message", reply);
}

void runRequests(const Protocol& protocol, Bytes stream, std::size_t piece)
{
    const Read whole = read(*protocol.makeRequestFramer(), stream, 0);
    checkSame(whole, read(*protocol.makeRequestFramer(), stream, 1));
    checkSame(whole, read(*protocol.makeRequestFramer(), stream, 2 + piece));
    talk(protocol, whole.messages, whole.rest, piece % 2 == 0);
}

void runResponses(const Protocol& protocol, Bytes stream, std::size_t piece, std::uint32_t hint)
{
    const auto make = [&protocol, hint]
    {
        auto framer = protocol.makeResponseFramer();
        framer->expect(hint);
        return framer;
    };
    const auto framer = make();
    const Read whole = read(*framer, stream, 0);
    checkSame(whole, read(*make(), stream, 1));
    checkSame(whole, read(*make(), stream, 2 + piece));
    if (whole.malformed.empty())
        framer->finish();
    for (const std::string& message : whole.messages)
        check(protocol.describeResponse(message, TEXT).size() <= TEXT, "the readable form is short");
}

/// Writes down what a watcher says.
class Record : public WatchListener
{
public:
    void requestSeen(const WatchedRequest& request) override
    {
        check(!lost, "who has given up says nothing");
        check(request.bytes.size() <= 200 && request.text.size() <= TEXT, "what is kept is bounded");
        check(!request.secret || request.bytes.empty(), "secrets are withheld");
        asked += request.answered ? 1 : 0;
        text += 'Q' + std::to_string(request.size) + ' ' + std::string(request.text) + '\n';
    }

    void responseSeen(const WatchedResponse& response) override
    {
        check(!lost, "who has given up says nothing");
        answered += response.requests;
        check(answered <= asked, "no more answers than questions");
        text += 'A' + std::to_string(response.responseSize) + ' ' + std::string(response.text) + '\n';
    }

    void watchLost(const char* reason) override
    {
        check(!std::exchange(lost, true), "it gives up once");
        check(reason[0] != '\0', "with a reason");
    }

    std::string text;
    std::size_t asked = 0;
    std::size_t answered = 0;
    bool lost = false;
};

/// Both streams, as they alternate, in pieces of this size; 0: each turn whole.
std::string watch(const ProtocolInfo& info, const Framing& made, Bytes input, std::size_t piece)
{
    Record record;
    const auto watcher = info.makeWatcher(made, record, {200, TEXT});
    Choices choices(input);
    Instant now{1000};
    while (!choices.isEmpty())
    {
        const std::size_t turn = choices.byte();
        Bytes bytes = choices.bytes(turn / 2);
        now.us += 10;
        while (!bytes.empty())
        {
            const Bytes some = bytes.substr(0, piece == 0 ? bytes.size() : piece);
            if (turn % 2 == 0)
                watcher->fromClient(some, now);
            else
                watcher->fromTarget(some, now);
            bytes.remove_prefix(some.size());
        }
        check(!watcher->isAtRest() || !record.lost, "who has given up does not know");
    }
    watcher->ended(now);
    return record.text;
}

void runWatcher(const ProtocolInfo& info, const Framing& made, Bytes input, std::size_t piece)
{
    const std::string whole = watch(info, made, input, 0);
    check(whole == watch(info, made, input, 1), "a watcher sees the same, however it comes");
    check(whole == watch(info, made, input, 2 + piece), "a watcher sees the same, however it comes");
}

} // namespace

/// Its first byte: what is tried, and how the stream is cut; its second: what is configured, or is to be known of a
/// response.
void runMessages(std::string_view name, Bytes input)
{
    const ProtocolInfo& info = *findProtocol(name);
    Choices choices(input);
    const std::size_t first = choices.byte();
    const std::size_t second = choices.byte();
    const Framing made = framing(second);
    if (info.make == nullptr || first % 3 == 2)
        return runWatcher(info, made, choices.rest(), first / 3);
    const auto protocol = info.make(made);
    if (first % 3 == 0)
        runRequests(*protocol, choices.rest(), first / 3);
    else
        runResponses(*protocol, choices.rest(), first / 3, static_cast<std::uint32_t>(second));
}

} // namespace proximux::fuzz
