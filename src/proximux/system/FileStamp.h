#pragma once

#include <string>

namespace proximux
{

/// What tells whether a file has changed since, without a look into it: which file the path leads to, when it was
/// changed, and its size. A path behind which there is none, or that may not be looked at, has a stamp, too. Of a
/// folder it changes with the names in it. Only to be compared, with stamps of this process.
std::string fileStamp(const std::string& path);

} // namespace proximux
