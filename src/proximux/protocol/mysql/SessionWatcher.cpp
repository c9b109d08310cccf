#include <proximux/protocol/mysql/SessionWatcher.h>

#include <algorithm>

namespace proximux::mysql
{

namespace
{

constexpr std::size_t GREETING = 512;    ///< bytes kept of a greeting, whose length the server chooses
constexpr std::size_t LOGIN_KEPT = 4096; ///< bytes kept of a login, whose last part (attributes) is not read
constexpr std::size_t LEAST_KEPT = 1024; ///< minimum bytes kept of a command, enough for its words

constexpr const char* OUT_OF_SEQUENCE = "the client sent a packet out of sequence";

} // namespace

SessionWatcher::SessionWatcher(WatchListener& listener, const WatchLimits& limits)
    : _session(listener, limits)
    , _capture(std::max({limits.kept, limits.text, LEAST_KEPT}))
{
}

// ------------------------------------------------------------------------------------------------ the client

void SessionWatcher::fromClient(Bytes bytes, Instant now)
{
    while (_session.isWatching() && !bytes.empty())
    {
        const PacketReader::Piece piece = _fromClient.next(bytes);
        if (piece.header && !clientHeader(piece.first))
            return;
        clientPayload(piece.payload);
        if (piece.ended)
            clientMessageEnded(now);
    }
}

/// Handles a packet header of the client. Returns false when observation has ended.
bool SessionWatcher::clientHeader(bool first)
{
    if (!first)
        return clientContinues();
    if (_session.phase() == Session::Phase::greeting)
        return _session.lose("the client sent data before the server's greeting");
    const std::optional<ClientRole> role = clientRole();
    if (!role)
        return _session.lose(OUT_OF_SEQUENCE);
    _clientRole = *role;
    _clientPayload = 0;
    switch (*role)
    {
    case ClientRole::login:
    case ClientRole::command:
        _request.begin(_fromClient.header(), _fromClient.sequence(),
                       *role == ClientRole::login ? LOGIN_KEPT : _capture);
        return true;
    case ClientRole::conversation:
    case ClientRole::file:
        _session.pending().front().sequence = static_cast<std::uint8_t>(_fromClient.sequence() + 1);
        _session.pending().front().requestSize += PacketReader::HEADER;
        return true;
    case ClientRole::ignored:
        break;
    }
    return true;
}

/// The kind of the client's message that begins now; nothing if it is out of sequence.
std::optional<SessionWatcher::ClientRole> SessionWatcher::clientRole() const
{
    if (_session.phase() == Session::Phase::login)
        return ClientRole::login;
    const std::uint8_t sequence = _fromClient.sequence();
    if (!_session.pending().isEmpty())
    {
        const Pending& front = _session.pending().front();
        const Response::Stage stage = front.response.stage();
        if (stage == Response::Stage::stream)
            return ClientRole::ignored; // acknowledgement of a replica
        if (stage == Response::Stage::file && sequence == front.sequence)
            return ClientRole::file;
        if (stage == Response::Stage::login && sequence != 0)
            return ClientRole::conversation;
    }
    if (sequence != 0)
        return std::nullopt;
    return _session.hasQuit() ? ClientRole::ignored : ClientRole::command;
}

/// Handles a further packet of the client's message.
bool SessionWatcher::clientContinues()
{
    const std::uint8_t sequence = _fromClient.sequence();
    if (_clientRole == ClientRole::command || _clientRole == ClientRole::login)
        return _request.continues(sequence) || _session.lose(OUT_OF_SEQUENCE);
    if (_clientRole == ClientRole::ignored || _session.pending().isEmpty())
        return true;
    Pending& front = _session.pending().front();
    if (sequence != front.sequence)
        return _session.lose(OUT_OF_SEQUENCE);
    ++front.sequence;
    front.requestSize += PacketReader::HEADER;
    return true;
}

void SessionWatcher::clientPayload(Bytes payload)
{
    _clientPayload += payload.size();
    if (_clientRole == ClientRole::login || _clientRole == ClientRole::command)
        _request.append(payload);
    else if (_clientRole != ClientRole::ignored && !_session.pending().isEmpty())
        _session.pending().front().requestSize += payload.size();
}

void SessionWatcher::clientMessageEnded(Instant now)
{
    switch (_clientRole)
    {
    case ClientRole::login:
        _session.login(_request, now);
        break;
    case ClientRole::command:
        _session.command(_request, now);
        break;
    case ClientRole::file:
        if (_clientPayload == 0 && !_session.pending().isEmpty())
            _session.pending().front().response.fileEnded();
        break;
    case ClientRole::conversation:
    case ClientRole::ignored:
        break;
    }
    _request.release();
    _clientRole = ClientRole::ignored;
}

// ------------------------------------------------------------------------------------------------ the target

void SessionWatcher::fromTarget(Bytes bytes, Instant now)
{
    while (_session.isWatching() && !bytes.empty())
    {
        if (_fromTarget.isBetweenMessages())
            _targetBegan = now;
        const PacketReader::Piece piece = _fromTarget.next(bytes);
        if (piece.header && !targetHeader(piece.first))
            return;
        keepHead(piece.payload);
        if (_targetRole == TargetRole::greeting && !_session.greetingBegins(_head))
            return;
        if (_targetRole == TargetRole::response)
        {
            _session.pending().front().responseSize += piece.payload.size();
            _session.pending().front().last = now;
        }
        if (piece.ended)
            targetMessageEnded(now);
    }
}

/// Handles a packet header of the target. Returns false when observation has ended.
bool SessionWatcher::targetHeader(bool first)
{
    if (first)
    {
        _targetRole = targetRole();
        _targetPayload = 0;
        _head.clear();
    }
    if (_targetRole != TargetRole::response)
        return true;
    Pending& front = _session.pending().front();
    if (_fromTarget.sequence() != front.sequence && front.response.stage() != Response::Stage::stream)
        return _session.lose("the server sent a packet out of sequence");
    if (front.responseSize == 0)
        front.first = _targetBegan;
    front.responseSize += PacketReader::HEADER;
    ++front.sequence;
    return true;
}

/// Keeps the beginning of a message, as much as its interpretation needs.
void SessionWatcher::keepHead(Bytes payload)
{
    const std::size_t limit = _targetRole == TargetRole::greeting ? GREETING : Response::HEAD;
    _targetPayload += payload.size();
    if (_head.size() < limit)
        _head.append(payload.substr(0, limit - _head.size()));
}

SessionWatcher::TargetRole SessionWatcher::targetRole() const
{
    if (_session.phase() == Session::Phase::greeting)
        return TargetRole::greeting;
    if (_session.pending().isEmpty())
        return _session.hasQuit() ? TargetRole::ignored : TargetRole::unasked;
    const Pending& front = _session.pending().front();
    const Response::Stage stage = front.response.stage();
    if (stage == Response::Stage::file)
        return TargetRole::unasked;
    if (stage == Response::Stage::stream || _fromTarget.sequence() == front.sequence)
        return TargetRole::response;
    return TargetRole::unasked;
}

void SessionWatcher::targetMessageEnded(Instant now)
{
    switch (_targetRole)
    {
    case TargetRole::greeting:
        _session.greeting(_head);
        _head = std::string(); // frees memory: later messages keep less than a greeting
        break;
    case TargetRole::response:
        _session.response(_head, _targetPayload, now);
        break;
    case TargetRole::unasked:
        _session.unasked(_head);
        break;
    case TargetRole::ignored:
        break;
    }
    _targetRole = TargetRole::ignored;
    _head.clear();
}

bool SessionWatcher::isAtRest() const
{
    return _session.isAtRest() && _fromClient.isBetweenMessages() && _fromTarget.isBetweenMessages();
}

} // namespace proximux::mysql
