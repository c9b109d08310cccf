#include <proximux/net/loop/PollPoller.h>

#include <cerrno>

#include <poll.h>

namespace proximux
{

namespace
{

struct PosixPoll
{
    using Entry = pollfd;
    static constexpr int READ = POLLIN;
    static constexpr int WRITE = POLLOUT;
    static constexpr int GONE = POLLHUP | POLLERR | POLLNVAL;
    static constexpr int INTERRUPTED = EINTR;

    static int call(Entry* entries, std::size_t n, int timeout)
    {
        return ::poll(entries, static_cast<nfds_t>(n), timeout);
    }
};

} // namespace

std::unique_ptr<Poller> makePollPoller()
{
    return std::make_unique<PollPoller<PosixPoll>>();
}

} // namespace proximux
