#pragma once

#include <proximux/wire/Bytes.h>

#include <string>

namespace proximux
{

/// Whether a URL with a user and a password in it (scheme://user:password@host, RFC 3986 section 3.2.1) stands in the
/// text, whole or cut off behind the colon. Linear.
bool hasUrlPassword(Bytes text);

/// The text without what stands before the @ of each URL's authority: "http://user:secret@host/" is "http://***@host/".
/// An authority that is cut off is left out where it may be such a one.
std::string withoutUrlSecrets(Bytes text);

} // namespace proximux
