#pragma once

#include <proximux/base/Random.h>
#include <proximux/exchange/mux/Answers.h>
#include <proximux/exchange/mux/Backpressure.h>
#include <proximux/exchange/mux/Cancels.h>
#include <proximux/exchange/mux/Checks.h>
#include <proximux/exchange/mux/Clients.h>
#include <proximux/exchange/mux/Consents.h>
#include <proximux/exchange/mux/Forwarding.h>
#include <proximux/exchange/mux/Lanes.h>
#include <proximux/exchange/mux/Leavers.h>
#include <proximux/exchange/mux/MessagePolicy.h>
#include <proximux/exchange/mux/MultiplexerEffects.h>
#include <proximux/exchange/mux/MultiplexerObserver.h>
#include <proximux/exchange/mux/Opening.h>
#include <proximux/exchange/mux/Orphans.h>
#include <proximux/exchange/mux/Outgoing.h>
#include <proximux/exchange/mux/PinExpiry.h>
#include <proximux/exchange/mux/Pinning.h>
#include <proximux/exchange/mux/Queue.h>
#include <proximux/exchange/mux/RefusedLogins.h>
#include <proximux/exchange/mux/Repeats.h>
#include <proximux/exchange/mux/Sending.h>
#include <proximux/exchange/mux/Stalls.h>
#include <proximux/exchange/mux/TargetRecords.h>
#include <proximux/exchange/mux/TargetRequests.h>
#include <proximux/exchange/mux/Timers.h>

namespace proximux
{

/// The parts of one Multiplexer, and how they reach each other. Those in the first group own a state and know nothing
/// of the others. Those in the second act: each does one thing, owns what it alone needs for that, and asks the others
/// for theirs.
struct Mux
{
    /// Effects, observer, pool and policy must outlive it.
    Mux(const MultiplexerSettings& theSettings, MultiplexerEffects& theEffects, MultiplexerObserver& theObserver,
        LanePool& thePool, const MessagePolicy& thePolicy)
        : settings(theSettings)
        , effects(theEffects)
        , observer(theObserver)
        , pool(thePool)
        , policy(thePolicy)
        , random(settings.seed)
        , timers(settings)
        , pinning(settings.maxPinned, pool.counts())
        , stalls(settings, queue, pinning)
        , orphans(settings)
        , records(settings, pool.size())
        , backpressure(*this)
        , lanes(*this)
        , clients(*this)
        , opening(*this)
        , sending(*this)
        , forwarding(*this)
        , answers(*this)
        , consents(*this)
        , repeats(*this)
        , cancels(*this)
        , leavers(*this)
        , targetRequests(*this)
        , pinExpiry(*this)
        , outgoing(*this)
        , checks(*this)
    {
    }

    Mux(const Mux&) = delete;
    Mux& operator=(const Mux&) = delete;

    MultiplexerSettings settings;
    MultiplexerEffects& effects;
    MultiplexerObserver& observer;
    LanePool& pool;
    const MessagePolicy policy;
    Random random; ///< numbers that no peer can guess: identifiers, the words of fences
    bool draining = false;

    Timers timers;
    Queue queue;
    Pinning pinning;
    Stalls stalls;
    Orphans orphans;
    TargetRecords records;
    RefusedLogins refused;

    Backpressure backpressure;
    Lanes lanes;
    Clients clients;
    Opening opening;
    Sending sending;
    Forwarding forwarding;
    Answers answers;
    Consents consents;
    Repeats repeats;
    Cancels cancels;
    Leavers leavers;
    TargetRequests targetRequests;
    PinExpiry pinExpiry;
    Outgoing outgoing;
    Checks checks;
};

} // namespace proximux
