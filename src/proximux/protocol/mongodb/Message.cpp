#include <proximux/protocol/mongodb/Message.h>

#include <algorithm>
#include <string_view>

namespace proximux::mongodb
{

namespace
{

constexpr std::size_t LEAST_SECTION = LENGTH + 1;
constexpr std::size_t LEAST_MSG = SECTIONS + 1 + LEAST_DOCUMENT;

bool isRequest(unsigned code)
{
    switch (code)
    {
    case opcode::MSG:
    case opcode::COMPRESSED:
    case opcode::QUERY:
    case opcode::UPDATE:
    case opcode::INSERT:
    case opcode::GET_MORE:
    case opcode::DELETE:
    case opcode::KILL_CURSORS:
        return true;
    default:
        return false;
    }
}

bool isResponse(unsigned code)
{
    return code == opcode::MSG || code == opcode::COMPRESSED || code == opcode::REPLY;
}

std::string header(Bytes request, unsigned code)
{
    std::string text;
    appendNumber(text, 0); // the size, see setSize()
    appendNumber(text, 0);
    text.append(request.substr(REQUEST_ID.offset, REQUEST_ID.width));
    appendNumber(text, code);
    return text;
}

void setSize(std::string& message)
{
    writeNumber(message.size(), message.data(), LENGTH, ByteOrder::little);
}

std::string errorDocument(unsigned code, Bytes name, Bytes text)
{
    using namespace std::string_view_literals;
    std::string elements("\1ok\0\0\0\0\0\0\0\0\0\2errmsg\0"sv);
    appendNumber(elements, static_cast<std::uint32_t>(text.size() + 1));
    elements.append(text).append("\0\20code\0"sv);
    appendNumber(elements, code);
    elements.append("\2codeName\0"sv);
    appendNumber(elements, static_cast<std::uint32_t>(name.size() + 1));
    elements.append(name).append("\0\0"sv);
    std::string document;
    appendNumber(document, static_cast<std::uint32_t>(LENGTH + elements.size()));
    return document + elements;
}

} // namespace

Beginning beginningOf(Bytes input, bool response)
{
    if (input.size() < LENGTH)
        return {};
    const std::size_t size = numberAt(input, 0);
    if (size < HEADER || size > LARGEST)
        return {0, "a MongoDB message with a length outside 16..48000000"};
    if (input.size() < HEADER)
        return {};
    const unsigned code = opcodeOf(input);
    if (!isRequest(code) && !isResponse(code))
        return {0, "a MongoDB message with an unknown opcode"};
    if (response ? !isResponse(code) : !isRequest(code))
        return {0, response ? "a MongoDB request instead of a response" : "a MongoDB response instead of a request"};
    if (code != opcode::MSG)
        return {size};
    if (size < LEAST_MSG)
        return {0, "a MongoDB message without a body"};
    if (input.size() < SECTIONS)
        return {};
    if ((flagsOf(input) & flag::UNKNOWN) != 0)
        return {0, "a MongoDB message with an unknown flag that must be known"};
    return {size};
}

unsigned flagsOf(Bytes message)
{
    return opcodeOf(message) == opcode::MSG && message.size() >= SECTIONS ? numberAt(message, FLAGS) : 0;
}

std::optional<std::size_t> bodyOffset(Bytes message)
{
    std::size_t at = message.size();
    if (message.size() < HEADER)
        return std::nullopt;
    if (opcodeOf(message) == opcode::REPLY)
        at = REPLY_DOCUMENT;
    else if (opcodeOf(message) == opcode::QUERY)
        at = SECTIONS + collectionOf(message).size() + 1 + 2 * LENGTH; // number to skip, and to return
    else if (opcodeOf(message) == opcode::MSG)
    {
        at = SECTIONS;
        while (at + LENGTH < message.size() && message[at] != '\0')
            at += 1 + std::clamp<std::size_t>(numberAt(message, at + 1), LEAST_SECTION, LARGEST);
        ++at;
    }
    return at < message.size() ? std::optional(at) : std::nullopt;
}

Bytes collectionOf(Bytes query)
{
    const Bytes rest = query.substr(std::min(query.size(), SECTIONS));
    return rest.substr(0, std::min(rest.find('\0'), rest.size()));
}

std::string withBody(Bytes message, std::size_t body, Bytes document)
{
    const bool isMsg = opcodeOf(message) == opcode::MSG;
    const unsigned flags = flagsOf(message);
    if ((flags & flag::CHECKSUM_PRESENT) != 0)
        message.remove_suffix(CHECKSUM);
    std::string text(message.substr(0, body));
    text.append(document).append(message.substr(body + numberAt(message, body)));
    if (isMsg)
        writeNumber(flags & ~(flag::CHECKSUM_PRESENT | flag::EXHAUST_ALLOWED), &text[FLAGS], LENGTH, ByteOrder::little);
    setSize(text);
    return text;
}

std::string errorReply(Bytes request, unsigned code, Bytes name, Bytes text)
{
    const bool isQuery = opcodeOf(request) == opcode::QUERY;
    std::string reply = header(request, isQuery ? opcode::REPLY : opcode::MSG);
    if (isQuery)
    {
        reply.append(REPLY_DOCUMENT - HEADER - LENGTH, '\0'); // flags, cursor, offset
        appendNumber(reply, 1);
    }
    else
        reply.append(SECTIONS - HEADER + 1, '\0'); // flags, and the kind of the body
    reply.append(errorDocument(code, name, text));
    setSize(reply);
    return reply;
}

// ---------------------------------------------------------------------------------------------- Sections

void Sections::begin(Bytes beginning)
{
    _left = numberAt(beginning, 0);
    _isBody = _hadBody = false;
    const bool isMsg = opcodeOf(beginning) == opcode::MSG;
    _behind = (flagsOf(beginning) & flag::CHECKSUM_PRESENT) != 0 ? CHECKSUM : 0;
    _state = isMsg ? State::before : State::behind;
    _rest = isMsg ? SECTIONS : _left;
}

std::size_t Sections::step() const
{
    if (_state == State::kind)
        return 1;
    return _state == State::size ? LENGTH - _size.size() : _rest;
}

const char* Sections::pass(Bytes piece)
{
    switch (_state)
    {
    case State::kind:
        return begin(piece.front());
    case State::size:
        _size.append(piece);
        return _size.size() == LENGTH ? sized() : nullptr;
    case State::before:
    case State::content:
    case State::behind:
        _rest -= piece.size();
        return _rest == 0 && _state != State::behind ? between() : nullptr;
    }
    return nullptr;
}

const char* Sections::between()
{
    if (_left > _behind)
    {
        _state = State::kind;
        return _left >= _behind + 1 + LEAST_SECTION ? nullptr : "a MongoDB section that extends past its message";
    }
    _state = State::behind;
    _rest = _left;
    return _hadBody ? nullptr : "a MongoDB message without a body";
}

const char* Sections::begin(char kind)
{
    _isBody = kind == '\0';
    if (kind != '\0' && kind != '\1')
        return "a MongoDB section of an unknown kind";
    if (_isBody && _hadBody)
        return "a MongoDB message with two bodies";
    _hadBody = _hadBody || _isBody;
    _state = State::size;
    _size.clear();
    return nullptr;
}

const char* Sections::sized()
{
    const std::size_t size = numberAt(_size, 0);
    if (size < LEAST_SECTION)
        return "a MongoDB section with an impossible length";
    if (size - LENGTH > _left - _behind)
        return "a MongoDB section that extends past its message";
    _state = State::content;
    _rest = size - LENGTH;
    return nullptr;
}

} // namespace proximux::mongodb
