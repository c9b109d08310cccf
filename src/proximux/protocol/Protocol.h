#pragma once

#include <proximux/Framing.h>
#include <proximux/Instant.h>
#include <proximux/Number.h>
#include <proximux/base/Random.h>
#include <proximux/protocol/ConversationSettings.h>
#include <proximux/protocol/Fence.h>
#include <proximux/protocol/ResponseFramer.h>
#include <proximux/protocol/StateProbe.h>
#include <proximux/protocol/Traits.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// Why a target gave no response to a request.
enum class Failure
{
    unavailable, ///< the request was not sent: no connection became available in time
    lost,        ///< the target connection ended
    timeout,     ///< the target was silent
    malformed,   ///< the target sent an invalid response
    dialect,     ///< the target does not speak the request's dialect
    user,        ///< the target does not let the client's user in
    cancelled    ///< its client has cancelled it before it was sent
};

/// What a client is told of it, without a full stop.
constexpr const char* textOf(Failure failure)
{
    switch (failure)
    {
    case Failure::unavailable:
        return "no target connection was free in time";
    case Failure::lost:
        return "the target connection was lost";
    case Failure::timeout:
        return "the target did not answer in time";
    case Failure::malformed:
        return "the target sent an invalid response";
    case Failure::dialect:
        return "the target does not speak this version of the protocol";
    case Failure::user:
        return "the target refused the user name or password";
    case Failure::cancelled:
        return "it was cancelled";
    }
    return "";
}

/// What a client waits for before it sends the rest of its request.
struct Consent
{
    Bytes text;            ///< fixed text; empty: it waits for nothing
    bool byTarget = false; ///< the target is asked first, and says it itself (RequestTraits::asks)
};

/// What follows from more of a request.
struct Continuation
{
    unsigned pins = 0;             ///< reasons for which it pins its client besides those before (RequestTraits::pins)
    const char* refusal = nullptr; ///< why a part of it is refused, for the log: fixed text; null: none is
};

/// The protocol state of one client: the meaning of its requests, and the replies given in the target's place. Called
/// for each request in order of arrival. No input makes it throw.
class Conversation
{
public:
    virtual ~Conversation() = default;

    /// Its client is the one of this number, of all since the start, with this address (numeric; empty: unknown).
    virtual void begin(std::uint64_t client, Bytes address)
    {
        static_cast<void>(client);
        static_cast<void>(address);
    }

    /// Its client has come. Fills in the traits of what it is sent before it has said anything, where that is local, or
    /// the reply to a login (RequestTraits::greets). Returns whether there is such a thing.
    virtual bool opened(RequestTraits& traits)
    {
        static_cast<void>(traits);
        return false;
    }

    /// Evaluates a request, complete or cut to the bytes that are kept. Fills in the traits, which are clear.
    virtual void request(Bytes bytes, bool whole, RequestTraits& traits) = 0;

    /// More of a request that was passed on before it was whole: whole messages, of which the last may be in pieces.
    /// mayPin: its client may be pinned for it. What is not to be passed on is left out by fit().
    virtual Continuation goesOn(Bytes bytes, bool mayPin)
    {
        static_cast<void>(bytes);
        static_cast<void>(mayPin);
        return {};
    }

    /// Sets `text` to what is sent instead of this complete request (RequestTraits::rewritten), with the edits applied.
    virtual void rewrite(Bytes bytes, const RequestTraits& traits, std::string& text)
    {
        static_cast<void>(traits);
        text = bytes;
    }

    /// Appends to `text` what is sent instead of these bytes on a connection that remembers this
    /// (RequestTraits::fitted). begins: they are the request, or its beginning; else more of it.
    virtual void fit(Bytes bytes, bool begins, const RequestTraits& traits, ConnectionMemory& memory, std::string& text)
    {
        static_cast<void>(begins);
        static_cast<void>(traits);
        static_cast<void>(memory);
        text.append(bytes);
    }

    /// Sets `text` to what the client gets instead of these bytes, the first of the response to its request
    /// (RequestTraits::translated) that the response framer has taken at once. Edits are applied behind that. Likewise
    /// instead of the reply to a login (RequestTraits::greets); empty: there was none.
    virtual void translate(Bytes bytes, const RequestTraits& traits, std::string& text)
    {
        static_cast<void>(traits);
        text = bytes;
    }

    /// Sets `text` to what the client gets instead of this message, which names a session of the target
    /// (ResponseTraits::names). greeting: the reply to the login of the connection that it came from.
    virtual void rename(Bytes message, Bytes greeting, std::string& text)
    {
        static_cast<void>(greeting);
        text = message;
    }

    /// The header of a request is complete and more follows (Framer::Progress::header). Returns what its client waits
    /// for before it sends the rest: usually nothing.
    virtual Consent header(Bytes bytes)
    {
        static_cast<void>(bytes);
        return {};
    }

