#pragma once

#include <proximux/Instant.h>
#include <proximux/Number.h>
#include <proximux/protocol/Protocol.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// What is said on a new target connection, and what must come back before it is used.
struct Prologue
{
    std::string says;
    std::string expects;
    bool isJudged = false; ///< the protocol judges the reply to its login, behind which `expects` comes

    /// Whether the target must answer it.
    [[nodiscard]] bool isAnswered() const { return isJudged || !expects.empty(); }
};

/// What the exchanges of fifo and funnel need to know of the configuration.
struct MultiplexerSettings
{
    /// Funnel: only the oldest queued request of each client stands in the queue, its next enters when that one was
    /// sent. Otherwise, fifo, all stand in the queue in the order of their arrival.
    bool fair = false;

    std::size_t pipeline = 1;         ///< requests in flight on one target connection
    bool byId = false;                ///< responses are paired by an id, and may come in any order
    std::optional<IdField> requestId; ///< where the protocol's messages have an id
    std::optional<IdField> responseId;
    bool noisy = false;        ///< other bytes than responses may come from targets, and are discarded
    bool twoWay = false;       ///< targets send requests of their own
    bool personal = false;     ///< a connection is of no use before a client's login has made it that client's
    bool isGreeted = false;    ///< a target speaks first on a new connection, as a part of the login
    bool speaksAtRest = false; ///< what comes on a connection at rest is a message, and is looked at
    std::size_t optional =
        1024;                  ///< requests that may never be answered, on one connection, beside those of the pipeline
    std::size_t maxPinned = 0; ///< target connections that clients may have alone
    ConversationSettings conversation;
    std::size_t maxRequests = 64;       ///< of one client, queued; with as many it is held
    std::size_t maxQueue = 10000;       ///< requests in the queue; with as many no client is read
    std::size_t requestBuffer = 65536;  ///< bytes kept of one client
    std::size_t responseBuffer = 65536; ///< bytes that may wait for one client before its target is held
    std::size_t totalBuffer = std::size_t{256} * 1024 * 1024; ///< bytes kept of all clients beyond their reserves
    std::size_t reserve = 1024;                               ///< bytes of each client that are read in any case

    std::size_t abandonLimit = 65536; ///< bytes for nobody before those who wait behind them
    std::int64_t reconnects = 20;     ///< of target connections that one client may cause in a second; 0: any number

    /// A client that asks too often is not read; after this long it is seen whether it may ask again. Off: nobody asks
    /// too often.
    Duration pace = Duration::off();

    Duration abandonTimeout = Duration::seconds(1);  ///< and their time
    Duration pinIdleTimeout = Duration::seconds(60); ///< then a pin lasts as long as nobody else needs its connection
    Duration queueTimeout = Duration::seconds(30);
    Duration connectTimeout = Duration::seconds(5); ///< in the queue, while every target fails; of the login at one
    Duration loginTimeout = Duration::off();        ///< of a client, where it must prove who it is
    Duration pinTimeout = Duration::seconds(5);     ///< in the queue, while as many as may be are pinned
    Duration responseTimeout = Duration::seconds(30);
    Duration requestTimeout = Duration::seconds(30);
    Duration batchTimeout = Duration::milliseconds(10); ///< then what came of a request is passed on, if it may be
    Duration consentTimeout = Duration::seconds(1);     ///< then a client sends the rest without the target's consent
    Duration stallTimeout = Duration::seconds(5);
    Duration idleTimeout = Duration::off();
    Duration lingerTimeout = Duration::seconds(60);
    Duration discardTimeout = Duration::seconds(2); ///< in which what a client still sends is thrown away
    std::size_t discardLimit = 65536;               ///< and bytes of that
    Duration inactiveTimeout = Duration::off();
    Duration lifetime = Duration::off();             ///< of a target connection
    Duration partingTimeout = Duration::seconds(10); ///< then an outgoing target connection is closed, in use or not
    Duration settle = Duration{0};
    Duration connectDelay = Duration{0};        ///< from being open to being spoken to
    Duration requestGap = Duration{0};          ///< from a request, and from what answers it, to the next
    Duration loginRetry = Duration::seconds(1); ///< what a target says to a login counts for so long, if it refuses it
    Duration switchDelay = Duration::milliseconds(100); ///< idle for so long, a connection is for other users, too
    std::vector<Prologue> prologues;                    ///< by target
    Duration gap = Duration::milliseconds(10);          ///< raw
    Duration failedAuthDelay = Duration::seconds(1);
    std::uint64_t seed = 1;                    ///< of what a peer must not be able to guess; random in the program
    Duration idReuse = Duration::seconds(300); ///< byId: for so long the id of a request without a response is not used
    bool ignoreUnknownIds = false;             ///< byId: what answers nothing is thrown away, the connection stays
    Duration partPause = Duration::seconds(5); ///< for so long a part of the target that was silent is left alone

    /// What comes on a new connection, or answers no request, is looked at: it need not end the connection.
    [[nodiscard]] bool hearsOthers() const { return isGreeted || (byId && (ignoreUnknownIds || twoWay)); }

    /// Each request is alone on its connection, and none is answered by an id.
    [[nodiscard]] bool isExclusive() const { return pipeline == 1 && !byId; }
};

} // namespace proximux
