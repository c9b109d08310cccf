#pragma once

#include <proximux/Bytes.h>
#include <proximux/Number.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

/// The messages of PostgreSQL's frontend: https://www.postgresql.org/docs/current/protocol-message-formats.html
namespace proximux::postgresql
{

/// What a response framer needs to know about the request.
namespace hint
{

constexpr std::uint32_t ONE_BYTE = 1; ///< the response is one byte, without a length
constexpr std::uint32_t WHOLE = 2;    ///< it is taken when all of it is there

} // namespace hint

constexpr std::uint64_t SSL = 80877103;
constexpr std::uint64_t GSS = 80877104;
constexpr std::uint64_t CANCEL = 80877102;
constexpr char BACKEND_KEY = 'K'; ///< the type of the message with the key of a session
constexpr std::uint64_t LARGEST_STARTUP = 10000;
constexpr std::uint64_t LARGEST = 0x3fffffff;

constexpr std::size_t HEADER = 5;
constexpr std::size_t STARTUP_HEADER = 8;

inline std::uint64_t lengthAt(Bytes bytes, std::size_t at)
{
    return readNumber(bytes.substr(at, 4));
}

/// A startup packet begins with its length, whose first byte is 0; other messages begin with a letter.
inline bool isStartup(Bytes request)
{
    return !request.empty() && request.front() == '\0';
}

inline std::uint64_t codeOf(Bytes startup)
{
    return startup.size() < STARTUP_HEADER ? 0 : lengthAt(startup, 4);
}

/// A text that ends with NUL, or with the bytes.
inline Bytes textAt(Bytes bytes, std::size_t at)
{
    const Bytes rest = bytes.substr(std::min(at, bytes.size()));
    return rest.substr(0, rest.find('\0'));
}

/// A message of this type.
inline std::string message(char type, Bytes body)
{
    std::string text(1, type);
    appendNumber(text, body.size() + 4, 4);
    return text.append(body);
}

constexpr Bytes END("\0", 1); ///< of a text

/// Appends a message whose body is these parts; so many bytes of it are still to come.
inline void appendMessage(std::string& text, char type, Bytes first, Bytes second = {}, Bytes third = {},
                          std::size_t more = 0)
{
    const std::size_t size = first.size() + second.size() + third.size();
    const std::size_t before = text.size();
    text.resize(before + HEADER + size);
    char* at = text.data() + before;
    *at = type;
    writeNumber(size + more + 4, at + 1, HEADER - 1);
    at = std::copy(first.begin(), first.end(), at + HEADER);
    at = std::copy(second.begin(), second.end(), at);
    std::copy(third.begin(), third.end(), at);
}

/// Appends a text and the NUL behind it.
inline void appendText(std::string& body, Bytes text)
{
    body.append(text).push_back('\0');
}

/// Calls `call` with type and body of each message of a request; the last body may be cut off.
template <class F>
void eachMessage(Bytes request, F call)
{
    while (request.size() >= HEADER)
    {
        const auto size = static_cast<std::size_t>(1 + std::max<std::uint64_t>(lengthAt(request, 1), 4));
        call(request.front(), request.substr(HEADER, size - HEADER));
        request.remove_prefix(std::min(size, request.size()));
    }
}

/// The SQL in a message; empty if there is none.
inline Bytes statementIn(char type, Bytes body)
{
    if (type == 'P')
        return textAt(body, textAt(body, 0).size() + 1); // after the name of the statement
    return type == 'Q' ? textAt(body, 0) : Bytes();
}

/// The name of the prepared statement in a Bind message.
inline Bytes boundIn(Bytes body)
{
    return textAt(body, textAt(body, 0).size() + 1); // after the name of the portal
}

} // namespace proximux::postgresql
