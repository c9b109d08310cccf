#pragma once

#include <proximux/Bytes.h>
#include <proximux/Pins.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// An edit of a forwarded message: removes bytes at `offset` and inserts others there. The inserted bytes must outlive
/// the message (fixed text).
struct Edit
{
    std::size_t offset = 0; ///< from the message's first byte
    std::size_t remove = 0;
    Bytes insert;
};

class LoginDialog;

/// What a session sets of its own: names, and values as they are said to the target.
using SessionSettings = std::map<std::string, std::string>;

/// The bytes that log in on a connection, and the exact reply to them. Empty if none are needed.
struct Login
{
    std::string says; ///< tells logins apart, too
    std::string expects;
    bool isJudged = false; ///< the reply differs, and Protocol::judgeLogin() judges it; `expects` is what follows it

    /// Begins the login at this target, where it is a dialog, which a connection has once at most; empty: it is none.
    std::function<std::unique_ptr<LoginDialog>(std::size_t target)> begin = {};

    // ---- logins that differ in their settings alone

    std::string key = {};          ///< they have it in common; empty: there are no such logins
    SessionSettings settings = {}; ///< of the session

    /// With whose settings begin() has opened a connection; null: with these.
    std::shared_ptr<const Login> opens = nullptr;

    /// Has a connection to this target of the other login, which has the same key, belong to this one.
    std::function<std::unique_ptr<LoginDialog>(const Login& other, std::size_t target)> change = {};

    /// Has a connection at rest to this target, whose client has left something behind, be as begin() would have opened
    /// it; empty: it can't be.
    std::function<std::unique_ptr<LoginDialog>(std::size_t target)> restore = {};
};

/// What came for a login (Login::isJudged).
struct LoginAnswer
{
    enum class State
    {
        more, ///< undecided: more bytes are needed
        accepted,
        refused
    };

    State state = State::accepted;
    std::size_t size = 0; ///< accepted: bytes of the reply
};

/// A login on one target connection, or a prelude (Conversation::prelude()), in which both sides speak several times.
/// No input makes it throw.
class LoginDialog
{
public:
    /// What is to be done behind what came.
    struct Step
    {
        LoginAnswer::State state = LoginAnswer::State::more;
        std::size_t taken = 0; ///< bytes; the rest is shown again, with more
        std::string says;      ///< what the target gets
    };

    LoginDialog() = default;
    LoginDialog(const LoginDialog&) = delete;
    LoginDialog& operator=(const LoginDialog&) = delete;
    virtual ~LoginDialog() = default;

    /// The connection has TLS with this channel binding (tls-server-end-point, RFC 5929); empty: it has none.
    virtual void secured(const std::string& binding) { static_cast<void>(binding); }

    /// What is said first.
    [[nodiscard]] virtual std::string opening() const = 0;

    /// Bytes came from the target.
    virtual Step hear(Bytes came) = 0;

    /// accepted: what RequestTraits::greets is answered with; refused: the seed of the error reply, which may be empty.
    [[nodiscard]] virtual const std::string& outcome() const = 0;

    /// Accepted: nothing is left of the session that was there.
    [[nodiscard]] virtual bool renews() const { return false; }
};

