#pragma once

#include <proximux/wire/Bytes.h>
#include <proximux/wire/Number.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace proximux
{

/// Places and numbers of a DNS message as it passes over TCP: the length before it is a part of it here.
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

/// Where the first question ends, or nothing: not all of it is there, or its name is none that is spelled out whole.
std::optional<std::size_t> questionEnd(Bytes message);

} // namespace dns

/// What a request asks, and whether it is one that any server reads alike: one question, with nothing in it but what
/// belongs to it.
struct DnsQuery
{
    /// The request, or as much of it as is kept; its header is there.
    DnsQuery(Bytes message, bool whole);

    /// The code with which it is answered in the server's place; 0: it is one well-formed question.
    unsigned refusal = 0;

    std::size_t end = dns::HEADER;       ///< of its question, or of its header
    unsigned type = 0;                   ///< of the question; 0: there is none
    bool isSigned = false;               ///< its last record signs it, and its id
    std::optional<std::uint32_t> serial; ///< IXFR: which zone the client has
};

} // namespace proximux
