#pragma once

#include <proximux/protocol/ProtocolInfo.h>

#include <vector>

namespace proximux::resp
{

/// What each known command and subcommand means to a client that shares its connection, in the order of their names.
std::vector<CommandNote> commandNotes();

} // namespace proximux::resp
