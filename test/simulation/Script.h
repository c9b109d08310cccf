#pragma once

#include "simulation/Choices.h"
#include "simulation/Languages.h"
#include "simulation/Simulation.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace proximux
{

/// What happens, as bytes. The first ones choose the protocol and the settings; of the others each is
/// an event, with what it needs behind it. run() throws std::logic_error where the exchange breaks a promise.
class Script : private Simulation
{
public:
    explicit Script(Bytes bytes);

    void run();

private:
    struct Target
    {
        TargetId id;
        bool open = false;
        bool ended = false;
    };

    void happens();
    std::string pick(const std::vector<std::string>& from) { return from[_choices.byte() % from.size()]; }
    ClientId* client(std::size_t who) { return _clients.empty() ? nullptr : &_clients[who % _clients.size()]; }
    Target* target(std::size_t who) { return _targets.empty() ? nullptr : &_targets[who % _targets.size()]; }

    void clientJoins();
    void clientSays(std::size_t who, const std::string& bytes);
    void clientLeaves(std::size_t who);
    void clientReads(std::size_t who);
    void targetOpens(std::size_t who);
    void targetSays(std::size_t who, const std::string& bytes);
    void targetEchoes(std::size_t who);
    void targetLeaves(std::size_t who);
    void targetReads(std::size_t who);
    void passTime(std::int64_t ms);
    void look();

    Choices _choices;
    const Language& _language;
    Options _options;
    std::vector<ClientId> _clients;
    std::set<std::uint32_t> _finished; ///< clients that have said all, by slot
    std::vector<Target> _targets;
};

} // namespace proximux
