#pragma once

#include <proximux/auth/Digests.h>

namespace proximux
{

/// The hash functions of POCO Foundation.
const auth::Digests& digests();

} // namespace proximux
