#include "fuzz/Fuzz.h"

#include "simulation/SmallMysql.h"
#include "support/NoDigests.h"

#include <proximux/Number.h>
#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/LaneStatements.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace proximux::fuzz
{

namespace
{

namespace code = mysql::code;

constexpr std::uint64_t SAID = mysql::capability::MYSQL | mysql::capability::PROTOCOL_41 |
                               mysql::capability::SECURE_CONNECTION | mysql::capability::PLUGIN_AUTH;

SmallMysql sessionOf()
{
    return {false, SmallMysql::Identity{"user", "", 45, SAID}};
}

/// A connection of ours, and the session of the target on it.
struct MysqlLine
{
    SmallMysql session = sessionOf();
    mysql::SharedResponseFramer framer;
};

/// A client that shares the connections, and one like it with a session of its own.
struct MysqlGuest
{
    explicit MysqlGuest(const ConversationSettings& settings)
        : session(settings)
    {
        RequestTraits traits;
        session.begin(7, "10.0.0.1");
        check(session.opened(traits) && traits.local, "a client is greeted");
        std::string login;
        appendNumber(login, SAID, 4, ByteOrder::little);
        login.append(4, '\0').append(1, '\x2d').append(23, '\0').append("user").append(2, '\0');
        login.append(mysql::NATIVE_PASSWORD).append(1, '\0');
        RequestTraits entering;
        session.request(mysql::packetOf(1, login), true, entering);
        check(entering.greets, "a client is let in");
        std::string text;
        session.translate(std::string("\2\0", 2) + mysql::greetingOf(*commonsOf(settings).target), entering, text);
    }

    static const mysql::SharedCommons& commonsOf(const ConversationSettings& settings)
    {
        return static_cast<const mysql::SharedCommons&>(*settings.commons);
    }

    mysql::ClientSession session;
    SmallMysql own = sessionOf();
    std::map<std::uint32_t, std::uint32_t> ids; ///< those of its own session, by those that it was told
};

/// Of errors their code alone, without the ids of statements.
std::string comparableAnswer(Bytes bytes, bool prepares)
{
    std::string text;
    for (bool isFirst = true; !bytes.empty(); isFirst = false)
    {
        std::string packet(bytes.substr(0, mysql::HEADER + mysql::lengthOf(bytes)));
        bytes.remove_prefix(packet.size());
        if (packet[mysql::HEADER] == mysql::ERROR_PACKET)
            packet.resize(mysql::HEADER + 3);
        if (packet[mysql::HEADER] == mysql::ERROR_PACKET)
            packet.erase(0, mysql::HEADER - 1);
        else if (prepares && isFirst)
            packet.erase(mysql::HEADER + 1, 4);
        text += packet;
    }
    return text;
}

class MysqlWorld
{
public:
    explicit MysqlWorld(Bytes input)
        : _choices(input)
    {
        _authenticator->change({AuthMethod::trust, nullptr, {}});
        mysql::Greeting target;
        target.capabilities = 0x81FFF7DF;
        target.version = "8.0";
        target.status = mysql::status::AUTOCOMMIT;
        target.nonce = std::string(mysql::NONCE, 'a');
        target.plugin = mysql::NATIVE_PASSWORD;
        auto commons = std::make_shared<mysql::SharedCommons>();
        commons->target = target;
        ConversationSettings settings;
        settings.authenticator = _authenticator;
        settings.commons = commons;
        settings.statements = 2;
        settings.pins = true;
        for (auto& each : _guests)
            each = std::make_unique<MysqlGuest>(settings);
    }

    void run()
    {
        while (!_choices.isEmpty())
        {
            MysqlGuest& guest = *_guests[_choices.byte() % _guests.size()];
            MysqlLine& line = _lines[_choices.byte() % _lines.size()];
            const auto [said, own] = request(guest);
            ask(guest, line, said, own);
        }
    }

private:
    static std::string command(std::uint8_t which, const std::string& text)
    {
        return mysql::packetOf(0, std::string(1, static_cast<char>(which)) + text);
    }

    /// For the guest, and for the session of its own.
    std::pair<std::string, std::string> request(const MysqlGuest& guest)
    {
        constexpr std::array<const char*, 5> TEXTS{"select ?", "select 5", "select 6", "select wrong",
                                                   "update t set a = ?"};
        const std::size_t kind = _choices.byte() % 8;
        if (kind < 2)
        {
            const std::string said = command(code::STMT_PREPARE, TEXTS[_choices.byte() % TEXTS.size()]);
            return {said, said};
        }
        if (kind == 2)
        {
            const std::string said = command(code::QUERY, "select 7");
            return {said, said};
        }
        std::uint32_t id = static_cast<std::uint32_t>(_choices.byte() % 6);
        id = id == 5 ? 0xFFFFFFFF : id;
        const auto found = guest.ids.find(id);
        const std::uint32_t own = id == 0xFFFFFFFF || found == guest.ids.end() ? id : found->second;
        std::string more;
        std::uint8_t which = code::STMT_EXECUTE;
        if (kind == 3)
            which = code::STMT_CLOSE;
        else if (kind == 4)
            which = code::STMT_RESET;
        else
            more = values();
        const bool isThere = id == 0xFFFFFFFF || found != guest.ids.end();
        return {command(which, number(id) + more), command(which, number(isThere ? own : 0) + more)};
    }

    static std::string number(std::uint32_t value)
    {
        std::string bytes;
        appendNumber(bytes, value, 4, ByteOrder::little);
        return bytes;
    }

    /// Of one parameter, with its types or without them.
    std::string values()
    {
        const std::size_t how = _choices.byte() % 4;
        std::string bytes = std::string("\0\1\0\0\0\0", 6) + (how == 0 ? '\0' : '\1');
        if (how != 0)
            bytes += std::string(1, how == 1 ? '\xFE' : how == 2 ? '\xFD' : '\x0F') + '\0';
        return bytes + "\1" + static_cast<char>('0' + how);
    }

    void ask(MysqlGuest& guest, MysqlLine& line, const std::string& said, const std::string& own)
    {
        const auto which = static_cast<std::uint8_t>(said[mysql::HEADER]);
        RequestTraits traits;
        guest.session.request(said, true, traits);
        checkEdges(traits);
        std::string got;
        if (traits.local)
            got = traits.reply;
        else if (!prepares(guest, line, said, traits, got))
            got = sent(guest, line, said, traits);
        const std::string expected = guest.own.hear(own);
        check(comparableAnswer(got, which == code::STMT_PREPARE) ==
                  comparableAnswer(expected, which == code::STMT_PREPARE),
              "a client gets what a server of its own would answer");
        if (which == code::STMT_PREPARE && got[mysql::HEADER] == mysql::OK_PACKET)
            guest.ids[idIn(got)] = idIn(expected);
        if (which == code::STMT_CLOSE)
            guest.ids.erase(idIn(said));
    }

    static void checkEdges(const RequestTraits& traits)
    {
        check(traits.pins == 0, "nothing of this pins its client");
        check(!traits.last, "and nothing is its end");
    }

    static std::uint32_t idIn(Bytes packet)
    {
        return static_cast<std::uint32_t>(numberAt(packet, mysql::HEADER + 1, 4, ByteOrder::little));
    }

    /// What its connection lacks is made there first. True: the request failed with that, and this is the answer.
    static bool prepares(MysqlGuest& guest, MysqlLine& line, const std::string& said, const RequestTraits& traits,
                         std::string& got)
    {
        if (!traits.fitted)
            return false;
        for (;;)
        {
            Prelude prelude = guest.session.prelude(said, traits, *line.framer.memory());
            if (prelude.fails)
            {
                got = prelude.reply;
                return true;
            }
            if (prelude.dialog == nullptr)
                return false;
            std::string came = heardBy(line, prelude.dialog->opening());
            LoginDialog::Step step;
            while (step.state == LoginAnswer::State::more)
            {
                step = prelude.dialog->hear(came);
                came.erase(0, step.taken);
                check(step.taken > 0, "a target answers all that a prelude says");
                came += heardBy(line, step.says);
            }
            check(step.state == LoginAnswer::State::accepted, "a connection stays of use");
        }
    }

    /// What the target answers to these packets.
    static std::string heardBy(MysqlLine& line, Bytes packets)
    {
        std::string answers;
        while (!packets.empty())
        {
            const Bytes packet = packets.substr(0, mysql::HEADER + mysql::lengthOf(packets));
            answers += line.session.hear(packet);
            packets.remove_prefix(packet.size());
        }
        return answers;
    }

    std::string sent(MysqlGuest& guest, MysqlLine& line, const std::string& said, const RequestTraits& traits)
    {
        std::string text = said;
        if (traits.fitted)
        {
            text.clear();
            guest.session.fit(said, true, traits, *line.framer.memory(), text);
        }
        if (traits.answered)
            line.framer.expect(traits.hint);
        const std::string response = heardBy(line, text);
        std::string got = traits.answered ? heard(line, response) : response;
        if (traits.translated)
        {
            std::string translated;
            const std::size_t first = mysql::HEADER + mysql::lengthOf(got);
            guest.session.translate(Bytes(got).substr(0, first), traits, translated);
            got = translated + got.substr(first);
        }
        if (traits.answered)
            guest.session.told(line.framer.traits().tells);
        return got;
    }

    /// What the client gets of this response, which comes in pieces.
    std::string heard(MysqlLine& line, const std::string& response)
    {
        const std::size_t piece = 1 + _choices.byte() % 32;
        std::string told;
        std::string input;
        for (std::size_t at = 0; at < response.size(); at += piece)
        {
            input += response.substr(at, piece);
            for (std::size_t taken = 1; taken > 0 && !input.empty(); input.erase(0, taken))
            {
                const Framer::Progress progress = line.framer.feed(input);
                check(progress.kind != Framer::Progress::Kind::malformed, "the server answers what was asked");
                const ResponseTraits& traits = line.framer.traits();
                taken = progress.taken;
                told += traits.instead.empty() ? input.substr(0, taken) : std::string(traits.instead);
            }
        }
        check(input.empty(), "a response is whole");
        return told;
    }

    Choices _choices;
    NoDigests _digests;
    std::shared_ptr<auth::Authenticator> _authenticator = std::make_shared<auth::Authenticator>(_digests, "key");
    std::array<std::unique_ptr<MysqlGuest>, 3> _guests;
    std::array<MysqlLine, 2> _lines;
};

} // namespace

void runMysqlPrepared(std::string_view, Bytes input)
{
    MysqlWorld(input).run();
}

} // namespace proximux::fuzz
