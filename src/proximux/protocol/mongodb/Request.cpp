#include <proximux/protocol/mongodb/Request.h>

#include <algorithm>
#include <iterator>

namespace proximux::mongodb
{

namespace
{

constexpr bool REPEATABLE = true;
constexpr bool SECRET = true;

/// In the order of their names.
constexpr Command KNOWN_COMMANDS[] = {
    {"abortTransaction", Effect::ending},
    {"aggregate", Effect::cursor},
    {"authenticate", Effect::authentication, false, SECRET},
    {"buildInfo", Effect::none, REPEATABLE},
    {"buildinfo", Effect::none, REPEATABLE},
    {"bulkWrite", Effect::cursor},
    {"collMod"},
    {"collStats", Effect::none, REPEATABLE},
    {"commitTransaction", Effect::ending},
    {"connectionStatus", Effect::none, REPEATABLE},
    {"count", Effect::none, REPEATABLE},
    {"create"},
    {"createIndexes"},
    {"createRole"},
    {"createUser", Effect::none, false, SECRET},
    {"currentOp", Effect::none, REPEATABLE},
    {"dbStats", Effect::none, REPEATABLE},
    {"dbstats", Effect::none, REPEATABLE},
    {"delete", Effect::write},
    {"distinct", Effect::none, REPEATABLE},
    {"drop"},
    {"dropDatabase"},
    {"dropIndexes"},
    {"dropRole"},
    {"dropUser"},
    {"endSessions"},
    {"explain", Effect::none, REPEATABLE},
    {"find", Effect::cursor},
    {"findAndModify"},
    {"findandmodify"},
    {"getCmdLineOpts", Effect::none, REPEATABLE},
    {"getLastError", Effect::lastError},
    {"getLog", Effect::none, REPEATABLE},
    {"getMore", Effect::cursor},
    {"getParameter", Effect::none, REPEATABLE},
    {"getPrevError", Effect::lastError},
    {"getlasterror", Effect::lastError},
    {"getnonce", Effect::authentication, false, SECRET},
    {"getpreverror", Effect::lastError},
    {"grantRolesToUser"},
    {"hello", Effect::hello, REPEATABLE},
    {"hostInfo", Effect::none, REPEATABLE},
    {"insert", Effect::write},
    {"isMaster", Effect::hello, REPEATABLE},
    {"ismaster", Effect::hello, REPEATABLE},
    {"killCursors", Effect::cursor},
    {"killOp"},
    {"killSessions"},
    {"listCollections", Effect::cursor},
    {"listCommands", Effect::none, REPEATABLE},
    {"listDatabases", Effect::none, REPEATABLE},
    {"listIndexes", Effect::cursor},
    {"logout", Effect::authentication},
    {"ping", Effect::none, REPEATABLE},
    {"refreshSessions"},
    {"renameCollection"},
    {"replSetGetConfig", Effect::none, REPEATABLE},
    {"replSetGetStatus", Effect::none, REPEATABLE},
    {"resetError", Effect::lastError},
    {"revokeRolesFromUser"},
    {"rolesInfo", Effect::none, REPEATABLE},
    {"saslContinue", Effect::authentication, false, SECRET},
    {"saslStart", Effect::authentication, false, SECRET},
    {"serverStatus", Effect::none, REPEATABLE},
    {"startSession"},
    {"top", Effect::none, REPEATABLE},
    {"update", Effect::write},
    {"updateUser", Effect::none, false, SECRET},
    {"usersInfo", Effect::none, REPEATABLE},
    {"validate", Effect::none, REPEATABLE},
    {"whatsmyuri", Effect::none, REPEATABLE},
};

/// Fields of a hello that change nothing. Those in DROPPED are not sent.
constexpr Bytes HARMLESS[] = {"$clusterTime",
                              "$db",
                              "$readPreference",
                              "apiDeprecationErrors",
                              "apiStrict",
                              "apiVersion",
                              "comment",
                              "hello",
                              "isMaster",
                              "ismaster",
                              "lsid",
                              "maxTimeMS",
                              "saslSupportedMechs"};

template <class Names>
bool isIn(const Names& names, Bytes name)
{
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// The text of a string; empty if it is none.
Bytes textOf(const Element& element)
{
    if (element.type != type::STRING)
        return {};
    const Bytes text = element.value.substr(LENGTH);
    return text.substr(0, std::min(text.find('\0'), text.size()));
}

} // namespace

const Command* findCommand(Bytes name)
{
    const auto* found = std::lower_bound(std::begin(KNOWN_COMMANDS), std::end(KNOWN_COMMANDS), name,
                                         [](const Command& each, Bytes wanted) { return each.name < wanted; });
    return found != std::end(KNOWN_COMMANDS) && found->name == name ? found : nullptr;
}

Request::Request(Bytes message)
    : body(bodyOffset(message))
{
    if (!body)
        return;
    Document document(message.substr(*body));
    Element element;
    while (document.next(element))
    {
        if (name.empty())
        {
            name = element.name;
            command = findCommand(name);
            collection = textOf(element);
        }
        read(element);
    }
    isComplete = document.state() == Document::State::complete && !name.empty();
    isInvalid =
        document.state() == Document::State::invalid || (document.state() == Document::State::complete && name.empty());
}

void Request::read(const Element& element)
{
    if (element.name == "$db")
        database = textOf(element);
    else if (element.name == "lsid")
        session = element.value;
    else if (element.name == "autocommit")
        inTransaction = inTransaction || !isTrue(element.type, element.value);
    else if (element.name == "startTransaction")
        begins = begins || isTrue(element.type, element.value);
    speaksFirst = speaksFirst || element.name == "speculativeAuthenticate";
    isUnusual = isUnusual || (!isIn(HARMLESS, element.name) && !isIn(DROPPED, element.name));
}

} // namespace proximux::mongodb