    /// Creates the reply that tells a client why its request failed. False: there is none; the client is closed.
    virtual bool failed(const RequestTraits& traits, Failure failure, std::string& reply)
    {
        static_cast<void>(traits);
        static_cast<void>(failure);
        static_cast<void>(reply);
        return false;
    }

    /// Like failed(), for a client that waited in vain to be pinned; `why` says which clients occupy the connections.
    virtual bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply)
    {
        static_cast<void>(why);
        return failed(traits, Failure::unavailable, reply);
    }

    /// The rest of a request that was answered before it was whole has come, and was thrown away. Returns what its
    /// client gets behind that answer.
    virtual std::string restCame() { return {}; }

    /// Creates the reply to invalid input, after which the client is closed. False: there is none.
    virtual bool malformed(const char* why, std::string& reply)
    {
        static_cast<void>(why);
        static_cast<void>(reply);
        return false;
    }

    /// The target has accepted this client's request to change the dialect (RequestTraits::switches).
    virtual void switched(unsigned dialect) { static_cast<void>(dialect); }

    /// The target has accepted, or refused, the user of this client's request (RequestTraits::signsIn).
    virtual void signedIn(bool accepted) { static_cast<void>(accepted); }

    /// These reasons pin this client to a connection, besides those of its requests (ResponseTraits::begun, ended).
    virtual void held(unsigned reasons) { static_cast<void>(reasons); }

    /// Creates the reply to a client that loses its idle connection to others. False: there is none.
    virtual bool expired(const char* why, std::string& reply) { return malformed(why, reply); }

    /// Creates what a client at rest is told before a drain closes it. False: nothing.
    virtual bool drained(std::string& reply)
    {
        static_cast<void>(reply);
        return false;
    }

    /// A response to this client's request has said something that later requests may depend on
    /// (ResponseTraits::tells).
    virtual void told(const Told& what) { static_cast<void>(what); }

    /// The target was asked (RequestTraits::probes): only these reasons still pin this client.
    virtual void remains(unsigned reasons) { static_cast<void>(reasons); }

    /// The target has challenged this client to something that pins it (ResponseTraits::challenges).
    virtual void challenged(unsigned reasons) { static_cast<void>(reasons); }

    /// Handles a message from the target to a client that receives everything (RequestTraits::pushes). Returns true
    /// when the client has no subscriptions and no open replies, as far as the order and number of replies prove.
    virtual bool pushEnded(const Notice& notice)
    {
        static_cast<void>(notice);
        return false;
    }
};

/// The request that makes a target close a connection, and its final reply, if any. Fixed text.
struct Farewell
{
    Bytes request;
    Bytes answer;
};

/// The login of a target's settings.
struct Credentials
{
    std::string username;
    std::string password;
    unsigned database = 0;
};

/// Changes the dialect of a connection: a request whose response proves that the target speaks the other one from then
/// on (Protocol::proves()). Fixed text; an empty request: the dialect of a connection is fixed.
struct DialectChange
{
    Bytes request;
    unsigned proof = 0; ///< RequestTraits::proof
};

/// A mistake in the settings that declare a protocol: the key, and what is wrong and expected.
struct SettingMistake
{
    std::string_view key;
    std::string text;
};

/// A configured protocol; a factory for the objects of each connection. Immutable; any thread.
class Protocol
{
public:
    virtual ~Protocol() = default;

    /// Ends a connection after all its requests (RequestTraits::pushes).
    [[nodiscard]] virtual Farewell farewell() const { return {}; }

    /// The mistakes in the settings from which it was made. Only without any may its framers be made.
    [[nodiscard]] virtual std::vector<SettingMistake> mistakes() const { return {}; }

    /// Logs in on each new connection.
    [[nodiscard]] virtual Login login(const Credentials& credentials) const
    {
        static_cast<void>(credentials);
        return {};
    }

    /// Judges what has come for a login (Login::isJudged).
    [[nodiscard]] virtual LoginAnswer judgeLogin(Bytes came) const
    {
        static_cast<void>(came);
        return {};
    }

    /// What stops the request that is under way on a connection, said on another one that the target then closes.
    /// greeting: what the target has answered to the login (LoginDialog::outcome()). Empty: nothing does.
    [[nodiscard]] virtual std::string cancellation(Bytes greeting) const
    {
        static_cast<void>(greeting);
        return {};
    }

    /// Asks a connection at rest what its session still has; null: that can't be asked.
    [[nodiscard]] virtual std::unique_ptr<StateProbe> makeStateProbe() const { return nullptr; }

    /// Whether these bytes prepare a connection in a form that is not detected (ProtocolInfo::detection).
    [[nodiscard]] virtual bool isPreparation(Bytes bytes) const
    {
        static_cast<void>(bytes);
        return false;
    }

