#pragma once

#include <proximux/Instant.h>

#include <cstddef>
#include <memory>
#include <string>

namespace proximux
{

/// The terminal of a program that draws whole screens and is told by keys. While there is one, it shows what is drawn
/// instead of what was there, and each key at once; its destructor puts back what was there. One at a time; used in one
/// thread.
class Terminal
{
public:
    struct Size
    {
        std::size_t columns = 80;
        std::size_t rows = 24;
    };

    enum class Event
    {
        none, ///< the time is over
        resized,
        ended ///< q, Ctrl-C, or the system asks the program to end
    };

    /// Whether standard input and output are a terminal that can do that.
    static bool isThere();

    Terminal();
    ~Terminal();

    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// That of the window, as it is now.
    [[nodiscard]] Size size() const;

    /// Waits until something happens. Keys without a meaning are none.
    Event wait(Duration most);

    /// Shows text with the control sequences of a VT100. Returns the reason if it could not be written.
    std::string draw(const std::string& text);

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace proximux
