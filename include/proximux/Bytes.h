#pragma once

#include <string_view>

namespace proximux
{

/// Borrowed, contiguous bytes; valid only during the call that receives them.
using Bytes = std::string_view;

} // namespace proximux