/// What a protocol knows about a request, without what is allocated.
struct RequestMarks
{
    bool answered = true;   ///< the target sends a response
    bool swallowed = false; ///< its response is discarded: the client does not expect one
    bool local = false;     ///< not sent to the target; `reply` is the answer
    bool refused = false;   ///< local: the reply is an error; fitted: the target is made to say that error
    bool last = false;      ///< its client is closed after the answer
    bool delayed = false; ///< local: answered after local.failed_auth_delay; the client's next request waits until then
    const char* refusal = nullptr; ///< refused: the reason, for the log: fixed text
    bool resets = false;           ///< local: ends all pins of its client and closes the pinned connection
    bool vital = false;            ///< if it fails, its client is closed behind the error reply
    bool greets = false;           ///< not sent: the answer is the reply to the login of its connection, translated
    bool blocking = false;         ///< no response timeout applies
    bool barrier = false;  ///< its response decides what the following bytes are; they are not parsed until then
    bool pushes = false;   ///< from now on all bytes from the target go to this client and answer no request
    bool muted = false;    ///< pushes: until the next one, the target answers nothing, not even a Farewell
    bool alone = false;    ///< no other request may be in flight on its connection
    bool fenced = false;   ///< the end of its response is unknown; it is sent alone, and a Fence marks the end
    unsigned proof = 0;    ///< fenced until its connection has proven this: Protocol::proves()
    bool guarded = false;  ///< the end of its response could be forged: a Fence after it protects the connection
    bool keepsId = false;  ///< its id must stay unchanged and may equal another one: sent alone, too
    bool optional = false; ///< pairing by id: the response may never come; meanwhile it takes no place in the pipeline
    bool repeatable = false; ///< harmless to send twice
    bool changes = false;    ///< repeatable: it changes what an earlier request would read
    bool spends = false; ///< the target may not read all of it or may keep state: its connection serves no other client
                         ///< afterwards
    bool rewritten = false; ///< different bytes are sent instead: Conversation::rewrite()
    bool fitted = false;    ///< likewise, and they depend on its connection: Conversation::fit()
    bool inParts = false;   ///< not whole: what comes later is judged, too: Conversation::goesOn()
    bool translated =
        false;            ///< its client gets different bytes than the first of its response: Conversation::translate()
    bool awaited = false; ///< its response is awaited even if its client leaves: it may come over the next connection
    bool asks = false; ///< only its header came: its client sends the rest when the target consents, or after a while
    bool supersedes = false; ///< its client has given up its earlier requests: what answers them is discarded
    bool secret = false;     ///< observed traffic: contains secrets, as earlier messages show
    unsigned pins = 0;       ///< reasons for which it pins its client
    unsigned frees = 0;      ///< pin reasons that end with its response
    unsigned probes = 0;     ///< pin reasons of which the target is asked behind the response whether they still hold
    unsigned claims =
        0; ///< reasons for which it pins its client if the response is a challenge; else its connection is closed
    std::uint64_t cancels = 0; ///< local: the client whose request is to be stopped (Conversation::begin()); 0: nobody
    std::uint64_t stops = 0; ///< likewise, but the target is told so on another connection of the user's, and answers:
                             ///< it is sent as Protocol::stopping() opens, or else `reply` is the answer; where there
                             ///< is no such client of the same user (Conversation::user()), `seed` is
    bool evicts = false;     ///< stops: that client is closed, too
    unsigned home = 0;       ///< so many requests, those before it on its connection, must have been its client's; else
                             ///< `elsewhere` is whose the connection must be, or it fails, with `seed`
    std::uint64_t check = 0; ///< value that its response must repeat; 0: none
    unsigned part = 0;       ///< part of the target that it addresses, from 1; 0: the target itself
    unsigned dialect = 0;    ///< its connection must be new or use the same dialect; 0: there is only one
    bool switches = false;   ///< brings its connection to `dialect` itself, if the target agrees
    bool signsIn = false;    ///< its connection belongs to `user` afterwards, if the target agrees; sent alone
    bool precedes = false;   ///< nobody's: it is a prelude (Conversation::prelude())
    bool restores = false;  ///< its connection belongs to the login that has opened it afterwards, if the target agrees
    Bytes suffix;           ///< sent after its last byte: fixed text
    std::uint32_t hint = 0; ///< passed to its response framer
    std::uint32_t unasked = 0; ///< asks: added to it if a response comes before consent; it ends its client

    /// Whether no other request may be in flight on its connection.
    [[nodiscard]] bool isAlone() const { return alone || keepsId || fenced || guarded; }
};

/// What a protocol knows about a request.
struct RequestTraits : RequestMarks
{
    std::shared_ptr<const Login> user;      ///< whose its connection must be; null: it stays as it was opened
    std::shared_ptr<const Login> becomes;   ///< whose it is afterwards, if the target agrees; null: it stays the same
    std::shared_ptr<const Login> leaves;    ///< whose it is as soon as it was sent; null: it stays the same
    std::shared_ptr<const Login> elsewhere; ///< instead of `user`, where `home` does not hold; null: it fails there
    std::string seed;                       ///< data for creating an error reply later
    std::string reply;                      ///< local, or refused: the reply
    std::vector<Edit> edits;                ///< in the order of their offsets

