#pragma once

#include <proximux/protocol/Protocol.h>

#include <cstdint>

namespace proximux::modbus
{

/// What a response framer is told of the request that is to be answered. 0: nothing.
namespace hint
{

constexpr std::uint32_t EXPECTED = 1U << 31U;
constexpr std::uint32_t ECHO = 1U << 30U; ///< the request itself begins like a response to it

// Below them: 14 bits of the size of the response's body, 0 if that is not known; 8 of the function; 8 of the unit.
constexpr unsigned SIZE = 16;
constexpr std::size_t MOST = 0x3FFF; ///< such a size or more
constexpr unsigned FUNCTION = 8;

} // namespace hint

/// The hint for the response to this request.
std::uint32_t hintFor(Bytes body);

/// Responses on a serial line. Other devices and noise may be heard there, too. So whatever is no response to the
/// expected request is discarded, mostly a byte at a time: that is a message of its own that answers nothing. Then
/// another response may begin at the next byte. A response is taken only when it is whole and its checksum is right.
class SerialResponses : public ResponseFramer
{
public:
    explicit SerialResponses(bool anyUnit)
        : _anyUnit(anyUnit)
    {
    }

    void expect(std::uint32_t hint) override { _hint = hint; }
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

protected:
    /// Whether a response may begin with this beginning of a body. size: sizeOfResponse() of it.
    [[nodiscard]] bool mayBegin(Bytes body, std::size_t size) const;

    /// Whether this body may be that of the request itself, and that begins like a response.
    [[nodiscard]] bool mayBeEcho(Bytes body) const;

    /// The first bytes belong to no response.
    Progress noise(std::size_t taken = 1);

    /// The first bytes are a response with this body.
    Progress response(Bytes body, std::size_t taken);

private:
    [[nodiscard]] bool isExpected() const { return (_hint & hint::EXPECTED) != 0; }

    bool _anyUnit;
    std::uint32_t _hint = 0;
    ResponseTraits _traits;
};

} // namespace proximux::modbus
