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

} // namespace

std::optional<Secret> secretFrom(Bytes written)
{
    Secret secret;
    secret.text = written;
    if (written.empty())
        secret.kind = Secret::Kind::none;
    else if (isMd5(written))
        secret.kind = Secret::Kind::md5;
    else if (written.rfind("SCRAM-SHA-256$", 0) == 0)
    {
        const auto verifier = verifierIn(written);
        if (!verifier)
            return std::nullopt;
        secret.kind = Secret::Kind::scram;
        secret.verifier = *verifier;
    }
    return secret;
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
    auto secret = secretFrom(*written);
    if (!secret)
        return "an invalid verifier; expected SCRAM-SHA-256$ROUNDS:SALT$STOREDKEY:SERVERKEY";
    return _users.emplace(std::move(*name), std::move(*secret)).second ? nullptr : "a user who was named before";
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