    /// Resets all fields. Small allocations are kept for reuse.
    void clear()
    {
        constexpr std::size_t MOST = 1024; // bytes
        if (seed.capacity() + reply.capacity() + edits.capacity() * sizeof(Edit) > MOST)
        {
            RequestTraits used;
            return std::swap(*this, used);
        }
        static_cast<RequestMarks&>(*this) = RequestMarks();
        user.reset();
        becomes.reset();
        leaves.reset();
        elsewhere.reset();
        seed.clear();
        reply.clear();
        edits.clear();
    }
};

/// The meaning of a message to a client with subscriptions.
struct Notice
{
    enum class Kind
    {
        answer,    ///< none of the kinds below
        error,     ///< an error reply to a command
        published, ///< a published message; answers no command
        begun,     ///< a subscription
        ended      ///< a subscription
    };

    Kind kind = Kind::answer;
    char of = 0;             ///< begun, ended: c channel, p pattern, s shard channel
    bool nameless = false;   ///< ended: there was no subscription
    std::int64_t count = -1; ///< begun, ended: number of remaining subscriptions
    bool pushed = false;     ///< its form says that it is no reply
};

/// What a response says to the conversation of its client.
struct Told
{
    unsigned what = 0; ///< the protocol's own; 0: nothing
    std::uint64_t number = 0;
    std::uint64_t status = 0; ///< likewise
};

/// What a protocol knows about a response.
struct ResponseTraits
{
    enum class Kind
    {
        final,   ///< completes its request
        more,    ///< a part of the response; more parts follow
        interim, ///< precedes the response and is not part of it
        tunnel,  ///< the final response; all further bytes in both directions belong to its client
        request, ///< no response: a request of the target's own, which gets `reply` (Protocol::isTwoWay)
        notice   ///< no response: belongs to whoever is served or has the connection alone (Protocol::speaksAtRest)
    };

    Kind kind = Kind::final;

    [[nodiscard]] bool endsRequest() const { return kind == Kind::final || kind == Kind::tunnel; }

    /// Whether it may answer a request with this check value (0: it has none).
    [[nodiscard]] bool mayAnswer(std::uint64_t requestCheck) const
    {
        return requestCheck == 0 || unchecked || requestCheck == check;
    }

    bool swallowed = false;    ///< discarded
    bool closesTarget = false; ///< the connection cannot be reused after this response
                               ///< request: it ends as soon as nothing is in flight
    bool undone = false;       ///< the target does not know the command and did nothing
    bool spends = false;       ///< the target may not have read the whole request, as RequestTraits::spends
    bool closesClient = false; ///< the client detects its end only by the end of the connection
    bool consents = false;     ///< interim: the client is to send the rest of its request (RequestTraits::asks)
    bool proof = false;        ///< proves that the target speaks this protocol
    Notice notice;             ///< meaning to a client with subscriptions
    unsigned challenges = 0;   ///< reasons for which the target now wants its client to be pinned
    unsigned begun = 0;        ///< pin reasons that its client has from now on, whatever the limit is
    unsigned ended = 0;        ///< pin reasons that it has no more
    unsigned doubts = 0;       ///< of those begun, those of which the target is asked whether they hold
    bool resumes = false;      ///< more: what its client sends next belongs to the request (Framer::resume)
    unsigned keeps = 0;        ///< pin reasons that its request was to end and that remain, because it failed
    std::uint64_t check = 0;   ///< must equal the request's check, if that has one
    bool unchecked = false;    ///< repeats no check value and is only an error, so it may answer any request
    Told tells;                ///< final: Conversation::told()
    std::string reply;         ///< request: what the target gets
    Bytes instead;             ///< what its client gets in place of the bytes taken last: fixed text; empty: these
    bool names = false;        ///< the bytes taken last are a message that names a session: Conversation::rename()
    std::vector<Edit> edits;   ///< in the order of their offsets, all within the bytes taken first

    void clear()
    {
        names = false;
        kind = Kind::final;
        swallowed = closesTarget = undone = spends = closesClient = consents = proof = unchecked = resumes = false;
        notice = {};
        challenges = keeps = begun = ended = doubts = 0;
        check = 0;
        tells = {};
        reply.clear();
        instead = {};
        edits.clear();
    }
};

} // namespace proximux
