#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux
{

/// Parses "*2\r\n$3\r\nGET\r\n", or the beginning of it: the name of a command.
Detection::Result lookForResp(Bytes bytes);

/// Whether these bytes begin with an inline command that prepares a connection and has an argument.
bool isInlinePreparation(Bytes bytes);

} // namespace proximux
