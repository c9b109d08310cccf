#include <proximux/protocol/modbus/Serial.h>

#include <proximux/protocol/modbus/Body.h>

#include <algorithm>

namespace proximux::modbus
{

std::uint32_t hintFor(Bytes body)
{
    return hint::EXPECTED | static_cast<std::uint32_t>(std::min(sizeOfAnswer(body), hint::MOST)) << hint::SIZE |
           byteAt(body, 1) << hint::FUNCTION | unitOf(body);
}

bool SerialResponses::mayBegin(Bytes body, std::size_t size) const
{
    if (!isExpected() || body.empty())
        return true;
    if (!_anyUnit && unitOf(body) != (_hint & 0xFFU))
        return false;
    if (body.size() < 2)
        return true;
    const std::size_t expected = _hint >> hint::SIZE & hint::MOST;
    const bool fits = isException(body) || expected == 0 || size == MORE || size == expected;
    return functionOf(body) == (_hint >> hint::FUNCTION & 0xFFU) && fits;
}

bool SerialResponses::mayBeEcho(Bytes body) const
{
    return (_hint & hint::ECHO) != 0 && (hintFor(body) | hint::ECHO) == _hint;
}

Framer::Progress SerialResponses::noise(std::size_t taken)
{
    _traits.clear();
    _traits.kind = ResponseTraits::Kind::interim;
    _traits.swallowed = true;
    _traits.unchecked = true;
    return {Progress::Kind::complete, taken, ""};
}

/// An exception repeats unit and function alone, which were compared already.
Framer::Progress SerialResponses::response(Bytes body, std::size_t taken)
{
    _traits.clear();
    _traits.check = isExpected() ? detailedCheckOf(body, _anyUnit) : checkOf(body, _anyUnit);
    _traits.unchecked = isExpected() && isException(body);
    return {Progress::Kind::complete, taken, ""};
}

} // namespace proximux::modbus
