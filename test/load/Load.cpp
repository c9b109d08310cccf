// A target that echoes and clients that ask, to measure a proxy between them and to look at each byte that it passes.
// One thread, epoll: Linux only. See usage().

#include "LoadOptions.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace
{

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const char* what)
{
    std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

/// A message of the protocol with this text in it, filled up to the size.
std::string frame(const Options& options, std::string text)
{
    const std::size_t around = options.protocol == "line" ? 1 : options.protocol == "length" ? 4 : 0;
    if (text.size() + around < options.size)
        text.resize(options.size - around, '.');
    if (options.protocol == "line")
        return text + '\n';
    if (options.protocol == "fixed")
        return text;
    std::string message(4, '\0');
    for (std::size_t i = 0; i < 4; ++i)
        message[i] = static_cast<char>(text.size() >> (24 - 8 * i));
    return message + text;
}

/// The size of the first message in these bytes, or 0 where it is not whole.
std::size_t whole(const Options& options, const std::string& bytes, std::size_t from)
{
    if (options.protocol == "fixed")
        return bytes.size() - from >= options.size ? options.size : 0;
    if (options.protocol == "line")
    {
        const std::size_t end = bytes.find('\n', from);
        return end == std::string::npos ? 0 : end + 1 - from;
    }
    if (bytes.size() - from < 4)
        return 0;
    std::size_t size = 4;
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
        length = length << 8U | static_cast<unsigned char>(bytes[from + i]);
    size += length;
    return bytes.size() - from >= size ? size : 0;
}

/// The answer to a request: the same, with an A where the first Q was, if it has one.
std::string answer(std::string message)
{
    const auto at = std::find(message.begin(), message.end(), 'Q');
    return at == message.end() ? message : message.replace(at, at + 1, "A");
}

struct Connection
{
    int socket = -1;
    std::string in;
    std::string out;
    Clock::time_point due{}; ///< when `later` may be sent
    std::string later;
    std::string expected; ///< clients
    Clock::time_point asked{};
    std::size_t number = 0;
};

/// What the target and the clients have in common.
class Party
{
public:
    explicit Party(const Options& options)
        : _options(options)
        , _random(options.seed)
        , _poller(epoll_create1(EPOLL_CLOEXEC))
    {
    }

protected:
    bool oneIn(std::size_t n) { return n != 0 && _random() % n == 0; }

    void watch(int socket, std::uint64_t token, std::uint32_t events, int how)
    {
        epoll_event event{};
        event.events = events;
        event.data.u64 = token;
        if (epoll_ctl(_poller, how, socket, &event) != 0)
            die("epoll_ctl");
    }

    /// False: the peer has ended or reset.
    static bool receive(Connection& connection)
    {
        char bytes[65536];
        const ssize_t n = recv(connection.socket, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n > 0)
            connection.in.append(bytes, static_cast<std::size_t>(n));
        return n > 0 || (n < 0 && errno == EAGAIN);
    }

    /// Sends what waits; of a torn message a piece first, the rest in the next turn.
    bool transmit(Connection& connection)
    {
        std::size_t n = connection.out.size();
        if (n > 1 && oneIn(_options.tear))
            n = 1 + _random() % (n - 1);
        if (n == 0)
            return true;
        const ssize_t sent = send(connection.socket, connection.out.data(), n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN;
        connection.out.erase(0, static_cast<std::size_t>(sent));
        return true;
    }

    static void reset(Connection& connection)
    {
        const linger now{1, 0};
        setsockopt(connection.socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(connection.socket);
        connection.socket = -1;
    }

    static int prompt(int socket)
    {
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return socket;
    }

    const Options _options;
    std::mt19937_64 _random;
    int _poller;
};

class Target : public Party
{
public:
    using Party::Party;

    [[noreturn]] void run()
    {
        const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener, 4096) != 0)
            die("listen");
        getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
        std::printf("%u\n", static_cast<unsigned>(ntohs(address.sin_port)));
        std::fflush(stdout);
        watch(listener, 0, EPOLLIN, EPOLL_CTL_ADD);
        epoll_event events[256];
        for (;;)
        {
            const bool pending = flush();
            const int n = epoll_wait(_poller, events, 256, pending ? 1 : -1);
            for (int i = 0; i < n; ++i)
            {
                if (events[i].data.u64 == 0)
                    accept(listener);
                else
                    serve(events[i].data.u64);
            }
        }
    }

private:
    void accept(int listener)
    {
        const int accepted = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (accepted < 0)
            return;
        Connection& connection = _connections[++_number];
        connection.socket = prompt(accepted);
        watch(accepted, _number, EPOLLIN, EPOLL_CTL_ADD);
    }

    void serve(std::uint64_t number)
    {
        const auto found = _connections.find(number);
        if (found == _connections.end())
            return;
        Connection& connection = found->second;
        if (!receive(connection))
        {
            close(connection.socket);
            _connections.erase(found);
            return;
        }
        std::size_t from = 0;
        std::string& to = _options.delay != 0 ? connection.later : connection.out;
        while (const std::size_t size = whole(_options, connection.in, from))
        {
            if (oneIn(_options.kill))
            {
                reset(connection);
                _connections.erase(found);
                return;
            }
            to += answer(connection.in.substr(from, size));
            from += size;
        }
        connection.in.erase(0, from);
        if (_options.delay != 0 && !to.empty())
            connection.due = Clock::now() + std::chrono::microseconds(_random() % _options.delay);
        transmit(connection);
    }

    /// True: something is still to be sent.
    bool flush()
    {
        bool pending = false;
        if (_options.delay == 0 && _options.tear == 0)
            return false;
        for (auto& [number, connection] : _connections)
        {
            if (!connection.later.empty() && connection.due <= Clock::now())
                connection.out += std::exchange(connection.later, std::string());
            transmit(connection);
            pending = pending || !connection.out.empty() || !connection.later.empty();
        }
        return pending;
    }

    std::map<std::uint64_t, Connection> _connections;
    std::uint64_t _number = 0;
};

class Clients : public Party
{
public:
    using Party::Party;

    int run()
    {
        _clients.resize(_options.clients);
        const auto begin = Clock::now();
        for (std::size_t i = 0; i < _clients.size(); ++i)
            join(i);
        epoll_event events[256];
        double seconds = 0;
        double measured = 0; // answers in that time
        const auto measure = [&]
        {
            seconds = std::chrono::duration<double>(Clock::now() - begin).count();
            measured = static_cast<double>(_answered);
        };
        while (_waiting > 0) // at last for those whose answer is still to come
        {
            if (seconds == 0 && isDone())
                measure();
            const int n = epoll_wait(_poller, events, 256, _torn ? 0 : 30000);
            if (n == 0 && !_torn)
            {
                std::fprintf(stderr, "%zu clients got no answer for 30 s\n", _waiting);
                return 1;
            }
            for (int i = 0; i < n; ++i)
                if (!serve(events[i].data.u64))
                    return 1;
            _torn = false;
            if (_options.tear != 0)
                for (Connection& client : _clients)
                {
                    transmit(client);
                    _torn = _torn || !client.out.empty();
                }
        }
        if (seconds == 0)
            measure();
        std::sort(_times.begin(), _times.end());
        std::printf("answered=%zu lost=%zu left=%zu seconds=%.3f rate=%.0f median=%.1f p99=%.1f\n", _answered, _lost,
                    _left, seconds, measured / seconds, time(0.5), time(0.99));
        return 0;
    }

private:
    [[nodiscard]] double time(double part) const
    {
        if (_times.empty())
            return 0;
        return _times[static_cast<std::size_t>(part * static_cast<double>(_times.size() - 1))];
    }

    [[nodiscard]] bool isDone() const { return _answered + _lost >= _options.requests; }

    /// A new client in this place, while there is something to ask.
    void join(std::size_t i)
    {
        Connection& client = _clients[i];
        client = Connection();
        if (isDone())
            return;
        client.number = ++_names;
        client.socket = prompt(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(_options.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(client.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            die("connect");
        watch(client.socket, i, EPOLLIN, EPOLL_CTL_ADD);
        ask(client);
    }

    void ask(Connection& client)
    {
        ++_waiting;
        const std::string message =
            frame(_options, "Q" + std::to_string(client.number) + "." + std::to_string(++_asked) + ":");
        client.expected = answer(message);
        client.out += message;
        client.asked = Clock::now();
        transmit(client);
    }

    bool serve(std::uint64_t i)
    {
        Connection& client = _clients[i];
        if (!receive(client))
        {
            const std::size_t waited = client.expected.empty() ? 0 : 1;
            _lost += waited;
            _waiting -= waited;
            close(client.socket);
            join(i);
            return true;
        }
        if (client.in.compare(0, client.in.size(), client.expected, 0, client.in.size()) != 0)
        {
            std::fprintf(stderr, "client %zu got\n%s\ninstead of\n%s\n", client.number, client.in.c_str(),
                         client.expected.c_str());
            return false;
        }
        if (client.in.size() < client.expected.size())
            return true;
        ++_answered;
        _times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - client.asked).count());
        client.in.clear();
        client.expected.clear();
        --_waiting;
        if (isDone())
            return true;
        ask(client);
        if (oneIn(_options.leave))
        {
            ++_left;
            --_waiting;
            reset(client);
            join(i);
        }
        return true;
    }

    std::vector<Connection> _clients;
    std::vector<double> _times; ///< microseconds
    std::size_t _names = 0;
    std::size_t _asked = 0;
    std::size_t _answered = 0;
    std::size_t _lost = 0;
    std::size_t _left = 0;
    std::size_t _waiting = 0; ///< clients that have asked and have no answer
    bool _torn = false;
};

} // namespace

int main(int argc, char** argv)
{
    const Options options = parse(argc, argv);
    if (options.command == "echo")
        Target(options).run();
    if (options.command == "ask")
        return Clients(options).run();
    usage();
}
