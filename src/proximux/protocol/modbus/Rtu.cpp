#include <proximux/protocol/modbus/Form.h>

#include <proximux/protocol/modbus/Body.h>
#include <proximux/protocol/modbus/Serial.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace proximux::modbus
{

namespace
{

constexpr std::size_t CRC = 2;  ///< bytes behind the body, the low one first
constexpr std::size_t READ = 6; ///< the body of a request that reads coils, inputs or registers

constexpr std::array<std::uint16_t, 256> makeTable()
{
    constexpr unsigned POLYNOMIAL = 0xA001; // x^16 + x^15 + x^2 + 1, lowest power in the highest bit
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < table.size(); ++byte)
    {
        unsigned crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 1U) != 0 ? crc >> 1U ^ POLYNOMIAL : crc >> 1U;
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}

unsigned crcOf(Bytes bytes)
{
    static constexpr auto TABLE = makeTable();
    unsigned crc = 0xFFFF;
    for (const char c : bytes)
        crc = crc >> 8U ^ TABLE[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
    return crc;
}

/// Whether a body of this size is followed by its checksum. That is 0 over both.
bool isIntact(Bytes input, std::size_t size)
{
    return crcOf(input.substr(0, size + CRC)) == 0;
}

std::string withChecksum(Bytes body)
{
    const unsigned crc = crcOf(body);
    std::string text(body);
    text += static_cast<char>(crc & 0xFFU);
    text += static_cast<char>(crc >> 8U);
    return text;
}

class RtuRequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override
    {
        const std::size_t size = sizeOfRequest(input);
        if (size == UNKNOWN)
            return {Progress::Kind::malformed, 0, "a Modbus RTU request with a function or length that is not known"};
        if (size == MORE || input.size() < size + CRC)
            return {};
        if (!isIntact(input, size))
            return {Progress::Kind::malformed, 0, "a Modbus RTU request with a wrong checksum"};
        return {Progress::Kind::complete, size + CRC, ""};
    }
};

class RtuResponseFramer : public SerialResponses
{
public:
    using SerialResponses::SerialResponses;

    Progress feed(Bytes input) override
    {
        const std::size_t size = sizeOfResponse(input);
        if (size == UNKNOWN || !mayBegin(input, size))
            return noise();
        if (size == MORE || input.size() < size + CRC)
            return {};
        if (!isIntact(input, size))
            return noise();
        if (!beginsEcho(input))
            return response(input.substr(0, size), size + CRC);
        return input.size() < READ + CRC ? Progress{} : noise(READ + CRC);
    }

private:
    /// Whether the input is, or may become, an echo of the request.
    [[nodiscard]] bool beginsEcho(Bytes input) const
    {
        const Bytes begin = input.substr(0, READ + CRC);
        const Bytes body = begin.substr(0, READ);
        return mayBeEcho(body) && begin == withChecksum(body).substr(0, begin.size());
    }
};

class Rtu : public Form
{
public:
    [[nodiscard]] bool isSerial() const override { return true; }
    [[nodiscard]] bool endsByFunction() const override { return true; }

    /// The high byte of its address may happen to be a response's count of bytes, and what is behind these its
    /// checksum.
    [[nodiscard]] bool beginsLikeResponse(Bytes body) const override
    {
        constexpr unsigned LAST_READ = 4;
        if (body.size() != READ || byteAt(body, 1) > LAST_READ)
            return false;
        const std::string message = withChecksum(body);
        const std::size_t size = sizeOfResponse(message);
        return size <= READ && isIntact(message, size);
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RtuRequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer(bool anyUnit) const override
    {
        return std::make_unique<RtuResponseFramer>(anyUnit);
    }

    [[nodiscard]] Bytes bodyOf(Bytes message, std::string&) const override
    {
        return message.substr(0, message.size() - std::min(CRC, message.size()));
    }

    [[nodiscard]] Bytes transactionOf(Bytes) const override { return {}; }

    [[nodiscard]] std::string message(Bytes, Bytes body) const override { return withChecksum(body); }
};

} // namespace

const Form& rtu()
{
    static const Rtu FORM;
    return FORM;
}

} // namespace proximux::modbus
