#pragma once

#include <proximux/protocol/Traits.h>
#include <proximux/wire/Framer.h>

#include <cstdint>
#include <utility>

namespace proximux
{

/// What a target connection keeps of the clients that it serves, beside the traits of what it answers.
class ConnectionMemory
{
public:
    ConnectionMemory() = default;
    ConnectionMemory(const ConnectionMemory&) = delete;
    ConnectionMemory& operator=(const ConnectionMemory&) = delete;
    virtual ~ConnectionMemory() = default;

    /// Nothing is left of the session that was there (LoginDialog::renews()).
    virtual void forget() {}
};

/// Finds where responses end, and extracts their traits.
class ResponseFramer : public Framer
{
public:
    /// Announces that the next message answers a request with this hint. Called before the first bytes are fed,
    /// possibly more than once. With pairing by id it is called only for requests that keep their own id
    /// (RequestTraits::keepsId).
    virtual void expect(std::uint32_t hint) { static_cast<void>(hint); }

    /// The traits of the current message: valid after the feed() that took its first bytes, until the next message is
    /// fed.
    [[nodiscard]] virtual const ResponseTraits& traits() const
    {
        static const ResponseTraits PLAIN;
        return PLAIN;
    }

    /// The target has ended. Returns whether that completes the current message.
    virtual bool finish() { return false; }

    /// Whether the target is asked to answer what came of a request before its end, and has not.
    [[nodiscard]] virtual bool owes() const { return false; }

    /// What the connection remembers (RequestTraits::fitted); null: nothing.
    [[nodiscard]] virtual ConnectionMemory* memory() { return nullptr; }
};

/// Responses delimited by a generic framer.
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

} // namespace proximux
