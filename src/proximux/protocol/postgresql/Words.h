#pragma once

#include <proximux/Bytes.h>

#include <array>
#include <cstdint>

namespace proximux::postgresql
{

/// What a word may be in a statement: a set, one bit each.
namespace roles
{

constexpr std::uint32_t BEGINS = 1U << 0U;       ///< begins a statement that is known
constexpr std::uint32_t NO_CALL = 1U << 1U;      ///< with a parenthesis behind it calls nothing
constexpr std::uint32_t NAME_FOLLOWS = 1U << 2U; ///< behind it stands the name of something else than a function
constexpr std::uint32_t DEFINED = 1U << 3U;      ///< what CREATE makes without running what it is made of
constexpr std::uint32_t RUNS_NOTHING = 1U << 4U; ///< begins a statement that calls no function
constexpr std::uint32_t BEFORE_TEMP = 1U << 5U;  ///< TEMP behind it makes something temporary
constexpr std::uint32_t TEMP = 1U << 6U;
constexpr std::uint32_t PASSING = 1U << 8U;     ///< behind SET: it ends with the transaction
constexpr std::uint32_t HARMLESS = 1U << 9U;    ///< a function whose call leaves nothing behind in the session
constexpr std::uint32_t CLAUSE = 1U << 7U;      ///< calls nothing behind a closing parenthesis
constexpr std::uint32_t LOCKS = 1U << 10U;      ///< a function that locks for the session
constexpr std::uint32_t READS_LAST = 1U << 11U; ///< a function that asks for the last number of a sequence
constexpr std::uint32_t TRANSACTS = 1U << 13U;  ///< begins a statement that ends, or divides, a transaction
constexpr std::uint32_t ENDS = 1U << 12U; ///< may end what lasts in the session: it begins a statement, or is called

} // namespace roles

/// The characters of words: letters in lower case, digits, _ and $, and what is not ASCII; 0 for all others.
constexpr std::array<unsigned char, 256> makeFolded()
{
    std::array<unsigned char, 256> folded{};
    for (unsigned c = 0; c < folded.size(); ++c)
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' || c >= 0x80)
            folded[c] = static_cast<unsigned char>(c);
        else if (c >= 'A' && c <= 'Z')
            folded[c] = static_cast<unsigned char>(c - 'A' + 'a');
    return folded;
}

constexpr std::array<unsigned char, 256> FOLDED = makeFolded();

constexpr unsigned char folded(char c)
{
    return FOLDED[static_cast<unsigned char>(c)];
}

/// The hash of a word, character by character (FNV-1a).
constexpr std::uint32_t HASH_BEGIN = 2166136261U;

constexpr std::uint32_t hashOn(std::uint32_t hash, unsigned char c)
{
    return (hash ^ c) * 16777619U;
}

/// The roles of a word with this hash, in any case; 0: it has none. One look into a table.
std::uint32_t rolesOf(Bytes word, std::uint32_t hash);
std::uint32_t rolesOf(Bytes word);

} // namespace proximux::postgresql
