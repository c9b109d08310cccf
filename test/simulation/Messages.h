#pragma once

#include <proximux/Framing.h>
#include <proximux/protocol/Registry.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace proximux
{

/// Requests and their only valid responses, for a protocol declared by settings. Each names its client and its number,
/// and its payload follows from both. So any message shows whether it is complete and unchanged.
///
/// "length-id" and "fixed-id" have an id of two bytes, or one, after that name; in responses it is at another offset.
class Messages
{
public:
    explicit Messages(const std::string& protocol)
        : _protocol(protocol.substr(0, protocol.find('-')))
        , _hasId(protocol.find('-') != std::string::npos)
        , _info(*findProtocol(_protocol))
    {
        if (_hasId)
        {
            // after the name, which is the first HEAD bytes; in a response one byte later
            const std::size_t at = (_protocol == "length" ? 2 : 0) + HEAD;
            const std::size_t width = _protocol == "length" ? 2 : 1;
            _framing.requestId = IdField{at, width, ByteOrder::big};
            _framing.responseId = IdField{at + 1, width, ByteOrder::little};
        }
        _framing.messageSize = FIXED;
        _framing.maxMessage = std::size_t{1} << 20U;
        _framing.length.width = 2;
        _made = _info.make(_framing);
    }

    /// A client's request with this number. Most are small, some are larger than `large`.
    [[nodiscard]] std::string request(std::uint32_t client, std::uint32_t number, std::size_t large) const
    {
        return frame('Q', client, number, payload(client, number, large), idOf(client, number));
    }

    /// The id of a client's request; many requests have the same.
    [[nodiscard]] std::uint64_t idOf(std::uint32_t client, std::uint32_t number) const
    {
        const std::uint64_t ids = _protocol == "length" ? 65536 : 256;
        return number % 3 == 0 ? number % ids : mix(client, number) % ids;
    }

    [[nodiscard]] bool hasId() const { return _hasId; }

    /// Reads the id of a message, or replaces it.
    [[nodiscard]] std::uint64_t readId(const std::string& message) const
    {
        return (message[_protocol == "length" ? 2 : 0] == 'Q' ? _framing.requestId : _framing.responseId)
            ->read(message);
    }

    [[nodiscard]] std::string withId(std::string message, std::uint64_t id) const
    {
        const bool request = message[_protocol == "length" ? 2 : 0] == 'Q';
        const IdField& field = *(request ? _framing.requestId : _framing.responseId);
        writeNumber(id, &message[field.offset], field.width, field.order);
        return message;
    }

    /// The response to this request; with another letter, some other message to the client that sent it.
    [[nodiscard]] std::string response(std::uint32_t client, std::uint32_t number, std::size_t large,
                                       char kind = 'A') const
    {
        return frame(kind, client, number, payload(number, client, large), idOf(client, number));
    }

    struct Name
    {
        std::uint32_t client = 0;
        std::uint32_t number = 0;
    };

    /// Number of bytes that read() needs.
    [[nodiscard]] std::size_t nameSize() const { return (_protocol == "length" ? 2 : 0) + HEAD; }

    /// The kind of a message, which may be incomplete.
    [[nodiscard]] char letter(Bytes message) const { return message[_protocol == "length" ? 2 : 0]; }

    /// The client and number of a request ('Q') or response ('A'); nothing if the message is of another kind.
    [[nodiscard]] std::optional<Name> read(const std::string& message, char kind) const
    {
        const std::size_t at = _protocol == "length" ? 2 : 0;
        if (message.size() < at + HEAD || message[at] != kind ||
            message.find_first_not_of("0123456789abcdef", at + 1) < at + HEAD)
            return std::nullopt;
        return Name{static_cast<std::uint32_t>(std::stoul(message.substr(at + 1, 8), nullptr, 16)),
                    static_cast<std::uint32_t>(std::stoul(message.substr(at + 9, 8), nullptr, 16))};
    }

    [[nodiscard]] std::unique_ptr<Framer> requestFramer() const { return _made->makeRequestFramer(); }
    [[nodiscard]] std::shared_ptr<const Protocol> protocol() const { return _made; }

private:
    static constexpr std::size_t FIXED = 48;
    static constexpr std::size_t HEAD = 17; ///< a letter and two numbers

    static std::uint32_t mix(std::uint32_t a, std::uint32_t b)
    {
        std::uint32_t x = a * 2654435761U ^ (b + 0x9e3779b9U) * 40503U;
        x ^= x >> 15U;
        x *= 0x2c1b3c6dU;
        return x ^ x >> 12U;
    }

    static std::string payload(std::uint32_t a, std::uint32_t b, std::size_t large)
    {
        const std::uint32_t seed = mix(a, b);
        const std::size_t size = seed % 16 == 0 ? large + seed / 16 % large : seed / 16 % 40;
        std::string text(size, ' ');
        for (std::size_t i = 0; i < size; ++i)
            text[i] = static_cast<char>('a' + (seed >> (i % 24) & 15U));
        return text;
    }

    static std::string hexadecimal(std::uint32_t n)
    {
        std::string text(8, '0');
        for (std::size_t i = 8; i-- > 0; n >>= 4U)
            text[i] = "0123456789abcdef"[n & 15U];
        return text;
    }

    [[nodiscard]] std::string frame(char kind, std::uint32_t client, std::uint32_t number, const std::string& payload,
                                    std::uint64_t id) const
    {
        std::string message = kind + hexadecimal(client) + hexadecimal(number);
        if (_hasId)
        {
            const IdField& field = *(kind == 'Q' ? _framing.requestId : _framing.responseId);
            std::string bytes(field.width, ' ');
            writeNumber(id, bytes.data(), field.width, field.order);
            message += (kind == 'Q' ? "" : "+") + bytes;
        }
        message += payload;
        if (_protocol == "line")
            return message + "\n";
        if (_protocol == "fixed")
        {
            message.resize(FIXED, '.');
            return message;
        }
        return std::string{static_cast<char>(message.size() >> 8U), static_cast<char>(message.size())} + message;
    }

    std::string _protocol;
    bool _hasId;
    const ProtocolInfo& _info;
    Framing _framing;
    std::shared_ptr<const Protocol> _made;
};

} // namespace proximux
