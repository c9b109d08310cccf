#pragma once

namespace proximux
{

/// Whether this system has epoll.
bool hasEpoll();

} // namespace proximux
