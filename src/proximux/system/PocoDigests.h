#pragma once

#include <proximux/protocol/auth/Digests.h>

namespace proximux
{

/// The hash functions of POCO Foundation.
const auth::Digests& digests();

} // namespace proximux
