#pragma once

#include <proximux/Bytes.h>
#include <proximux/Number.h>

#include <cstddef>

namespace proximux::dns
{

// Offsets and numbers of a DNS message over TCP; offsets include the length prefix.

constexpr std::size_t PREFIX = 2;
constexpr std::size_t HEADER = PREFIX + 12;
constexpr std::size_t RECORD = 10; ///< after the name: type, class, time to live, size of the data
constexpr unsigned POINTER = 0xC0; ///< and above: a compression pointer

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

inline unsigned numberAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned>(readNumber(bytes.substr(at, 2)));
}

} // namespace proximux::dns
