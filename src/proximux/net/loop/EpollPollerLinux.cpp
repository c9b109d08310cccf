#include <proximux/net/loop/Poller.h>

#include <Poco/Exception.h>

#include <cerrno>
#include <string>
#include <system_error>

#include <sys/epoll.h>
#include <unistd.h>

namespace proximux
{

namespace
{

constexpr std::size_t FIRST_EVENTS = 64;
constexpr std::size_t MOST_EVENTS = 4096;

/// The Linux back end. Its cost grows with the number of events, not of sockets.
class EpollPoller : public Poller
{
public:
    EpollPoller()
        : _descriptor(::epoll_create1(EPOLL_CLOEXEC))
        , _events(FIRST_EVENTS)
    {
        if (_descriptor < 0)
            throw Poco::IOException("epoll_create1: " + std::generic_category().message(errno), errno);
    }

    ~EpollPoller() override { ::close(_descriptor); }

    EpollPoller(const EpollPoller&) = delete;
    EpollPoller& operator=(const EpollPoller&) = delete;

    void add(poco_socket_t socket, std::uint64_t token, Interest interest) override
    {
        control(EPOLL_CTL_ADD, socket, token, interest);
    }

    void modify(poco_socket_t socket, std::uint64_t token, Interest interest) override
    {
        control(EPOLL_CTL_MOD, socket, token, interest);
    }

    void remove(poco_socket_t socket, std::uint64_t token, bool closing) override
    {
        if (!closing) // the kernel removes a closed socket by itself
            control(EPOLL_CTL_DEL, socket, token, {});
    }

    void wait(std::int64_t timeout, std::vector<Ready>& ready) override
    {
        ready.clear();
        const int n =
            ::epoll_wait(_descriptor, _events.data(), static_cast<int>(_events.size()), milliseconds(timeout));
        if (n < 0 && errno != EINTR)
            throw Poco::IOException("epoll_wait: " + std::generic_category().message(errno), errno);
        for (int i = 0; i < n; ++i)
        {
            const epoll_event& event = _events[static_cast<std::size_t>(i)];
            ready.push_back({event.data.u64, (event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                             (event.events & (EPOLLHUP | EPOLLERR)) != 0});
        }
        if (n == static_cast<int>(_events.size()) && _events.size() < MOST_EVENTS)
            _events.resize(_events.size() * 2);
    }

    [[nodiscard]] const char* name() const override { return "epoll"; }

private:
    void control(int operation, poco_socket_t socket, std::uint64_t token, Interest interest)
    {
        epoll_event event{};
        event.events = (interest.read ? static_cast<std::uint32_t>(EPOLLIN) : 0U) |
                       (interest.write ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
        event.data.u64 = token;
        if (::epoll_ctl(_descriptor, operation, socket, &event) != 0)
            throw Poco::IOException("epoll_ctl: " + std::generic_category().message(errno), errno);
    }

    int _descriptor;
    std::vector<epoll_event> _events;
};

} // namespace

std::unique_ptr<Poller> makeEpollPoller()
{
    return std::make_unique<EpollPoller>();
}

} // namespace proximux
