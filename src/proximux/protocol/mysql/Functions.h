#pragma once

#include <proximux/Bytes.h>

namespace proximux::mysql
{

/// Whether this is, in lower case, a function of the server that leaves nothing behind, a type, or a word of the
/// language behind which brackets may follow.
bool isHarmlessBeforeBrackets(Bytes name);

} // namespace proximux::mysql
