#include <app/LogFormat.h>
#include <app/Tools.h>

#include <proximux/protocol/Registry.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>
#include <utility>

namespace proximux
{

namespace
{

using Kind = Framer::Progress::Kind;

constexpr const char* USAGE =
    "usage: proximux decode --protocol NAME [--response] [--set exchange.KEY=VALUE] FILE\n\n"
    "Decodes a captured byte stream, which is one direction of a connection; - reads it from standard input. Prints "
    "one\n"
    "line per message: offset, length, request id and description. Stops at the first malformed message and says why.\n"
    "The stream holds requests, unless --response is given.\n"
    "Exit codes: 0 every message is valid, 65 malformed or incomplete data, 78 a mistake or an unreadable file.\n";

constexpr int EXIT_DATA = 65;
constexpr std::size_t PIECE = 65536; ///< bytes read at once, and kept of a message

std::string row(std::uint64_t offset, const std::string& length, const std::string& rest)
{
    std::string text = std::to_string(offset);
    text.insert(0, 10 - std::min<std::size_t>(10, text.size()), ' ');
    return text + ' ' + std::string(10 - std::min<std::size_t>(10, length.size()), ' ') + length + "  " + rest + "\n";
}

/// Makes a row of each message of a stream that comes in pieces. Keeps no more than the beginning of one message.
class Decoder
{
public:
    Decoder(const Protocol& protocol, bool responses)
        : _protocol(protocol)
        , _requestFramer(protocol.makeRequestFramer())
        , _responseFramer(protocol.makeResponseFramer())
        , _responses(responses)
        , _id(responses ? protocol.responseId() : protocol.requestId())
    {
    }

    /// The rows of the messages that end within these bytes; the last one says what is malformed.
    std::string feed(Bytes bytes)
    {
        Framer& framer = _responses ? static_cast<Framer&>(*_responseFramer) : *_requestFramer;
        const std::string joined = std::exchange(_carried, {}).append(bytes);
        Bytes input = joined;
        std::string text;
        while (!input.empty() && !_wrong)
        {
            const Framer::Progress progress = framer.feed(input);
            if (progress.kind == Kind::malformed)
            {
                _wrong = true;
                return text + row(_begin, "-", std::string("malformed: ") + progress.reason);
            }
            _kept.append(input.substr(0, std::min(progress.taken, PIECE - _kept.size())));
            _size += progress.taken;
            input.remove_prefix(progress.taken);
            if (progress.kind == Kind::complete)
                text += whole();
            else if (progress.kind == Kind::partial && progress.taken == 0)
                break;
        }
        _carried = input;
        return text;
    }

    /// The stream has ended.
    std::string finish()
    {
        const std::uint64_t left = _size + _carried.size();
        if (_wrong || left == 0)
            return {};
        if (_responses && _carried.empty() && _responseFramer->finish())
            return whole("until the connection closed");
        _wrong = true;
        return row(_begin, std::to_string(left), "incomplete");
    }

    /// Whether something was no message.
    [[nodiscard]] bool isWrong() const { return _wrong; }

private:
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
    std::optional<IdField> _id;
    std::string _carried;     ///< what the framer wants to see again
    std::string _kept;        ///< the beginning of the present message
    std::uint64_t _size = 0;  ///< what was taken of it
    std::uint64_t _begin = 0; ///< where it stands
    bool _wrong = false;
};

int decodeStream(const ToolOptions& options, const Protocol& protocol, std::istream& stream)
{
    Decoder decoder(protocol, options.responses);
    std::string piece(PIECE, '\0');
    while (stream && !decoder.isWrong())
    {
        errno = 0;
        stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        toolSays(decoder.feed(Bytes(piece).substr(0, static_cast<std::size_t>(stream.gcount()))));
    }
    if (stream.bad())
        return toolRefuses({options.file + ": cannot be read: " + std::generic_category().message(errno)});
    toolSays(decoder.finish());
    return decoder.isWrong() ? EXIT_DATA : 0;
}

} // namespace

int decodeTool(const std::vector<std::string>& arguments)
{
    ToolOptions options(ToolOptions::Tool::decode, arguments);
    if (options.help)
        return toolSays(USAGE);
    if (options.file.empty())
        options.mistakes.emplace_back("FILE: missing; expected a file name, or - for standard input");
    const auto configuration = options.load();
    if (!configuration)
        return toolRefuses(options.mistakes);
    const auto protocol = findProtocol(options.protocol)->make(configuration->exchange.framingInForce());
    if (options.file == "-")
        return decodeStream(options, *protocol, std::cin);
    errno = 0;
    std::ifstream file(options.file, std::ios::binary);
    if (!file)
        return toolRefuses({options.file + ": cannot be read: " + std::generic_category().message(errno)});
    return decodeStream(options, *protocol, file);
}

} // namespace proximux
