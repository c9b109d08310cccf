#pragma once

#include <proximux/exchange/mux/MessagePolicy.h>

namespace proximux
{

struct Mux;

/// Has a target connection belong to the user of the request that is sent next (RequestTraits::user). A connection of
/// another user is signed in anew, alone: nothing is sent before the target has agreed.
///
///     [request of a] ... at rest ... [sign in b] ... agreed ... [request of b]      refused: the request fails
///
/// A client that signs in does so itself, by a request of its own (RequestTraits::signsIn).
///
/// Where a login is a dialog (Login::begin), a connection has one: for another user it is replaced, unless the two
/// differ in the settings of their sessions alone (Login::change). Whoever waits for a connection of a user who is
/// refused gets the error of the target.
class Users
{
public:
    /// It must outlive it.
    explicit Users(Mux& mux)
        : _mux(mux)
    {
    }

    /// Whether the lane belongs to the user of the request.
    [[nodiscard]] static bool isOf(const Lane& lane, const Request& request);

    /// Whether what the client sent last, of all that it sent, was the last that was sent there.
    [[nodiscard]] static bool isHome(const Lane& lane, const Client& client);

    /// Whether the lane belongs to somebody who differs from the user of the request in settings alone.
    [[nodiscard]] static bool isRelated(const Lane& lane, const Request& request);

    /// A lane on which the target has let in the user of this request, in whatever state it is; null: there is none.
    [[nodiscard]] static const Lane* knownTo(const Mux& mux, const Request& request);

    /// Whether the request can be sent on the lane as it is.
    [[nodiscard]] static bool fits(const Lane& lane, const Request& request)
    {
        return request.traits.signsIn || isOf(lane, request);
    }

    /// A request is about to be sent on this lane, which is at rest where it belongs to another user.
    Readiness bring(Lane& lane, Request& request, Instant now);

    /// A request is about to be sent on this lane: where it asks what earlier ones have left there, nobody else has
    /// been there since, or it is told (RequestTraits::home).
    static Readiness bringHome(const Lane& lane, Request& request);

    /// A request is about to be sent on this lane, which belongs to its user: what has to be said there first is.
    Readiness precede(Lane& lane, Request& request, Instant now);

    /// Has a lane at rest say something of our own, which must be answered soon: the errand of this number (Cancels).
    void say(Lane& lane, std::unique_ptr<LoginDialog> what, std::uint64_t errand, Instant now);

    /// Whether the lane is at rest, and may be used for something of our own.
    [[nodiscard]] static bool isFree(const Mux& mux, const Lane& lane);

    /// Has a lane at rest be as it was opened, whatever its client has left there. False: it can't be.
    bool restore(Lane& lane, Instant now);

    /// Bytes came on a lane that is being signed in by a dialog. False: the lane is closed then.
    bool hear(Lane& lane, Instant now);

    /// Whether the answer to this request says whose its lane is.
    [[nodiscard]] static bool decides(const Request& request)
    {
        return request.traits.signsIn || request.traits.restores || request.traits.becomes != nullptr;
    }

    /// Such a request was answered. done: the lane belongs to its user now; else it does to whom it did.
    static void settle(Lane& lane, const Request& request, bool done);

private:
    void begin(Lane& lane, const std::shared_ptr<const Login>& user, std::unique_ptr<LoginDialog> dialog,
               RequestTraits traits, Instant now);
    void denied(Lane& lane, Instant now);

    Mux& _mux;
};

} // namespace proximux
