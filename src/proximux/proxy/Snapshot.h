#pragma once

#include <proximux/proxy/Runtime.h>
#include <proximux/proxy/TCPServer.h>
#include <proximux/proxy/Worker.h>

#include <memory>
#include <vector>

namespace proximux
{

/// The statistics of a running proxy: sums over its workers and what its server and targets know. Takes no lock that a
/// worker takes while bytes pass: only that of Targets, for each target alone. Any thread.
Statistics snapshot(const Runtime& runtime, const TCPServer& server,
                    const std::vector<std::unique_ptr<Worker>>& workers);

} // namespace proximux
