#include <proximux/net/loop/PollPoller.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include <winsock2.h>

namespace proximux
{

namespace
{

/// WSAPoll() reports POLLHUP as soon as the peer has sent FIN, wanted or not. An entry that only waits to be writable
/// would make it return at once again and again; so such a report is dropped, and the others are waited for.
struct WindowsPoll
{
    using Entry = WSAPOLLFD;
    static constexpr int READ = POLLIN;
    static constexpr int WRITE = POLLOUT;
    static constexpr int GONE = POLLHUP | POLLERR | POLLNVAL;
    static constexpr int INTERRUPTED = WSAEINTR;

    static int call(Entry* entries, std::size_t n, int timeout)
    {
        const int got = ::WSAPoll(entries, static_cast<ULONG>(n), timeout);
        if (got <= 0)
            return got;
        std::vector<Entry> others;
        const auto waitsInVain = [](const Entry& entry) { return entry.revents == POLLHUP && entry.events == POLLOUT; };
        const auto dropped = static_cast<int>(std::count_if(entries, entries + n, waitsInVain));
        if (dropped == got)
            std::copy_if(entries, entries + n, std::back_inserter(others), std::not_fn(waitsInVain));
        for (std::size_t i = 0; dropped > 0 && i < n; ++i)
            if (waitsInVain(entries[i]))
                entries[i].revents = 0;
        if (dropped == got) // the next call reports what happens meanwhile
            ::WSAPoll(others.data(), static_cast<ULONG>(others.size()), timeout < 0 ? PAUSE : std::min(timeout, PAUSE));
        return got - dropped;
    }

private:
    static constexpr int PAUSE = 20; ///< milliseconds after which a dropped entry is looked at again
};

} // namespace

std::unique_ptr<Poller> makePollPoller()
{
    return std::make_unique<PollPoller<WindowsPoll>>();
}

} // namespace proximux
