#pragma once

#include <proximux/protocol/Protocol.h>

#include <cstdint>

namespace proximux
{

/// Where values of RESP2 and RESP3 end. Lines that carry a number are shown until they are whole, they are short; all
/// else is taken as it comes.
///
///     +text  -error  :1  ,1.5  (12345  #t  _        a line
///     $3 abc  !3 abc  =7 txt:abc                    a length, so many bytes, CRLF
///     *2 ..  ~2 ..  >2 ..  %1 .. ..  |1 .. ..       a count, so many values; of maps and attributes twice as many
///
/// An attribute stands before its value and counts for none. How many values are still to come is all that must be
/// known of what they are in: a number, no stack.
class RespReader
{
public:
    static constexpr std::uint64_t MAX_BULK = std::uint64_t{512} << 20U; ///< bytes
    static constexpr std::int64_t MAX_WORDS = 1 << 20;                   ///< of a command
    static constexpr std::size_t MAX_LINE = 65536;                       ///< bytes of an inline command
    static constexpr std::uint64_t MAX_COUNT = 1U << 28U;                ///< values in one aggregate

protected:
    /// What a line that carries a number says.
    struct Number
    {
        std::size_t size = 0; ///< bytes with CRLF; 0: it is not whole
        std::int64_t value = 0;
        const char* wrong = nullptr;
    };

    static Number readNumber(Bytes input);

    /// Bytes of the string that is being taken, and the CRLF behind it. False: that is something else.
    bool takeBulk(Bytes input, std::size_t& at);

    /// Of the line that is being taken.
    const char* takeLine(Bytes input, std::size_t& at);

    std::uint64_t _bulk = 0; ///< bytes of a string that are to come, with its CRLF; 0: none is being taken
    bool _line = false;      ///< a line is being taken
    std::uint64_t _lineSize = 0;
    bool _return = false;      ///< its last byte so far was a CR
    std::uint64_t _values = 0; ///< to come, of the present message; 0: it has not begun
};

/// Commands: an array of strings, or an inline command, which is a line.
class RespRequestFramer : public Framer, private RespReader
{
public:
    Progress feed(Bytes input) override;

private:
    const char* begin(Bytes input, std::size_t& at, bool& more);
    const char* inlineCommand(Bytes input, std::size_t& at, bool& more);

    std::size_t _scanned = 0; ///< bytes of an inline command without its end
};

/// Replies.
class RespResponseFramer : public ResponseFramer, private RespReader
{
public:
    Progress feed(Bytes input) override;
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    const char* value(Bytes input, std::size_t& at, bool& more);
    const char* bulk(std::int64_t length);
    const char* aggregate(char type, std::int64_t count);
    void note(Bytes bytes);
    [[nodiscard]] Notice notice() const;
    Progress whole(std::size_t at);

    ResponseTraits _traits;
    std::int64_t _count = -1; ///< values of an array at the top
    std::size_t _begun = 0;   ///< values of the message that have begun
    bool _error = false;
    bool _nested = false;      ///< an aggregate is within it
    bool _nameless = false;    ///< its second value is null, and the third, if it is a number:
    std::int64_t _number = -1; ///< that
    bool _noting = false;
    std::size_t _noted = 0;    ///< bytes of its first string, or of an error
    char _note[24] = {};       ///< those
    std::size_t _nameSize = 0; ///< of its first string
};

} // namespace proximux
