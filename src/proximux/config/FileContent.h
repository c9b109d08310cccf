#pragma once

#include <cstddef>
#include <string>

namespace proximux
{

/// Reads a file of at most so many bytes. why: set to what is wrong, if something is; else left as it is.
std::string contentOf(const std::string& path, std::size_t most, std::string& why);

} // namespace proximux
