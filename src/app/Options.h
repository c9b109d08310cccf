#pragma once

#include <functional>
#include <string>
#include <vector>

namespace proximux
{

/// An option of the program or of one of its tools: how it is written, what it means and what it does. The parser, the
/// help and the man page are all made from such a list.
struct Option
{
    std::string name;
    std::string shortName; ///< or empty
    std::string argument;  ///< its name in the help; empty: it takes none; in brackets: it may be left out
    std::string help;
    bool repeatable = false;
    std::function<void(const std::string& value)> take; ///< the value is empty where there is none

    /// Whether it must have an argument.
    [[nodiscard]] bool needsArgument() const
    {
        return !argument.empty() && (argument.front() != '[' || argument.back() != ']');
    }
};

using Options = std::vector<Option>;

/// Gives each option what was written of it (`--listen 3307` or `--listen=3307`), and to `other` what is none of them.
/// What is wrong is added to the mistakes.
void parseOptions(const Options& options, const std::vector<std::string>& arguments,
                  const std::function<void(const std::string&)>& other, std::vector<std::string>& mistakes);

/// The options as a part of a help text.
std::string describeOptions(const Options& options);

/// The options as a part of a man page (roff).
std::string manOptions(const Options& options);

/// "--protocol, --set or --help"
std::string namesOf(const Options& options);

} // namespace proximux
