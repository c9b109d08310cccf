#include <proximux/protocol/postgresql/SharedFramers.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>

namespace proximux::postgresql
{

using Kind = Framer::Progress::Kind;

namespace
{

constexpr MessageTypes IN_BATCH("PBDECH");            ///< the request goes on, up to Sync
constexpr MessageTypes UNASKED("NAS");                ///< messages that answer nothing
constexpr MessageTypes KNOWN("SZTDCIENAGHVcdnst123"); ///< what a target says behind its login
constexpr std::size_t WHOLE_ROW = 16384;              ///< bytes of a message of rows that is taken whole
constexpr std::uint64_t LONGEST = 8192;               ///< bytes of a message that is looked at

} // namespace

bool MessageReader::takeBody(Bytes input, std::size_t& at)
{
    const std::uint64_t n = std::min<std::uint64_t>(_left, input.size() - at);
    _left -= n;
    at += static_cast<std::size_t>(n);
    return _left == 0;
}

const char* MessageReader::takeHeader(Bytes input, std::size_t& at, const MessageTypes& known, bool& more)
{
    more = input.size() - at < HEADER;
    if (at < input.size() && !known.has(input[at]))
        return "a PostgreSQL message of unknown type";
    if (more)
        return nullptr;
    const std::uint64_t length = lengthAt(input, at + 1);
    if (length < 4 || length > LARGEST)
        return "a PostgreSQL message with an impossible length";
    _type = input[at];
    _left = length - 4;
    at += HEADER;
    return nullptr;
}

const char* MessageReader::takeStartup(Bytes input, std::size_t& at, bool& more, bool& another)
{
    more = input.size() - at < STARTUP_HEADER;
    if (more)
        return nullptr;
    const std::uint64_t length = lengthAt(input, at);
    if (length < STARTUP_HEADER || length > LARGEST_STARTUP)
        return "a PostgreSQL startup packet with an impossible length";
    const std::uint64_t code = lengthAt(input, at + 4);
    if (code >> 16U != 3 && code != SSL && code != GSS && code != CANCEL)
        return "a PostgreSQL startup packet of unknown version";
    another = code == SSL || code == GSS;
    _type = '\0';
    _left = length - STARTUP_HEADER;
    at += STARTUP_HEADER;
    return nullptr;
}

// ------------------------------------------------------------------------------------------------ requests

Framer::Progress SharedRequestFramer::feed(Bytes input)
{
    std::size_t at = 0;
    while (at < input.size())
    {
        bool more = false;
        if (!_inBody && isTooShort(input, at))
            break;
        if (!_inBody)
            if (const char* wrong =
                    _phase == Phase::starting ? takeStartup(input, at, more) : takeHeader(input, at, known(), more))
                return {Kind::malformed, at, wrong};
        if (more)
            break;
        if (_left > 0 && (_type == 'S' || _type == 'H'))
            return {Kind::malformed, at, "a PostgreSQL message with an impossible length"};
        _inBody = !takeBody(input, at);
        const Kind kind = _inBody ? Kind::partial : messageWhole();
        if (kind != Kind::partial)
            return {kind, at, ""};
    }
    return {Kind::partial, at, ""};
}

/// Messages of a batch are taken whole, so that what was taken may be passed on; and rows, so that a target that wants
/// no more of them is left between two.
bool SharedRequestFramer::isTooShort(Bytes input, std::size_t at) const
{
    if (_phase == Phase::starting || _isCut || input.size() - at < HEADER)
        return false;
    const std::uint64_t size = 1 + lengthAt(input, at + 1);
    const bool isWhole = isCopying() ? size <= WHOLE_ROW : IN_BATCH.has(input[at]) && size <= LARGEST;
    return isWhole && input.size() - at < size;
}

bool SharedRequestFramer::cut()
{
    _isCut = _phase != Phase::starting;
    return _isCut;
}

const MessageTypes& SharedRequestFramer::known() const
{
    static constexpr MessageTypes COPYING("dcfHS");
    static constexpr MessageTypes BATCH("PBDECHS"); // what else it says would get no answer
    static constexpr MessageTypes ALL("QPBDECHSFXpdcf");
    return isCopying() ? COPYING : _inBatch ? BATCH : ALL;
}

/// A message is complete. Says whether its request is.
Kind SharedRequestFramer::messageWhole()
{
    _isCut = false;
    switch (_phase)
    {
    case Phase::starting:
        return Kind::complete;
    case Phase::requests:
        _synced = _type == 'S';
        _inBatch = IN_BATCH.has(_type);
        if (_type == 'H')
            return Kind::flush;
        return _inBatch ? Kind::partial : Kind::complete;
    case Phase::copying:
        if (_type != 'c' && _type != 'f')
            return Kind::partial;
        _phase = _synced ? Phase::copied : Phase::requests;
        return _synced ? Kind::partial : Kind::complete;
    case Phase::copied:
        if (_type != 'S')
            return Kind::partial;
        _phase = Phase::requests;
        return Kind::complete;
    }
    return Kind::partial;
}

/// A client may end before it has begun.
const char* SharedRequestFramer::takeStartup(Bytes input, std::size_t& at, bool& more)
{
    constexpr Bytes TERMINATE("X\0\0\0\4", HEADER);
    if (input.substr(at, HEADER) == TERMINATE)
    {
        _left = 0;
        at += HEADER;
        return nullptr;
    }
    bool another = true;
    const char* wrong = MessageReader::takeStartup(input, at, more, another);
    if (!another)
        _phase = Phase::requests;
    return wrong;
}

void SharedRequestFramer::resume()
{
    _phase = Phase::copying;
}

bool SharedRequestFramer::leave()
{
    if (_inBody || !isCopying())
        return false;
    _phase = Phase::requests;
    return true;
}

// ----------------------------------------------------------------------------------------------- responses

Framer::Progress SharedResponseFramer::feed(Bytes input)
{
    std::size_t at = 0;
    if (!_begun && !_inBody)
    {
        _traits.clear();
        _failed = false;
    }
    _traits.swallowed = _traits.names = false;
    _traits.instead = {};
    if (_isWhole && !_inBody)
        return takeResponse(input);
    while (at < input.size())
    {
        const Next next = _inBody ? Next::passes : look(input, at);
        if (next == Next::malformed)
            return {Kind::malformed, at, "a PostgreSQL message that answers nothing"};
        if (next == Next::whole)
            return {Kind::complete, at, ""};
        if (next == Next::taken)
            continue;
        if (next != Next::passes)
            break;
        if (!_inBody && (input[at] == 'Z' || input[at] == 'G'))
        {
            Progress progress;
            return takeWhole(input, at, progress) ? progress : Progress{Kind::partial, at, ""};
        }
        bool more = false;
        if (!_inBody)
            if (const char* wrong = takeHeader(input, at, KNOWN, more))
                return {Kind::malformed, at, wrong};
        if (more)
            break;
        if (!_inBody)
            _statements.says(_type);
        const bool between = !_begun && UNASKED.has(_type);
        if (between)
            _traits.kind = ResponseTraits::Kind::notice;
        _begun = _begun || !between;
        _failed = _failed || _type == 'E';
        if (_failed)
            _traits.notice.kind = Notice::Kind::error;
        _inBody = !takeBody(input, at);
        if (between && !_inBody)
            return {Kind::complete, at, ""};
    }
    return {Kind::partial, at, ""};
}

Framer::Progress SharedResponseFramer::takeResponse(Bytes input)
{
    std::size_t at = 0;
    for (bool more = false, ended = false; !more && !ended && at < LONGEST;)
    {
        if (const char* wrong = takeHeader(input, at, KNOWN, more))
            return {Kind::malformed, at, wrong};
        if (more)
            break;
        ended = _type == 'Z';
        _failed = _failed || _type == 'E';
        more = !takeBody(input, at);
        if (ended && !more)
        {
            ready(input[at - 1]);
            return {Kind::complete, at, ""};
        }
    }
    if (input.size() >= LONGEST)
        return {Kind::malformed, at, "a long answer to auth.query"};
    return {Kind::partial, 0, ""};
}

/// What a message means for prepared statements. One that answers a message of ours, or changes into another, is a
/// piece of the response of its own.
SharedResponseFramer::Next SharedResponseFramer::look(Bytes input, std::size_t& at)
{
    const char type = input[at];
    if (type == '1' || type == '2' || type == '3')
        return takeAnswer(input, at);
    if (type == 'A')
        return takeNotification(input, at);
    if (type == 'E')
        _statements.fail();
    const bool mayEnd = type == 'C' || (type == 'E' && (_statements.isUsed() || _statements.refuses()));
    if (!mayEnd)
        return Next::passes;
    if (input.size() - at < HEADER)
        return Next::needsMore;
    const std::uint64_t size = 1 + lengthAt(input, at + 1);
    if (size > LONGEST || size < HEADER)
        return Next::passes;
    if (input.size() - at < size)
        return Next::needsMore;
    const Bytes body = input.substr(at + HEADER, static_cast<std::size_t>(size) - HEADER);
    if (type == 'E' && !_statements.refusalFor(body).empty())
        return takeRefusal(static_cast<std::size_t>(size), body, at);
    see(type, body);
    return Next::passes;
}

/// The target has refused what it was made to refuse.
SharedResponseFramer::Next SharedResponseFramer::takeRefusal(std::size_t size, Bytes error, std::size_t& at)
{
    if (at > 0)
        return Next::ends;
    at += size;
    _traits.instead = _statements.refusalFor(error);
    _traits.notice.kind = Notice::Kind::error;
    _begun = _failed = true;
    return Next::ends;
}

SharedResponseFramer::Next SharedResponseFramer::takeAnswer(Bytes input, std::size_t& at)
{
    constexpr Bytes PARSE_COMPLETE("1\0\0\0\4", HEADER);
    if (input.size() - at < HEADER)
        return Next::needsMore;
    const LaneStatements::Answer answer = _statements.answerTo(input[at]);
    if (answer == LaneStatements::Answer::unasked || lengthAt(input, at + 1) != HEADER - 1)
        return Next::malformed;
    if (answer != LaneStatements::Answer::passes && at > 0)
        return Next::ends;
    _statements.answered(input[at]);
    _begun = true;
    at += HEADER;
    if (answer != LaneStatements::Answer::swallowed)
        _statements.says(input[at - HEADER]);
    if (answer == LaneStatements::Answer::passes)
        return Next::taken;
    _traits.swallowed = answer == LaneStatements::Answer::swallowed;
    if (!_traits.swallowed)
        _traits.instead = PARSE_COMPLETE;
    return Next::ends;
}

/// It names the session of its sender.
SharedResponseFramer::Next SharedResponseFramer::takeNotification(Bytes input, std::size_t& at)
{
    if (input.size() - at < HEADER)
        return Next::needsMore;
    const std::uint64_t size = 1 + lengthAt(input, at + 1);
    if (size > LONGEST || size < HEADER + 4)
        return Next::passes;
    if (at > 0)
        return Next::ends;
    if (input.size() < size)
        return Next::needsMore;
    at += static_cast<std::size_t>(size);
    _traits.names = true;
    if (_begun)
        return Next::ends;
    _traits.kind = ResponseTraits::Kind::notice;
    return Next::whole;
}

/// CommandComplete, or an error.
void SharedResponseFramer::see(char type, Bytes body)
{
    if (type == 'C')
    {
        const Bytes tag = textAt(body, 0);
        if (tag == "DISCARD ALL" || tag == "DEALLOCATE ALL")
            _statements.forgetAll();
        if (tag == "ROLLBACK") // of a COMMIT, too, in a transaction that has failed
            _failed = true;
        return;
    }
    constexpr Bytes NOT_SUPPORTED("\0C0A000\0", 8); // as a plan is whose result would have other columns
    if (body.find(NOT_SUPPORTED) != Bytes::npos)
        _statements.outdated();
}

/// ReadyForQuery, or CopyInResponse. False: more bytes are needed.
bool SharedResponseFramer::takeWhole(Bytes input, std::size_t& at, Progress& progress)
{
    constexpr std::uint64_t LONGEST_FORMATS = 4096; // of as many columns as there may be
    const bool ends = input[at] == 'Z';
    const std::uint64_t size = input.size() - at < HEADER ? 0 : 1 + lengthAt(input, at + 1);
    if (size > 0 && (ends ? size != HEADER + 1 : size > LONGEST_FORMATS || size < HEADER))
    {
        progress = {Kind::malformed, at, "a PostgreSQL message with an impossible length"};
        return true;
    }
    if (size == 0 || input.size() - at < size)
        return false;
    _begun = false;
    at += static_cast<std::size_t>(size);
    if (ends)
        ready(input[at - 1]);
    else
    {
        _traits.kind = ResponseTraits::Kind::more;
        _traits.resumes = true;
    }
    progress = {Kind::complete, at, ""};
    return true;
}

void SharedResponseFramer::ready(char status)
{
    _statements.ready(status == 'E');
    const bool atRest = status == 'I';
    _traits.kind = ResponseTraits::Kind::final;
    _traits.begun = atRest ? 0 : pins::LEASE;
    _traits.ended = atRest ? pins::LEASE : 0;
    _traits.keeps = _failed || !atRest ? ~0U : 0;
}

} // namespace proximux::postgresql
