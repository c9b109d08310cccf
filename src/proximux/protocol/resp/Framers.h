#pragma once

#include <proximux/protocol/Protocol.h>

#include <cstdint>

namespace proximux::resp
{

/// Finds where values of RESP2 and RESP3 end. Lines with a number are short and are taken only when complete; all other
/// bytes are taken as they arrive.
///
///     +text  -error  :1  ,1.5  (12345  #t  _        a line
///     $3 abc  !3 abc  =7 txt:abc                    a length, that number of bytes, CRLF
///     *2 ..  ~2 ..  >2 ..  %1 .. ..  |1 .. ..       a count, that number of values; twice as many for % and |
///     $? ;3 abc ;2 de ;0                            a streamed string: lengths with their bytes, until length 0
///     *? .. ..  .                                   a streamed aggregate of any type: values until a dot
///
/// An attribute precedes its value and is not counted. The number of values still to come is the only state needed,
/// instead of a stack; each open streamed aggregate keeps one more.
class Reader
{
public:
    static constexpr std::uint64_t MAX_BULK = std::uint64_t{512} << 20U; ///< bytes
    static constexpr std::int64_t MAX_WORDS = 1 << 20;                   ///< of a command
    static constexpr std::size_t MAX_LINE = 65536;                       ///< bytes of an inline command
    static constexpr std::uint64_t MAX_COUNT = 1U << 28U;                ///< values in one aggregate
    static constexpr std::size_t MAX_STREAMED = 16;                      ///< streamed aggregates within each other

protected:
    /// The content of a line with a number.
    struct Number
    {
        std::size_t size = 0; ///< bytes including CRLF; 0: incomplete
        std::int64_t value = 0;
        const char* wrong = nullptr;
    };

    static Number readNumber(Bytes input);

    /// Takes bytes of the current string and its CRLF. False: the CRLF is missing.
    bool takeBulk(Bytes input, std::size_t& at);

    /// Takes bytes of the current line. Returns why it is malformed, or null.
    const char* takeLine(Bytes input, std::size_t& at);

    std::uint64_t _bulk = 0; ///< bytes of the current string still to come, including CRLF; 0: not in a string
    bool _line = false;      ///< inside a line
    std::uint64_t _lineSize = 0;
    bool _return = false;      ///< its last byte was a CR
    std::uint64_t _values = 0; ///< values of the current message still to come; 0: it has not begun

private:
    static Number readAnyNumber(Bytes input);
};

/// Frames commands: an array of strings, or an inline command, which is a line.
class RequestFramer : public Framer, private Reader
{
public:
    Progress feed(Bytes input) override;

private:
    const char* begin(Bytes input, std::size_t& at, bool& more);
    const char* inlineCommand(Bytes input, std::size_t& at, bool& more);

    std::size_t _scanned = 0; ///< examined bytes of an incomplete inline command
};

/// Frames replies.
class ResponseFramer : public proximux::ResponseFramer, private Reader
{
public:
    Progress feed(Bytes input) override;
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    const char* value(Bytes input, std::size_t& at, bool& more);
    void first(char type);
    void line(char type, bool first);
    const char* sizedValue(Bytes input, std::size_t& at, bool isFirst, bool& more);
    const char* sized(char type, std::int64_t number, bool first);
    const char* bulk(std::int64_t length);
    const char* aggregate(char type, std::int64_t count);
    const char* streamed(Bytes input, std::size_t& at);
    const char* chunk(Bytes input, std::size_t& at, bool& more);
    const char* dot(Bytes input, std::size_t& at, bool& more);
    void valueEnds();
    void note(Bytes bytes);
    [[nodiscard]] Notice notice() const;
    Progress whole(std::size_t at);

    ResponseTraits _traits;
    bool _chunks = false;                    ///< inside a streamed string
    bool _leading = false;                   ///< inside attributes before the message's own value
    std::size_t _depth = 0;                  ///< open streamed aggregates
    std::uint64_t _outer[MAX_STREAMED] = {}; ///< values still to come around each of them
    std::int64_t _count = -1;                ///< number of values of a top-level array
    std::size_t _begun = 0;                  ///< values of the message begun so far
    bool _error = false;
    bool _nested = false;      ///< it contains an aggregate
    bool _nameless = false;    ///< its second value is null
    std::int64_t _number = -1; ///< its third value, if that is a number
    bool _noting = false;
    std::size_t _noted = 0;    ///< bytes in _note
    char _note[24] = {};       ///< the beginning of its first string, or of an error
    std::size_t _nameSize = 0; ///< size of its first string
};

} // namespace proximux::resp
