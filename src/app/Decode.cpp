#include <app/LogFormat.h>
#include <app/Tools.h>

#include <proximux/protocol/Registry.h>
#include <proximux/system/SystemError.h>
#include <proximux/wire/MessageStream.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

namespace proximux
{

namespace
{

constexpr const char* DECODE_USAGE =
    "usage: proximux decode --protocol NAME [--response] [--set exchange.KEY=VALUE] FILE\n\n"
    "Decodes a captured byte stream, which is one direction of a connection; - reads it from standard input.\n"
    "Prints one line per message: offset, length, request id and description. Stops at the first malformed\n"
    "message, or where TLS begins, and says why. The stream holds requests, unless --response is given.\n\nOptions:\n";

constexpr const char* DECODE_EXIT_CODES =
    "\nExit codes: 0 every message is valid, 65 malformed or incomplete data, 74 the output cannot be written,\n"
    "78 a mistake in the options or an unreadable file.\n";

constexpr int EXIT_DATA = 65;
constexpr std::size_t READ_SIZE = 65536; ///< bytes per read, and bytes kept of one message

constexpr const char* IS_TLS = "TLS; decode reads clear text";
constexpr std::size_t RECORD = 5; ///< bytes by which a record of TLS is told
constexpr std::size_t HELLO = 11; ///< and a hello in it

unsigned numberAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned char>(bytes[at]) * 256U + static_cast<unsigned char>(bytes[at + 1]);
}

/// Whether the bytes begin with a record of TLS, as a capture that began later does.
bool beginsAsRecord(Bytes bytes)
{
    constexpr unsigned MOST = (1U << 14) + 2048;
    return bytes.size() >= RECORD && bytes[0] >= 20 && bytes[0] <= 23 && numberAt(bytes, 1) >= 0x300 &&
           numberAt(bytes, 1) <= 0x304 && numberAt(bytes, 3) > 0 && numberAt(bytes, 3) <= MOST;
}

/// Whether they begin with a record whose message is the hello of a client or a server. Next to nothing else does.
bool beginsAsHello(Bytes bytes)
{
    if (bytes.size() < HELLO || !beginsAsRecord(bytes) || bytes[0] != 22 || bytes[6] != 0)
        return false;
    return (bytes[5] == 1 || bytes[5] == 2) && bytes[9] == 3 && numberAt(bytes, 7) >= 34;
}

std::string row(std::uint64_t offset, const std::string& length, const std::string& rest)
{
    std::string text = std::to_string(offset);
    text.insert(0, 10 - std::min<std::size_t>(10, text.size()), ' ');
    return text + ' ' + std::string(10 - std::min<std::size_t>(10, length.size()), ' ') + length + "  " + rest + "\n";
}

/// Formats each message of a stream as a row. The stream comes in pieces; only the beginning of one message is kept.
class Decoder
{
public:
    Decoder(const Protocol& protocol, bool responses)
        : _protocol(protocol)
        , _requestFramer(protocol.makeRequestFramer())
        , _responseFramer(protocol.makeResponseFramer())
        , _responses(responses)
        , _stream(responses ? static_cast<Framer&>(*_responseFramer) : *_requestFramer)
        , _id(responses ? protocol.responseId() : protocol.requestId())
    {
    }

    /// Returns the rows of the messages that end within these bytes, and a last row if one is malformed.
    std::string feed(Bytes bytes)
    {
        if (_wrong)
            return {};
        // some protocols have no bytes that are none of theirs; the consent to TLS is a byte of a response
        if (_read == 0 && (beginsAsHello(bytes) || (_responses && !bytes.empty() && beginsAsHello(bytes.substr(1)))))
            return wrong("-", IS_TLS);
        std::string text;
        const std::string before = _kept.substr(0, RECORD) + _stream.kept().substr(0, RECORD);
        const auto take = [this, &text](Bytes taken, bool last)
        {
            _kept.append(taken.substr(0, std::min(taken.size(), READ_SIZE - _kept.size())));
            _size += taken.size();
            if (last)
                text += whole();
            return true;
        };
        if (const char* reason = _stream.feed(
                bytes, [] {}, take))
            text += wrong("-", std::string("malformed: ") + reason,
                          _begin < _read ? before + std::string(bytes.substr(0, RECORD))
                                         : std::string(bytes.substr(_begin - _read, RECORD)));
        _read += bytes.size();
        return text;
    }

