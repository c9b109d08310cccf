#pragma once

#include <proximux/Framing.h>
#include <proximux/Instant.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/watch/Watcher.h>

#include <memory>
#include <string_view>
#include <vector>

namespace proximux
{

/// The registry entry of a value of `exchange.protocol`.
struct ProtocolInfo
{
    std::string_view name;    ///< as in the configuration
    std::string_view summary; ///< one line, for the help

    /// Whether it delimits messages. If not (raw), a watcher treats the bytes between two turns as one message.
    bool delimited = false;

    /// Makes a watcher for one pair, in proxy mode. The listener must outlive it.
    std::unique_ptr<Watcher> (*makeWatcher)(const Framing& framing, WatchListener& listener,
                                            const WatchLimits& limits) = nullptr;

    /// Makes the protocol for sharing target connections in fifo and funnel. Null: raw, which has no messages, or a
    /// protocol that cannot be shared.
    std::unique_ptr<Protocol> (*make)(const Framing& framing) = nullptr;

    /// Defaults for unset settings; automatic: as declared.
    Pairing pairing = Pairing::automatic;
    std::size_t pipeline = 128; ///< requests in flight per target connection
    Duration responseTimeout = Duration::seconds(30);
    bool inOrder = true; ///< whether several requests may be answered in order

    /// Whether the target might speak first, because the protocol is declared by settings only.
    bool mayGreet = true;

    /// Whether it can be used in fifo and funnel.
    [[nodiscard]] bool isShareable() const { return !delimited || make != nullptr; }
};

/// All protocols, in documentation order. To add one, add a line to Registry.cpp.
const std::vector<ProtocolInfo>& protocols();

/// The entry with this name, or null.
const ProtocolInfo* findProtocol(std::string_view name);

} // namespace proximux
