#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/http/Head.h>

#include <cstdint>
#include <string>

namespace proximux::http
{

/// What a response framer needs to know about the request: bits of RequestTraits::hint.
namespace hint
{

constexpr std::uint32_t HEAD = 1U << 0U;    ///< the response has no body
constexpr std::uint32_t CLOSE = 1U << 1U;   ///< the client is closed after the response
constexpr std::uint32_t IS_10 = 1U << 2U;   ///< the client speaks HTTP/1.0
constexpr std::uint32_t UPGRADE = 1U << 3U; ///< 101 is a valid response
constexpr std::uint32_t CONNECT = 1U << 4U; ///< 2xx starts a tunnel
constexpr std::uint32_t BODY = 1U << 5U;    ///< the request has a body

} // namespace hint

/// Finds the end of an HTTP/1 message's body.
class Body
{
public:
    explicit Body(bool fromTarget)
        : _fromTarget(fromTarget)
    {
    }

    void begin(const Head& head, bool untilClose);
    void none() { _state = State::done; }

    /// Takes bytes of the body from `at` on and moves `at` after them. Returns why it is malformed, or null.
    const char* take(Bytes input, std::size_t& at);

    [[nodiscard]] bool isDone() const { return _state == State::done; }
    [[nodiscard]] bool isUntilClose() const { return _state == State::untilClose; }

private:
    enum class State
    {
        done,
        counted,   ///< _left bytes
        chunkSize, ///< a line
        chunk,     ///< _left bytes, including the final CRLF
        trailer,   ///< lines until an empty one
        untilClose
    };

    const char* takeLine(Bytes line);
    const char* takeChunkSize(Bytes line);

    bool _fromTarget;
    State _state = State::done;
    std::uint64_t _left = 0;
    std::size_t _trailer = 0; ///< bytes
};

/// The content of a complete and valid chunked body.
struct Chunks
{
    std::uint64_t size = 0; ///< bytes of data
    bool trailer = true;    ///< it has trailer fields, or is incomplete
};

/// Parses a chunked body that the framer accepted. Appends its data to `data`, if given.
Chunks readChunks(Bytes body, std::string* data);

class RequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override;

private:
    std::size_t _scanned = 0;
    Body _body{false};
    bool _inBody = false;
};

class ResponseFramer : public proximux::ResponseFramer
{
public:
    void expect(std::uint32_t hint) override { _hint = hint; }
    Progress feed(Bytes input) override;
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }
    bool finish() override;

private:
    const char* begin(Bytes bytes);
    void edit(const Head& head, bool close);

    std::uint32_t _hint = 0;
    std::size_t _scanned = 0;
    Body _body{true};
    bool _inBody = false;
    ResponseTraits _traits;
};

} // namespace proximux::http
