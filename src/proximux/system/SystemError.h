#pragma once

#include <Poco/Exception.h>

#include <string>

namespace proximux::systemerror
{

/// The system's text for an error of its own, in UTF-8: errno, or on Windows what GetLastError() and WSAGetLastError()
/// return. Example: "Permission denied".
std::string text(int error);

/// The system's text for the error that a call of POCO on a file has met, or else the exception's message.
std::string reason(const Poco::Exception& exception);

/// The error of the last failed call of this thread, or 0. Read it before anything else is called; on Windows an
/// exception loses it.
int last();

/// Makes last() return 0 until a further call fails.
void forget();

/// The text of last(); empty if no call has failed since forget().
std::string lastText();

} // namespace proximux::systemerror
