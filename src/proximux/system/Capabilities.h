#pragma once

namespace proximux
{

/// Whether this system has epoll.
bool hasEpoll();

/// Whether it tells how much memory the process has.
bool tellsMemory();

/// Whether a UNIX socket can have a name without a file.
bool hasAbstractSockets();

/// Whether it tells whose process has connected to a UNIX socket.
bool tellsPeers();

} // namespace proximux
