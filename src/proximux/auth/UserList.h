#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace proximux::auth
{

/// What a server that uses SCRAM-SHA-256 keeps of a password (RFC 5803): it proves a login without the password.
struct Verifier
{
    unsigned rounds = 4096;
    std::string salt;
    std::string storedKey;
    std::string serverKey;
};

/// What is known of a user's password.
struct Secret
{
    enum class Kind
    {
        none,   ///< nothing
        clear,  ///< the password
        md5,    ///< "md5" and the digest of password and name
        scram,  ///< its verifier
        native, ///< "*" and the verifier of a scramble, as hexadecimal digits
        sha2    ///< "$sha2$", likewise
    };

    Kind kind = Kind::clear;
    std::string text;      ///< as it was written
    Verifier verifier;     ///< scram
    std::string scrambles; ///< native, sha2: the verifier (Scrambles.h)
};

/// The secret that this text means. Nothing: it is an invalid one.
std::optional<Secret> secretFrom(Bytes written);

/// The users who may come in, from a text in the form of PgBouncer's userlist.txt: lines of "name" "secret", in which
/// a quote is written twice. Empty lines, and those that begin with ; or #, count for nothing. Immutable; any thread.
class UserList
{
public:
    static constexpr std::size_t LONGEST_LINE = 4096; ///< bytes

    /// Returns what is wrong with the text, with its line; nothing: it was taken.
    std::optional<std::string> read(Bytes text);

    /// Null: there is no such user.
    [[nodiscard]] const Secret* find(Bytes name) const;

    [[nodiscard]] std::size_t size() const { return _users.size(); }

    /// Whether both have the same users with the same secrets.
    [[nodiscard]] bool isSame(const UserList& other) const;

private:
    const char* readLine(Bytes line);

    std::map<std::string, Secret, std::less<>> _users;
};

} // namespace proximux::auth
