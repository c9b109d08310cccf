#pragma once

#include <proximux/Pins.h>

#include <array>
#include <cstddef>
#include <vector>

namespace proximux
{

/// How many connections each target has of a worker, by what they are used for, and who has one alone. Remembers what
/// changed, so that nothing is published of the rest. Written by the pools of a worker and by Pinning, in its reactor's
/// thread.
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
        std::size_t pinned = 0; ///< of all these, those that a client has alone
    };

    using Reasons = std::array<std::size_t, pins::COUNT>;

    void add(std::size_t target, Use use) { ++counter(changed(target), use); }
    void remove(std::size_t target, Use use) { --counter(changed(target), use); }

    void move(std::size_t target, Use from, Use to)
    {
        if (from == to)
            return;
        remove(target, from);
        add(target, to);
    }

    void pin(std::size_t target) { ++changed(target).pinned; }
    void unpin(std::size_t target) { --changed(target).pinned; }

    /// The reasons (pins::) of a client that has a connection alone were these; now they are those.
    void changeReasons(unsigned before, unsigned after)
    {
        for (std::size_t i = 0; i < pins::COUNT && before != after; ++i)
            _reasons[i] = _reasons[i] + (after >> i & 1U) - (before >> i & 1U);
        _reasonsChanged = _reasonsChanged || before != after;
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

    /// Calls visit(reasons), the clients that have a connection alone by reason, if they have changed since the last
    /// call.
    template <class Visit>
    void takeReasons(const Visit& visit)
    {
        if (_reasonsChanged)
            visit(_reasons);
        _reasonsChanged = false;
    }

private:
    struct Target
    {
        Counts counts;
        bool isListed = false; ///< in _changed
    };

    [[nodiscard]] Counts& changed(std::size_t target)
    {
        if (target >= _targets.size())
            _targets.resize(target + 1); // a reload may add targets
        Target& one = _targets[target];
        if (!one.isListed)
        {
            one.isListed = true;
            _changed.push_back(target);
        }
        return one.counts;
    }

    [[nodiscard]] static std::size_t& counter(Counts& counts, Use use)
    {
        switch (use)
        {
        case Use::opening:
            return counts.opening;
        case Use::idle:
            return counts.idle;
        case Use::busy:
            break;
        }
        return counts.busy;
    }

    std::vector<Target> _targets;
    std::vector<std::size_t> _changed;
    Reasons _reasons{};
    bool _reasonsChanged = false;
};

} // namespace proximux
