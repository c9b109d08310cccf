#pragma once

#include <proximux/Instant.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace proximux
{

/// Which parts of one target answer: the units behind a Modbus gateway, for example. Numbers as in RequestTraits::part.
///
///              timedOut()              the pause ends, begin()
///     answers -----------> silent <----------------------------> on trial
///        ^                            timedOut(), trialLost()       |
///        +----------------------------------------------------------+
///                                answered()
///
/// A silent part gets one request at a time, each after a pause. The pause doubles with each of them, up to 16 times. A
/// part that has answered anything since a request was sent is not silent: that request, or its answer, was lost.
class PartHealth
{
public:
    PartHealth(std::size_t parts, Duration pause)
        : _parts(parts + 1)
        , _pause(pause)
    {
    }

    /// Whether requests to it fail at once.
    [[nodiscard]] bool isSilent(unsigned part, Instant now) const
    {
        const Part& asked = _parts[part];
        return asked.failures > 0 && (asked.onTrial || now < asked.until);
    }

    /// A request is sent to it. Returns whether the part is on trial by this request.
    bool begin(unsigned part)
    {
        _parts[part].onTrial = _parts[part].failures > 0;
        return _parts[part].onTrial;
    }

    /// A request was not answered in time. Returns for how long the part is left alone; 0: it is not silent, or that
    /// was known already.
    Duration timedOut(unsigned part, bool trial, Instant sentAt, Instant now)
    {
        Part& silent = _parts[part];
        if ((silent.failures > 0 && !trial) || silent.answeredAt > sentAt)
            return Duration{0};
        constexpr unsigned MOST = 5;
        silent.failures = std::min(silent.failures + 1, MOST);
        silent.onTrial = false;
        const Duration pause{_pause.us << (silent.failures - 1)};
        silent.until = now + pause;
        return pause;
    }

    /// The trial ended without a result: its connection was lost, say.
    void trialLost(unsigned part) { _parts[part].onTrial = false; }

    /// Returns whether it was silent before.
    bool answered(unsigned part, Instant now)
    {
        const bool wasSilent = _parts[part].failures > 0;
        _parts[part] = {};
        _parts[part].answeredAt = now;
        return wasSilent;
    }

private:
    struct Part
    {
        unsigned failures = 0;
        bool onTrial = false;
        Instant until;
        Instant answeredAt{-1};
    };

    std::vector<Part> _parts;
    Duration _pause;
};

} // namespace proximux
