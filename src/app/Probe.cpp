#include <app/LogFormat.h>
#include <app/Tools.h>

#include <proximux/protocol/Registry.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <map>

namespace proximux
{

namespace
{

constexpr const char* USAGE =
    "usage: proximux probe --protocol NAME --target HOST:PORT\n\n"
    "Connects, sends requests that do no harm, one and then more and more at once, and says whether the target "
    "delimits\n"
    "and pairs its responses as the protocol says, how many may be in flight, and which settings to use.\n"
    "Exit codes: 0 it does, 69 it does not, or there is no connection, 78 a mistake.\n";

constexpr int EXIT_UNAVAILABLE = 69;
constexpr int SECONDS = 5;

/// A connection to the target, and what of it was read.
class Trial
{
public:
    Trial(const Protocol& protocol, const Endpoint& target)
        : _protocol(protocol)
        , _framer(protocol.makeResponseFramer())
    {
        _socket.connect(Poco::Net::SocketAddress(target.host, target.port), Poco::Timespan(SECONDS, 0));
        _socket.setReceiveTimeout(Poco::Timespan(SECONDS, 0));
        _socket.setSendTimeout(Poco::Timespan(SECONDS, 0));
    }

    /// Whether it speaks before it is asked.
    bool greets() { return _socket.poll(Poco::Timespan(0, 200000), Poco::Net::Socket::SELECT_READ); }

    /// Sends so many at once. Returns what is wrong with what comes back, or nothing.
    std::string ask(std::size_t count)
    {
        std::string all;
        std::map<std::uint64_t, std::string> waiting; // by id
        const auto requestId = _protocol.requestId();
        for (std::size_t i = 0; i < count; ++i)
        {
            const std::string request = _protocol.probe(static_cast<std::uint32_t>(++_number));
            if (requestId)
                waiting[requestId->read(request)] = request;
            all += request;
        }
        std::size_t sent = 0;
        while (sent < all.size())
            sent += static_cast<std::size_t>(_socket.sendBytes(all.data() + sent, static_cast<int>(all.size() - sent)));
        for (std::size_t i = 0; i < count; ++i)
        {
            std::string response;
            if (std::string wrong = read(response); !wrong.empty())
                return wrong;
            if (requestId && waiting.erase(_protocol.responseId()->read(response)) == 0)
                return "a response has an id that nobody asked with";
            last = _protocol.describeResponse(response, 100);
            closes = closes || _framer->traits().closesTarget;
        }
        return _bytes.empty() ? "" : "more came than was asked for";
    }

    std::string last;    ///< the last response, in short
    bool closes = false; ///< the target closes the connection behind it

private:
    std::string read(std::string& response)
    {
        for (;;)
        {
            while (!_bytes.empty())
            {
                const Framer::Progress progress = _framer->feed(_bytes);
                if (progress.kind == Framer::Progress::Kind::malformed)
                    return std::string("a response is ") + progress.reason;
                response += _bytes.substr(0, progress.taken);
                _bytes.erase(0, progress.taken);
                if (progress.kind == Framer::Progress::Kind::complete)
                    return {};
                if (progress.taken == 0)
                    break;
            }
            char buffer[16384];
            const int n = _socket.receiveBytes(buffer, sizeof(buffer));
            if (n <= 0)
                return "it closes the connection";
            _bytes.append(buffer, static_cast<std::size_t>(n));
        }
    }

    const Protocol& _protocol;
    std::unique_ptr<ResponseFramer> _framer;
    Poco::Net::StreamSocket _socket;
    std::string _bytes;
    std::size_t _number = 0;
};

} // namespace

int probeTool(const std::vector<std::string>& arguments)
{
    ToolOptions options(arguments);
    if (options.help)
        return toolSays(USAGE);
    if (!options.hasTarget)
        options.mistakes.emplace_back("--target: missing; expected HOST:PORT");
    const auto protocol = options.makeProtocol();
    if (protocol && protocol->probe(1).empty())
        options.mistakes.push_back("--protocol " + options.protocol + ": nothing is known that does no harm");
    if (!options.mistakes.empty())
        return toolRefuses(options.mistakes);
    const ProtocolInfo& info = *findProtocol(options.protocol);
    const std::string name = options.target.toString() + ": ";
    std::size_t most = 0;
    std::string wrong;
    std::string report;
    bool closes = false;
    try
    {
        Trial trial(*protocol, options.target);
        if (trial.greets())
        {
            toolRefuses({name + "it speaks before it is asked, which " + options.protocol + " does not"});
            return EXIT_UNAVAILABLE;
        }
        const std::size_t wanted = info.inOrder ? std::max<std::size_t>(info.pipeline, 16) : 1;
        for (std::size_t count = 1; count <= wanted && wrong.empty() && !trial.closes; count *= 2)
        {
            wrong = trial.ask(count);
            most = wrong.empty() ? count : most;
        }
        if (wrong.empty() && wanted == 1 && !trial.closes)
            wrong = trial.ask(1); // it lasts longer than one exchange
        report = trial.last;
        closes = trial.closes;
    }
    catch (const Poco::TimeoutException&)
    {
        wrong = "it was silent for " + std::to_string(SECONDS) + " s";
    }
    catch (const Poco::Exception& exception)
    {
        wrong = exception.displayText();
    }
    if (most == 0)
    {
        toolRefuses({name + wrong});
        return EXIT_UNAVAILABLE;
    }
    std::string text = name + "answers, its messages are delimited and paired as " + options.protocol + " says (" +
                       printable(report) + ")\n";
    if (!wrong.empty())
        text += "with " + std::to_string(2 * most) + " requests at once it does not: " + wrong + "\n";
    if (closes)
        text += "it closes each connection after a response\n";
    text += "requests in flight on a connection: " + std::to_string(most) + (wrong.empty() ? " or more" : "") +
            "\n\nsettings:\n  exchange.protocol = " + options.protocol + "\n";
    if (info.inOrder)
        text += "  exchange.pipeline = " + std::to_string(most) + "\n";
    return toolSays(text);
}

} // namespace proximux
