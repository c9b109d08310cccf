#include <proximux/protocol/postgresql/SecretLookup.h>

#include <proximux/protocol/postgresql/Messages.h>

#include <utility>

namespace proximux::postgresql
{

namespace
{

/// The second column of a row, a text. Nothing: it has none, or NULL.
std::optional<Bytes> secondColumn(Bytes row)
{
    constexpr std::size_t COUNT = 2; // bytes of the number of columns
    constexpr std::size_t SIZE = 4;  // of the length of a column
    constexpr std::uint64_t NONE = 0xffffffff;
    if (row.size() < COUNT || readNumber(row.substr(0, COUNT)) < 2)
        return std::nullopt;
    row.remove_prefix(COUNT);
    for (int column = 0; row.size() >= SIZE; ++column)
    {
        const std::uint64_t said = readNumber(row.substr(0, SIZE));
        const std::uint64_t size = said == NONE ? 0 : said;
        row.remove_prefix(SIZE);
        if (size > row.size())
            return std::nullopt;
        if (column == 1)
            return said == NONE ? std::nullopt : std::make_optional(row.substr(0, static_cast<std::size_t>(size)));
        row.remove_prefix(static_cast<std::size_t>(size));
    }
    return std::nullopt;
}

} // namespace

std::optional<SecretLookup> SecretLookup::of(const auth::Lookup* lookup, const Startup& client)
{
    if (lookup == nullptr)
        return std::nullopt;
    SecretLookup made;
    made.startup.user = lookup->user;
    made.startup.database = lookup->database.empty() ? client.database : lookup->database;
    made.startup.applicationName = "proximux";
    std::string parameter;
    appendNumber(parameter, 0, 2); // of formats: each is a text
    appendNumber(parameter, 1, 2);
    appendNumber(parameter, client.user.size(), 4);
    parameter.append(client.user);
    appendNumber(parameter, 0, 2);
    appendMessage(made.request, 'P', END, lookup->query, Bytes("\0\0\0", 3)); // types are the target's to find
    appendMessage(made.request, 'B', END, END, parameter);
    appendMessage(made.request, 'E', END, Bytes("\0\0\0\0", 4));
    appendMessage(made.request, 'S', {});
    return made;
}

FoundSecret FoundSecret::in(Bytes response)
{
    FoundSecret found;
    std::size_t rows = 0;
    bool ended = false;
    eachMessage(response,
                [&](char type, Bytes body)
                {
                    found.failed = found.failed || type == 'E';
                    ended = ended || type == 'C';
                    if (type != 'D')
                        return;
                    ++rows;
                    const auto text = secondColumn(body);
                    found.secret = text ? auth::secretFrom(*text) : std::nullopt;
                });
    found.failed = found.failed || !ended || rows > 1;
    if (found.failed)
        found.secret.reset();
    return found;
}

} // namespace proximux::postgresql
