#include <proximux/net/loop/Poller.h>

#include <Poco/Exception.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#if defined(_WIN32)
#include <winsock2.h>
#else
#include <poll.h>
#endif

namespace proximux
{

int Poller::milliseconds(std::int64_t microseconds)
{
    if (microseconds < 0)
        return -1;
    return static_cast<int>(std::min<std::int64_t>((microseconds + 999) / 1000, std::numeric_limits<int>::max()));
}

namespace
{

#if defined(_WIN32)
using PollEntry = WSAPOLLFD;
int callPoll(PollEntry* entries, std::size_t n, int timeout)
{
    return ::WSAPoll(entries, static_cast<ULONG>(n), timeout);
}
#else
using PollEntry = pollfd;
int callPoll(PollEntry* entries, std::size_t n, int timeout)
{
    return ::poll(entries, static_cast<nfds_t>(n), timeout);
}
#endif

/// The portable back end. Its cost grows with the number of sockets.
class PollPoller : public Poller
{
public:
    void add(poco_socket_t socket, std::uint64_t token, Interest interest) override
    {
        const std::size_t slot = slotOf(token);
        if (slot >= _positions.size())
            _positions.resize(slot + 1);
        _positions[slot] = static_cast<std::uint32_t>(_entries.size());
        _entries.push_back(PollEntry{});
        _entries.back().fd = socket;
        _entries.back().events = events(interest);
        _tokens.push_back(token);
    }

    void modify(poco_socket_t, std::uint64_t token, Interest interest) override
    {
        _entries[_positions[slotOf(token)]].events = events(interest);
    }

    void remove(poco_socket_t, std::uint64_t token, bool) override
    {
        const std::uint32_t position = _positions[slotOf(token)];
        if (position + 1 < _entries.size())
        {
            _entries[position] = _entries.back();
            _tokens[position] = _tokens.back();
            _positions[slotOf(_tokens[position])] = position;
        }
        _entries.pop_back();
        _tokens.pop_back();
    }

    void wait(std::int64_t timeout, std::vector<Ready>& ready) override
    {
        ready.clear();
        int left = callPoll(_entries.data(), _entries.size(), milliseconds(timeout));
        if (left < 0 && errno != EINTR)
            throw Poco::IOException("poll failed", errno);
        for (std::size_t i = 0; left > 0 && i < _entries.size(); ++i)
        {
            const short got = _entries[i].revents;
            if (got == 0)
                continue;
            --left;
            ready.push_back(
                {_tokens[i], (got & POLLIN) != 0, (got & POLLOUT) != 0, (got & (POLLHUP | POLLERR | POLLNVAL)) != 0});
        }
    }

    [[nodiscard]] const char* name() const override { return "poll"; }

private:
    static std::size_t slotOf(std::uint64_t token) { return static_cast<std::uint32_t>(token); }

    static short events(Interest interest)
    {
        return static_cast<short>((interest.read ? POLLIN : 0) | (interest.write ? POLLOUT : 0));
    }

    std::vector<PollEntry> _entries;
    std::vector<std::uint64_t> _tokens;
    std::vector<std::uint32_t> _positions; ///< by slot: the index in both lists
};

} // namespace

std::unique_ptr<Poller> makePollPoller()
{
    return std::make_unique<PollPoller>();
}

} // namespace proximux
