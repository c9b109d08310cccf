#pragma once

#include <proximux/auth/Digests.h>

#include <string>

namespace proximux
{

/// For tests in which nobody proves anything: each digest is the same.
class NoDigests : public auth::Digests
{
public:
    [[nodiscard]] std::string md5(Bytes) const override { return std::string(MD5_SIZE, 'd'); }
    [[nodiscard]] std::string sha1(Bytes) const override { return std::string(SHA1_SIZE, 'd'); }
    [[nodiscard]] std::string sha256(Bytes) const override { return std::string(SHA256_SIZE, 'd'); }
    [[nodiscard]] std::string hmacSha256(Bytes, Bytes) const override { return sha256({}); }
    [[nodiscard]] std::string pbkdf2(Bytes, Bytes, unsigned) const override { return sha256({}); }
    [[nodiscard]] std::string encrypted(Bytes, Bytes) const override { return {}; }
};

} // namespace proximux
