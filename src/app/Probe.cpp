#include <app/LogFormat.h>
#include <app/Tools.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/Resp.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <chrono>
#include <set>

namespace proximux
{

namespace
{

constexpr const char* USAGE =
    "usage: proximux probe --protocol NAME --target HOST:PORT [--request TEXT] [--set SECTION.KEY=VALUE]\n\n"
    "Connects, sends requests that do no harm, one and then more and more at once, and says whether the target\n"
    "delimits and pairs its responses as the protocol says, how many may be in flight, and which settings to use.\n"
    "With line, fixed and length, --request says what is asked: a request of which you know that it does no harm, "
    "with\n"
    "the escapes \\r \\n \\t \\0 \\\\ \\xHH. A target that wants to be talked to first gets pool.prologue,\n"
    "target.1.username and target.1.password.\n"
    "Exit codes: 0 it does, 69 it does not, or there is no connection, 78 a mistake.\n";

constexpr int EXIT_UNAVAILABLE = 69;
constexpr int SECONDS = 5;       ///< for whatever is asked at once
constexpr int QUIET_US = 200000; ///< after which nothing more is expected

/// How a target is tried.
struct Plan
{
    const ProtocolInfo& info;
    std::shared_ptr<const Protocol> protocol;
    std::string request; ///< empty: the protocol knows one
    RespLogin prologue;
    bool byId = false;      ///< responses are paired by their id
    std::size_t wanted = 1; ///< requests at once

    /// The request with this number.
    [[nodiscard]] std::string make(std::uint32_t number) const
    {
        if (request.empty())
            return protocol->probe(number);
        std::string made = request;
        if (const auto id = protocol->requestId())
            writeNumber(number, &made[id->offset], id->width, id->order);
        return made;
    }

    /// What the response's framer is to know of it.
    [[nodiscard]] std::uint32_t hint() const
    {
        RequestTraits traits;
        if (const auto conversation = protocol->makeConversation({true, "", 0, true, 65536, true}))
            conversation->request(make(1), true, traits);
        return traits.hint;
    }
};

/// A connection to the target, and what came from it. What is wrong is returned as a text; empty: nothing.
class Trial
{
public:
    Trial(const Plan& plan, const Endpoint& target)
        : _plan(plan)
        , _framer(plan.protocol->makeResponseFramer())
        , _hint(plan.hint())
    {
        _socket.connect(Poco::Net::SocketAddress(target.host, target.port), Poco::Timespan(SECONDS, 0));
        _socket.setSendTimeout(Poco::Timespan(SECONDS, 0));
    }

    /// Before anything is asked.
    std::string begin()
    {
        begins();
        if (_plan.prologue.expects.empty() && speaks())
            return receive() ? "it speaks before it is asked: " + shown(_bytes) : "it closes the connection at once";
        send(_plan.prologue.says);
        const std::string& expected = _plan.prologue.expects;
        while (_bytes.size() < expected.size())
            if (std::string wrong = more(); !wrong.empty())
                return wrong;
        if (_bytes != expected)
            return "it does not answer the prologue as expected, but with " + shown(_bytes);
        _bytes.clear();
        return {};
    }

    /// Sends so many at once, and reads what answers them.
    std::string ask(std::size_t count)
    {
        begins();
        std::string all;
        std::multiset<std::uint64_t> waiting;
        const auto requestId = _plan.byId ? _plan.protocol->requestId() : std::nullopt;
        for (std::size_t i = 0; i < count; ++i)
        {
            const std::string request = _plan.make(++_number);
            waiting.insert(requestId ? requestId->read(request) : 0);
            all += request;
        }
        send(all);
        for (std::size_t i = 0; i < count; ++i)
        {
            std::string response;
            if (std::string wrong = read(response); !wrong.empty())
                return wrong;
            const auto asked = waiting.find(requestId ? _plan.protocol->responseId()->read(response) : 0);
            strangeId = asked == waiting.end();
            if (strangeId)
                return "a response has an id that nobody asked with";
            waiting.erase(asked);
            last = _plan.protocol->describeResponse(response, SHOWN);
            if (_plan.request.empty() && !_plan.protocol->answersProbe(response))
                return "a response does not answer what was asked: " + printable(last);
            closes = closes || _framer->traits().closesTarget;
        }
        return surplus(false);
    }

