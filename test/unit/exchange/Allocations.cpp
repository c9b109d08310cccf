#include "unit/exchange/Allocations.h"

#include <cstdlib>
#include <new>

namespace
{

thread_local std::size_t count = 0;

} // namespace

std::size_t allocations()
{
    return count;
}

// Sanitizers have their own, and there buffers keep no memory. Those with an alignment are not used here; all others
// call these.
#if !defined(PROXIMUX_SANITIZED)

void* operator new(std::size_t size)
{
    ++count;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) // NOLINT(cppcoreguidelines-no-malloc)
        return memory;
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
    std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}

void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory); // NOLINT(cppcoreguidelines-no-malloc)
}

#endif
