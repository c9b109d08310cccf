#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

std::vector<Setting> protocolSettings()
{
    using HttpChunked = ExchangeSettings::HttpChunked;
    using HttpExpect = ExchangeSettings::HttpExpect;
    return {
        fresh(row(
            "exchange.resp_unknown", "close",
            choice<UnknownCommands>(
                {{"close", UnknownCommands::close}, {"tie", UnknownCommands::tie}, {"pass", UnknownCommands::pass}},
                FIELD(UnknownCommands, exchange.respUnknown)),
            {SHARED_USERS,
             "Treatment of unknown commands without a dot in their name: close the connection behind them, tie (pin) "
             "the client, or pass",
             "Such a command may change the state of its connection, which another client would inherit. "
             "So close resets the connection behind the reply, and tie pins the client to a connection. "
             "Neither happens if the server does not know the command either. "
             "Example: exchange.resp_unknown = pass if the server's own commands change no connection state."})),
        now(row(
            "exchange.unknown_id", "close",
            choice<bool>({{"close", false}, {"ignore", true}}, FIELD(bool, exchange.ignoreUnknownIds)),
            {"protocols with ids",
             "Treatment of a response with an unknown id: close the target connection, or ignore (discard) the "
             "response",
             "If responses are not paired by an id, ignore is a mistake. "
             "The first response that is ignored on a connection is in the log at level 2. "
             "Example: exchange.unknown_id = ignore for a gateway that passes on other traffic of an RS-485 bus."})),
        row("exchange.id_reuse", "5m",
            duration(Duration{0}, Duration::seconds(3600), Off::no, FIELD(Duration, exchange.idReuse)),
            {"protocols with ids",
             "Time for which the id of an unanswered request is not reused on any connection of its target",
             "A late response then reaches no other client. "
             "If all ids are in use or reserved, requests wait, and fail with this setting as the reason. "
             "Ids of 32 bits or more do not repeat. "
             "Lower it if ids are few and the target never answers late, for example exchange.id_reuse = 30s."}),
        now(row(
            "exchange.modbus_unit_backoff", "5s",
            duration(MS, Duration::seconds(3600), Off::minusOne, FIELD(Duration, exchange.modbusUnitBackoff)),
            {SHARED_USERS,
             "Back-off of a unit's function that did not answer in time; requests for it get exception 11 meanwhile",
             "It doubles with each failed trial, up to 16 times the value; then one request tries again. "
             "Other units and functions are not affected. "
             "With -1 each request waits for exchange.response_timeout instead. "
             "Example: exchange.modbus_unit_backoff = 1s for units that restart fast."})),
        fresh(row("exchange.mysql_kill", "0", boolean(FIELD(bool, exchange.mysqlKill)),
                  {SHARED_USERS, "Let clients end statements and clients of their own user by KILL",
                   "The target is told the number of the connection, on another one of the same user. "
                   "So each target must be one server: of several behind one name or balancer, another one may have a "
                   "connection with this number. "
                   "With it a client that leaves has its statement ended, too. "
                   "Without it KILL gets error 1235. "
                   "Example: exchange.mysql_kill = 1 for one server of MariaDB."})),
        row("exchange.modbus_unit", "strict",
            choice<ModbusUnit>({{"strict", ModbusUnit::strict}, {"any", ModbusUnit::any}},
                               FIELD(ModbusUnit, exchange.framing.modbusUnit)),
            {USERS,
             "Unit of a response: strict requires the unit that was asked; any accepts every unit and gives the "
             "client the one that it asked",
             "Some devices answer every request as unit 1, 0 or 255. "
             "With strict such a response closes the target connection. "
             "Do not use any on a serial bus with several units: there the unit tells whose response it is. "
             "Example: exchange.modbus_unit = any for an inverter that always answers as unit 255."}),
        row("exchange.modbus_units", "", bytePairs(FIELD(decltype(Framing::modbusUnits), exchange.framing.modbusUnits)),
            {SHARED_USERS,
             "Target's unit for units that clients ask, as CLIENT:TARGET,CLIENT:TARGET; other units stay as they are",
             "The client gets the unit that it asked back. "
             "So clients need not change if units do, or if they can ask one unit only. "
             "Example: exchange.modbus_units = 255:1,2:17."}),
        row("exchange.modbus_target", "tcp",
            choice<ModbusTarget>(
                {{"tcp", ModbusTarget::tcp}, {"rtu", ModbusTarget::rtu}, {"ascii", ModbusTarget::ascii}},
                FIELD(ModbusTarget, exchange.framing.modbusTarget)),
            {SHARED_USERS,
             "Form of the target's messages: tcp, or rtu or ascii over TCP, into which all requests are translated",
             "With rtu or ascii it is a gateway from Modbus TCP clients to a serial device server. "
             "A connection then has one request at a time, and functions of unknown size get exception 1 with rtu. "
             "Clients that speak RTU or ASCII themselves need exchange.protocol = modbus-rtu or modbus-ascii. "
             "Example: exchange.modbus_target = rtu."}),
        fresh(row("exchange.http_connect", "0", boolean(FIELD(bool, exchange.httpConnect)),
                  {SHARED_USERS, "Allow CONNECT. Warning: clients can then reach everything the target can reach",
                   "A client that uses CONNECT is pinned to a connection until its tunnel ends. "
                   "With 0 it gets an error. "
                   "Set it to 1 only if the target is a forward proxy, and limit the clients with access.allow."})),
        fresh(
            row("exchange.http_chunked", "length",
                choice<HttpChunked>({{"length", HttpChunked::length}, {"pass", HttpChunked::pass}},
                                    FIELD(HttpChunked, exchange.httpChunked)),
                {SHARED_USERS,
                 "Chunked request bodies: length sends them with a Content-Length if exchange.request_buffer has room, "
                 "pass as they came",
                 "Some servers do not read a chunked body and take it for the next request. "
                 "So the target connection is closed after each request that was sent in chunks. "
                 "With length that is spared for small bodies without trailers. "
                 "Example: exchange.http_chunked = pass for a target that needs the chunks."})),
        fresh(row(
            "exchange.http_expect", "target",
            choice<HttpExpect>({{"target", HttpExpect::target}, {"proxy", HttpExpect::proxy}},
                               FIELD(HttpExpect, exchange.httpExpect)),
            {SHARED_USERS,
             "Answer to Expect: 100-continue: target passes the request's head on and waits for the target's, proxy "
             "sends 100 at once",
             "With target a refusal (413, 417, 401) spares the upload, as with HAProxy and as RFC 9110 requires. "
             "The request then has its target connection alone until its body has come. "
             "A client that is refused before 100 is closed after the response. "
             "With proxy the field is removed and small requests are buffered, as with nginx. "
             "Example: exchange.http_expect = proxy if many clients send small bodies with Expect."})),
        now(row("exchange.http_expect_timeout", "1s",
                duration(MS, Duration::seconds(300), Off::no, FIELD(Duration, exchange.httpExpectTimeout)),
                {SHARED_USERS,
                 "Maximum wait for the target's answer to Expect: 100-continue; then the client gets 100 and sends its "
                 "body",
                 "Servers that do not know the field wait for the body. "
                 "A 100 that the target sends afterwards is discarded. "
                 "Example: exchange.http_expect_timeout = 5s for a server that checks uploads slowly."})),
        row("exchange.http_forwarded", "off",
            choice<HttpForwarded>({{"off", HttpForwarded::off},
                                   {"x-forwarded-for", HttpForwarded::xForwardedFor},
                                   {"forwarded", HttpForwarded::forwarded}},
                                  FIELD(HttpForwarded, exchange.framing.httpForwarded)),
            {SHARED_USERS,
             "Field that tells the target each client's address: off, x-forwarded-for (X-Forwarded-For), or forwarded "
             "(Forwarded, RFC 7239); Via is added, too",
             "The address stands behind what the client says itself, so only the last one can be trusted. "
             "The field that is not chosen passes unchanged; a client may forge it. "
             "Some servers do not compress responses to requests with Via. "
             "Proxy mode changes no message. "
             "Example: exchange.http_forwarded = x-forwarded-for for a server whose log should name the clients."}),
    };
}

} // namespace proximux::table
