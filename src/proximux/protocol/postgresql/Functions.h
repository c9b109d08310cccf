#pragma once

#include <proximux/Bytes.h>

namespace proximux::postgresql
{

/// Whether a call of this function, in lower case, leaves nothing behind in the session. False for each that is not
/// built in.
bool isHarmlessFunction(Bytes name);

} // namespace proximux::postgresql
