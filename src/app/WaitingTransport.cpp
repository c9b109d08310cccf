#include <app/WaitingTransport.h>

#include <Poco/Exception.h>
#include <Poco/Timespan.h>

#include <utility>

namespace proximux
{

WaitingTransport::WaitingTransport(const Poco::Net::StreamSocket& socket, bool isLocal)
    : _socket(socket)
    , _deadline(Clock::now())
{
    _socket.setBlocking(false);
    _transport = std::make_unique<PlainTransport>(_socket, isLocal);
}

std::chrono::microseconds WaitingTransport::left() const
{
    return std::chrono::duration_cast<std::chrono::microseconds>(_deadline - Clock::now());
}

std::string WaitingTransport::secure(TlsContext& context)
{
    auto made = context.begin(std::move(_transport));
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
                return "not done in time";
            break;
        case IoResult::Kind::ended:
        case IoResult::Kind::failed:
            return secured.failure().text;
        }
}

void WaitingTransport::send(std::string_view bytes)
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

bool WaitingTransport::receive(std::string& into)
{
    char buffer[16384];
    for (;;)
    {
        const IoResult result = _transport->receive(buffer, sizeof buffer);
        switch (result.kind)
        {
        case IoResult::Kind::done:
            into.append(buffer, result.bytes);
            return true;
        case IoResult::Kind::ended:
            return false;
        case IoResult::Kind::failed:
            throw Poco::IOException(_transport->describe(result.error).text);
        case IoResult::Kind::wouldBlock:
            if (!await({true, false}, left()))
                throw Poco::TimeoutException();
        }
    }
}

bool WaitingTransport::speaks(std::chrono::microseconds within)
{
    const Clock::time_point end = Clock::now() + within;
    for (;;)
    {
        if (_transport->peek().kind != IoResult::Kind::wouldBlock)
            return true;
        if (!await({true, false}, std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now())))
            return false;
    }
}

/// Whether the socket becomes ready in this time for what the transport wants.
bool WaitingTransport::await(Interest wanted, std::chrono::microseconds time) const
{
    const Interest watched = _transport->wants(wanted);
    return time.count() > 0 &&
           _socket.poll(Poco::Timespan(time.count()), (watched.read ? Poco::Net::Socket::SELECT_READ : 0) |
                                                          (watched.write ? Poco::Net::Socket::SELECT_WRITE : 0));
}

} // namespace proximux
