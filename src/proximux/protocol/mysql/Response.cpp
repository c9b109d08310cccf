#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/PacketReader.h>
#include <proximux/protocol/mysql/Response.h>

#include <optional>

namespace proximux::mysql
{

namespace
{

constexpr unsigned char OK = 0x00;
constexpr unsigned char FILE_WANTED = 0xFB;
constexpr unsigned char END = 0xFE; ///< EOF, or the OK that replaced it

constexpr std::uint64_t MORE_RESULTS = 8;
constexpr std::uint64_t CURSOR_EXISTS = 64;

constexpr std::uint64_t PROGRESS = 0xFFFF; ///< an ERR with this code is a progress report of MariaDB
constexpr std::uint64_t SHORTEST_OK = 7;
constexpr std::uint64_t LONGEST_EOF = 8;
constexpr std::uint64_t SHORTEST_PREPARED = 12;
constexpr std::uint64_t MOST_COLUMNS = 65535;

unsigned char first(Bytes head)
{
    return static_cast<unsigned char>(head.front());
}

/// The status flags of an OK packet with any first byte.
std::optional<std::uint64_t> flagsOfOk(Bytes head, std::uint64_t size)
{
    Fields fields(head.substr(1));
    fields.lengthEncodedNumber(); // affected rows
    fields.lengthEncodedNumber(); // last inserted id
    const std::uint64_t flags = fields.number(2);
    if (size < SHORTEST_OK || !fields.isGood())
        return std::nullopt;
    return flags;
}

std::uint64_t flagsOfEof(Bytes head)
{
    Fields fields(head.substr(1));
    fields.skip(2); // warnings
    return fields.number(2);
}

Response::Stage stageOf(Reply reply)
{
    switch (reply)
    {
    case Reply::none:
    case Reply::status:
        return Response::Stage::status;
    case Reply::text:
        return Response::Stage::text;
    case Reply::query:
    case Reply::execute:
        return Response::Stage::answer;
    case Reply::rows:
        return Response::Stage::rows;
    case Reply::prepare:
        return Response::Stage::prepare;
    case Reply::login:
        return Response::Stage::login;
    case Reply::stream:
        return Response::Stage::stream;
    }
    return Response::Stage::status;
}

} // namespace

Response::Response(Reply reply, std::uint64_t capabilities)
    : _capabilities(capabilities)
    , _reply(reply)
    , _stage(stageOf(reply))
{
}

Response::Outcome Response::message(Bytes head, std::uint64_t size)
{
    _error = false;
    if (_stage == Stage::text)
        return Outcome::done;
    if (head.empty())
        return _stage == Stage::login ? Outcome::more : Outcome::nonsense;
    if (mysql::isError(head))
        return error(head);

    switch (_stage)
    {
    case Stage::answer:
        return answer(head, size);
    case Stage::definitions:
        return --_definitions > 0 ? Outcome::more : defined();
    case Stage::definitionsEnd:
        return definitionsEnd(head, size);
    case Stage::rows:
        return row(head, size);
    case Stage::prepare:
        return prepared(head, size);
    case Stage::login:
        return login(head, size);
    case Stage::stream:
        return first(head) == END && size <= LONGEST_EOF ? Outcome::done : Outcome::more;
    case Stage::status:
        return status(head);
    case Stage::file: // the client is sending
    case Stage::text:
        break;
    }
    return Outcome::nonsense;
}

bool Response::hasStatus(char byte, std::uint64_t size) const
{
    const bool isOk = byte == static_cast<char>(OK) && (_stage == Stage::answer || _stage == Stage::status);
    const bool isEof = byte == static_cast<char>(END) && size <= LONGEST_EOF &&
                       (_stage == Stage::definitionsEnd || _stage == Stage::rows || _stage == Stage::status);
    return isOk || isEof;
}

Response::Outcome Response::error(Bytes head)
{
    Fields fields(head.substr(1));
    if (has(capability::MARIADB_PROGRESS) && fields.number(2) == PROGRESS)
        return Outcome::more;
    _error = true;
    return _stage == Stage::file ? Outcome::nonsense : Outcome::done;
}

Response::Outcome Response::answer(Bytes head, std::uint64_t size)
{
    if (first(head) == FILE_WANTED)
    {
        _stage = Stage::file;
        return Outcome::more;
    }
    if (first(head) != OK)
        return columnCount(head, size);
    const auto flags = flagsOfOk(head, size);
    return flags ? resultEnd(*flags) : Outcome::nonsense;
}

Response::Outcome Response::columnCount(Bytes head, std::uint64_t size)
{
    if (size > head.size())
        return Outcome::nonsense;
    Fields fields(head);
    const std::uint64_t columns = fields.lengthEncodedNumber();
    bool defined = true;
    if (has(capability::MARIADB_CACHE_METADATA) || has(capability::OPTIONAL_METADATA))
        defined = fields.number(1) != 0;
    if (!fields.isGood() || !fields.rest().empty() || columns == 0 || columns > MOST_COLUMNS)
        return Outcome::nonsense;
    return define(defined ? columns : 0);
}

/// Expects definitions, followed by EOF if it is in use.
Response::Outcome Response::define(std::uint64_t count)
{
    _definitions = count;
    _stage = Stage::definitions;
    return count > 0 ? Outcome::more : defined();
}

/// All definitions were received.
Response::Outcome Response::defined()
{
    if (!has(capability::DEPRECATE_EOF))
    {
        _stage = Stage::definitionsEnd;
        return Outcome::more;
    }
    return definitionsEnd({}, 0);
}

/// head: the EOF after the definitions, or empty if it is not in use.
Response::Outcome Response::definitionsEnd(Bytes head, std::uint64_t size)
{
    if (!head.empty() && (first(head) != END || size > LONGEST_EOF))
        return Outcome::nonsense;
    if (_reply == Reply::prepare)
    {
        const std::uint64_t columns = _columnsToDefine;
        _columnsToDefine = 0;
        return columns > 0 ? define(columns) : Outcome::done;
    }
    if (_reply == Reply::execute && !head.empty() && (flagsOfEof(head) & CURSOR_EXISTS) != 0)
        return resultEnd(flagsOfEof(head)); // rows follow on fetch only
    _stage = Stage::rows;
    return Outcome::more;
}

Response::Outcome Response::row(Bytes head, std::uint64_t size)
{
    if (first(head) != END || size >= PacketReader::FULL)
        return Outcome::more;
    if (size <= LONGEST_EOF && !has(capability::DEPRECATE_EOF))
        return resultEnd(flagsOfEof(head));
    if (!has(capability::DEPRECATE_EOF))
        return Outcome::nonsense;
    const auto flags = flagsOfOk(head, size);
    if (flags)
        return resultEnd(*flags);
    return size <= LONGEST_EOF ? resultEnd(flagsOfEof(head)) : Outcome::nonsense;
}

Response::Outcome Response::resultEnd(std::uint64_t flags)
{
    if (_reply == Reply::rows || (flags & MORE_RESULTS) == 0)
        return Outcome::done;
    _stage = Stage::answer;
    return Outcome::more;
}

Response::Outcome Response::prepared(Bytes head, std::uint64_t size)
{
    Fields fields(head);
    const bool ok = fields.number(1) == OK;
    _statementId = static_cast<std::uint32_t>(fields.number(4));
    const std::uint64_t columns = fields.number(2);
    _parameters = fields.number(2);
    fields.skip(1 + 2); // filler, warnings
    if (!ok || !fields.isGood() || size < SHORTEST_PREPARED)
        return Outcome::nonsense;
    if (has(capability::OPTIONAL_METADATA) && size > SHORTEST_PREPARED && fields.number(1) == 0)
        return Outcome::done;
    if (_parameters == 0)
        return columns > 0 ? define(columns) : Outcome::done;
    _columnsToDefine = columns;
    return define(_parameters);
}

Response::Outcome Response::status(Bytes head)
{
    return first(head) == OK || first(head) == END ? Outcome::done : Outcome::nonsense;
}

/// Plugin data may begin with any byte; an OK has neither affected rows nor an id.
Response::Outcome Response::login(Bytes head, std::uint64_t size)
{
    const bool ok = size >= SHORTEST_OK && head.substr(0, 3) == Bytes("\0\0\0", 3);
    return ok ? Outcome::done : Outcome::more;
}

} // namespace proximux::mysql
