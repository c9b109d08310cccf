#pragma once

#include <proximux/protocol/ResponseFramer.h>
#include <proximux/protocol/Traits.h>

#include <cstdint>
#include <memory>
#include <string>

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

/// What has to be said on a connection before a request.
struct Prelude
{
    std::unique_ptr<LoginDialog> dialog = {}; ///< null: nothing has
    bool fails = false;                       ///< the request is not sent at all
    std::string reply = {};                   ///< fails: what its client gets; empty: nothing
};

/// The protocol state of one client: the meaning of its requests, and the replies given in the target's place. Called
/// for each request in order of arrival. No input makes it throw.
class Conversation
{
public:
    virtual ~Conversation() = default;

    /// Its client is the one of this number, which no other has had since the start, with this address (numeric; empty:
    /// unknown).
    virtual void begin(std::uint64_t client, Bytes address)
    {
        static_cast<void>(client);
        static_cast<void>(address);
    }

    /// Who the client has proven to be: its equals may stop its requests (RequestTraits::stops). Empty: nobody yet.
    /// Borrowed.
    [[nodiscard]] virtual Bytes user() const { return {}; }

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

    /// The request, whole or its beginning, is about to be sent on a connection that remembers this
    /// (RequestTraits::fitted): what has to be said there first. It is called again behind that.
    virtual Prelude prelude(Bytes bytes, const RequestTraits& traits, ConnectionMemory& memory)
    {
        static_cast<void>(bytes);
        static_cast<void>(traits);
        static_cast<void>(memory);
        return {};
    }

    /// The request was answered without being sent, for what its connection lacks (Prelude::fails,
    /// RequestTraits::home), or because it was done here (RequestTraits::stops).
    virtual void unsent(const RequestTraits& traits) { static_cast<void>(traits); }

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
    virtual void remains(unsigned reasons) { held(reasons); }

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

} // namespace proximux
