#pragma once

#include <proximux/protocol/Framing.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/Watcher.h>
#include <proximux/wire/Instant.h>

#include <memory>
#include <string_view>
#include <vector>

namespace proximux
{

/// How a response finds its request.
enum class Pairing
{
    automatic, ///< as suits the protocol
    exclusive, ///< one exchange at a time on a target connection
    order,     ///< several, answered in their order
    identifier ///< several, answered in any order: the messages have an id
};

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

    /// Makes that by which clients share target connections, in fifo and funnel. Null: raw, which has no messages, or
    /// a protocol that can't be shared.
    std::unique_ptr<Protocol> (*make)(const Framing& framing) = nullptr;

    /// What suits it where the configuration says nothing; automatic: as declared.
    Pairing pairing = Pairing::automatic;
    std::size_t pipeline = 128; ///< requests in flight on a target connection
    Duration responseTimeout = Duration::seconds(30);
    bool inOrder = true; ///< whether several may be answered in their order

    /// Whether nothing says that the target does not speak first: the protocol is declared, not named.
    bool mayGreet = true;

    /// Whether it can be used in fifo and funnel.
    [[nodiscard]] bool isShareable() const { return !delimited || make != nullptr; }
};

/// Every protocol, in the order in which the documentation names them. A new one adds a line to Registry.cpp.
const std::vector<ProtocolInfo>& protocols();

/// The entry with this name, or null.
const ProtocolInfo* findProtocol(std::string_view name);

} // namespace proximux
