#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <string>
#include <vector>

namespace proximux::resp
{

/// The effect of a command on its connection.
enum class Effect
{
    none,    ///< no change of state
    read,    ///< it leaves the server as it was, too, and may be sent again
    unknown, ///< may change the state
    empty,   ///< an empty command, which has no reply
    ping,
    auth,
    hello,
    select,
    client,
    quit,
    reset,
    multi,
    exec,
    discard,
    watch,
    unwatch,
    subscribe,
    unsubscribe,
    monitor,
    blocks,
    blocksIfSaid, ///< blocks if its options contain BLOCK
    state,        ///< changes the state
    replication,  ///< turns the connection into a replica's
    script,       ///< SCRIPT DEBUG turns the connection into a debugger's
    http          ///< the beginning of HTTP, for which servers close the connection
};

/// The complete words of a command in these bytes, at most `most`.
std::vector<Bytes> wordsOf(Bytes request, std::size_t most);

/// Number of words of the command that begins like this.
std::size_t wordCount(Bytes request);

/// A known command.
struct Entry
{
    Bytes name;
    Effect effect = Effect::none;
    bool secret = false; ///< may contain a password
};

/// The known commands, sorted by name.
std::vector<Entry> knownCommands();

/// The entry of the command that begins like this. A module's command, which has a dot in its name, can change no state
/// except through the client's name and user.
const Entry& entryOf(Bytes request);

/// Whether XREAD or XREADGROUP blocks; true if that cannot be determined.
bool mayBlock(Bytes request, bool whole);

/// The name of a command, made safe for an error line and shortened.
std::string printableName(Bytes request);

/// Compares case-insensitively; b must be upper case.
bool sameWord(Bytes a, Bytes b);

} // namespace proximux::resp
