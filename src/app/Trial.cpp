#include <app/Trial.h>

#include <app/LogFormat.h>

#include <proximux/net/SocketsLocal.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/proxy/TargetHeader.h>
#include <proximux/wire/MessageStream.h>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Timespan.h>

#include <algorithm>
#include <set>
#include <utility>

namespace proximux
{

namespace
{

constexpr std::size_t RESPONSE_SHOWN = 100; ///< bytes shown of a response
constexpr std::size_t KEPT = 65536;         ///< bytes kept of a response

std::string shown(Bytes bytes)
{
    return printable(firstLine(bytes, RESPONSE_SHOWN));
}

Poco::Net::StreamSocket connected(const Endpoint& target)
{
    Poco::Net::StreamSocket socket;
    if (!target.isLocal())
    {
        socket.connect(Poco::Net::SocketAddress(target.host, target.port), Poco::Timespan(Trial::SECONDS, 0));
        return socket;
    }
    const auto local = sockets::connectLocal(target.path);
    if (local.result.kind != IoResult::Kind::done)
        throw Poco::IOException(sockets::errorText(local.result.error));
    return local.socket;
}

} // namespace

std::string Plan::make(std::uint32_t number) const
{
    if (request.empty())
        return protocol->probe(number);
    std::string made = request;
    if (const auto id = protocol->requestId())
        writeNumber(number, &made[id->offset], id->width, id->order);
    return made;
}

std::uint32_t Plan::hint() const
{
    RequestTraits traits;
    if (const auto conversation = protocol->makeConversation({true, "", 0, true, 65536, true}))
        conversation->request(make(1), true, traits);
    return traits.hint;
}

Trial::Trial(const Plan& plan, const Endpoint& target)
    : _plan(plan)
    , _framer(plan.protocol ? plan.protocol->makeResponseFramer() : nullptr)
    , _hint(plan.protocol ? plan.hint() : 0)
    , _connection(connected(target), target.isLocal())
{
    begins();
    _connection.send(targetHeaderOfOurs(plan.target, sockets::endsOf(_connection.handle())));
}

std::string Trial::beginTls()
{
    begins();
    return _plan.target.tls.isOn() ? secure() : "";
}

std::string Trial::begin()
{
    if (std::string wrong = beginTls(); !wrong.empty())
        return wrong;
    if (_plan.prologue.expects.empty() && speaks())
        return _connection.receive(_bytes) ? "the target sent data before the first request: " + shown(_bytes)
                                           : "the target closed the connection immediately";
    _connection.send(_plan.prologue.says);
    if (std::string wrong = signIn(); !wrong.empty())
        return wrong;
    const std::string& expected = _plan.prologue.expects;
    while (_bytes.size() < expected.size())
        if (std::string wrong = more(); !wrong.empty())
            return wrong;
    if (_bytes != expected)
        return "unexpected reply to the prologue: " + shown(_bytes);
    _bytes.clear();
    return {};
}

/// Takes the reply to a login that the protocol judges.
std::string Trial::signIn()
{
    using State = LoginAnswer::State;
    if (!_plan.prologue.isJudged)
        return {};
    for (;;)
    {
        const LoginAnswer answer = _plan.protocol->judgeLogin(_bytes);
        if (answer.state == State::refused)
            return "unexpected reply to the login: " +
                   printable(_plan.protocol->describeResponse(Bytes(_bytes).substr(0, KEPT), RESPONSE_SHOWN));
        if (answer.state == State::accepted)
        {
            _bytes.erase(0, answer.size);
            return {};
        }
        if (std::string wrong = more(); !wrong.empty())
            return wrong;
    }
}

std::string Trial::ask(std::size_t count)
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
    _connection.send(all);
    for (std::size_t i = 0; i < count; ++i)
    {
        std::string response;
        if (std::string wrong = read(response); !wrong.empty())
            return wrong;
        const auto asked = waiting.find(requestId ? _plan.protocol->responseId()->read(response) : 0);
        strangeId = asked == waiting.end();
        if (strangeId)
            return "a response has an unknown id";
        waiting.erase(asked);
        last = _plan.protocol->describeResponse(response, RESPONSE_SHOWN);
        if (_plan.request.empty() && !_plan.protocol->answersProbe(response))
            return "a response does not match its request: " + printable(last) +
                   (_plan.info.uses("target.N.password") && _plan.prologue.says.empty()
                        ? "; if the target needs a login, set target.1.password"
                        : "");
        closes = closes || _framer->traits().closesTarget;
    }
    return surplus(false);
}

std::string Trial::surplus(bool wait)
{
    const bool more = !_bytes.empty() || (wait && speaks() && _connection.receive(_bytes));
    return more ? "the target sent unsolicited bytes after its responses" : "";
}

/// Makes TLS of the connection.
std::string Trial::secure()
{
    std::string failure = _plan.target.tls.startsInside() ? askForTls() : "";
    if (failure.empty())
        failure = _connection.secure(*_plan.target.tls.context);
    return failure.empty() ? "" : "TLS handshake: " + failure;
}

/// Agrees on TLS with the target, inside of the protocol.
std::string Trial::askForTls()
{
    using Kind = TlsStep::Kind;
    const auto start = _plan.info.tlsStarts.withTarget(TlsOffer::required);
    _connection.send(start->opening());
    for (TlsStep step; step.kind != Kind::secure;)
    {
        std::string said;
        if (!_connection.receive(said))
            return "it closed the connection before TLS";
        step = start->received(said);
        if (step.kind == Kind::open && start->isOver())
            return "the target refuses: " + shown(step.passed);
        if (step.kind == Kind::open)
            step = start->sending(start->login());
        if (step.kind == Kind::refuse)
            return step.why;
        _connection.send(step.reply);
    }
    return {};
}

/// Whether bytes arrive before it was quiet for long enough.
bool Trial::speaks()
{
    return _connection.speaks(std::chrono::microseconds(_plan.quiet.us));
}

/// Waits for further bytes until the deadline.
std::string Trial::more()
{
    try
    {
        _ended = !_connection.receive(_bytes);
        return _ended ? "the target closed the connection" : "";
    }
    catch (const Poco::TimeoutException&)
    {
        return "the target did not answer within " + std::to_string(SECONDS) + " s";
    }
}

/// Reads one final response, or its beginning.
std::string Trial::read(std::string& response)
{
    _framer->expect(_hint);
    MessageStream stream(*_framer);
    bool whole = false;
    const auto take = [this, &response, &whole](Bytes taken, bool ends)
    {
        response += taken.substr(0, std::min(taken.size(), KEPT - response.size()));
        const ResponseTraits::Kind kind = _framer->traits().kind;
        const bool interim = ends && (kind == ResponseTraits::Kind::interim || kind == ResponseTraits::Kind::request);
        if (interim)
            response.clear();
        whole = ends && !interim;
        return !whole;
    };
    for (;;)
    {
        const std::string received = std::exchange(_bytes, std::string());
        if (const char* reason = stream.feed(
                received, [] {}, take))
            return std::string("the target sent an invalid response: ") + reason;
        if (whole)
        {
            _bytes = stream.kept();
            return {};
        }
        if (std::string wrong = more(); !wrong.empty())
            return _ended && _framer->finish() ? "" : wrong;
    }
}

} // namespace proximux
