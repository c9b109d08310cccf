#include <app/Terminal.h>

#include <app/StandardStream.h>

#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace proximux
{

namespace
{

constexpr const char* ENTER = "\x1b[?1049h\x1b[?25l"; ///< the other screen, without a cursor
constexpr const char* LEAVE = "\x1b[?25h\x1b[?1049l";
constexpr char CTRL_C = '\x03';
constexpr std::array<int, 4> SIGNALS{SIGINT, SIGTERM, SIGHUP, SIGWINCH};

/// Written by the handler. Set before that can be called.
int wakeup = -1;

/// A byte for each signal: its number.
extern "C" void received(int signal)
{
    const int saved = errno;
    const auto byte = static_cast<char>(signal);
    [[maybe_unused]] const ssize_t written = ::write(wakeup, &byte, 1); // a full pipe wakes as well
    errno = saved;
}

/// All that can be read at once.
template <class Take>
bool readAll(int descriptor, const Take& take)
{
    std::array<char, 64> bytes{};
    const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
    for (ssize_t i = 0; i < count; ++i)
        take(bytes[static_cast<std::size_t>(i)]);
    return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

} // namespace

struct Terminal::Impl
{
    termios before{};
    std::array<int, 2> pipe{-1, -1};
    std::array<struct sigaction, SIGNALS.size()> handlers{};
};

bool Terminal::isThere()
{
    return ::isatty(STDIN_FILENO) != 0 && StandardStream(StandardStream::Which::output).isTerminal();
}

Terminal::Terminal()
    : _impl(std::make_unique<Impl>())
{
    ::tcgetattr(STDIN_FILENO, &_impl->before);
    if (::pipe(_impl->pipe.data()) == 0)
        for (const int end : _impl->pipe)
            ::fcntl(end, F_SETFL, O_NONBLOCK);
    wakeup = _impl->pipe[1];
    struct sigaction action = {};
    action.sa_handler = &received;
    for (std::size_t i = 0; i < SIGNALS.size(); ++i)
        ::sigaction(SIGNALS[i], &action, &_impl->handlers[i]);
    termios raw = _impl->before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    draw(ENTER);
}

Terminal::~Terminal()
{
    draw(LEAVE);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &_impl->before);
    for (std::size_t i = 0; i < SIGNALS.size(); ++i)
        ::sigaction(SIGNALS[i], &_impl->handlers[i], nullptr);
    for (const int end : _impl->pipe)
        ::close(end);
}

Terminal::Size Terminal::size() const
{
    winsize found = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0)
        return {};
    return {found.ws_col, found.ws_row};
}

Terminal::Event Terminal::wait(Duration most)
{
    std::array<pollfd, 2> entries{{{STDIN_FILENO, POLLIN, 0}, {_impl->pipe[0], POLLIN, 0}}};
    Event event = Event::none;
    if (::poll(entries.data(), entries.size(), static_cast<int>(most.us / 1000)) < 0 && errno != EINTR)
        return Event::ended;
    if (entries[0].revents != 0 &&
        !readAll(STDIN_FILENO, [&event](char key) { event = key == 'q' || key == CTRL_C ? Event::ended : event; }))
        return Event::ended; // the terminal is gone
    if (entries[1].revents != 0)
        readAll(_impl->pipe[0],
                [&event](char signal)
                {
                    if (signal != SIGWINCH)
                        event = Event::ended;
                    else if (event == Event::none)
                        event = Event::resized;
                });
    return event;
}

} // namespace proximux
