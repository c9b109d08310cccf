#pragma once

#include <proximux/Bytes.h>

#include <cstdint>
#include <string>
#include <vector>

namespace proximux::resp
{

/// The meaning of a CLIENT subcommand to a client that shares its connection.
enum class ClientEffect
{
    none,     ///< sent to the target; leaves no state
    ok,       ///< answered with OK
    name,     ///< SETNAME
    getName,  ///< GETNAME
    info,     ///< SETINFO
    id,       ///< ID
    describe, ///< INFO
    list,     ///< LIST
    reply,    ///< REPLY
    tracking, ///< TRACKING
    refused,
    state ///< changes the state of its connection
};

/// A CLIENT subcommand.
struct ClientCommand
{
    Bytes name;
    ClientEffect effect = ClientEffect::state;
    const char* why = nullptr; ///< refused: completes "CLIENT NAME ..."
};

/// The subcommand of a CLIENT command that begins like this. Unknown ones may change the state.
ClientCommand clientCommandOf(Bytes request);

/// The known ones, sorted by name.
std::vector<ClientCommand> clientCommands();

/// How a client presents itself, and how the proxy presents it.
struct ClientIdentity
{
    std::uint64_t number = 0; ///< CLIENT ID: of all clients since the start
    std::string name;         ///< CLIENT SETNAME
    std::string library;      ///< CLIENT SETINFO LIB-NAME
    std::string version;      ///< CLIENT SETINFO LIB-VER
    std::string user = "default";
    std::string address = {}; ///< numeric; empty: unknown

    /// As CLIENT INFO shows it: fields that only a connection of its own would have are 0 or unknown.
    [[nodiscard]] std::string line(unsigned database, unsigned protocol) const;
};

} // namespace proximux::resp
