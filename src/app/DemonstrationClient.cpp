#include <app/DemonstrationClient.h>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Timespan.h>

namespace proximux
{

namespace
{

constexpr std::chrono::seconds PATIENCE{5};

Poco::Net::StreamSocket connectedTo(const Poco::Net::SocketAddress& proxy)
{
    Poco::Net::StreamSocket socket;
    socket.connect(proxy, Poco::Timespan(PATIENCE.count(), 0));
    return socket;
}

} // namespace

DemonstrationClient::DemonstrationClient(const Poco::Net::SocketAddress& proxy, TlsContext* tls)
    : _connection(connectedTo(proxy))
    , _port(sockets::endsOf(_connection.handle()).here.port)
{
    _connection.allow(PATIENCE);
    if (const std::string failure = tls != nullptr ? _connection.secure(*tls) : ""; !failure.empty())
        throw Poco::Net::NetException("TLS handshake: " + failure);
}

DemonstrationClient::Answer DemonstrationClient::ask(const std::string& line)
{
    Answer answer;
    const auto begin = std::chrono::steady_clock::now();
    try
    {
        _connection.allow(PATIENCE);
        _connection.send(line + "\n");
        answer.text = readLine();
    }
    catch (const Poco::TimeoutException&)
    {
        answer.failure = "no answer within 5 s";
    }
    catch (const Poco::Exception& exception)
    {
        answer.failure = exception.displayText();
    }
    answer.taken = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    return answer;
}

std::string DemonstrationClient::readLine()
{
    auto end = _received.find('\n');
    for (; end == std::string::npos; end = _received.find('\n'))
        if (!_connection.receive(_received))
            throw Poco::Net::NetException("the connection was closed before an answer");
    std::string line = _received.substr(0, end);
    _received.erase(0, end + 1);
    return line;
}

} // namespace proximux
