#pragma once

#include <proximux/protocol/mongodb/Message.h>

#include <cstddef>
#include <optional>
#include <string>

namespace proximux::mongodb
{

/// What a command leaves behind, or needs.
enum class Effect
{
    none,
    write,          ///< of documents: may be sent without wanting a reply
    cursor,         ///< its reply may open a cursor, continue or end one
    ending,         ///< ends a transaction
    hello,          ///< the handshake
    authentication, ///< of a connection
    lastError       ///< asks what was done before on its connection
};

/// A command that is known.
struct Command
{
    Bytes name;
    Effect effect = Effect::none;
    bool isRepeatable = false;
    bool isSecret = false; ///< it has a password, or something that stands for one
};

/// The command of this name; null: it is not known.
const Command* findCommand(Bytes name);

/// A parsed request: an OP_MSG or an OP_QUERY, whole or cut. Valid as long as its bytes.
struct Request
{
    explicit Request(Bytes message);

    std::optional<std::size_t> body; ///< where it begins; nothing: it is not there
    bool isComplete = false;         ///< its body was understood up to the end
    bool isInvalid = false;          ///< its body is not BSON
    Bytes name;
    const Command* command = nullptr; ///< null: not known
    Bytes collection;                 ///< or what else is the command's value; empty if that is no string
    Bytes database;
    Bytes session;              ///< the id of its logical session
    bool inTransaction = false; ///< it belongs to a transaction
    bool begins = false;        ///< it begins one
    bool speaksFirst = false;   ///< hello: it begins an authentication, too
    bool isUnusual = false;     ///< hello: it has a field whose effect is not known

private:
    void read(const Element& element);
};

/// The names of the fields of a hello that are the state of a connection, or ask for one.
constexpr Bytes DROPPED[] = {"client",  "compression", "speculativeAuthenticate", "topologyVersion", "maxAwaitTimeMS",
                             "helloOk", "backpressure"};

/// The name of the field of a reply to hello for whose sake a client waits for the next reply.
constexpr Bytes VERSION_OF_TOPOLOGY[] = {"topologyVersion"};

} // namespace proximux::mongodb
