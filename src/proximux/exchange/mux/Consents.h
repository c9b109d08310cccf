#pragma once

#include <proximux/exchange/mux/State.h>

#include <cstdint>

namespace proximux
{

struct Mux;

/// Clients that send the header of a request and wait before they send the rest (HTTP's Expect: 100-continue). Either
/// we consent in the target's place, or the header is passed on as a request that is not whole, and the target decides:
///
///     headerSeen() -> lookAgain() -> Rest::awaited -- the target consents, or says nothing in time -> told
///                                          |-------- its client does not wait -------------------> comes
///                                          +-------- a response, or an error of ours ------------> refused
///
/// A client that is refused may leave the rest out, and what it sends next could be read as either. So it is told that
/// its connection ends, and nothing more is read from it.
class Consents
{
public:
    explicit Consents(Mux& mux)
        : _mux(mux)
    {
    }

    /// The header of a request has come, and nothing behind it.
    void headerSeen(Client& client, Instant now);

    /// All before that request may be answered.
    void lookAgain(Client& client, Instant now);

    /// The request is to be passed on.
    static void begin(Client& client, Request& request);

    /// The client did not wait.
    void restComes(Client& client);

    /// The request, of which the header came, was sent.
    void sent(Request& request, Instant now);

    /// What its response framer is to know of the request.
    [[nodiscard]] static std::uint32_t hintOf(const Request& request)
    {
        return request.traits.hint | (request.rest == Rest::awaited ? request.traits.unasked : 0);
    }

    /// The first bytes of a response to the request came. Returns whether its client is to get them.
    bool answered(Request& request, const ResponseTraits& traits, Instant now);

    /// The request gets an answer before its client was told to send the rest.
    void refuse(Request& request, Instant now);

    void expire(Instant now);

private:
    void tell(Request& request, Instant now);

    Mux& _mux;
};

} // namespace proximux
