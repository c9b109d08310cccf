#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux
{

/// RSA with OAEP, as Digests::encrypted(). Empty: the key is none, or the program has no OpenSSL.
std::string encryptedFor(Bytes publicKey, Bytes text);

} // namespace proximux
