#include <app/StandardStream.h>

#include <Poco/Platform.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#if defined(POCO_OS_FAMILY_WINDOWS)
#include <io.h>
#else
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace proximux
{

StandardStream::StandardStream(Which which, Priority priority)
    : _which(which)
    , _priority(priority)
    , _isJournal(isJournal(which))
{
}

std::string StandardStream::write(std::string_view lines) noexcept
{
    return _isJournal ? writeAll(marked(lines)) : writeAll(lines);
}

/// The lines, each behind its priority.
std::string StandardStream::marked(std::string_view lines) const
{
    const std::string mark = "<" + std::to_string(static_cast<int>(_priority)) + ">";
    std::string text;
    for (std::size_t begin = 0; begin < lines.size();)
    {
        const std::size_t end = std::min(lines.find('\n', begin), lines.size() - 1) + 1;
        text.append(mark).append(lines, begin, end - begin);
        begin = end;
    }
    return text;
}

bool StandardStream::hasGivenUp() const
{
    return std::chrono::steady_clock::now().time_since_epoch().count() >= _giveUpAt.load(std::memory_order_relaxed);
}

void StandardStream::giveUpAt(std::chrono::steady_clock::time_point when) noexcept
{
    _giveUpAt.store(when.time_since_epoch().count(), std::memory_order_relaxed);
}

#if defined(POCO_OS_FAMILY_WINDOWS)

void StandardStream::ensureOpen() {}

bool StandardStream::isTerminal() const
{
    return ::_isatty(static_cast<int>(_which)) != 0;
}

bool StandardStream::isJournal(Which)
{
    return false;
}

std::string StandardStream::writeAll(std::string_view lines) const noexcept
{
    std::FILE* const stream = _which == Which::output ? stdout : stderr;
    const bool written = std::fwrite(lines.data(), 1, lines.size(), stream) == lines.size();
    if (written && std::fflush(stream) == 0)
        return {};
    std::clearerr(stream);
    return "the stream is closed or full";
}

#else

namespace
{

#if defined(PIPE_BUF)
constexpr std::size_t PIECE = PIPE_BUF; // a writable pipe takes this much without blocking
#else
constexpr std::size_t PIECE = 512; // the minimum that POSIX guarantees
#endif
constexpr int PATIENCE_MS = 100;        ///< between two checks of hasGivenUp()

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
            return std::generic_category().message(errno);
    }
    return {};
}

#endif

} // namespace proximux
