#pragma once

#include <proximux/protocol/Fence.h>
#include <proximux/protocol/Traits.h>
#include <proximux/wire/Framer.h>
#include <proximux/wire/Number.h>
#include <proximux/wire/Random.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace proximux
{

/// Says where responses end, and what is to be known of them.
class ResponseFramer : public Framer
{
public:
    /// The next message answers a request with this hint. Called before its first bytes are fed, maybe more than once;
    /// where responses are paired by an id, only if that is the request's own (RequestTraits::keepsId).
    virtual void expect(std::uint32_t hint) { static_cast<void>(hint); }

    /// Of the present message, from the feed() on that took its first bytes, until the next message is fed.
    [[nodiscard]] virtual const ResponseTraits& traits() const
    {
        static const ResponseTraits PLAIN;
        return PLAIN;
    }

    /// The target ended. Whether that completes the present message.
    virtual bool finish() { return false; }
};

/// Responses that a generic framer delimits.
template <class F>
class PlainResponses : public ResponseFramer
{
public:
    template <class... Args>
    explicit PlainResponses(Args&&... args)
        : _framer(std::forward<Args>(args)...)
    {
    }

    Progress feed(Bytes input) override { return _framer.feed(input); }

private:
    F _framer;
};

/// Why a request gets no response from a target.
enum class Failure
{
    unavailable, ///< it was not sent: nothing was free or alive in time
    lost,        ///< the target connection ended
    timeout,     ///< the target was silent
    malformed    ///< what the target sent is no response
};

/// What a protocol knows of one client: what its requests mean, and what is answered in the target's place. Called for
/// each request in the order in which they came. Nothing that a peer sends makes it throw.
class Conversation
{
public:
    virtual ~Conversation() = default;

    /// A request is whole, or its beginning is, as much as is kept of one. Fills in the traits, which are clear.
    virtual void request(Bytes bytes, bool whole, RequestTraits& traits) = 0;

    /// What is sent in place of this whole request (RequestTraits::rewritten), with the edits in it.
    virtual void rewrite(Bytes bytes, const RequestTraits& traits, std::string& text)
    {
        static_cast<void>(traits);
        text = bytes;
    }

    /// The header of a request is whole and more is to come (Framer::Progress::header). Returns what is said to the
    /// client before that: fixed text, mostly nothing.
    virtual Bytes header(Bytes bytes)
    {
        static_cast<void>(bytes);
        return {};
    }

    /// The reply that tells a client why its request failed. False: there is none, and the connection is closed.
    virtual bool failed(const RequestTraits& traits, Failure failure, std::string& reply)
    {
        static_cast<void>(traits);
        static_cast<void>(failure);
        static_cast<void>(reply);
        return false;
    }

    /// The same where it waited in vain for a connection alone; `why` says who has those that there are.
    virtual bool untied(const RequestTraits& traits, const std::string& why, std::string& reply)
    {
        static_cast<void>(why);
        return failed(traits, Failure::unavailable, reply);
    }

    /// The reply to bytes that are no request; the client is closed behind it. False: there is none.
    virtual bool malformed(const char* why, std::string& reply)
    {
        static_cast<void>(why);
        static_cast<void>(reply);
        return false;
    }

    /// The target has challenged this client to what ties it (ResponseTraits::challenges).
    virtual void challenged(unsigned reasons) { static_cast<void>(reasons); }

    /// The target sent this to a client that gets whatever comes (RequestTraits::pushes). Returns true when the client
    /// has no subscription and no open reply any more, as far as the order and the number of replies prove.
    virtual bool pushEnded(const Notice& notice)
    {
        static_cast<void>(notice);
        return false;
    }
};

/// What becomes of a request of which nothing is known (resp): it may change the state of its connection.
enum class UnknownCommands
{
    close, ///< the target connection is closed behind it
    tie,   ///< its client has that connection alone
    pass   ///< it is assumed to change nothing
};

/// What decides how requests that depend on the state of their connection are dealt with, and what is answered by us.
struct ConversationSettings
{
    bool ties = false;           ///< a client may have a connection of its own for a time
    std::string password;        ///< that clients must give; empty: none
    unsigned database = 0;       ///< in which the target connections are (resp)
    bool connect = false;        ///< HTTP's CONNECT is let through
    std::size_t largest = 65536; ///< bytes of a request that are kept
    bool passive = false;        ///< nothing is answered or refused: the traffic is watched
    UnknownCommands unknown = UnknownCommands::close;
    unsigned failedAuth = 3;  ///< wrong passwords after which a client is closed
    bool passChunked = false; ///< HTTP: requests with chunked bodies are sent as they came
};

/// What asks a target to end a connection, and what it says last then, if anything. Fixed text.
struct Farewell
{
    Bytes request;
    Bytes answer;
};

/// A protocol as configured: makes what there is one of for each connection. Immutable, used by any thread.
class Protocol
{
public:
    virtual ~Protocol() = default;

    /// What ends a connection behind all that was asked on it (RequestTraits::pushes).
    [[nodiscard]] virtual Farewell farewell() const { return {}; }

    [[nodiscard]] virtual std::unique_ptr<Framer> makeRequestFramer() const = 0;
    [[nodiscard]] virtual std::unique_ptr<ResponseFramer> makeResponseFramer() const = 0;

    /// Null: nothing is to be said of a request but where it ends.
    [[nodiscard]] virtual std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const
    {
        static_cast<void>(settings);
        return nullptr;
    }

    /// Where the id stands by which a response is paired with its request, in each. The framers show these bytes before
    /// they take any.
    [[nodiscard]] virtual std::optional<IdField> requestId() const { return std::nullopt; }
    [[nodiscard]] virtual std::optional<IdField> responseId() const { return std::nullopt; }

    /// A marker for a connection in this dialect (RequestTraits::fenced); its numbers come from `random`. Required of a
    /// protocol that has fenced requests.
    [[nodiscard]] virtual Fence makeFence(unsigned dialect, Random& random) const
    {
        static_cast<void>(dialect);
        static_cast<void>(random);
        return {};
    }

    /// Whether this response to a fenced request proves that the target answers each further request of this kind
    /// (RequestTraits::proof) as the response framer expects. The response is whole, or longer than MAX_PROOF.
    [[nodiscard]] virtual bool proves(unsigned proof, Bytes response) const
    {
        static_cast<void>(proof);
        static_cast<void>(response);
        return false;
    }

    static constexpr std::size_t MAX_PROOF = 1024; ///< bytes of a response that are kept for that

    /// Parts of a target that answer or are silent each for itself (RequestTraits::part); 0: it has none.
    [[nodiscard]] virtual std::size_t parts() const { return 0; }

    /// A readable name of one: "unit 9, function 3".
    [[nodiscard]] virtual std::string nameOfPart(unsigned part) const { return "part " + std::to_string(part); }

    /// A request that does no harm, with which a target can be tried; empty where none is known. number: its id.
    [[nodiscard]] virtual std::string probe(std::uint32_t number) const
    {
        static_cast<void>(number);
        return {};
    }

    /// Whether this response, or its beginning, answers that request as a target of this protocol would.
    [[nodiscard]] virtual bool answersProbe(Bytes response) const
    {
        static_cast<void>(response);
        return true;
    }

    /// A short readable form of a request, or of its beginning; and whether secrets are in it, which it leaves out.
    /// At most `limit` bytes; any byte value may be in it.
    [[nodiscard]] virtual std::string describe(Bytes request, std::size_t limit) const = 0;
    [[nodiscard]] virtual std::string describeResponse(Bytes response, std::size_t limit) const = 0;
    [[nodiscard]] virtual bool isSecret(Bytes request) const
    {
        static_cast<void>(request);
        return false;
    }
};

} // namespace proximux
