#pragma once

#include <proximux/Bytes.h>
#include <proximux/Number.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux
{

/// Offsets and numbers of a DNS message over TCP; offsets include the length prefix.
namespace dns
{

constexpr std::size_t PREFIX = 2;
constexpr std::size_t HEADER = PREFIX + 12;

constexpr unsigned FORMAT_ERROR = 1;
constexpr unsigned SERVER_FAILURE = 2;
constexpr unsigned NO_SUCH_NAME = 3;
constexpr unsigned NOT_IMPLEMENTED = 4;
constexpr unsigned REFUSED = 5;

constexpr unsigned SOA = 6;
constexpr unsigned SIG = 24;
constexpr unsigned OPT = 41;
constexpr unsigned TKEY = 249;
constexpr unsigned TSIG = 250;
constexpr unsigned IXFR = 251;
constexpr unsigned AXFR = 252;

constexpr unsigned INTERNET = 1;
constexpr unsigned CHAOS = 3;
constexpr unsigned HESIOD = 4;

inline unsigned byteAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]);
}

inline unsigned numberAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned>(readNumber(bytes.substr(at, 2)));
}

/// The end of the first question, or nothing if it is incomplete, invalid or compressed.
std::optional<std::size_t> questionEnd(Bytes message);

} // namespace dns

/// A parsed request, and whether all servers read it alike: one question and nothing superfluous.
struct DnsQuery
{
    /// message: the request, or its kept beginning, which includes the header.
    DnsQuery(Bytes message, bool whole);

    /// The code of a local error reply; 0: the request is one well-formed question.
    unsigned refusal = 0;

    std::size_t end = dns::HEADER;       ///< end of its question, or of its header
    unsigned type = 0;                   ///< type of the question; 0: no question
    bool isSigned = false;               ///< its last record signs the message, including its id
    std::optional<std::uint32_t> serial; ///< IXFR: serial of the client's zone
};

} // namespace proximux
