#pragma once

#include <proximux/Events.h>

#include <utility>

namespace proximux
{

/// Whether one listener hears of an event. Only what changes is done, so a listener that stays misses nothing. One
/// thread at a time.
class Listening
{
public:
    template <class Args, class Delegate>
    void set(bool should, Event<Args>& event, const Delegate& delegate)
    {
        if (std::exchange(_listens, should) == should)
            return;
        if (should)
            event += delegate;
        else
            event -= delegate;
    }

private:
    bool _listens = false;
};

} // namespace proximux
