#pragma once

namespace proximux
{

/// Faults that can be planted in a core that is built for it (PROXIMUX_MUTANTS), to prove that the tests of the pairing
/// find them. In a product build planted() is false at compile time, and nothing of this is left.
enum class Mutant
{
    none,
    deliverSwallowed,  ///< what answers a client that has left goes to the next in the row
    dropPlaceOfLeaver, ///< a client that leaves takes the places of its sent requests with it
    ignoreReset,       ///< the row of a connection that was reset waits for the next connection
    ignoreBinding,     ///< a client with something in flight is served by any connection
    skipQuietCheck,    ///< bytes that came at rest and were not read yet do not keep a request back
    swallowSurplus,    ///< bytes that nobody asked for are thrown away, the connection stays
    skipSettle,        ///< a new connection is used at once
    shareLarge,        ///< a request of which a part was sent lets others on its connection
    keepFramer,        ///< the response framer of a connection serves the next one, too
    exceedPipeline,    ///< one more request in flight than allowed
    keepOurId,         ///< a client gets the id by which we asked
    skipCheck,         ///< what a response must repeat is not compared
    ignoreTie,         ///< others use a connection that a client has alone
    inheritState,      ///< a connection whose client left it with a state goes to the next
    reuseId,           ///< the id of a request that is overdue is used again
    answerLast,        ///< a response answers the request that was sent last
    interimEnds,       ///< what comes before the final response ends its request
    overtake,          ///< the second in line is sent first
    overtakeAnswers,   ///< what is answered by us does not wait for what was asked before
    replyIntoResponse, ///< and not for the end of the response that is being received
    errorBehindPart,   ///< a request fails with an error reply behind a part of its response
    deliverQuiet,      ///< a client gets an answer that it does not wait for
    awaitUnanswered,   ///< a request that nothing answers has a place in the row
    sendTwice,         ///< a request that goes behind others is sent twice
    keepOverdue,       ///< a response that is overdue costs its request alone, without an id
    forgiveMalformed,  ///< what is no message is left out, the connection stays
    useEnded,          ///< a connection that its target has ended is used
    endCompletes,      ///< any response ends well with its connection
    keepInput,         ///< what a connection said last is the beginning of what the next one says
    keepTheirId,       ///< a target gets the id that the client has chosen
    acceptUnknownId,   ///< a response with an id that nobody has answers the oldest request
    reuseIdAtOnce,     ///< a response that comes again answers whoever has its id now
    ignoreTurns,       ///< with ids what ends a state does not wait for what is in flight
    closeAtFin,        ///< a client that sends no more gets no more
    sendIncomplete,    ///< the request that a client broke off by FIN is sent
    closeUnflushed,    ///< a client is closed before it has read all
    serveLeaver,       ///< what a client that was reset has queued is still sent
    keepBroken,        ///< a connection on which a request was broken off serves others
    largeAmongOthers,  ///< a request that is too large to be kept does not wait for a connection at rest
    keepEarly,         ///< a connection whose target answered before it had the request serves others
    tieInFlight,       ///< a client is tied while it has something in flight elsewhere
    tieBusyLane,       ///< a client is tied to a connection on which others have something in flight
    leaveTie,          ///< a tied client is served by others, too
    keepQueueOfTied,   ///< what counts on a state that is lost is done
    mixDialects,       ///< a connection is used in two dialects
    hurryPrologue,     ///< a connection is used before its prologue is answered
    forgivePrologue,   ///< whatever answers it
    sendRest,          ///< what is left of a request that was answered early is taken for a request
    repeatBegun,       ///< a request is sent once more behind a part of its response
    repeatAny,         ///< or where that may do harm
    changeKeptId,      ///< an id that must not be changed is
    shareKeptId,       ///< others are in flight beside a request whose id must not be changed
    // of raw
    rawShareLease,     ///< a lease ends without a gap
    rawGapOnce,        ///< the gap begins with the first byte of a response alone
    rawPassLate,       ///< what a client says behind the beginning of a response still belongs to its request
    rawKeepPiece,      ///< a piece of a request waits until it was answered
    rawSwallowSurplus, ///< bytes that come without a lease are thrown away, the connection stays
    rawLostCompletes,  ///< a response ends well with a connection that was lost
    // of what is rare: each has a scene of its own
    keepOverdueOnes,   ///< a connection on which many are overdue stays
    keepHalfReserved,  ///< a connection of whose ids half are overdue stays
    keepSilent,        ///< a connection that was silent for all the time that a request may take stays
    confuseClients,    ///< what is said of a client that has gone is taken for one that has its place
    staleHint,         ///< a response is read as one to the request that was sent last
    keepSpent,         ///< a connection on which a request may be unread in part serves others
    keepClosing,       ///< a connection of which the target says that it closes serves others
    cutUntilClose,     ///< a response that lasts until the end of its connection fails with it
    keepUntilClose,    ///< its client is not closed
    dropMarker,        ///< what shows the end of an unknown number of answers is not asked for
    deliverMarker,     ///< a client gets the answer to it
    ignorePushes,      ///< what is pushed counts as an answer
    ignoreTunnel,      ///< messages are looked for in a tunnel
    passBehindUpgrade, ///< what stands behind a request that may begin a tunnel is looked at before that is answered
    keepQueueOfUntied, ///< what counts on a state that could not be is done
    unfair,            ///< in funnel all requests of a client stand in line
    serveBehindLast,   ///< what a client says behind its last request is sent
    keepReset,         ///< a connection whose state a client has done with goes to the next
    hurryContinue,     ///< a client is told to go on within its earlier responses
    autoByClient,      ///< what a client says decides on the protocol, before its target has answered
    autoAfterRaw,      ///< also where the target has answered what is raw
    autoShares,        ///< a request that is tried is not alone on its connection
    autoNeverDecides,  ///< a client of a known protocol is served as raw
    autoHurries,       ///< what may become a known protocol is raw at once
    // of fences
    skipFence,     ///< a response of unknown end is taken to end where its shape does
    deliverFence,  ///< a client gets the beginning of what ends its response
    trustUnproven, ///< a command is framed that the target may not know
    // of those who leave, and of connecting anew
    swallowForever,    ///< a connection goes on answering clients that have left
    reconnectAtWill,   ///< a client may have us connect anew as often as it likes
    suspectAll,        ///< what waited behind a silent request is tried alone, one after the other
    repeatAmongOthers, ///< what was lost together is sent once more together
    keepClaimed,       ///< a connection that a client may have authenticated goes to the next
    keepIdleTie,       ///< a tie lasts although it is idle and others wait
    answerAnEnd,       ///< a client whose end was passed on gets an error when its target ends, too
    // of clients that keep others waiting
    slowSenderUnlimited, ///< a client may keep a connection from others by sending slowly
    stallsNeverAddUp,    ///< many clients may do so one after the other
    discardForever,      ///< a client that is being closed may go on sending
    forgetReplies,       ///< answers of ours that wait count for nothing
    keepParts,           ///< parts of requests may fill the memory for ever
    trustUnread,         ///< so may what stands behind responses that a client does not read
    // of states
    trustForgedPush, ///< a connection goes back to others when something says that its subscriptions have ended
    resetOvertakes,  ///< a client's reset or end does not wait for what it is owed among what is pushed
    // of ids
    reuseIdOnReconnect,   ///< the ids that were lost with a connection are used again on the next
    sharedIdsAcrossLanes, ///< each connection to a target has ids of its own
    useBehindKeptId,      ///< a connection on which a request kept its id serves others
    matchWithoutCheck,    ///< a response that repeats nothing answers what has its id
    last
};

#if defined(PROXIMUX_MUTANTS)

/// What is planted now. Not for threads.
extern Mutant plantedMutant;

inline bool planted(Mutant mutant)
{
    return plantedMutant == mutant;
}

#else

constexpr bool planted(Mutant)
{
    return false;
}

#endif

} // namespace proximux