    /// What came beyond that, or comes within a short time.
    std::string surplus(bool wait)
    {
        const bool more = !_bytes.empty() || (wait && speaks() && receive());
        return more ? "more came than was asked for" : "";
    }

    std::string last;       ///< the last response, in short
    bool closes = false;    ///< the target closes the connection behind it
    bool strangeId = false; ///< its id is not one of those that were asked with

private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t SHOWN = 100;
    static constexpr std::size_t KEPT = 65536; ///< bytes of a response

    static std::string shown(Bytes bytes) { return printable(firstLine(bytes, SHOWN)); }

    void begins() { _deadline = Clock::now() + std::chrono::seconds(SECONDS); }

    /// Whether there is something to be read soon.
    bool speaks() { return _socket.poll(Poco::Timespan(0, QUIET_US), Poco::Net::Socket::SELECT_READ); }

    void send(const std::string& bytes)
    {
        std::size_t sent = 0;
        while (sent < bytes.size())
            sent +=
                static_cast<std::size_t>(_socket.sendBytes(bytes.data() + sent, static_cast<int>(bytes.size() - sent)));
    }

    /// False: the target has ended.
    bool receive()
    {
        char buffer[16384];
        const int n = _socket.receiveBytes(buffer, sizeof(buffer));
        _bytes.append(buffer, static_cast<std::size_t>(std::max(n, 0)));
        _ended = n <= 0;
        return !_ended;
    }

    /// Waits for further bytes.
    std::string more()
    {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(_deadline - Clock::now()).count();
        if (left <= 0 || !_socket.poll(Poco::Timespan(left), Poco::Net::Socket::SELECT_READ))
            return "it did not answer within " + std::to_string(SECONDS) + " s";
        return receive() ? "" : "it closes the connection";
    }

    /// One response that ends something, or its beginning.
    std::string read(std::string& response)
    {
        _framer->expect(_hint);
        for (;;)
        {
            while (!_bytes.empty())
            {
                const Framer::Progress progress = _framer->feed(_bytes);
                if (progress.kind == Framer::Progress::Kind::malformed)
                    return std::string("a response is ") + progress.reason;
                response += _bytes.substr(0, std::min(progress.taken, KEPT - response.size()));
                _bytes.erase(0, progress.taken);
                if (progress.kind == Framer::Progress::Kind::complete)
                {
                    if (_framer->traits().kind != ResponseTraits::Kind::interim)
                        return {};
                    response.clear();
                }
                else if (progress.taken == 0)
                    break;
            }
            if (std::string wrong = more(); !wrong.empty())
                return _ended && _framer->finish() ? "" : wrong;
        }
    }

