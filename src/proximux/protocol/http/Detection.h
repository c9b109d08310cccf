#pragma once

#include <proximux/protocol/ProtocolInfo.h>

namespace proximux::http
{

/// Parses "GET /path HTTP/1.1", or the beginning of such a line. The preface of HTTP/2 is `unsupported`.
Detection::Result detect(Bytes bytes);

} // namespace proximux::http
