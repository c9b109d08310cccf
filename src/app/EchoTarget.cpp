#include <app/EchoTarget.h>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Thread.h>

#include <array>
#include <string>

namespace proximux
{

namespace
{

constexpr int MAX_CONNECTIONS = 64;
constexpr std::size_t MAX_LINE = 65536; // a longer one is returned in pieces

/// Interval at which an idle connection checks for the end.
const Poco::Timespan END_CHECK_INTERVAL(0, 100000);

class Connection : public Poco::Net::TCPServerConnection
{
public:
    Connection(const Poco::Net::StreamSocket& socket, std::chrono::milliseconds delay, const std::atomic<bool>& ending)
        : TCPServerConnection(socket)
        , _delay(delay)
        , _ending(ending)
    {
    }

    void run() override
    {
        try
        {
            while (!_ending)
                if (socket().poll(END_CHECK_INTERVAL, Poco::Net::Socket::SELECT_READ) && !serve())
                    return;
        }
        catch (const Poco::Net::NetException&)
        {
            return; // the client left before its response was sent
        }
    }

private:
    /// Reads available bytes and answers complete lines. Returns false when the client has ended.
    bool serve()
    {
        std::array<char, 4096> bytes{};
        const int count = socket().receiveBytes(bytes.data(), static_cast<int>(bytes.size()));
        if (count <= 0)
            return false;
        _line.append(bytes.data(), static_cast<std::size_t>(count));
        for (auto end = _line.find('\n'); end != std::string::npos; end = _line.find('\n'))
            answer(end + 1);
        if (_line.size() >= MAX_LINE)
            answer(_line.size());
        return true;
    }

    void answer(std::size_t size)
    {
        Poco::Thread::sleep(static_cast<long>(_delay.count())); // simulates work
        for (std::size_t sent = 0; sent < size;)
            sent += static_cast<std::size_t>(socket().sendBytes(_line.data() + sent, static_cast<int>(size - sent)));
        _line.erase(0, size);
    }

    std::chrono::milliseconds _delay;
    const std::atomic<bool>& _ending;
    std::string _line;
};

class Factory : public Poco::Net::TCPServerConnectionFactory
{
public:
    Factory(std::chrono::milliseconds delay, const std::atomic<bool>& ending)
        : _delay(delay)
        , _ending(ending)
    {
    }

    Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override
    {
        return new Connection(socket, _delay, _ending);
    }

private:
    std::chrono::milliseconds _delay;
    const std::atomic<bool>& _ending;
};

Poco::Net::TCPServerParams::Ptr parameters()
{
    Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
    params->setMaxThreads(MAX_CONNECTIONS);
    return params;
}

} // namespace

EchoTarget::EchoTarget(std::chrono::milliseconds delay)
    : _delay(delay)
    , _socket(Poco::Net::SocketAddress("127.0.0.1", 0))
{
}

EchoTarget::~EchoTarget()
{
    _ending = true;
    if (!_server)
        return;
    _server->stop();
    _threads->joinAll();
}

void EchoTarget::start()
{
    _threads = std::make_unique<Poco::ThreadPool>(1, MAX_CONNECTIONS);
    _server = std::make_unique<Poco::Net::TCPServer>(new Factory(_delay, _ending), *_threads, _socket, parameters());
    _server->start();
}

} // namespace proximux
