#include <app/LogFormat.h>
#include <app/Tools.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <iostream>

namespace proximux
{

namespace
{

using Kind = Framer::Progress::Kind;

constexpr const char* USAGE =
    "usage: proximux decode --protocol NAME [--response] [--set exchange.KEY=VALUE] FILE\n\n"
    "Prints the messages of a captured byte stream (one direction of a connection; - reads it from standard input), a\n"
    "line each: offset, length, the id by which they are paired, and what they are; or what is malformed, and where.\n"
    "Requests, unless --response is given. Exit codes: 0 all of it are messages, 65 it is not, 78 a mistake.\n";

constexpr int EXIT_DATA = 65;

std::string row(std::size_t offset, const std::string& length, const std::string& rest)
{
    std::string text = std::to_string(offset);
    text.insert(0, 10 - std::min<std::size_t>(10, text.size()), ' ');
    return text + ' ' + std::string(10 - std::min<std::size_t>(10, length.size()), ' ') + length + "  " + rest + "\n";
}

std::string idOf(const std::optional<IdField>& field, Bytes message)
{
    if (!field || message.size() < field->end())
        return {};
    return "id " + std::to_string(field->read(message)) + "  ";
}

} // namespace

std::string decode(const Protocol& protocol, Bytes stream, bool responses, bool& wrong)
{
    constexpr std::size_t SHOWN = 160;
    const std::unique_ptr<Framer> requestFramer = protocol.makeRequestFramer();
    const std::unique_ptr<ResponseFramer> responseFramer = protocol.makeResponseFramer();
    Framer& framer = responses ? *responseFramer : *requestFramer;
    const std::optional<IdField> id = responses ? protocol.responseId() : protocol.requestId();
    std::string text;
    std::size_t begin = 0;
    std::size_t at = 0;
    wrong = false;
    while (at < stream.size())
    {
        const Framer::Progress progress = framer.feed(stream.substr(at));
        if (progress.kind == Kind::malformed)
        {
            wrong = true;
            return text + row(begin, "-", std::string("malformed: ") + progress.reason);
        }
        at += progress.taken;
        const Bytes message = stream.substr(begin, at - begin);
        if (progress.kind == Kind::complete)
        {
            text += row(begin, std::to_string(message.size()),
                        idOf(id, message) + printable(responses ? protocol.describeResponse(message, SHOWN)
                                                                : protocol.describe(message, SHOWN)));
            begin = at;
        }
        else if (progress.kind == Kind::partial)
            break; // all of it was shown
    }
    if (begin == stream.size() || (at == stream.size() && responses && responseFramer->finish()))
        return begin == stream.size() ? text : text + row(begin, std::to_string(at - begin), "until the end");
    wrong = true;
    return text + row(begin, std::to_string(stream.size() - begin), "unfinished");
}

int decodeTool(const std::vector<std::string>& arguments)
{
    ToolOptions options(arguments);
    if (options.help)
        return toolSays(USAGE);
    if (options.file.empty())
        options.mistakes.emplace_back("decode: a file is missing; expected FILE, or - for standard input");
    const auto protocol = options.makeProtocol();
    if (!protocol)
        return toolRefuses(options.mistakes);
    std::string stream;
    try
    {
        if (options.file == "-")
            Poco::StreamCopier::copyToString(std::cin, stream);
        else
        {
            Poco::FileInputStream file(options.file);
            Poco::StreamCopier::copyToString(file, stream);
        }
    }
    catch (const Poco::Exception& exception)
    {
        return toolRefuses({options.file + ": cannot be read: " + exception.displayText()});
    }
    bool wrong = false;
    toolSays(decode(*protocol, stream, options.responses, wrong));
    return wrong ? EXIT_DATA : 0;
}

} // namespace proximux
