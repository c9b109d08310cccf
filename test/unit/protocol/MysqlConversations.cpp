#include "MysqlConversations.h"

namespace proximux::mysql::test
{

using namespace std::string_literals;
using namespace mysql::capability;

namespace
{

const std::string LOGIN_SEEN = "> login app, database shop (secret)";
const std::string LOGIN_DONE = "< login app, database shop";

} // namespace

MysqlConversation talk(const std::string& name, const std::vector<Step>& steps, std::vector<std::string> expected,
                       std::uint64_t capabilities)
{
    expected.insert(expected.begin(), {LOGIN_SEEN, LOGIN_DONE});
    return {name, behindLogin(steps, capabilities), expected, true};
}

MysqlConversation busy(MysqlConversation conversation)
{
    conversation.atRest = false;
    return conversation;
}

void append(std::vector<MysqlConversation>& all, const std::vector<MysqlConversation>& more)
{
    all.insert(all.end(), more.begin(), more.end());
}

std::vector<MysqlConversation> loginConversations()
{
    const std::string hello = greeting(BASE);
    const std::string me = login(BASE, "app", "shop");
    const std::uint64_t lengths = BASE | PLUGIN_AUTH_LENENC;
    const std::uint64_t plain = BASE & ~CONNECT_WITH_DB;
    return {
        {"nothing", {}, {}, true},
        {"greeting only", {target(hello)}, {}, false},
        {"error in place of a greeting", {target(packets(0, error()))}, {}, true},
        {"login", loggedIn(), {LOGIN_SEEN, LOGIN_DONE}, true},
        {"login with a long nonce",
         {target(greeting(lengths)), client(login(lengths, "app", "shop")), target(answer({ok()}, 2))},
         {LOGIN_SEEN, LOGIN_DONE},
         true},
        {"login without database",
         {target(greeting(plain)), client(login(plain, "app", "")), target(answer({ok()}, 2))},
         {"> login app (secret)", "< login app"},
         true},
        {"login refused", {target(hello), client(me), target(answer({error()}, 2))}, {LOGIN_SEEN, LOGIN_DONE}, true},
        {"login without answer", {target(hello), client(me)}, {LOGIN_SEEN, LOGIN_DONE + " (failed)"}, false},
        {"another plugin",
         {target(hello), client(me),
          target(packets(2, "\xFE"
                            "caching_sha2_password\0abcdefgh\0"s)),
          client(packets(3, "SECRETSECRET")), target(packets(4, "\1\4"s)), client(packets(5, "SECRET")),
          target(packets(6, "\1key"s)), client(packets(7, "SECRET")), target(packets(8, ok()))},
         {LOGIN_SEEN, LOGIN_DONE},
         true},
        {"more data and OK in one read",
         {target(hello), client(me), target(answer({"\1\3"s, ok()}, 2))},
         {LOGIN_SEEN, LOGIN_DONE},
         true},
        {"plugin with words of its own",
         {target(hello), client(me), target(packets(2, "\4Password: ")), client(packets(3, "SECRET")),
          target(packets(4, error()))},
         {LOGIN_SEEN, LOGIN_DONE},
         true},
    };
}

std::vector<MysqlConversation> lostConversations()
{
    const std::string noSense = "! the server sent an invalid response";
    const std::string clientSequence = "! the client sent a packet out of sequence";
    const std::uint64_t tls = BASE | SSL;
    const std::uint64_t compressed = BASE | COMPRESS;
    const std::uint64_t zstd = BASE | ZSTD;
    const auto lost = [](const std::string& name, const std::vector<Step>& steps,
                         const std::vector<std::string>& expected) { return busy(talk(name, steps, expected)); };
    const auto early = [](const std::string& name, const std::vector<Step>& steps, const std::string& reason) {
        return MysqlConversation{name, steps, {reason}, false};
    };
    return {
        early("TLS", {target(greeting(tls)), client(tlsRequest() + "\x16\3\1\2\0\1"s), target("\x16\3\3\0\1"s)},
              "! the connection is encrypted (TLS)"),
        early("compression",
              {target(greeting(compressed)), client(login(compressed, "app", "shop")), target(answer({ok()}, 2))},
              "! the connection is compressed"),
        early("zstd", {target(greeting(zstd)), client(login(zstd, "app", "shop"))}, "! the connection is compressed"),
        early("client first", {client(query("SELECT 1"))}, "! the client sent data before the server's greeting"),
        early("another greeting", {target("SSH-2.0-OpenSSH_9\r\n")}, "! the server's greeting is not understood"),
        early("old protocol", {target(packets(0, "\x09"s + "3.20\0"s))}, "! the server's greeting is not understood"),
        early("old login", {target(greeting(BASE)), client(packets(1, "\5\0\0\0\0app\0SECRET"s))},
              "! the login is malformed or uses a protocol older than 4.1"),
        lost("unknown command", {client(command(0x7F))}, {"! the client sent an unknown command"}),
        lost("empty command", {client(packets(0, ""))}, {"! the client sent an unknown command"}),
        lost("command out of sequence", {client(packets(1, "\3SELECT 1"))}, {clientSequence}),
        lost("unasked", {target(answer({ok()}))}, {"! the server sent an unsolicited packet"}),
        lost("response out of sequence", {client(command(0x0E)), target(answer({ok()}, 2))},
             {"> ping", "! the server sent an unsolicited packet"}),
        lost("a second response", {client(command(0x0E)), target(answer({ok(), ok()}))},
             {"> ping", "< ping", "! the server sent an unsolicited packet"}),
        lost("no columns", {client(query("SELECT 1")), target(answer({"\xFE"s + number(0, 8)}))},
             {"> SELECT 1", noSense}),
        lost("rows for a ping", {client(command(0x0E)), target(answer({"\1"s}))}, {"> ping", noSense}),
        lost("an empty packet", {client(command(0x0E)), target(answer({""}))}, {"> ping", noSense}),
        lost("OK without flags", {client(query("SELECT 1")), target(answer({"\0\0\0"s}))}, {"> SELECT 1", noSense}),
        lost("no EOF behind definitions", {client(query("SELECT 1")), target(answer({"\1"s, column("a"), text("1")}))},
             {"> SELECT 1", noSense}),
        lost("OK to a prepare", {client(command(0x16, "SELECT 1")), target(answer({ok()}))},
             {"> prepare: SELECT 1", noSense}),
        lost("response within a file",
             {client(query("LOAD")),
              target(answer({"\xFB"
                             "f"})),
              target(answer({ok()}, 2))},
             {"> LOAD", "! the server sent an unsolicited packet"}),
        lost("file out of sequence",
             {client(query("LOAD")),
              target(answer({"\xFB"
                             "f"})),
              client(packets(3, "1"))},
             {"> LOAD", clientSequence}),
    };
}

std::vector<MysqlConversation> allConversations()
{
    std::vector<MysqlConversation> all = loginConversations();
    append(all, commandConversations());
    append(all, lostConversations());
    return all;
}

} // namespace proximux::mysql::test
