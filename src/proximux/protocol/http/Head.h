#pragma once

#include <proximux/protocol/Traits.h>
#include <proximux/protocol/http/Text.h>

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
        std::size_t size = 0;   ///< including CRLF
        std::size_t blanks = 0; ///< between name and colon

        /// The end of its value, from the message's first byte.
        [[nodiscard]] std::size_t endOfValue() const
        {
            return offset + static_cast<std::size_t>(value.data() + value.size() - name.data());
        }
    };

    /// In memory that is used again: valid until this thread reads another head.
    template <class T>
    struct View
    {
        const T* first = nullptr;
        std::size_t count = 0;

        [[nodiscard]] const T* begin() const { return first; }
        [[nodiscard]] const T* end() const { return first + count; }
    };

    std::size_t blank = 0; ///< bytes of empty lines before the head
    std::size_t size = 0;  ///< size of the whole head in bytes, including its final empty line

    Bytes method; ///< of a request
    Bytes target;
    std::optional<std::uint64_t> length; ///< Content-Length
    unsigned status = 0;                 ///< of a response

    bool traced = false; ///< set before reading: whether the fields to which a proxy appends are wanted
    bool is10 = false;   ///< HTTP/1.0
    bool chunked = false;
    bool close = false; ///< Connection: close
    bool keepAlive = false;
    bool upgrade = false;         ///< Connection: upgrade with an Upgrade field that does not name HTTP/2
    bool expectsContinue = false; ///< Expect: 100-continue
    bool authenticates = false;   ///< Authorization: NTLM or Negotiate
    bool challenges = false;      ///< WWW-Authenticate: NTLM or Negotiate
    Field coding;                 ///< Transfer-Encoding, the last
    View<Field> hopByHop;         ///< lines meant for the next peer only, in order
    View<Edit> repairs;           ///< of a response: what a proxy must or may correct in it, in order
    Field via;                    ///< the last one with a value
    Field forwardedFor;           ///< X-Forwarded-For, likewise
    Field forwarded;              ///< Forwarded, likewise

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
    [[nodiscard]] const char* judgeResponse() const;
    const char* readLines(Bytes head, std::size_t at, std::vector<Field>& fields) const;
    const char* readOptions(View<Field> fields);
    [[nodiscard]] bool passes(const Field& field) const;
    const char* take(const Field& field, bool passes);
    void trace(const Field& field);
    const char* takeLength(const Field& field);
    const char* takeCoding(const Field& field);
    const char* judgeRequest();

    bool _isResponse = false;
    std::size_t _hosts = 0;
    std::size_t _codings = 0; ///< Transfer-Encoding fields
    bool _upgradeField = false;
    bool _toHttp2 = false;
};

} // namespace proximux::http