    /// Handles the end of the stream. Returns the last row, if any.
    std::string finish()
    {
        const std::uint64_t left = _size + _stream.kept().size();
        if (_wrong || left == 0)
            return {};
        if (_responses && _stream.kept().empty() && _responseFramer->finish())
            return whole("until the connection closed");
        return wrong(std::to_string(left), "incomplete", _kept.substr(0, RECORD) + _stream.kept().substr(0, RECORD));
    }

    /// Whether a message was malformed or unfinished.
    [[nodiscard]] bool isWrong() const { return _wrong; }

private:
    /// The last row. first: how the message begins.
    std::string wrong(const std::string& length, const std::string& why, const std::string& first = {})
    {
        _wrong = true;
        return row(_begin, length, beginsAsRecord(first) ? why + "; it is " + IS_TLS : why);
    }

    std::string whole(const std::string& remark = {})
    {
        constexpr std::size_t SHOWN = 160;
        std::string text;
        if (_id && _kept.size() >= _id->end())
            text = "id " + std::to_string(_id->read(_kept)) + "  ";
        text += printable(_responses ? _protocol.describeResponse(_kept, SHOWN) : _protocol.describe(_kept, SHOWN));
        if (!remark.empty())
            text += "  (" + remark + ")";
        const std::uint64_t size = std::exchange(_size, 0);
        _kept.clear();
        return row(std::exchange(_begin, _begin + size), std::to_string(size), text);
    }

    const Protocol& _protocol;
    std::unique_ptr<Framer> _requestFramer;
    std::unique_ptr<ResponseFramer> _responseFramer;
    bool _responses;
    MessageStream _stream;
    std::optional<IdField> _id;
    std::string _kept;        ///< the beginning of the current message
    std::uint64_t _size = 0;  ///< bytes of the current message so far
    std::uint64_t _begin = 0; ///< its offset in the stream
    std::uint64_t _read = 0;  ///< bytes of the stream that were fed before
    bool _wrong = false;
};

int decodeStream(const ToolOptions& options, const Protocol& protocol, std::istream& stream)
{
    Decoder decoder(protocol, options.responses);
    std::string piece(READ_SIZE, '\0');
    while (stream && !decoder.isWrong())
    {
        systemerror::forget();
        stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const std::size_t size = static_cast<std::size_t>(stream.gcount());
        if (const int failed = toolSays(decoder.feed(Bytes(piece).substr(0, size))))
            return failed;
    }
    if (stream.bad())
        return toolRefuses({options.file + ": cannot be read: " + systemerror::lastText()});
    const int failed = toolSays(decoder.finish());
    return failed == 0 && decoder.isWrong() ? EXIT_DATA : failed;
}

} // namespace

int decodeTool(const std::vector<std::string>& arguments)
{
    ToolOptions options(ToolOptions::Tool::decode, arguments);
    if (options.help)
        return toolSays(DECODE_USAGE + describeOptions(options.options()) + DECODE_EXIT_CODES);
    if (options.file.empty())
        options.mistakes.emplace_back("FILE: missing; expected a file name, or - for standard input");
    const auto configuration = options.load();
    if (!configuration)
        return toolRefuses(options.mistakes);
    const auto protocol = findProtocol(options.protocol)->make(configuration->exchange.framingInForce());
    if (options.file == "-")
        return decodeStream(options, *protocol, std::cin);
    try
    {
        Poco::FileInputStream file(options.file);
        file.exceptions(std::ios::badbit);
        return decodeStream(options, *protocol, file);
    }
    catch (const Poco::Exception& exception)
    {
        return toolRefuses({options.file + ": cannot be read: " + systemerror::reason(exception)});
    }
}

} // namespace proximux
