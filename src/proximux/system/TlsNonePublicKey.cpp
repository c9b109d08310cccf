// For programs without OpenSSL.

#include <proximux/system/PublicKey.h>

namespace proximux
{

std::string encryptedFor(Bytes, Bytes)
{
    return {};
}

} // namespace proximux
