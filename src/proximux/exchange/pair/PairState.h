#pragma once

#include <proximux/exchange/pair/PairExchange.h>

#include <memory>
#include <vector>

namespace proximux
{

/// A client and its target connection. Only Pair*.cpp include this header.
struct PairExchange::Pair
{
    Pair(ClientId id, Instant deadline)
        : client(id)
        , connectBy(deadline)
    {
    }

    ~Pair()
    {
        DeadlineList::disarm(inactive);
        DeadlineList::disarm(idle);
        DeadlineList::disarm(halfClosed);
        DeadlineList::disarm(parting);
        DeadlineList::disarm(waiting);
    }

    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    ClientId client;
    TargetId target; ///< invalid between two attempts and once it is lost
    State state = State::connecting;
    std::size_t targetIndex = 0;
    std::size_t clientWaiting = 0; ///< bytes unsent to the client; while there are any the target is held
    std::size_t targetWaiting = 0; ///< and the other way round
    Instant connectBy;
    std::unique_ptr<std::vector<bool>> tried; ///< null until a target failed
    std::unique_ptr<Watcher> watcher;
    Due<Pair> inactive{*this};
    Due<Pair> idle{*this};
    Due<Pair> halfClosed{*this};
    Due<Pair> parting{*this}; ///< its target is gone or closed
    Due<Pair> waiting{*this}; ///< for the end of a pause, with no target
    bool leaving = false;     ///< its target is closed: the pair ends as soon as it is at rest
};

} // namespace proximux
