#pragma once

#include <cstddef>
#include <vector>

namespace proximux
{

/// How many connections each target has of a worker, by what they are used for. Remembers which targets changed, so
/// that nothing is published of the others. Written by the pools of a worker, in its reactor's thread.
class ConnectionCounts
{
public:
    enum class Use : unsigned char
    {
        opening, ///< or open and not in use yet
        idle,    ///< nothing in flight
        busy
    };

    struct Counts
    {
        std::size_t opening = 0;
        std::size_t idle = 0;
        std::size_t busy = 0;
    };

    void add(std::size_t target, Use use) { ++changed(target, use); }
    void remove(std::size_t target, Use use) { --changed(target, use); }

    void move(std::size_t target, Use from, Use to)
    {
        if (from == to)
            return;
        remove(target, from);
        add(target, to);
    }

    [[nodiscard]] Counts of(std::size_t target) const
    {
        return target < _targets.size() ? _targets[target].counts : Counts();
    }

    /// Calls visit(target, counts) for each target that has changed since the last call.
    template <class Visit>
    void takeChanges(const Visit& visit)
    {
        for (const std::size_t target : _changed)
        {
            _targets[target].isListed = false;
            visit(target, _targets[target].counts);
        }
        _changed.clear();
    }

private:
    struct Target
    {
        Counts counts;
        bool isListed = false; ///< in _changed
    };

    [[nodiscard]] std::size_t& changed(std::size_t target, Use use)
    {
        if (target >= _targets.size())
            _targets.resize(target + 1); // a reload may add targets
        Target& one = _targets[target];
        if (!one.isListed)
        {
            one.isListed = true;
            _changed.push_back(target);
        }
        switch (use)
        {
        case Use::opening:
            return one.counts.opening;
        case Use::idle:
            return one.counts.idle;
        case Use::busy:
            break;
        }
        return one.counts.busy;
    }

    std::vector<Target> _targets;
    std::vector<std::size_t> _changed;
};

} // namespace proximux
