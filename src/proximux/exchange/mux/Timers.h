#pragma once

#include <proximux/base/DeadlineList.h>
#include <proximux/exchange/mux/MultiplexerSettings.h>

#include <algorithm>
#include <cstdint>

namespace proximux
{

/// All deadlines of a Multiplexer: one list for each setting that limits a wait.
struct Timers
{
    explicit Timers(const MultiplexerSettings& settings) { change(settings); }

    /// Those that are armed move with what has changed.
    void change(const MultiplexerSettings& settings)
    {
        queue.change(settings.queueTimeout);
        pin.change(settings.pinTimeout);
        answer.change(settings.responseTimeout);
        delayedReply.change(settings.failedAuthDelay);
        leaver.change(settings.abandonTimeout);
        pause.change(settings.requestTimeout);
        batch.change(settings.batchTimeout);
        consent.change(settings.consentTimeout);
        idle.change(settings.idleTimeout);
        linger.change(settings.lingerTimeout);
        discard.change(settings.discardTimeout);
        calm.change(Duration::microseconds(1000000 / std::max<std::int64_t>(settings.reconnects, 1)));
        pace.change(settings.pace);
        connectDelay.change(settings.connectDelay);
        settle.change(settings.settle);
        signIn.change(settings.connectTimeout);
        welcome.change(settings.loginTimeout);
        requestGap.change(settings.requestGap);
        response.change(settings.responseTimeout);
        gap.change(settings.gap);
        inactive.change(settings.inactiveTimeout);
        lifetime.change(settings.lifetime);
        departure.change(settings.abandonTimeout);
        pinIdle.change(settings.pinIdleTimeout);
        parting.change(settings.partingTimeout);
    }

    /// When the first of all is due; never: none is armed.
    [[nodiscard]] Instant next() const
    {
        return std::min(
            {queue.first(),  pin.first(),          response.first(), answer.first(),       pause.first(),
             idle.first(),   linger.first(),       discard.first(),  connectDelay.first(), requestGap.first(),
             settle.first(), inactive.first(),     gap.first(),      leaver.first(),       departure.first(),
             calm.first(),   delayedReply.first(), pinIdle.first(),  consent.first(),      parting.first(),
             pace.first(),   signIn.first(),       welcome.first(),  batch.first(),        lifetime.first()});
    }

    // of requests
    DeadlineList queue;        ///< from whole to sent
    DeadlineList pin;          ///< in the queue, waiting for a connection to be pinned to
    DeadlineList answer;       ///< by id: from sent to the first byte of the response, then between its bytes
    DeadlineList delayedReply; ///< a reply to a wrong password
    DeadlineList leaver;       ///< a response for a client that has left, while others wait behind it

    // of clients
    DeadlineList pause;   ///< within a request that is larger than the buffer
    DeadlineList batch;   ///< within a request that may be passed on in parts
    DeadlineList consent; ///< until its target consents to the rest of a request
    DeadlineList idle;    ///< without a byte
    DeadlineList linger;  ///< half-closed, or being closed with bytes that it does not read
    DeadlineList discard; ///< being closed, and still sending
    DeadlineList calm;    ///< after it has caused too many new connections
    DeadlineList pace;    ///< after it has asked too often
    DeadlineList welcome; ///< until it has proven who it is

    // of lanes
    DeadlineList connectDelay; ///< from open to the first byte sent
    DeadlineList settle;       ///< silence before a new connection is used
    DeadlineList signIn;       ///< in a login that is a dialog
    DeadlineList requestGap;   ///< between requests
    DeadlineList response;     ///< in order: until the target's next byte
    DeadlineList gap;          ///< raw: the silence that ends a response
    DeadlineList inactive;     ///< at rest without a byte
    DeadlineList lifetime;     ///< from being usable to being replaced
    DeadlineList departure;    ///< without a waiting client, but with responses for those that have left
    DeadlineList pinIdle;      ///< pinned without a byte
    DeadlineList parting;      ///< outgoing, and in use
};

} // namespace proximux
