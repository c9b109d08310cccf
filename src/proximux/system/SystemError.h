#pragma once

#include <string>

namespace proximux::systemerror
{

/// The system's text for an error of its own, in UTF-8: errno, or on Windows what GetLastError() and WSAGetLastError()
/// return. Example: "Permission denied".
std::string text(int error);

/// The error of the last failed call of this thread, or 0. Read it before anything else is called.
int last();

/// Makes last() return 0 until a further call fails.
void forget();

/// The text of last(); empty if no call has failed since forget(). What failed may be a call of POCO.
std::string lastText();

} // namespace proximux::systemerror
