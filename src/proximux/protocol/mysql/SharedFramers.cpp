#include <proximux/protocol/mysql/SharedFramers.h>

#include <proximux/Number.h>
#include <proximux/Pins.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/SessionReports.h>

#include <algorithm>
#include <utility>

namespace proximux::mysql
{

using Kind = Framer::Progress::Kind;

namespace
{

constexpr std::size_t LONGEST_STATUS = 65536; ///< bytes of OK, with what it reports
constexpr const char* NO_ANSWER = "a MySQL message that answers nothing";
constexpr const char* NONSENSE = "a MySQL message that is invalid in its place";

} // namespace

// ------------------------------------------------------------------------------------------------ requests

Framer::Progress SharedRequestFramer::feed(Bytes input)
{
    const std::size_t size = input.size();
    while (!input.empty())
    {
        const PacketReader::Piece piece = _packets.next(input);
        if (piece.header && !piece.first && _packets.sequence() != _nextNumber)
            return {Kind::malformed, size - input.size(), "a MySQL packet out of sequence"};
        if (piece.header)
            _nextNumber = (_packets.sequence() + 1U) & 0xFFU;
        _isEmpty = (_isEmpty || (piece.header && piece.first)) && piece.payload.empty();
        if (!piece.ended)
            continue;
        if (_isFile && !_isEmpty)
            continue;
        _isFile = false;
        return {Kind::complete, size - input.size(), ""};
    }
    return {Kind::partial, size, ""};
}

// ----------------------------------------------------------------------------------------------- responses

void SharedResponseFramer::expect(std::uint32_t hint)
{
    if (_phase == Phase::answering)
        return;
    const bool isNew = _phase == Phase::rest;
    _phase = Phase::answering;
    _traits.clear();
    if (!isNew)
    {
        _response.fileEnded();
        _anyNumber = true; // behind those of the file
        return;
    }
    const Command* command = findCommand(static_cast<std::uint8_t>(hint & hint::COMMAND));
    _response = Response(command != nullptr ? command->reply : Reply::status, 0);
    _hint = hint;
    _number = hint >> hint::NUMBER_AT & 0xFFU;
    _anyNumber = (hint & hint::ANY_NUMBER) != 0;
    _status = _inserted = 0;
    _hasStatus = _hasChanged = _hasOtherMeaning = _hasMessages = false;
}

Framer::Progress SharedResponseFramer::feed(Bytes input)
{
    _traits.instead = {};
    if (_phase != Phase::answering)
        return unasked(input);
    std::size_t at = 0;
    while (at < input.size())
    {
        if (_left > 0)
        {
            takeBody(input, at);
            if (_left > 0 || _goesOn)
                continue;
        }
        else
        {
            const Progress progress = next(input, at);
            if (progress.kind != Kind::partial || progress.taken == at || !_traits.instead.empty())
                return progress;
            at = progress.taken;
            if (_left > 0 || _goesOn)
                continue;
        }
        _inMessage = false;
        if (_response.stage() == Response::Stage::file || _outcome != Response::Outcome::more)
            return ended(_outcome, at);
    }
    return {Kind::partial, at, ""};
}

/// At rest a target only says that it ends.
Framer::Progress SharedResponseFramer::unasked(Bytes input)
{
    _traits.clear();
    if (input.size() <= HEADER)
        return {Kind::partial, 0, ""};
    if (input[HEADER] != ERROR_PACKET || lengthOf(input) > LONGEST_STATUS || _phase == Phase::fileWanted)
        return {Kind::malformed, 0, NO_ANSWER};
    const std::size_t size = HEADER + lengthOf(input);
    if (input.size() < size)
        return {Kind::partial, 0, ""};
    _traits.notice.kind = Notice::Kind::error;
    return {Kind::complete, size, ""};
}

void SharedResponseFramer::takeBody(Bytes input, std::size_t& at)
{
    const std::size_t some = std::min(_left, input.size() - at);
    _left -= some;
    at += some;
}

/// The header of a packet comes next. taken: as far as it could be judged.
Framer::Progress SharedResponseFramer::next(Bytes input, std::size_t at)
{
    const Bytes rest = input.substr(at);
    if (rest.size() < HEADER)
        return {Kind::partial, at, ""};
    const std::size_t length = lengthOf(rest);
    const Bytes seen = rest.substr(HEADER, length);
    if (!_inMessage && seen.size() < std::min(length, Response::HEAD))
        return {Kind::partial, at, ""};
    const bool hasStatus = !_inMessage && !seen.empty() && _response.hasStatus(seen.front(), length);
    if (hasStatus && length > LONGEST_STATUS)
        return {Kind::malformed, at, "a MySQL packet with an impossible length"};
    if (hasStatus && (at > 0 || seen.size() < length))
        return {Kind::partial, at, ""}; // it is taken whole, and alone
    if (const char* wrong = checkNumber(numberOf(rest)))
        return {Kind::malformed, at, wrong};
    if (hasStatus)
        return takeStatus(rest.substr(0, HEADER + length));
    if (!_inMessage)
    {
        const bool isFile = _response.stage() == Response::Stage::file;
        _outcome = _response.message(seen.substr(0, Response::HEAD), length);
        const bool wantsFile = !isFile && _response.stage() == Response::Stage::file;
        if (_outcome == Response::Outcome::nonsense || (wantsFile && (_hint & hint::FILE) == 0))
            return {Kind::malformed, at, NONSENSE};
    }
    _inMessage = true;
    _goesOn = length == PacketReader::FULL;
    _left = length;
    return {Kind::partial, at + HEADER, ""};
}

const char* SharedResponseFramer::checkNumber(unsigned number)
{
    if (!std::exchange(_anyNumber, false) && number != _number)
        return "a MySQL packet out of sequence";
    _number = (number + 1) & 0xFFU;
    return nullptr;
}

/// OK or EOF, which is whole. Its client gets it without what is for us.
Framer::Progress SharedResponseFramer::takeStatus(Bytes packet)
{
    const Bytes payload = packet.substr(HEADER);
    const bool isOk = payload.front() == OK_PACKET;
    _outcome = _response.message(payload.substr(0, Response::HEAD), payload.size());
    const auto report = isOk ? readOk(payload) : readEof(payload);
    if (_outcome == Response::Outcome::nonsense || !report)
        return {Kind::malformed, 0, NONSENSE};
    _status = report->status;
    _hasStatus = true;
    _hasChanged = _hasChanged || report->hasChanged;
    _hasOtherMeaning = _hasOtherMeaning || report->hasOtherMeaning;
    _hasMessages = _hasMessages || report->hasMessages;
    if (report->inserted != 0)
        _inserted = report->inserted;
    const bool isTracked = isOk && (_hint & hint::TRACKED) != 0;
    _instead = packetOf(numberOf(packet), isTracked ? report->tracked : report->payload);
    _traits.instead = _instead;
    if (_outcome == Response::Outcome::more)
        return {Kind::partial, packet.size(), ""};
    return ended(_outcome, packet.size());
}

/// A message is complete that ends the response, or wants a file.
Framer::Progress SharedResponseFramer::ended(Response::Outcome outcome, std::size_t at)
{
    if (outcome == Response::Outcome::more)
    {
        _phase = Phase::fileWanted;
        _traits.kind = ResponseTraits::Kind::more;
        _traits.resumes = true;
        return {Kind::complete, at, ""};
    }
    conclude();
    return {Kind::complete, at, ""};
}

/// Behind an error nobody knows whether a transaction is open: the target is asked.
void SharedResponseFramer::conclude()
{
    _phase = Phase::rest;
    _traits.kind = ResponseTraits::Kind::final;
    const bool failed = _response.isError();
    const bool isOpen = _hasStatus && (_status & status::IN_TRANSACTION) != 0;
    if (failed)
    {
        _traits.notice.kind = Notice::Kind::error;
        _traits.begun = _traits.doubts = pins::LEASE;
        _traits.keeps = ~pins::UNKNOWN;
        _traits.tells = {told::FAILED, _inserted};
    }
    else if (_hasStatus)
        (isOpen ? _traits.begun : _traits.ended) = pins::LEASE;
    if (_hasChanged && (_hint & hint::CHANGES) == 0)
        _traits.begun |= pins::SESSION | (_hasOtherMeaning ? pins::SETTING : 0);
    if (!failed && _inserted != 0)
        _traits.tells = {told::INSERTED, _inserted};
    concludeStatement(_hint & hint::COMMAND, failed);
    _traits.closesClient = _traits.closesTarget = !failed && (_hint & hint::RELEASES) != 0;
    if (failed || _hasMessages)
        _traits.tells.what |= told::MESSAGES;
    if (_hasStatus) // also that of a statement before the one that has failed
    {
        _traits.tells.what |= told::STATUS;
        _traits.tells.status = _status;
    }
}

/// Parts of parameters end when they are used, however that goes. A cursor may be there behind a failure.
void SharedResponseFramer::concludeStatement(unsigned command, bool failed)
{
    const bool hasCursor = !failed && (_status & status::CURSOR_EXISTS) != 0;
    const bool isLast = !failed && (_status & status::LAST_ROW_SENT) != 0;
    const bool isExecuted = command == code::STMT_EXECUTE;
    if (command == code::STMT_PREPARE && failed)
        _statements.failed();
    else if (command == code::STMT_PREPARE)
    {
        _statements.prepared(_response.statementId());
        _traits.tells = {told::PREPARED, 0};
    }
    else if ((isExecuted && hasCursor) || (command == code::STMT_FETCH && !isLast))
    {
        _traits.keeps = pins::STATEMENT;
        _traits.tells.what |= isExecuted ? told::CURSOR : 0;
    }
    else if (isExecuted || command == code::STMT_FETCH || (command == code::STMT_RESET && !failed))
    {
        _traits.keeps &= ~pins::STATEMENT;
        _traits.tells.what |= told::AT_REST;
        if (failed)
            _statements.abandon();
        else
            _statements.release();
    }
}

} // namespace proximux::mysql
