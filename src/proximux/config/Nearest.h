#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proximux
{

/// The edit distance of two texts: characters omitted, added, changed, or swapped with a neighbour.
std::size_t editDistance(std::string_view a, std::string_view b);

/// Finds the known name that is nearest to a given one, if any is near enough: one slip for every four characters, at
/// least one.
class Nearest
{
public:
    explicit Nearest(std::string given);

    /// phrase: the name in words.
    void consider(std::string_view name, const std::string& phrase);

    /// The phrase of the nearest name; empty if none is near enough.
    [[nodiscard]] const std::string& phrase() const { return _phrase; }

private:
    std::string _given;
    std::size_t _least;
    std::string _phrase;
};

} // namespace proximux