    const Plan& _plan;
    std::unique_ptr<ResponseFramer> _framer;
    std::uint32_t _hint;
    Poco::Net::StreamSocket _socket;
    Clock::time_point _deadline;
    std::string _bytes;
    std::uint32_t _number = 0;
    bool _ended = false; ///< the target sent FIN
};

/// What became of it.
struct Finding
{
    std::size_t most = 0;   ///< requests at once that were answered rightly
    std::string wrong;      ///< what happened with more of them
    std::string last;       ///< the last response, in short
    bool closes = false;    ///< the target closes a connection behind a response
    bool strangeId = false; ///< what is wrong is the id of a response
};

/// More and more at once, until something is wrong.
void ask(Trial& trial, const Plan& plan, Finding& found)
{
    found.wrong = trial.begin();
    for (std::size_t count = 1; count <= plan.wanted && found.wrong.empty() && !trial.closes; count *= 2)
    {
        found.wrong = trial.ask(count);
        if (found.wrong.empty() && count == 1 && !trial.closes)
            found.wrong = trial.surplus(true);
        if (found.wrong.empty() && plan.wanted == 1 && !trial.closes)
            found.wrong = trial.ask(1); // it lasts longer than one exchange
        found.most = found.wrong.empty() ? count : found.most;
        found.last = trial.last;
    }
    found.closes = trial.closes;
    found.strangeId = trial.strangeId;
}

Finding tryTarget(const Plan& plan, const Endpoint& target)
{
    Finding found;
    try
    {
        Trial trial(plan, target);
        ask(trial, plan, found);
    }
    catch (const Poco::TimeoutException&)
    {
        found.wrong = "no connection within " + std::to_string(SECONDS) + " s";
    }
    catch (const Poco::Exception& exception)
    {
        found.wrong = exception.displayText();
    }
    return found;
}

std::string report(const ToolOptions& options, const Plan& plan, const Finding& found)
{
    std::string text = options.target.toString() + ": answers, its messages are delimited and paired as " +
                       options.protocol + " says (" + printable(found.last) + ")\n";
    const bool strange = plan.protocol->requestId() && !plan.byId;
    if (strange)
        text += "but its responses do not repeat the id of the request\n";
    if (!found.wrong.empty())
        text += "with " + std::to_string(2 * found.most) + " requests at once it does not: " + found.wrong + "\n";
    if (found.closes)
        text += "it closes each connection after a response\n";
    text += "requests in flight on a connection: " + std::to_string(found.most) +
            (found.wrong.empty() && plan.wanted > 1 && !found.closes ? " or more" : "") +
            "\n\nsettings:\n  exchange.protocol = " + options.protocol + "\n";
    for (const auto& [key, value] : options.settings)
        if (key != "exchange.pairing" && key != "exchange.pipeline" && key.compare(0, 9, "exchange.") == 0)
            text += "  " + key + " = " + value + "\n";
    const bool maybe = found.most > 1 && plan.info.pairing == Pairing::automatic && !plan.byId;
    if (strange || maybe)
        text += "  exchange.pairing = order\n";
    if (plan.wanted > 1)
        text += "  exchange.pipeline = " + std::to_string(found.most) + "\n";
    if (maybe)
        text += "\nLeave out the last two if you do not know that it answers in order: equal requests do not tell.\n";
    return text;
}

Plan makePlan(const Configuration& configuration, const std::string& request)
{
    const ExchangeSettings& exchange = configuration.exchange;
    const TargetSettings& target = configuration.targets.front();
    const ProtocolInfo& info = *findProtocol(exchange.protocol);
    Plan plan{info, info.make(exchange.framingInForce()), request, {}};
    if (exchange.protocol == "resp")
        plan.prologue = respLogin(target.username, target.password, target.database);
    plan.prologue.says += configuration.pool.prologue;
    plan.prologue.expects += configuration.pool.prologueExpect;
    plan.byId = exchange.pairingInForce() == Pairing::identifier;
    if (info.inOrder && exchange.pairing != Pairing::exclusive)
        plan.wanted = exchange.pipeline.value_or(std::max<std::size_t>(info.pipeline, 16));
    if (plan.byId && plan.protocol->requestId()->width == 1)
        plan.wanted = std::min<std::size_t>(plan.wanted, 256); // as many ids as there are
    return plan;
}

/// Whether it is just one message.
bool isRequest(const Plan& plan)
{
    const auto framer = plan.protocol->makeRequestFramer();
    Bytes left = plan.request;
    while (!left.empty())
    {
        const Framer::Progress progress = framer->feed(left);
        left.remove_prefix(progress.taken);
        if (progress.kind == Framer::Progress::Kind::complete)
            return left.empty();
        if (progress.kind == Framer::Progress::Kind::malformed || progress.taken == 0)
            return false;
    }
    return false;
}

} // namespace

int probeTool(const std::vector<std::string>& arguments)
{
    ToolOptions options(ToolOptions::Tool::probe, arguments);
    if (options.help)
        return toolSays(USAGE);
    if (options.target.host.empty())
        options.mistakes.emplace_back("--target: missing; expected HOST:PORT");
    const auto configuration = options.load();
    if (!configuration)
        return toolRefuses(options.mistakes);
    Plan plan = makePlan(*configuration, options.request);
    if (plan.make(1).empty())
        return toolRefuses({"--protocol " + options.protocol +
                            ": nothing is known that does no harm; expected --request TEXT beside it"});
    if (!plan.request.empty() && !isRequest(plan))
        return toolRefuses({"--request: not one message of " + options.protocol});
    Finding found = tryTarget(plan, options.target);
    if (found.most == 0 && found.strangeId)
    {
        plan.byId = false;
        found = tryTarget(plan, options.target);
    }
    if (found.most > 0)
        return toolSays(report(options, plan, found));
    toolRefuses({options.target.toString() + ": " + found.wrong});
    return EXIT_UNAVAILABLE;
}

} // namespace proximux
