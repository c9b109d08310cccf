#pragma once

#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// The parts of the shells' completion files (packaging/completions) that come from the lists of options and the table
/// of settings: each mark of a file with its text.
namespace completions
{

using Parts = std::vector<std::pair<std::string, std::string>>;

Parts bash();
Parts zsh();
Parts fish();

} // namespace completions

} // namespace proximux
