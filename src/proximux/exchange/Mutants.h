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
