#pragma once

#include <proximux/AuthSettings.h>
#include <proximux/Bytes.h>
#include <proximux/auth/Digests.h>
#include <proximux/auth/Scram.h>
#include <proximux/auth/Scrambles.h>
#include <proximux/auth/UserList.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace proximux::auth
{

using Method = AuthMethod;

/// The login of a target's settings. Without a name each client's own is used.
struct TargetLogin
{
    std::string username;
    std::string password;
};

/// How targets are asked for the secrets of users who are not in the list.
struct Lookup
{
    std::string query;    ///< SQL, with the user's name as $1; empty: they are not asked
    std::string user;     ///< who asks
    std::string database; ///< where; empty: in the client's
};

/// What the settings say of logins.
struct Settings
{
    Method method = Method::automatic;
    std::shared_ptr<const UserList> users; ///< null: only with trust
    std::vector<TargetLogin> targets;      ///< by target
    Lookup lookup = {};
};

/// With whose password a connection is opened.
struct Identity
{
    std::string name;
    Secret secret;
    bool isKnown = false;            ///< the secret is
    std::optional<ScramKeys> proven; ///< by its client, where the secret is a verifier
    std::string provenKey;           ///< likewise, of a scramble
};

/// Lets clients in, and knows with which secrets target connections log in for them. The secret of a user who is not in
/// the list is `found` elsewhere, or nowhere (null). One thread.
class Authenticator
{
public:
    /// key: secret bytes of this process, from which nonces and what strangers are told are made. The digests must
    /// outlive it.
    Authenticator(const Digests& digests, std::string key)
        : _digests(digests)
        , _key(std::move(key))
    {
    }

    void change(Settings settings);

    [[nodiscard]] const Digests& digests() const { return _digests; }

    // ---- clients

    /// How this user proves who it is: never automatic. A user who is not known is asked like others.
    [[nodiscard]] Method methodFor(Bytes name, const Secret* found = nullptr) const;

    /// Whether this user may come in without a proof: one who is in the list, if there is one.
    [[nodiscard]] bool mayTrust(Bytes name) const;

    /// What the user's SCRAM is checked with; of one who is not known, something that nothing proves.
    [[nodiscard]] Verifier verifierFor(Bytes name, const Secret* found = nullptr);

    [[nodiscard]] bool isPassword(Bytes name, Bytes password, const Secret* found = nullptr) const;

    /// Whether this is the answer to an MD5 challenge with this salt: "md5" and 32 digits.
    [[nodiscard]] bool isMd5Answer(Bytes name, Bytes answer, Bytes salt, const Secret* found = nullptr) const;

    /// How a target is asked for the secret of this user; null: it is not.
    [[nodiscard]] const Lookup* lookupFor(Bytes name) const;

    /// How this user is asked for a scramble, by a server that prefers this kind: what is known of the password may
    /// allow only the other, or the settings may. A user who is not known is asked like others.
    [[nodiscard]] ScrambleKind scrambleFor(Bytes name, ScrambleKind preferred) const;

    /// The key of a scramble with which this user has proven the password; nothing: it proves nothing.
    [[nodiscard]] std::optional<std::string> keyOfScramble(Bytes name, ScrambleKind kind, Bytes scramble,
                                                           Bytes nonce) const;

    // ---- targets

    /// Who logs in at this target for a client of that name.
    [[nodiscard]] Identity identityAt(std::size_t target, Bytes name, const std::optional<ScramKeys>& proven,
                                      const Secret* found = nullptr) const;

    /// The keys with which somebody logs in by SCRAM; nothing: the secret is of no use for that.
    [[nodiscard]] std::optional<ScramKeys> keysOf(const Identity& identity, Bytes salt, unsigned rounds);

    /// The answer of somebody to an MD5 challenge; nothing: the secret is of no use for that.
    [[nodiscard]] std::optional<std::string> md5Answer(const Identity& identity, Bytes salt) const;

    /// The scramble with which somebody logs in; nothing: the secret is of no use for that.
    [[nodiscard]] std::optional<std::string> scrambleOf(const Identity& identity, ScrambleKind kind, Bytes nonce) const;

    // ---- chance

    /// Printable text that nobody can guess, another one each time.
    [[nodiscard]] std::string nonce();

    /// So many bytes that nobody can guess, at most 32.
    [[nodiscard]] std::string bytes(std::size_t n);

private:
    static constexpr std::size_t MOST_KEPT = 10000; ///< verifiers, and keys

    [[nodiscard]] const Secret* find(Bytes name, const Secret* found = nullptr) const;
    [[nodiscard]] std::string md5Of(const Secret& secret, Bytes name) const;

    const Digests& _digests;
    std::string _key;
    std::uint64_t _count = 0;
    Settings _settings;
    std::map<std::string, Verifier, std::less<>> _verifiers; ///< made from clear text, by user and text
    std::map<std::string, ScramKeys> _keys;                  ///< by user, rounds and salt
};

} // namespace proximux::auth
