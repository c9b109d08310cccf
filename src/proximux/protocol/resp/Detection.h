#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::resp
{

/// Parses "*2\r\n$3\r\nGET\r\n", or the beginning of it: the name of a command.
Detection::Result detect(Bytes bytes);

/// Whether these bytes begin with an inline command that prepares a connection and has an argument.
bool isInlinePreparation(Bytes bytes);

} // namespace proximux::resp
