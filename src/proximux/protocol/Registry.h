#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Watcher.h>
#include <proximux/wire/Framer.h>

#include <memory>
#include <string_view>
#include <vector>

namespace proximux
{

/// A protocol's entry: what can be done with its name in `exchange.protocol`.
struct ProtocolInfo
{
    std::string_view name;    ///< as in the configuration
    std::string_view summary; ///< one line, for the help

    /// Whether its messages are known. If not (raw), a watcher takes what comes between two turns for a message.
    bool delimited = false;

    /// Makes a watcher for one pair, in proxy mode. The listener must outlive it.
    std::unique_ptr<Watcher> (*makeWatcher)(const Framing& framing, WatchListener& listener,
                                            const WatchLimits& limits) = nullptr;

    /// Make the framers by which clients share target connections, in fifo and funnel. Both null: raw, which has no
    /// messages, or a protocol that can't be shared.
    std::unique_ptr<Framer> (*makeRequestFramer)(const Framing& framing) = nullptr;
    std::unique_ptr<Framer> (*makeResponseFramer)(const Framing& framing) = nullptr;

    /// Whether it can be used in fifo and funnel.
    [[nodiscard]] bool isShareable() const { return !delimited || makeRequestFramer != nullptr; }
};

/// Every protocol, in the order in which the documentation names them. A new one adds a line to Registry.cpp.
const std::vector<ProtocolInfo>& protocols();

/// The entry with this name, or null.
const ProtocolInfo* findProtocol(std::string_view name);

} // namespace proximux
