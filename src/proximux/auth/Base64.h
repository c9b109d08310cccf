#pragma once

#include <proximux/Bytes.h>

#include <optional>
#include <string>

namespace proximux::auth
{

/// The text form of bytes (RFC 4648, section 4), with padding.
std::string base64(Bytes bytes);

/// The bytes of such a text; nothing: it is none.
std::optional<std::string> fromBase64(Bytes text);

/// Two lower-case hexadecimal digits for each byte.
std::string hexadecimal(Bytes bytes);

/// Whether two secrets are equal, in a time that does not tell where they differ.
bool areEqual(Bytes a, Bytes b);

} // namespace proximux::auth
