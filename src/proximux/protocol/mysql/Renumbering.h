#pragma once

#include <proximux/Bytes.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux::mysql
{

/// Changes the sequence numbers of the packets of one direction while a login lasts. Input comes in pieces of any size.
class Renumbering
{
public:
    enum class Of
    {
        client,
        server ///< its OK or error ends the login
    };

    /// by: added to each number but 0, which begins something new.
    Renumbering(Of whose, int by)
        : _whose(whose)
        , _by(by)
    {
    }

    /// The bytes with other numbers. Bytes behind the packet that ends the login are as they were.
    std::string pass(Bytes bytes);

    /// Whether a packet has passed by which a server ends a login: OK or an error.
    [[nodiscard]] bool hasEnded() const { return _hasEnded; }

private:
    void takeHeader(char byte);

    Of _whose;
    int _by;
    std::array<char, 4> _header{};
    std::size_t _headerSize = 0;
    std::size_t _left = 0;     ///< bytes of the packet's payload still to come
    bool _isLast = false;      ///< this packet ends the login
    bool _isAtPayload = false; ///< the payload's first byte is next
    bool _hasEnded = false;
};

} // namespace proximux::mysql
