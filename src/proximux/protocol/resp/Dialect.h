#pragma once

#include <proximux/Bytes.h>

namespace proximux::resp
{

/// The versions of the protocol (RequestTraits::dialect). Each connection begins with RESP2; HELLO changes it. Requests
/// look the same in both.
namespace dialect
{

constexpr unsigned RESP2 = 1;
constexpr unsigned RESP3 = 2;

/// The target has answered HELLO 3 as RESP3 has it (RequestTraits::proof).
constexpr unsigned PROOF = 1;

} // namespace dialect

constexpr Bytes HELLO_2 = "*2\r\n$5\r\nHELLO\r\n$1\r\n2\r\n";
constexpr Bytes HELLO_3 = "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n";

} // namespace proximux::resp
