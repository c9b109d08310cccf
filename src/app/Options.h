#pragma once

#include <functional>
#include <string>
#include <vector>

namespace proximux
{

/// An option of the program or of one of its tools: its syntax, its meaning and its action. The parser, the help and
/// the man page are derived from the same list.
struct Option
{
    std::string name;
    std::string shortName; ///< or empty
    std::string argument;  ///< its name in the help; empty: none; in brackets: optional
    std::string help;
    bool repeatable = false;
    std::function<void(const std::string& value)> take; ///< called with the value, or an empty one

    /// Whether an argument is required.
    [[nodiscard]] bool needsArgument() const
    {
        return !argument.empty() && (argument.front() != '[' || argument.back() != ']');
    }
};

using Options = std::vector<Option>;

/// Calls take() of each option in the arguments (`--listen 3307`, `--listen=3307` or `-l3307`), and `other` for each
/// remaining argument. Adds errors to `mistakes`.
void parseOptions(const Options& options, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& other, std::vector<std::string>& mistakes);

/// The option that an unknown one resembles, as in a message: "; the nearest known option is --listen". Empty: none.
std::string nearestOption(const Options& options, const std::string& name);

/// The options section of a help text.
std::string describeOptions(const Options& options);

/// The options section of the man page, in roff.
std::string manOptions(const Options& options);

/// "--protocol, --set or --help"
std::string namesOf(const Options& options);

} // namespace proximux
