#include <app/DaemonStart.h>

#include <app/StandardStream.h>
#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/Util/Application.h>

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace proximux
{

bool DaemonStart::isAvailable()
{
    return true;
}

namespace
{

/// Calls until no signal interrupts.
template <class Call>
auto uninterrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

[[noreturn]] void refuse(const char* call)
{
    throw Poco::IOException(std::string("cannot start a daemon: ") + call + ": " + systemerror::lastText());
}

/// The parent's part. The first byte of a report is the exit code, the rest the message.
int awaitReport(int pipe)
{
    std::string report;
    char piece[512];
    for (ssize_t size = 1; size > 0;)
    {
        size = uninterrupted([&] { return ::read(pipe, piece, sizeof piece); });
        report.append(piece, size > 0 ? static_cast<std::size_t>(size) : 0);
    }
    ::close(pipe);
    if (report.empty())
        report = char{Poco::Util::Application::EXIT_SOFTWARE} + std::string("the daemon ended during its start");
    if (report.size() > 1)
        StandardStream(StandardStream::Which::error).write("proximux: " + report.substr(1) + "\n");
    return static_cast<unsigned char>(report.front());
}

} // namespace

std::optional<int> DaemonStart::detach()
{
    int ends[2];
    if (::pipe(ends) != 0)
        refuse("pipe");
    const pid_t child = ::fork();
    if (child < 0)
    {
        const int error = errno;
        ::close(ends[0]);
        ::close(ends[1]);
        errno = error;
        refuse("fork");
    }
    ::close(child == 0 ? ends[0] : ends[1]);
    if (child != 0)
        return awaitReport(ends[0]);
    _report = ends[1];
    ::fcntl(_report, F_SETFD, FD_CLOEXEC);
    return std::nullopt;
}

/// A parent that has left is not missed: PIPE is ignored.
void DaemonStart::report(int exitCode, const std::string& message)
{
    if (_report < 0)
        return;
    std::string bytes(1, static_cast<char>(exitCode));
    bytes += message;
    for (std::size_t at = 0; at < bytes.size();)
    {
        const ssize_t size = uninterrupted([&] { return ::write(_report, bytes.data() + at, bytes.size() - at); });
        if (size <= 0)
            break;
        at += static_cast<std::size_t>(size);
    }
    ::close(_report);
    _report = -1;
}

} // namespace proximux
