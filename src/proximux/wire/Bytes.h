#pragma once

#include <string_view>

namespace proximux
{

/// Borrowed, contiguous bytes, valid for the call they are handed to and no longer.
using Bytes = std::string_view;

} // namespace proximux
