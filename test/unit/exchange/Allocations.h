#pragma once

#include <cstddef>

/// Calls of operator new in this thread, since it began.
std::size_t allocations();
