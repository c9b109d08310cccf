#include <proximux/config/SettingRow.h>

#include <functional>

namespace proximux::table
{

using namespace kinds;

namespace
{

std::string toText(std::size_t number)
{
    return std::to_string(number);
}

} // namespace

std::vector<Setting> exchangeSettings()
{
    using Stateful = ExchangeSettings::Stateful;
    using OptionalSize = std::optional<std::size_t>;
    return {
        row("exchange.mode", "auto",
            choice<Mode>(
                {{"auto", Mode::automatic}, {"proxy", Mode::proxy}, {"fifo", Mode::fifo}, {"funnel", Mode::funnel}},
                FIELD(Mode, exchange.mode)),
            {"",
             "Mode; auto: proxy if local.max_connections equals the number of target connections, fifo if there is "
             "one, otherwise funnel",
             "In proxy mode each client has a target connection of its own. "
             "In fifo mode the requests of all clients share one target connection, in funnel mode several. "
             "Example: an instrument that allows one connection needs --mode fifo."},
            {"", "", "--mode"}),
        row("exchange.protocol", AUTO, protocol(FIELD(std::string, exchange.protocol)),
            {"", "Protocol to speak; in proxy mode traffic is only observed",
             "It tells where a message ends and which response answers which request. "
             "In fifo and funnel mode, auto detects HTTP and Redis by the target's answers and treats everything else "
             "as raw, which is a heuristic. "
             "Name the protocol if you can, for example --protocol modbus."},
            {"", "", "--protocol"}),
        row("exchange.pairing", "auto",
            choice<Pairing>({{"auto", Pairing::automatic},
                             {"exclusive", Pairing::exclusive},
                             {"order", Pairing::order},
                             {"identifier", Pairing::identifier}},
                            FIELD(Pairing, exchange.pairing)),
            {"fifo, funnel",
             "Rule that pairs responses with requests; auto: as suits the protocol, identifier if exchange.id_offset "
             "is set",
             "With exclusive a target connection has one request at a time. "
             "With order it has several, for targets that answer in the order of the requests. "
             "With identifier it has several, answered in any order, if the messages have an id. "
             "Example: exchange.pairing = order for a Modbus gateway that answers with wrong ids."}),
        row("exchange.pipeline", "auto", optionalInteger<std::size_t>(1, 4096, FIELD(OptionalSize, exchange.pipeline)),
            {"fifo, funnel",
             "Requests in flight on one target connection, if pairing allows several; auto: as suits the protocol",
             "At the limit further requests wait in the queue. "
             "The value auto is " +
                 defaultsOf(&ProtocolInfo::pipeline, std::greater<>(), " for ", &toText) +
                 ". "
                 "Lower it for a target with small buffers; proximux probe tells what a target can do. "
                 "Example: exchange.pipeline = 8 for a Modbus gateway that accepts eight requests."}),
        fresh(
            row("exchange.stateful", "auto",
                choice<Stateful>({{"auto", Stateful::automatic}, {"tie", Stateful::tie}, {"refuse", Stateful::refuse}},
                                 FIELD(Stateful, exchange.stateful)),
                {"fifo, funnel",
                 "Requests that change connection state: tie pins the client to a connection, refuse answers with an "
                 "error; auto: tie if one can be spared",
                 "Such requests begin transactions, subscriptions and upgrades; the pin lasts until the state ends. "
                 "With auto one connection stays free for everyone else, so a single connection refuses them. "
                 "The number of pinned connections is limited by pool.max_tied. "
                 "Example: exchange.stateful = tie with a single connection lets other clients wait instead."})),
        row("exchange.funnel_async", "0", boolean(FIELD(bool, exchange.funnelAsync)),
            {"funnel", "Send the next request on a target connection before the previous one was answered",
             "It is the original's setting and works like exchange.pairing = order, for raw, line, fixed, length and "
             "scpi. "
             "With raw, responses may reach the wrong client; a record at start warns of it. "
             "Prefer a declared protocol, for example exchange.protocol = line with exchange.pairing = order."},
            {"EXCHANGE_FUNNEL_ASYNC", "exchangeFunnelAsync"}),
    };
}

} // namespace proximux::table
