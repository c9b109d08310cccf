#pragma once

#include <proximux/Framing.h>
#include <proximux/Instant.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/TlsStart.h>
#include <proximux/protocol/watch/Watcher.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// How exchange.protocol = auto detects a protocol by a client's first bytes.
struct Detection
{
    enum class Result
    {
        no,
        more, ///< undecided: more bytes are needed
        yes,
        unsupported ///< a version that is not supported
    };

    Result (*look)(Bytes bytes) = nullptr; ///< null: it is never detected
    std::string_view title;                ///< the protocol, in messages: "RESP"
    std::string_view what;                 ///< what the client sent, in messages: "a RESP command"
    const char* unsupported = "";          ///< the version that is not supported, in messages
};

/// A setting that a protocol requires, because it has no default.
struct RequiredSetting
{
    std::string_view key;   ///< empty: none
    std::string_view what;  ///< its meaning, in messages: "the message size"
    std::string_view value; ///< its value, in the usage of an option: "BYTES"
};

/// What a command means to a client that shares its connection, for the documents.
struct CommandNote
{
    std::string name;
    std::string meaning;
};

/// What a protocol says about itself: the registry entry of a value of `exchange.protocol`.
struct ProtocolInfo
{
    std::string_view name;    ///< as in the configuration
    std::string_view summary; ///< one line, for the help

    /// Other names by which users ask for it, such as a server's.
    std::vector<std::string_view> aliases;

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
    std::size_t requestBuffer = 65536; ///< bytes kept of a client
    bool inOrder = true;               ///< whether several requests may be answered in order

    /// Whether the target might speak first, so that a new connection must be silent for a while before it is used.
    bool mayGreet = true;

    /// Whether the end of a connection may be the end of a message.
    bool mayEndByClose = false;

    /// The keys of settings that apply only to protocols that name them here.
    std::vector<std::string_view> settings;

    /// The values of auth.method that it has beside auto and trust.
    std::vector<std::string_view> authMethods;

    RequiredSetting required;
    std::vector<RequiredSetting> requiredToShare; ///< in fifo and funnel
    Detection detection;

    /// How TLS begins inside of it (starttls), where it does.
    TlsStarts tlsStarts;

    /// Its commands, where their meaning is worth a table. Null: there is none.
    std::vector<CommandNote> (*commands)() = nullptr;

    /// Whether it can be used in fifo and funnel.
    [[nodiscard]] bool isShareable() const { return !delimited || make != nullptr; }

    [[nodiscard]] bool isDetected() const { return detection.look != nullptr; }

    /// Whether this setting applies to it.
    [[nodiscard]] bool uses(std::string_view key) const
    {
        return std::find(settings.begin(), settings.end(), key) != settings.end();
    }
};

} // namespace proximux