    /// The key of the setting for which messages are translated, so that they cannot only be observed; empty: none.
    [[nodiscard]] virtual std::string_view translates() const { return {}; }

    /// Whether a connection must have one request at a time, whatever the settings are.
    [[nodiscard]] virtual bool isExclusive() const { return false; }

    /// Silence required of a new connection, though the target does not greet: what comes late for a request of an
    /// earlier connection could answer one of the new one.
    [[nodiscard]] virtual Duration silence() const { return Duration{0}; }

    /// Whether other bytes than responses may come from a target, at any time. Its response framer discards them; those
    /// on an idle connection are discarded, too.
    [[nodiscard]] virtual bool isNoisy() const { return false; }

    /// Whether a connection belongs to the login of a client (RequestTraits::user), and is of no use without one.
    [[nodiscard]] virtual bool isPersonal() const { return false; }

    /// Whether a target speaks first on a new connection, as a part of the login (Login::begin).
    [[nodiscard]] virtual bool isGreeted() const { return false; }

    /// Whether targets may say something on a connection at rest (ResponseTraits::Kind::notice).
    [[nodiscard]] virtual bool speaksAtRest() const { return false; }

    /// Whether targets send requests of their own (ResponseTraits::Kind::request), at any time.
    [[nodiscard]] virtual bool isTwoWay() const { return false; }

    [[nodiscard]] virtual std::unique_ptr<Framer> makeRequestFramer() const = 0;
    [[nodiscard]] virtual std::unique_ptr<ResponseFramer> makeResponseFramer() const = 0;

    /// Made once for each exchange; null: its conversations have nothing in common.
    [[nodiscard]] virtual std::shared_ptr<ConversationCommons> makeCommons() const { return nullptr; }

    /// Null: the protocol knows only where requests end.
    [[nodiscard]] virtual std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const
    {
        static_cast<void>(settings);
        return nullptr;
    }

    /// The position of the id that pairs a response with its request. The framers take no bytes before these are
    /// visible.
    [[nodiscard]] virtual std::optional<IdField> requestId() const { return std::nullopt; }
    [[nodiscard]] virtual std::optional<IdField> responseId() const { return std::nullopt; }

    /// Whether targets answer in any order, and the check values alone (ResponseTraits::check) tell which request a
    /// response answers. A watcher then compares them; sharing compares them in order.
    [[nodiscard]] virtual bool checkIdentifies() const { return false; }

    /// The dialect of a new connection (RequestTraits::dialect); 0: its first request decides, or there is only one.
    [[nodiscard]] virtual unsigned firstDialect() const { return 0; }

    /// Brings a connection that is in another dialect to this one.
    [[nodiscard]] virtual DialectChange changeTo(unsigned dialect) const
    {
        static_cast<void>(dialect);
        return {};
    }

    /// A marker for a connection that uses this dialect (RequestTraits::fenced); its numbers come from `random`.
    /// Required if the protocol has fenced requests.
    [[nodiscard]] virtual Fence makeFence(unsigned dialect, Random& random) const
    {
        static_cast<void>(dialect);
        static_cast<void>(random);
        return {};
    }

    /// Whether this response to a fenced request proves that the target answers further requests of this kind
    /// (RequestTraits::proof) as the response framer expects. The response is complete, or longer than MAX_PROOF.
    [[nodiscard]] virtual bool proves(unsigned proof, Bytes response) const
    {
        static_cast<void>(proof);
        static_cast<void>(response);
        return false;
    }

    static constexpr std::size_t MAX_PROOF = 1024; ///< bytes kept of a response for proves()

    /// Number of parts of a target that respond independently (RequestTraits::part); 0: no parts.
    [[nodiscard]] virtual std::size_t parts() const { return 0; }

    /// A readable name of a part: "unit 9, function 3".
    [[nodiscard]] virtual std::string nameOfPart(unsigned part) const { return "part " + std::to_string(part); }

    /// A harmless request for testing a target; empty if none is known. number: its id.
    [[nodiscard]] virtual std::string probe(std::uint32_t number) const
    {
        static_cast<void>(number);
        return {};
    }

    /// Whether this response, or its beginning, is a valid answer to probe().
    [[nodiscard]] virtual bool answersProbe(Bytes response) const
    {
        static_cast<void>(response);
        return true;
    }

    /// A short readable form of a request, or of its beginning, without secrets. At most `limit` bytes of any value.
    /// isSecret() tells whether the request contains secrets.
    [[nodiscard]] virtual std::string describe(Bytes request, std::size_t limit) const = 0;
    [[nodiscard]] virtual std::string describeResponse(Bytes response, std::size_t limit) const = 0;
    [[nodiscard]] virtual bool isSecret(Bytes request) const
    {
        static_cast<void>(request);
        return false;
    }
};

} // namespace proximux
