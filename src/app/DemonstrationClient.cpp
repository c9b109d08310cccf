#include <app/DemonstrationClient.h>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>

#include <array>

namespace proximux
{

namespace
{

const Poco::Timespan REPLY_PATIENCE(5, 0);

} // namespace

DemonstrationClient::DemonstrationClient(const Poco::Net::SocketAddress& proxy)
{
    _socket.connect(proxy, REPLY_PATIENCE);
    _socket.setReceiveTimeout(REPLY_PATIENCE);
    _port = _socket.address().port();
}

DemonstrationClient::Answer DemonstrationClient::ask(const std::string& line)
{
    Answer answer;
    const auto begin = std::chrono::steady_clock::now();
    try
    {
        const std::string bytes = line + "\n";
        _socket.sendBytes(bytes.data(), static_cast<int>(bytes.size())); // blocks until all bytes are sent
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
    std::array<char, 1024> bytes{};
    auto end = _received.find('\n');
    for (; end == std::string::npos; end = _received.find('\n'))
    {
        const int count = _socket.receiveBytes(bytes.data(), static_cast<int>(bytes.size()));
        if (count <= 0)
            throw Poco::Net::NetException("the connection was closed before an answer");
        _received.append(bytes.data(), static_cast<std::size_t>(count));
    }
    std::string line = _received.substr(0, end);
    _received.erase(0, end + 1);
    return line;
}

} // namespace proximux
