#pragma once

#include <proximux/protocol/Traits.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace proximux
{

/// The head of an HTTP/1 message, read strictly: RFC 9112. What two readers could understand in two ways is malformed,
/// since a request could be smuggled past one of them.
struct HttpHead
{
    static constexpr std::size_t MAX = 65536; ///< bytes

    /// A header line, whose offsets count from the message's first byte.
    struct Field
    {
        Bytes name;
        Bytes value;
        std::size_t offset = 0;
        std::size_t size = 0; ///< with CRLF
    };

    std::size_t blank = 0; ///< bytes of empty lines before it
    std::size_t size = 0;  ///< all its bytes, the empty line behind it included
    bool is10 = false;     ///< HTTP/1.0

    Bytes method; ///< of a request
    Bytes target;
    unsigned status = 0; ///< of a response

    bool chunked = false;
    std::optional<std::uint64_t> length; ///< Content-Length
    bool close = false;                  ///< Connection: close
    bool keepAlive = false;
    bool upgrade = false;         ///< Connection: upgrade, and an Upgrade field, without HTTP/2 in it
    bool expectsContinue = false; ///< Expect: 100-continue
    bool authenticates = false;   ///< Authorization: NTLM or Negotiate
    bool challenges = false;      ///< WWW-Authenticate: NTLM or Negotiate
    Field coding;                 ///< Transfer-Encoding, the last
    std::vector<Field> hopByHop;  ///< lines that are for the next peer alone, in their order

    /// Where the head ends, behind its empty line; nothing: it is not whole. `scanned`: bytes that were looked at
    /// before, which is kept from call to call.
    static std::size_t find(Bytes input, std::size_t& scanned);

    /// Of the line of a chunk's size or of a trailer, without CRLF: why it is malformed, or null.
    static const char* judgeChunkLine(Bytes line);
    static const char* judgeTrailer(Bytes line);

    /// Reads the first line of a request, as much as there is of it; `at` moves behind it. Returns why it can't become
    /// one, or null.
    const char* readBeginning(Bytes input, std::size_t& at);

    /// Reads a whole head. Returns why it is malformed, or null.
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

/// Whether two texts are the same but for the case of their letters; b is in lower case.
bool sameText(Bytes a, Bytes b);

} // namespace proximux
