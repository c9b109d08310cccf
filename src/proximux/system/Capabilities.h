#pragma once

namespace proximux
{

/// Whether this system has epoll.
bool hasEpoll();

/// Whether it tells how much memory the process has.
bool tellsMemory();

} // namespace proximux
