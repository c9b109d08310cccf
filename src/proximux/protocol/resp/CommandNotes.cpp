#include <proximux/protocol/resp/CommandNotes.h>

#include <proximux/protocol/resp/ClientCommand.h>
#include <proximux/protocol/resp/Command.h>

#include <algorithm>
#include <iterator>
#include <string>

namespace proximux::resp
{

namespace
{

/// The subcommands of commands that have the same meaning for all of them. For readers alone: nothing depends on them.
struct Container
{
    Bytes name;
    Bytes subcommands;
};

constexpr Container CONTAINERS[] = {
    {"ACL", "CAT, DELUSER, DRYRUN, GENPASS, GETUSER, HELP, LIST, LOAD, LOG, SAVE, SETUSER, USERS, WHOAMI"},
    {"CLUSTER",
     "ADDSLOTS, ADDSLOTSRANGE, BUMPEPOCH, COUNT-FAILURE-REPORTS, COUNTKEYSINSLOT, DELSLOTS, DELSLOTSRANGE, "
     "FAILOVER, FLUSHSLOTS, FORGET, GETKEYSINSLOT, HELP, INFO, KEYSLOT, LINKS, MEET, MYID, MYSHARDID, NODES, "
     "REPLICAS, REPLICATE, RESET, SAVECONFIG, SET-CONFIG-EPOCH, SETSLOT, SHARDS, SLAVES, SLOT-STATS, SLOTS"},
    {"COMMAND", "COUNT, DOCS, GETKEYS, GETKEYSANDFLAGS, HELP, INFO, LIST"},
    {"COMMANDLOG", "GET, HELP, LEN, RESET"},
    {"CONFIG", "GET, HELP, RESETSTAT, REWRITE, SET"},
    {"FUNCTION", "DELETE, DUMP, FLUSH, HELP, KILL, LIST, LOAD, RESTORE, STATS"},
    {"LATENCY", "DOCTOR, GRAPH, HELP, HISTOGRAM, HISTORY, LATEST, RESET"},
    {"MEMORY", "DOCTOR, HELP, MALLOC-STATS, PURGE, STATS, USAGE"},
    {"MODULE", "HELP, LIST, LOAD, LOADEX, UNLOAD"},
    {"OBJECT", "ENCODING, FREQ, HELP, IDLETIME, REFCOUNT"},
    {"PUBSUB", "CHANNELS, HELP, NUMPAT, NUMSUB, SHARDCHANNELS, SHARDNUMSUB"},
    {"SCRIPT", "DEBUG, EXISTS, FLUSH, HELP, KILL, LOAD, SHOW"},
    {"SLOWLOG", "GET, HELP, LEN, RESET"},
    {"XGROUP", "CREATE, CREATECONSUMER, DELCONSUMER, DESTROY, HELP, SETID"},
    {"XINFO", "CONSUMERS, GROUPS, HELP, STREAM"},
};

const char* meaningOf(Effect effect)
{
    switch (effect)
    {
    case Effect::none:
        return "sent on any connection";
    case Effect::read:
    case Effect::ping:
        return "sent on any connection, and once more if it is lost";
    case Effect::auth:
        return "answered by the proxy (`local.password`), or by the target (`target.N.username = client`)";
    case Effect::hello:
        return "the version is the target's matter, AUTH and SETNAME are the proxy's";
    case Effect::select:
        return "answered by the proxy for the configured database; another one pins until SELECT of the configured one";
    case Effect::quit:
        return "answered by the proxy, which closes the client";
    case Effect::reset:
        return "answered by the proxy; ends all pins and closes a pinned connection";
    case Effect::multi:
        return "pins until EXEC or DISCARD";
    case Effect::exec:
    case Effect::discard:
        return "ends MULTI and WATCH";
    case Effect::watch:
        return "pins until UNWATCH, EXEC or DISCARD";
    case Effect::unwatch:
        return "ends WATCH";
    case Effect::subscribe:
        return "pins until nothing is subscribed";
    case Effect::unsubscribe:
        return "ends a subscription; without one it is answered by the proxy";
    case Effect::blocks:
        return "pins until its response, which may take any time";
    case Effect::blocksIfSaid:
        return "with BLOCK it pins until its response, which may take any time; else sent on any connection";
    case Effect::monitor:
    case Effect::state:
        return "pins until RESET or the client's end";
    case Effect::replication:
        return "refused: replication";
    case Effect::script:
        return "sent on any connection; SCRIPT DEBUG is refused";
    case Effect::unknown:
    case Effect::empty:
    case Effect::client:
    case Effect::http:
        break;
    }
    return "";
}

const char* meaningOf(ClientEffect effect)
{
    switch (effect)
    {
    case ClientEffect::none:
        return "sent on any connection";
    case ClientEffect::ok:
    case ClientEffect::name:
    case ClientEffect::getName:
    case ClientEffect::info:
        return "answered by the proxy";
    case ClientEffect::id:
        return "answered by the proxy: the client's number";
    case ClientEffect::describe:
    case ClientEffect::list:
        return "answered by the proxy: the client itself";
    case ClientEffect::reply:
        return "ON is answered by the proxy; OFF and SKIP pin until RESET or the client's end";
    case ClientEffect::tracking:
        return "ON pins: in RESP3 until OFF, in RESP2 until RESET or the client's end; refused with REDIRECT";
    case ClientEffect::refused:
        return "refused: it ";
    case ClientEffect::state:
        return "pins until RESET or the client's end";
    }
    return "";
}

CommandNote noteOf(const Entry& command)
{
    std::string name(command.name);
    const auto* const container = std::find_if(std::begin(CONTAINERS), std::end(CONTAINERS),
                                               [&command](const Container& each) { return each.name == command.name; });
    if (container != std::end(CONTAINERS))
        name.append(" (").append(container->subcommands).append(")");
    if (command.name == "SSUBSCRIBE")
        return {name, "pins until RESET or the client's end"};
    return {name, meaningOf(command.effect)};
}

} // namespace

std::vector<CommandNote> commandNotes()
{
    std::vector<CommandNote> notes;
    for (const Entry& command : knownCommands())
    {
        if (command.effect == Effect::http)
            continue;
        if (command.effect != Effect::client)
        {
            notes.push_back(noteOf(command));
            continue;
        }
        for (const ClientCommand& each : clientCommands())
            notes.push_back({std::string(command.name).append(" ").append(each.name),
                             std::string(meaningOf(each.effect)).append(each.why == nullptr ? "" : each.why)});
    }
    return notes;
}

} // namespace proximux::resp
