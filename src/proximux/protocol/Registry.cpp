#include <proximux/protocol/Registry.h>

#include <proximux/protocol/cassandra/Cassandra.h>
#include <proximux/protocol/declared/Declared.h>
#include <proximux/protocol/diameter/Diameter.h>
#include <proximux/protocol/dns/Dns.h>
#include <proximux/protocol/http/Http.h>
#include <proximux/protocol/iso8583/Iso8583.h>
#include <proximux/protocol/kafka/Kafka.h>
#include <proximux/protocol/memcached/Memcached.h>
#include <proximux/protocol/modbus/Modbus.h>
#include <proximux/protocol/mongodb/Mongodb.h>
#include <proximux/protocol/mysql/Mysql.h>
#include <proximux/protocol/postgresql/Postgresql.h>
#include <proximux/protocol/resp/Resp.h>
#include <proximux/protocol/scpi/Scpi.h>
#include <proximux/protocol/watch/TurnWatcher.h>

#include <array>

namespace proximux
{

namespace
{

/// An entry without messages; a TurnWatcher observes it.
ProtocolInfo undelimited(std::string_view name, std::string_view summary, std::string_view setting)
{
    ProtocolInfo info;
    info.name = name;
    info.summary = summary;
    info.settings = {setting};
    info.makeWatcher = [](const Framing&, WatchListener& listener,
                          const WatchLimits& limits) -> std::unique_ptr<Watcher>
    { return std::make_unique<TurnWatcher>(listener, limits); };
    return info;
}

std::vector<const ProtocolInfo*> makeChoices()
{
    std::vector<const ProtocolInfo*> choices;
    for (const ProtocolInfo& each : protocols())
        if (each.isDetected())
            choices.push_back(&each);
    std::sort(choices.begin(), choices.end(),
              [](const ProtocolInfo* a, const ProtocolInfo* b) { return a->name < b->name; });
    choices.insert(choices.begin(), findProtocol(RAW));
    return choices;
}

} // namespace

const std::vector<ProtocolInfo>& protocols()
{
    static const std::vector<ProtocolInfo> ALL = {
        undelimited(AUTO,
                    "fifo, funnel: detects HTTP and RESP by the target's response, otherwise raw; proxy mode: raw",
                    "exchange.trial_timeout"),
        undelimited(RAW, "any bytes; a request is what the client sends until the target responds", "exchange.raw_gap"),
        declared::lineInfo(),
        declared::fixedInfo(),
        declared::lengthInfo(),
        resp::info(),
        memcached::info(),
        http::info(),
        modbus::info(),
        modbus::rtuInfo(),
        modbus::asciiInfo(),
        dns::info(),
        iso8583::info(),
        scpi::info(),
        mongodb::info(),
        kafka::info(),
        cassandra::info(),
        diameter::info(),
        mysql::info(),
        postgresql::info(),
    };
    return ALL;
}

const ProtocolInfo* findProtocol(std::string_view name)
{
    for (const ProtocolInfo& protocol : protocols())
        if (protocol.name == name)
            return &protocol;
    return nullptr;
}

const ProtocolInfo* protocolNamed(std::string_view name)
{
    for (const ProtocolInfo& protocol : protocols())
        if (protocol.name == name ||
            std::find(protocol.aliases.begin(), protocol.aliases.end(), name) != protocol.aliases.end())
            return &protocol;
    return nullptr;
}

bool isPassedOn(std::string_view name)
{
    constexpr std::array<std::string_view, 12> NAMES{"tcp",  "tls",  "ssl",  "https", "ssh",  "ftp",
                                                     "smtp", "imap", "pop3", "ldap",  "mqtt", "amqp"};
    return std::find(NAMES.begin(), NAMES.end(), name) != NAMES.end();
}

const std::vector<const ProtocolInfo*>& choicesOfAuto()
{
    static const std::vector<const ProtocolInfo*> CHOICES = makeChoices();
    return CHOICES;
}

std::string listed(const std::vector<std::string_view>& words, std::string_view last)
{
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i)
        text.append(i == 0 ? "" : i + 1 == words.size() ? last : ", ").append(words[i]);
    return text;
}

std::string namesOfProtocols(const std::function<bool(const ProtocolInfo&)>& wanted, std::string_view last)
{
    std::vector<std::string_view> names;
    for (const ProtocolInfo& each : protocols())
        if (wanted(each))
            names.push_back(each.name);
    return listed(names, last);
}

std::string usersOf(std::string_view key, std::string_view last)
{
    return namesOfProtocols([key](const ProtocolInfo& each) { return each.uses(key); }, last);
}

} // namespace proximux
