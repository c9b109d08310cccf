#pragma once

#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <string>
#include <vector>

namespace proximux
{

/// What a command does to the connection that it is sent on.
enum class RespEffect
{
    none,    ///< it leaves the connection as it was
    read,    ///< it leaves the server as it was, too, and may be sent again
    unknown, ///< it may leave another state behind
    empty,   ///< no command: nothing answers it
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
    blocksIfSaid, ///< with BLOCK among its options
    state,        ///< it leaves another state behind
    replication,  ///< the connection is a replica's from then on
    script,       ///< SCRIPT DEBUG makes the connection a debugger's
    http          ///< the beginning of another protocol; servers close the connection on which they read it
};

/// The words of a command, as many as are whole in these bytes and at most `most`.
std::vector<Bytes> respWords(Bytes request, std::size_t most);

/// How many words the command that begins so has.
std::size_t respCount(Bytes request);

/// What is known of a command.
struct RespEntry
{
    Bytes name;
    RespEffect effect = RespEffect::none;
    bool secret = false; ///< it may carry a password
};

/// What is known of the command that begins so. One of a module, which has a dot in its name, has no way to leave
/// another state behind than by its client's name and user.
RespEntry respEntry(Bytes request);

/// Whether XREAD or XREADGROUP is told to block. Where that can't be seen, it is.
bool respBlocks(Bytes request, bool whole);

/// The name of a command as it may stand in an error line; of a very long one nothing is known.
std::string respName(Bytes request);

/// Whether two words are the same but for the case of their letters; b is in upper case.
bool sameWord(Bytes a, Bytes b);

} // namespace proximux
