#include <app/StandardStream.h>

#include <proximux/system/SystemError.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proximux
{

namespace
{

#if defined(PIPE_BUF)
constexpr std::size_t PIECE = PIPE_BUF; // a writable pipe takes this much without blocking
#else
constexpr std::size_t PIECE = 512; // the minimum that POSIX guarantees
#endif
constexpr int PATIENCE_MS = 100; ///< between two checks of hasGivenUp()

} // namespace

void StandardStream::ensureOpen()
{
    for (int descriptor = 0; descriptor <= 2; ++descriptor)
        if (::fcntl(descriptor, F_GETFD) < 0)
            ::open("/dev/null", O_RDWR); // takes the lowest free number, which is this one
}

bool StandardStream::isTerminal() const
{
    return ::isatty(static_cast<int>(_which)) != 0;
}

bool StandardStream::isJournal(Which which)
{
    struct stat found = {};
    const char* const stream = std::getenv("JOURNAL_STREAM"); // NOLINT(concurrency-mt-unsafe): never changed
    return stream != nullptr && ::fstat(static_cast<int>(which), &found) == 0 &&
           std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

std::string StandardStream::writeAll(std::string_view lines) const noexcept
{
    const int descriptor = static_cast<int>(_which);
    while (!lines.empty())
    {
        pollfd entry{descriptor, POLLOUT, 0};
        const bool last = hasGivenUp();
        const int ready = ::poll(&entry, 1, last ? 0 : PATIENCE_MS);
        if (ready == 0 && last)
            return "the reader does not accept data";
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        const ssize_t written = ::write(descriptor, lines.data(), std::min(lines.size(), PIECE));
        if (written >= 0)
            lines.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return systemerror::lastText();
    }
    return {};
}

} // namespace proximux
