#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace proximux::fuzz
{

/// What a fuzz target does with an input. It ends the process, by abort(), where something does not hold.
struct Target
{
    std::string_view name;
    void (*run)(std::string_view name, Bytes input);
};

/// All of them. libFuzzer has a program for each; the stand-alone runner has them all.
const std::vector<Target>& targets();

/// The one with this name, or null.
const Target* findTarget(std::string_view name);

/// Ends the process with this sentence unless `holds`.
void check(bool holds, const char* what);

/// Takes an input apart, from its front. At its end all that comes is nought.
class Choices
{
public:
    explicit Choices(Bytes input)
        : _rest(input)
    {
    }

    [[nodiscard]] bool isEmpty() const { return _rest.empty(); }
    [[nodiscard]] Bytes rest() const { return _rest; }

    std::size_t byte()
    {
        if (_rest.empty())
            return 0;
        const auto value = static_cast<unsigned char>(_rest.front());
        _rest.remove_prefix(1);
        return value;
    }

    /// At most so many bytes.
    Bytes bytes(std::size_t n)
    {
        const Bytes taken = _rest.substr(0, n);
        _rest.remove_prefix(taken.size());
        return taken;
    }

private:
    Bytes _rest;
};

/// The messages of a protocol: its framers, what it makes of a request, and its watcher.
void runMessages(std::string_view protocol, Bytes input);

/// Fifo and funnel: the input is a sequence of what happens.
void runExchanges(std::string_view name, Bytes input);

} // namespace proximux::fuzz
