#pragma once

#include <proximux/Bytes.h>
#include <proximux/Framing.h>
#include <proximux/Number.h>
#include <proximux/wire/Delimiter.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proximux::diameter
{

// Offsets and numbers of a message (RFC 6733, sections 3, 4 and 7).

constexpr std::size_t HEADER = 20;
constexpr std::size_t LENGTH = 1;
constexpr std::size_t FLAGS = 4;
constexpr std::size_t COMMAND = 5;
constexpr std::size_t APPLICATION = 8;
constexpr IdField ID{12, 4, ByteOrder::big};
constexpr std::size_t END_TO_END = 16;

namespace flag
{

constexpr unsigned REQUEST = 0x80;
constexpr unsigned PROXIABLE = 0x40;
constexpr unsigned FAILURE = 0x20;

} // namespace flag

namespace command
{

constexpr std::uint64_t CAPABILITIES = 257;
constexpr std::uint64_t WATCHDOG = 280;
constexpr std::uint64_t DISCONNECT = 282;

} // namespace command

namespace avp
{

constexpr std::uint64_t HOST_ADDRESS = 257;
constexpr std::uint64_t AUTH_APPLICATION = 258;
constexpr std::uint64_t ACCOUNTING_APPLICATION = 259;
constexpr std::uint64_t VENDOR_APPLICATION = 260;
constexpr std::uint64_t SESSION = 263;
constexpr std::uint64_t ORIGIN_HOST = 264;
constexpr std::uint64_t SUPPORTED_VENDOR = 265;
constexpr std::uint64_t VENDOR = 266;
constexpr std::uint64_t RESULT = 268;
constexpr std::uint64_t PRODUCT = 269;
constexpr std::uint64_t ERROR_MESSAGE = 281;
constexpr std::uint64_t PROXY_INFO = 284;
constexpr std::uint64_t ORIGIN_REALM = 296;

} // namespace avp

namespace result
{

constexpr unsigned SUCCESS = 2001;
constexpr unsigned UNABLE_TO_DELIVER = 3002;
constexpr unsigned TOO_BUSY = 3004;
constexpr unsigned INVALID_FLAGS = 3008;

} // namespace result

/// Looks for the header of a message.
Beginning messageOf(Bytes input);

inline unsigned flagsOf(Bytes message)
{
    return byteAt(message, FLAGS);
}

inline bool isRequest(Bytes message)
{
    return (flagsOf(message) & flag::REQUEST) != 0;
}

inline std::uint64_t commandOf(Bytes message)
{
    return numberAt(message, COMMAND, APPLICATION - COMMAND);
}

/// What an answer has in common with its request, beside the hop-by-hop id.
std::uint64_t checkOf(Bytes message);

/// One AVP, valid as long as its message's bytes.
struct Avp
{
    std::uint64_t code = 0;
    bool isOfVendor = false;
    Bytes value;
    Bytes whole; ///< with its header and padding
};

/// Reads the AVPs of a message, whole or cut, of which at least the header is there.
class Avps
{
public:
    explicit Avps(Bytes message)
        : _rest(message.substr(HEADER))
    {
    }

    /// The next AVP. False: there is none, or not all of it is there, or it is invalid.
    bool next(Avp& avp);

private:
    Bytes _rest;
};

/// The value of the first AVP of this code that is not a vendor's. Nothing: there is none.
std::optional<Bytes> find(Bytes message, std::uint64_t code);

/// The Result-Code of an answer; 0: there is none.
std::uint64_t resultOf(Bytes answer);

/// What an answer repeats of a request: the header, then Session-Id and Proxy-Info.
std::string essenceOf(Bytes request);

/// Who an answer is from.
struct Origin
{
    std::string host;
    std::string realm;
};

/// An answer to the request with this essence. why: the Error-Message; empty: none.
std::string answerTo(Bytes essence, unsigned result, const Origin& origin, Bytes why = {});

/// The request by which Proximux introduces itself.
std::string capabilitiesRequest(const Origin& us, const std::vector<PeerApplication>& applications);

/// The request that asks whether a peer is alive.
std::string watchdogRequest(const Origin& origin, std::uint32_t number);

/// "Device-Watchdog", "command 316 of 16777251"; an answer's with its Result-Code.
std::string describe(Bytes message);

/// Whether nothing in a request of this command is secret.
bool isPublic(std::uint64_t command);

} // namespace proximux::diameter
