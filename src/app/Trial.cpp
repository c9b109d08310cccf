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
    , _framer(plan.protocol->makeResponseFramer())
    , _hint(plan.hint())
{
    if (target.isLocal())
        connectLocal(target.path);
    else
        _socket.connect(Poco::Net::SocketAddress(target.host, target.port), Poco::Timespan(SECONDS, 0));
    _socket.setBlocking(false);
    _transport = std::make_unique<PlainTransport>(_socket, target.isLocal());
    begins();
    send(targetHeaderOfOurs(plan.target, sockets::endsOf(_transport->handle())));
}

void Trial::connectLocal(const std::string& path)
{
    const auto connected = sockets::connectLocal(path);
    if (connected.result.kind != IoResult::Kind::done)
        throw Poco::IOException(sockets::errorText(connected.result.error));
    _socket = connected.socket;
}

std::string Trial::begin()
{
    begins();
    if (std::string wrong = _plan.target.tls.isOn() ? secure() : ""; !wrong.empty())
        return wrong;
    if (_plan.prologue.expects.empty() && speaks())
        return receive() ? "the target sent data before the first request: " + shown(_bytes)
                         : "the target closed the connection immediately";
    send(_plan.prologue.says);
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
    send(all);
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
    const bool more = !_bytes.empty() || (wait && speaks() && receive());
    return more ? "the target sent unsolicited bytes after its responses" : "";
}

/// Of the time for this step.
std::chrono::microseconds Trial::left() const
{
    return std::chrono::duration_cast<std::chrono::microseconds>(_deadline - Clock::now());
}

/// Whether the socket becomes ready in this time for what the transport wants.
bool Trial::await(Interest wanted, std::chrono::microseconds time) const
{
    const Interest watched = _transport->wants(wanted);
    return time.count() > 0 &&
           _socket.poll(Poco::Timespan(time.count()), (watched.read ? Poco::Net::Socket::SELECT_READ : 0) |
                                                          (watched.write ? Poco::Net::Socket::SELECT_WRITE : 0));
}

/// Makes TLS of the connection.
std::string Trial::secure()
{
    auto made = _plan.target.tls.context->begin(std::move(_transport));
    TlsTransport& secured = *made;
    _transport = std::move(made);
    secured.allowTruncation();
    for (;;)
        switch (secured.handshake())
        {
        case IoResult::Kind::done:
            return {};
        case IoResult::Kind::wouldBlock:
            if (!await({true, false}, left()))
                return "TLS handshake: not done within " + std::to_string(SECONDS) + " s";
            break;
        case IoResult::Kind::ended:
        case IoResult::Kind::failed:
            return "TLS handshake: " + secured.failure().text;
        }
}

/// Whether bytes arrive before it was quiet for long enough. What TLS says to itself is none of them.
bool Trial::speaks()
{
    const Clock::time_point end = Clock::now() + std::chrono::microseconds(_plan.quiet.us);
    for (;;)
    {
        if (_transport->peek().kind != IoResult::Kind::wouldBlock)
            return true;
        if (!await({true, false}, std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now())))
            return false;
    }
}

void Trial::send(std::string_view bytes)
{
    while (!bytes.empty())
    {
        const IoResult result = _transport->send(bytes);
        if (result.kind == IoResult::Kind::failed)
            throw Poco::IOException(_transport->describe(result.error).text);
        bytes.remove_prefix(result.bytes);
        if (!bytes.empty() && !await({false, true}, left()))
            throw Poco::TimeoutException();
    }
}

/// Reads once. Returns false when the target has ended.
bool Trial::receive()
{
    char buffer[16384];
    for (;;)
    {
        const IoResult result = _transport->receive(buffer, sizeof buffer);
        switch (result.kind)
        {
        case IoResult::Kind::done:
            _bytes.append(buffer, result.bytes);
            return true;
        case IoResult::Kind::ended:
            _ended = true;
            return false;
        case IoResult::Kind::failed:
            throw Poco::IOException(_transport->describe(result.error).text);
        case IoResult::Kind::wouldBlock:
            if (!await({true, false}, left()))
                throw Poco::TimeoutException();
        }
    }
}

/// Waits for further bytes until the deadline.
std::string Trial::more()
{
    const bool pending = (_transport->needs() & Transport::readPending) != 0;
    if (!pending && !await({true, false}, left()))
        return "the target did not answer within " + std::to_string(SECONDS) + " s";
    return receive() ? "" : "the target closed the connection";
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
