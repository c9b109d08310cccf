#include <proximux/auth/UserList.h>

#include <proximux/auth/Base64.h>
#include <proximux/auth/Digests.h>
#include <proximux/base/Decimal.h>

#include <algorithm>
#include <utility>

namespace proximux::auth
{

namespace
{

/// Takes a text in quotes, in which a quote is written twice. Nothing: there is none.
std::optional<std::string> takeQuoted(Bytes& line)
{
    if (line.empty() || line.front() != '"')
        return std::nullopt;
    std::string text;
    for (std::size_t at = 1; at < line.size(); ++at)
    {
        if (line[at] == '"')
        {
            if (at + 1 == line.size() || line[at + 1] != '"')
            {
                line.remove_prefix(at + 1);
                return text;
            }
            ++at;
        }
        text += line[at];
    }
    return std::nullopt;
}

void skipSpace(Bytes& line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
}

/// The part before the next separator, which is taken with it.
Bytes takePart(Bytes& text, char separator)
{
    const std::size_t end = std::min(text.find(separator), text.size());
    const Bytes part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

/// SCRAM-SHA-256$ROUNDS:SALT$STOREDKEY:SERVERKEY.
std::optional<Verifier> verifierIn(Bytes text)
{
    constexpr unsigned HIGHEST = 99999;
    takePart(text, '$');
    const auto rounds = strictDecimal(takePart(text, ':'), HIGHEST);
    const auto salt = fromBase64(takePart(text, '$'));
    const auto stored = fromBase64(takePart(text, ':'));
    const auto server = fromBase64(text);
    if (!rounds || *rounds == 0 || !salt || salt->empty() || !stored || stored->size() != Digests::SHA256_SIZE ||
        !server || server->size() != Digests::SHA256_SIZE)
        return std::nullopt;
    return Verifier{*rounds, *salt, *stored, *server};
}

bool isMd5(Bytes text)
{
    constexpr std::size_t SIZE = 3 + 2 * Digests::MD5_SIZE;
    return text.size() == SIZE && text.substr(0, 3) == "md5" &&
           text.find_first_not_of("0123456789abcdef", 3) == Bytes::npos;
}

/// The bytes that these hexadecimal digits stand for, if they are so many.
std::optional<std::string> fromHexadecimal(Bytes digits, std::size_t size)
{
    constexpr Bytes ALL = "0123456789abcdef0123456789ABCDEF";
    if (digits.size() != 2 * size || digits.find_first_not_of(ALL) != Bytes::npos)
        return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
        bytes += static_cast<char>(ALL.find(digits[i]) % 16 * 16 + ALL.find(digits[i + 1]) % 16);
    return bytes;
}

constexpr Bytes SHA2 = "$sha2$";

/// A secret of this text. Returns what is wrong with it; null: nothing.
const char* readSecret(Secret& secret)
{
    const Bytes text = secret.text;
    if (text.empty())
        secret.kind = Secret::Kind::none;
    else if (isMd5(text))
        secret.kind = Secret::Kind::md5;
    else if (text.rfind("SCRAM-SHA-256$", 0) == 0)
    {
        const auto verifier = verifierIn(text);
        if (!verifier)
            return "an invalid verifier; expected SCRAM-SHA-256$ROUNDS:SALT$STOREDKEY:SERVERKEY";
        secret.kind = Secret::Kind::scram;
        secret.verifier = *verifier;
    }
    else if (const auto native = fromHexadecimal(text.substr(1), Digests::SHA1_SIZE); native && text.front() == '*')
    {
        secret.kind = Secret::Kind::native;
        secret.scrambles = *native;
    }
    else if (text.rfind(SHA2, 0) == 0)
    {
        const auto sha2 = fromHexadecimal(text.substr(SHA2.size()), Digests::SHA256_SIZE);
        if (!sha2)
            return "an invalid digest; expected $sha2$ and 64 hexadecimal digits";
        secret.kind = Secret::Kind::sha2;
        secret.scrambles = *sha2;
    }
    return nullptr;
}

} // namespace

std::optional<Secret> secretFrom(Bytes written)
{
    Secret secret;
    secret.text = written;
    return readSecret(secret) == nullptr ? std::make_optional(std::move(secret)) : std::nullopt;
}

std::optional<std::string> UserList::read(Bytes text)
{
    for (std::size_t number = 1; !text.empty(); ++number)
    {
        const char* wrong = readLine(takePart(text, '\n'));
        if (wrong != nullptr)
            return "line " + std::to_string(number) + ": " + wrong;
    }
    return std::nullopt;
}

/// Returns what is wrong with it, without a secret; null: nothing.
const char* UserList::readLine(Bytes line)
{
    if (line.size() > LONGEST_LINE)
        return "longer than 4096 bytes";
    skipSpace(line);
    if (line.empty() || line.front() == ';' || line.front() == '#')
        return nullptr;
    auto name = takeQuoted(line);
    skipSpace(line);
    const auto written = takeQuoted(line);
    skipSpace(line);
    if (!name || !written || (!line.empty() && line.front() != ';'))
        return "expected \"name\" \"secret\", each in double quotes";
    if (name->empty())
        return "a user without a name";
    Secret secret;
    secret.text = *written;
    if (const char* wrong = readSecret(secret))
        return wrong;
    return _users.emplace(std::move(*name), std::move(secret)).second ? nullptr : "a user who was named before";
}

bool UserList::isSame(const UserList& other) const
{
    return _users.size() == other._users.size() &&
           std::equal(_users.begin(), _users.end(), other._users.begin(),
                      [](const auto& a, const auto& b)
                      { return a.first == b.first && a.second.text == b.second.text; });
}

const Secret* UserList::find(Bytes name) const
{
    const auto found = _users.find(name);
    return found == _users.end() ? nullptr : &found->second;
}

} // namespace proximux::auth
