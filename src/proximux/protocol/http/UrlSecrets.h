#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux::http
{

/// Whether the text contains a URL with a user and a password (scheme://user:password@host, RFC 3986 section 3.2.1),
/// complete or cut off after the colon. Linear time.
bool hasUrlPassword(Bytes text);

/// Masks the user information of each such URL: "http://user:secret@host/" becomes "http://***@host/". An authority
/// that is cut off is removed if it may contain a password.
std::string withoutUrlSecrets(Bytes text);

} // namespace proximux::http
