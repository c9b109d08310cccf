#pragma once

#include <proximux/protocol/postgresql/ClientStatements.h>
#include <proximux/protocol/postgresql/JudgedTexts.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace proximux::postgresql
{

/// The keys by which clients cancel what they have under way (BackendKeyData): ours, and of no use at a target.
class CancelKeys
{
public:
    /// The first part of the key of this client: no number that the process of a server has. Some take it for signed.
    static constexpr std::uint32_t partOf(std::uint64_t client)
    {
        constexpr std::uint32_t LOWEST = 0x40000000U;
        return static_cast<std::uint32_t>(client & (LOWEST - 1)) | LOWEST;
    }

    void add(std::uint64_t client, const std::string& secret)
    {
        _keys.insert_or_assign(partOf(client), Key{client, secret});
    }

    void remove(std::uint64_t client)
    {
        const auto found = _keys.find(partOf(client));
        if (found != _keys.end() && found->second.client == client)
            _keys.erase(found);
    }

    /// The client that has this key; 0: nobody has.
    [[nodiscard]] std::uint64_t find(std::uint64_t part, std::string_view secret) const
    {
        const auto found = _keys.find(static_cast<std::uint32_t>(part));
        return found != _keys.end() && found->second.secret == secret ? found->second.client : 0;
    }

private:
    struct Key
    {
        std::uint64_t client = 0;
        std::string secret;
    };

    std::unordered_map<std::uint32_t, Key> _keys;
};

/// What clients that share connections have in common.
struct SharedCommons : ConversationCommons
{
    StatementRegistry statements;
    CancelKeys keys;
    JudgedTexts judged;
};

} // namespace proximux::postgresql
