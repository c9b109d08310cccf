#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>

namespace proximux::scpi
{

/// Reads a message byte by byte: its units, headers, strings and blocks, and the LF that ends it.
///
///     unit -> header -> data -> element -> ... LF, or ; and the next unit
///                        |  \-> hash -> size -> block -> element
///                        \----> string -> element
///
/// In a request all that instruments may read differently is malformed. A response may be free text (*IDN?), so that
/// only a well-formed block has a meaning in it.
class Scanner
{
public:
    enum class Of
    {
        request,
        response
    };

    /// max: maximum number of bytes of a message outside of blocks.
    Scanner(Of of, std::size_t max)
        : _request(of == Of::request)
        , _max(max)
    {
    }

    struct Result
    {
        std::size_t taken = 0;
        bool ended = false;          ///< the bytes taken are the last of the message
        const char* wrong = nullptr; ///< why the message is malformed; fixed text
    };

    /// Reads the bytes up to the end of the message.
    Result read(Bytes input);

    /// Begins another message.
    void clear();

    [[nodiscard]] std::size_t units() const { return _units; }
    [[nodiscard]] std::size_t queries() const { return _queries; } ///< units with a question mark in their header

    /// Whether a block has begun that lasts until the connection ends.
    [[nodiscard]] bool isEndless() const { return _state == State::endless; }

private:
    enum class State
    {
        unit,    ///< before a header
        header,  ///< in a header, or in a response in its first word
        data,    ///< before a parameter
        element, ///< in a parameter
        string,
        hash, ///< behind the # that begins a parameter
        mark, ///< behind a # that does not
        size, ///< in the digits of a block's size
        block,
        endless
    };

    const char* take(char c);
    const char* takeOutside(char c);
    const char* takeInString(char c);
    const char* takeBehindHash(char c);
    const char* takeDigit(char c);
    const char* takeQuestion();
    const char* beginsParameter(char c);

    bool _request;
    std::size_t _max;
    State _state = State::unit;
    char _quote = 0;         ///< string: what ends it
    unsigned _digits = 0;    ///< size: digits still to come
    std::uint64_t _size = 0; ///< block: bytes still to come
    std::size_t _text = 0;   ///< bytes outside of blocks
    std::size_t _units = 1;
    std::size_t _queries = 0;
    bool _isQuery = false; ///< the present unit
    bool _ended = false;
};

} // namespace proximux::scpi
