#pragma once

#include <proximux/protocol/Traits.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace proximux::http
{

/// The head of an HTTP/1 message, parsed strictly (RFC 9112). Ambiguous heads are malformed, because they allow request
/// smuggling.
struct Head
{
    static constexpr std::size_t MAX = 65536; ///< bytes

    /// A header line; its offset counts from the message's first byte.
    struct Field
    {
        Bytes name;
        Bytes value;
        std::size_t offset = 0;
        std::size_t size = 0; ///< including CRLF
    };

    /// Fields in memory that is used again: valid until this thread reads another head.
    struct Fields
    {
        const Field* first = nullptr;
        std::size_t count = 0;

        [[nodiscard]] const Field* begin() const { return first; }
        [[nodiscard]] const Field* end() const { return first + count; }
    };

    std::size_t blank = 0; ///< bytes of empty lines before the head
    std::size_t size = 0;  ///< size of the whole head in bytes, including its final empty line
    bool is10 = false;     ///< HTTP/1.0

    Bytes method; ///< of a request
    Bytes target;
    unsigned status = 0; ///< of a response

    bool chunked = false;
    std::optional<std::uint64_t> length; ///< Content-Length
    bool close = false;                  ///< Connection: close
    bool keepAlive = false;
    bool upgrade = false;         ///< Connection: upgrade with an Upgrade field that does not name HTTP/2
    bool expectsContinue = false; ///< Expect: 100-continue
    bool authenticates = false;   ///< Authorization: NTLM or Negotiate
    bool challenges = false;      ///< WWW-Authenticate: NTLM or Negotiate
    Field coding;                 ///< Transfer-Encoding, the last
    Fields hopByHop;              ///< lines meant for the next peer only, in order

    /// The end of the head after its empty line; 0: incomplete. `scanned`: number of bytes examined before; kept by the
    /// caller between calls.
    static std::size_t find(Bytes input, std::size_t& scanned);

    /// Checks the line of a chunk's size or of a trailer, without CRLF. Returns why it is malformed, or null.
    static const char* judgeChunkLine(Bytes line);
    static const char* judgeTrailer(Bytes line);

    /// Reads the first line of a request, as far as received, and moves `at` after it. Returns why it is malformed, or
    /// null.
    const char* readBeginning(Bytes input, std::size_t& at);

    /// Reads a complete head. Returns why it is malformed, or null.
    const char* readRequest(Bytes head);
    const char* readResponse(Bytes head);

private:
    const char* readRequestLine(Bytes line);
    const char* readFields(Bytes head, std::size_t at);
    const char* take(const Field& field, bool passes);
    const char* takeLength(const Field& field);
    const char* takeCoding(const Field& field);
    const char* judgeRequest();

    std::size_t _hosts = 0;
    std::size_t _codings = 0; ///< Transfer-Encoding fields
    bool _upgradeField = false;
    bool _toHttp2 = false;
};

/// Compares case-insensitively; b must be lower case.
bool sameText(Bytes a, Bytes b);

} // namespace proximux::http
