#pragma once

#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A change of a message on its way: at `offset` so many bytes are left out and others put in. Those must live longer
/// than the message (fixed text).
struct Edit
{
    std::size_t offset = 0; ///< from the message's first byte
    std::size_t remove = 0;
    Bytes insert;
};

/// Why a client is tied to a target connection: a set of reasons, one bit each.
namespace ties
{

constexpr unsigned TRANSACTION = 1U << 0U;
constexpr unsigned WATCH = 1U << 1U;
constexpr unsigned SUBSCRIPTION = 1U << 2U;
constexpr unsigned BLOCKING = 1U << 3U;
constexpr unsigned DATABASE = 1U << 4U;
constexpr unsigned SESSION = 1U << 5U; ///< another state of the connection
constexpr unsigned AUTHENTICATION = 1U << 6U;
constexpr unsigned UPGRADE = 1U << 7U;
constexpr unsigned TRANSFER = 1U << 8U;
constexpr unsigned SIGNATURE = 1U << 9U;
constexpr unsigned UNKNOWN = 1U << 10U; ///< what a command does is not known
constexpr std::size_t COUNT = 11;

/// The name of the reason with this number.
constexpr const char* NAMES[COUNT] = {"transaction", "watch",     "subscription",   "blocking",
                                      "database",    "session",   "authentication", "upgrade",
                                      "transfer",    "signature", "unknown command"};

} // namespace ties

/// What a protocol says of a request.
struct RequestTraits
{
    bool answered = true;   ///< a response comes
    bool swallowed = false; ///< its response is for nobody: the client does not wait for it
    bool local = false;     ///< it is not sent: `reply` answers it
    bool refused = false;   ///< local: and that is an error
    bool last = false;      ///< its client is closed when it was answered
    bool delayed = false;   ///< local: said after local.failed_auth_delay, and nothing more is looked at until then
    const char* refusal = nullptr; ///< local: why it is refused, for the log: fixed text
    bool resets = false;     ///< local: its client's ties end with it, and the connection that it has alone is closed
    bool blocking = false;   ///< the target may take as long as it likes
    bool barrier = false;    ///< its answer says what the bytes behind it are: until then nobody looks at them
    bool pushes = false;     ///< what the target sends from now on is this client's, and answers nothing
    bool alone = false;      ///< nothing else may be in flight on its connection
    bool fenced = false;     ///< the end of its response is unknown: it is alone, and a Fence shows that end
    unsigned proof = 0;      ///< fenced until this is proven on its connection: Protocol::proves()
    bool guarded = false;    ///< that end may be forged: behind it a Fence of ours guards the connection
    bool keepsId = false;    ///< its id must not be changed, which may be that of another: it is alone, too
    bool optional = false;   ///< with ids: a response may never come; meanwhile it takes no place of the pipeline
    bool repeatable = false; ///< it does no harm to send it twice
    bool spends =
        false; ///< its target may not read it to its end, or may keep a state: nobody else gets its connection
    bool rewritten = false; ///< another text is sent in its place: Conversation::rewrite()
    bool secret = false;    ///< watched: its bytes hold secrets because of what was said before
    unsigned ties = 0;      ///< what it ties its client by
    unsigned frees = 0;     ///< which of its client's ties end when it was answered
    unsigned claims =
        0; ///< what it ties its client by where the response challenges it to; else the connection is closed
    std::uint64_t check = 0; ///< what its response must have, too; 0: nothing
    unsigned part = 0;       ///< which part of the target it asks, from 1 on; 0: the target itself
    unsigned dialect = 0;    ///< the target connection must be in the same one, or new; 0: there is only one
    Bytes suffix;            ///< added behind its last byte: fixed text
    std::uint32_t hint = 0;  ///< what its response's framer is to know
    std::string seed;        ///< from which an error reply can be made later
    std::string reply;       ///< local: the answer
    std::vector<Edit> edits; ///< in the order of their offsets

    /// Nothing else is in flight on its connection.
    [[nodiscard]] bool isAlone() const { return alone || keepsId || fenced || guarded; }

    /// As new, but what was allocated is kept for the next, if it is little.
    void clear()
    {
        constexpr std::size_t MOST = 1024; // bytes
        if (seed.capacity() + reply.capacity() + edits.capacity() * sizeof(Edit) > MOST)
        {
            RequestTraits used;
            return std::swap(*this, used);
        }
        answered = true;
        swallowed = local = refused = last = delayed = resets = blocking = barrier = pushes = alone = false;
        fenced = guarded = keepsId = optional = repeatable = spends = rewritten = secret = false;
        refusal = nullptr;
        ties = frees = claims = proof = 0;
        check = 0;
        part = 0;
        dialect = 0;
        suffix = {};
        hint = 0;
        seed.clear();
        reply.clear();
        edits.clear();
    }
};

/// What a message is to a client with subscriptions.
struct Notice
{
    enum class Kind
    {
        answer,    ///< none of those below
        error,     ///< it answers a command
        published, ///< it answers nothing
        begun,     ///< a subscription
        ended      ///< a subscription
    };

    Kind kind = Kind::answer;
    char of = 0;             ///< begun, ended: c a channel, p a pattern, s a shard's channel
    bool nameless = false;   ///< ended: there had been none
    std::int64_t count = -1; ///< begun, ended: subscriptions that there are now
};

/// What a protocol says of a response.
struct ResponseTraits
{
    enum class Kind
    {
        final,   ///< it ends its request
        more,    ///< a part of the response, and more of it is to come
        interim, ///< it stands before the response and is no part of it
        tunnel   ///< and whatever follows, both ways, is its client's
    };

    Kind kind = Kind::final;

    [[nodiscard]] bool endsRequest() const { return kind == Kind::final || kind == Kind::tunnel; }

    bool swallowed = false;    ///< it is for nobody
    bool closesTarget = false; ///< the connection is of no use behind it
    bool undone = false;       ///< the target does not know the request, and did nothing
    bool spends = false;       ///< its target may not have read the request to its end: as RequestTraits::spends
    bool closesClient = false; ///< only the end of the connection tells the client that it has ended
    bool proof = false;        ///< nobody says this by chance who does not speak the protocol
    Notice notice;             ///< for a client with subscriptions
    unsigned challenges = 0;   ///< ties that its client may have from now on: the target wants them
    unsigned keeps = 0;        ///< ties that its request was to end, and which last: it was not done
    std::uint64_t check = 0;   ///< must be the request's, where that has one
    bool unchecked = false;    ///< it repeats nothing and says no more than an error: any request's will do
    std::vector<Edit> edits;   ///< in the order of their offsets, in the bytes that are taken first

    void clear()
    {
        kind = Kind::final;
        swallowed = closesTarget = undone = spends = closesClient = proof = unchecked = false;
        notice = {};
        challenges = keeps = 0;
        check = 0;
        edits.clear();
    }
};

} // namespace proximux
