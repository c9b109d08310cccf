#include <proximux/protocol/resp/ClientCommand.h>

#include <proximux/protocol/resp/Command.h>

#include <algorithm>
#include <iterator>

namespace proximux::resp
{

namespace
{

using E = ClientEffect;

constexpr const char* SHARED = "names a connection of the target, which clients share";

constexpr ClientCommand CLIENT_COMMANDS[] = {
    {"CACHING", E::none},
    {"CAPA", E::ok},
    {"GETNAME", E::getName},
    {"GETREDIR", E::none},
    {"HELP", E::none},
    {"ID", E::id},
    {"INFO", E::describe},
    {"KILL", E::refused, SHARED},
    {"LIST", E::list},
    {"MAINT_NOTIFICATIONS", E::refused, "is not supported: the target's maintenance is not that of this connection"},
    {"NO-EVICT", E::state},
    {"NO-TOUCH", E::state},
    {"PAUSE", E::none},
    {"REPLY", E::reply},
    {"SETINFO", E::info},
    {"SETNAME", E::name},
    {"TRACKING", E::tracking},
    {"TRACKINGINFO", E::none},
    {"UNBLOCK", E::refused, SHARED},
    {"UNPAUSE", E::none},
};

} // namespace

std::vector<ClientCommand> clientCommands()
{
    return {std::begin(CLIENT_COMMANDS), std::end(CLIENT_COMMANDS)};
}

ClientCommand clientCommandOf(Bytes request)
{
    const std::vector<Bytes> words = wordsOf(request, 2);
    if (words.size() < 2)
        return {"", E::none, nullptr}; // an error answers it
    const auto* const found =
        std::find_if(std::begin(CLIENT_COMMANDS), std::end(CLIENT_COMMANDS),
                     [&words](const ClientCommand& each) { return sameWord(words[1], each.name); });
    return found == std::end(CLIENT_COMMANDS) ? ClientCommand{} : *found;
}

std::string ClientIdentity::line(unsigned database, unsigned protocol) const
{
    return "id=" + std::to_string(number) + " addr=" + (address.empty() ? "?" : address) +
           ":0 laddr=?:0 fd=-1 name=" + name + " age=0 idle=0 flags=N db=" + std::to_string(database) +
           " sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0"
           " omem=0 tot-mem=0 events=r cmd=client|info user=" +
           user + " redir=-1 resp=" + std::to_string(protocol) + " lib-name=" + library + " lib-ver=" + version + "\n";
}

} // namespace proximux::resp
