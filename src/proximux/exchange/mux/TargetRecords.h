#pragma once

#include <proximux/base/Random.h>
#include <proximux/exchange/mux/LanePool.h>
#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/exchange/mux/State.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace proximux
{

/// What is kept of each target over all of its connections: which ids its requests have (Identifiers), and which of its
/// parts answer (PartHealth).
class TargetRecords
{
public:
    /// The settings must outlive it. lanes: how many there are.
    TargetRecords(const MultiplexerSettings& settings, std::size_t lanes)
        : _settings(settings)
        , _lanes(lanes)
    {
    }

    /// There are so many lanes now, and nothing is known of these targets, to which there is no connection.
    void reconfigure(std::size_t lanes, const std::vector<std::size_t>& fresh);

    /// The lane has a connection to this target now, which has so many parts, and ids of so many bytes (0: none).
    void attach(Lane& lane, std::size_t target, std::size_t parts, std::size_t idWidth, Random& random);

    /// Whether the request can have an id on this lane now.
    [[nodiscard]] static bool mayHaveId(const Lane& lane, const Request& request);

    /// The request is sent on this lane, and has an id of ours, or its own.
    void giveId(Lane& lane, Request& request, Instant now);

    /// The request leaves this lane. What is not answered may still be: its id is not used for a while.
    static void takeId(Lane& lane, const Request& request, bool answered, Instant now);

    /// Whether a target may have no id left.
    [[nodiscard]] bool areIdsShort() const { return _short; }

    /// Ids that were reserved for long enough are free again. Returns whether there are such.
    bool restoreIds(Instant now);

    /// When the next of them will be.
    [[nodiscard]] Instant nextFreeId() const;

    /// Whether no connection of the pool has a target of which this part answers.
    [[nodiscard]] bool isSilent(unsigned part, const LanePool& pool, Instant now) const;

private:
    struct Record
    {
        std::unique_ptr<Identifiers> ids;
        std::unique_ptr<PartHealth> parts;
    };

    const MultiplexerSettings& _settings;
    std::size_t _lanes;
    std::vector<std::unique_ptr<Record>> _records; ///< by target; null: nothing is known of it
    bool _short = false;
};

} // namespace proximux
