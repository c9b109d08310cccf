#pragma once

#include "simulation/Messages.h"
#include "simulation/Talking.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace proximux
{

/// What an oracle is to try.
struct OracleSettings
{
    std::string protocol = "line";
    std::uint64_t seed = 1;
    std::size_t connections = 1; ///< 1: fifo
    std::size_t pipeline = 1;
    std::size_t clients = 200;
    std::size_t requests = 20000; ///< in all
    bool overdue = false;         ///< responses come too late now and then
    bool talks = false;           ///< messages say more (TalkingProtocol), and there is a prologue
    bool sloths = false;          ///< some clients send what they have begun as slowly as they can
    bool reloads = false;         ///< settings and targets change all the time
    bool faults = true;           ///< resets, ends, refusals, greetings, surplus bytes, leaving clients
};

/// What the requests of an oracle's clients are, and what is answered to them.
class OracleTalk
{
public:
    using Role = TalkingProtocol::Role;

    static constexpr std::size_t LARGE = 100;

    /// Both must outlive it.
    OracleTalk(const OracleSettings& settings, const Messages& messages)
        : _settings(settings)
        , _messages(messages)
    {
    }

    [[nodiscard]] Role roleOf(std::uint32_t number) const;

    /// Whether its client gets something for it.
    [[nodiscard]] bool isAwaited(std::uint32_t number) const;

    /// Whether an answer says whose it is.
    [[nodiscard]] bool isNamed() const { return _settings.talks || _messages.hasId(); }

    /// Whether this client sends as slowly as it can.
    [[nodiscard]] bool isSloth(std::size_t client) const { return _settings.sloths && client % 8 == 3; }

    /// What a target says to it; the request, or its beginning, has the id.
    [[nodiscard]] std::string answerTo(const Messages::Name& name, const std::string& request) const;

private:
    const OracleSettings& _settings;
    const Messages& _messages;
};

} // namespace proximux
