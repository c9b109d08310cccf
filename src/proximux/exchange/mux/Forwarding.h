#pragma once

#include <proximux/exchange/mux/State.h>

#include <cstddef>
#include <string>

namespace proximux
{

struct Mux;

/// Passes the bytes of requests on to targets, with what is changed in them and added to them.
class Forwarding
{
public:
    explicit Forwarding(Mux& mux)
        : _mux(mux)
    {
    }

    /// What there is of the request goes to the target of the lane, and the request is in its pipeline.
    void begin(Lane& lane, Request& request, Instant now);

    /// What there is of a request that is sent next.
    [[nodiscard]] static Bytes bytesOf(const Request& request);

    /// The next n bytes of the client's input continue a request that was sent.
    void goOn(Client& client, Request& request, std::size_t n, Instant now);

    /// What is added behind a request that was sent whole.
    void suffix(Lane& lane, const Request& request);

    /// What the client sent and was not used passes on as it is.
    void raw(Client& client, Lane& lane, Instant now);

private:
    void passWithEdits(Lane& lane, const Request& request, Bytes bytes);
    Bytes fitted(Lane& lane, const Request& request, Bytes bytes, bool begins);
    void takeFromInput(Lane& lane, Request& request);

    Mux& _mux;
    std::string _fitted; ///< its memory is used again
};

} // namespace proximux
