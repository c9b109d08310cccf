#include "fuzz/Fuzz.h"

#include <proximux/protocol/postgresql/ClientStatements.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/SharedFramers.h>

#include <array>
#include <map>
#include <memory>
#include <string>

namespace proximux::fuzz
{

namespace
{

using postgresql::message;
using postgresql::textAt;

/// What a server does with the prepared statements of one session. What a statement does is to say its text.
class Server
{
public:
    std::string answer(Bytes messages)
    {
        std::string said;
        postgresql::eachMessage(messages,
                                [&](char type, Bytes body)
                                {
                                    if (type == 'S')
                                        said += ready();
                                    else if (!_failed)
                                        said += answer(type, body);
                                    else if ((type == 'P' && textAt(body, 0).empty()) ||
                                             (type == 'C' && body == NAMELESS))
                                        _statements.erase(""); // the safe side: nobody knows whether it was done
                                });
        return said;
    }

private:
    std::string ready()
    {
        _failed = false;
        _portal.reset();
        return message('Z', "I");
    }

    std::string answer(char type, Bytes body)
    {
        const std::string first(textAt(body, 0));
        const std::string second(textAt(body, first.size() + 1));
        switch (type)
        {
        case 'Q':
        {
            _statements.erase("");
            const std::string said = run(first);
            return said + ready();
        }
        case 'P':
            return parse(first, second);
        case 'B':
            if (_statements.count(second) == 0)
                return fail("26000");
            _portal = std::make_unique<std::string>(_statements[second]);
            return message('2', {});
        case 'D':
            return _statements.count(first.substr(1)) > 0 ? message('t', _statements[first.substr(1)]) : fail("26000");
        case 'E':
            return _portal != nullptr ? run(*_portal) : fail("34000");
        default:
            _statements.erase(first.substr(1));
            return message('3', {});
        }
    }

    std::string parse(const std::string& name, const std::string& text)
    {
        if (!name.empty() && _statements.count(name) > 0)
            return fail("42P05");
        if (name.empty())
            _statements.erase("");
        if (text == "bad")
            return fail("42601");
        _statements[name] = text;
        return message('1', {});
    }

    std::string run(const std::string& text)
    {
        constexpr Bytes DEALLOCATE = "DEALLOCATE \"";
        if (text == "DISCARD ALL" || text == "DEALLOCATE ALL")
            _statements.erase(_statements.upper_bound(""), _statements.end()); // but for the one without a name
        else if (text.compare(0, DEALLOCATE.size(), DEALLOCATE) == 0)
        {
            const auto end = text.size() - DEALLOCATE.size() - 1;
            if (_statements.erase(text.substr(DEALLOCATE.size(), end)) == 0)
                return fail("26000");
            return message('C', std::string("DEALLOCATE", 11));
        }
        return message('C', text + '\0');
    }

    std::string fail(const char* code)
    {
        _failed = true;
        return message('E', std::string("SERROR\0C", 8) + code + std::string(2, '\0'));
    }

    static constexpr Bytes NAMELESS = Bytes("S\0", 2);

    std::map<std::string, std::string> _statements;
    std::unique_ptr<std::string> _portal;
    bool _failed = false;
};

/// A connection of ours, and what the server knows of it.
struct Line
{
    Server server;
    postgresql::SharedResponseFramer framer;
};

/// A client that shares the connections, and one like it with a server of its own.
struct Client
{
    explicit Client(const std::shared_ptr<postgresql::StatementRegistry>& registry)
        : statements(2, registry)
    {
    }

    postgresql::ClientStatements statements;
    Server own;
};

class World
{
public:
    explicit World(Bytes input)
        : _choices(input)
    {
        for (auto& each : _clients)
            each = std::make_unique<Client>(_registry);
    }

    void run()
    {
        while (!_choices.isEmpty())
        {
            Client& client = *_clients[_choices.byte() % _clients.size()];
            Line& line = _lines[_choices.byte() % _lines.size()];
            ask(client, line, request());
        }
    }

private:
    std::string name()
    {
        constexpr std::array<const char*, 4> NAMES{"a", "b", "c", ""};
        return NAMES[_choices.byte() % NAMES.size()];
    }

    std::string request()
    {
        const std::size_t kind = _choices.byte() % 16;
        if (kind == 0)
            return message('Q', std::string("DISCARD ALL", 12));
        if (kind == 1)
            return message('Q', std::string("DEALLOCATE ALL", 15));
        if (kind == 2)
            return message('Q', "DEALLOCATE \"a\"" + std::string(1, '\0'));
        if (kind == 3)
            return message('Q', std::string("text", 5));
        std::string all;
        for (std::size_t n = kind % 5; n < 5; ++n)
            all += one();
        return all + message('S', {});
    }

    std::string one()
    {
        constexpr std::array<const char*, 4> TEXTS{"select 1", "select 2", "select 3", "bad"};
        const std::string end(1, '\0');
        switch (_choices.byte() % 7)
        {
        case 0:
        case 1:
        {
            const std::string named = name();
            return message('P', named + '\0' + TEXTS[_choices.byte() % TEXTS.size()] + std::string(3, '\0'));
        }
        case 2:
            return message('B', end + name() + std::string(7, '\0'));
        case 3:
            return message('D', 'S' + name() + end);
        case 4:
            return message('C', 'S' + name() + end);
        case 5: // and neither statement nor portal stays, by which it would be done once more
            return message('P', end + "DEALLOCATE ALL" + std::string(3, '\0')) +
                   message('B', end + end + std::string(6, '\0')) + message('E', std::string(5, '\0')) +
                   message('P', end + "select 1" + std::string(3, '\0')) +
                   message('B', end + end + std::string(6, '\0'));
        default:
            return message('E', std::string(5, '\0'));
        }
    }

    void ask(Client& client, Line& line, const std::string& request)
    {
        if (isPreparedAtOnce(client, request))
            return;
        std::string said;
        client.statements.begin();
        if (request.front() == 'Q')
            client.statements.forgetUnnamed();
        client.statements.write(request, {_login}, static_cast<postgresql::LaneStatements&>(*line.framer.memory()),
                                said);
        const std::string told = heard(line, line.server.answer(said));
        check(told == client.own.answer(request), "a client gets what a server of its own would answer");
    }

    /// One that only prepares what is known.
    bool isPreparedAtOnce(Client& client, const std::string& request)
    {
        const std::string end = message('S', {});
        const Bytes body = Bytes(request).substr(postgresql::HEADER);
        const bool isAlone =
            request.front() == 'P' && 1 + postgresql::lengthAt(request, 1) + end.size() == request.size();
        if (!isAlone || !client.statements.prepareKnown(body.substr(0, body.size() - end.size()), _login))
            return false;
        check(client.own.answer(request) == message('1', {}) + message('Z', "I"),
              "what is known is what a server knows");
        return true;
    }

    /// What the client gets of this response, which comes in pieces.
    std::string heard(Line& line, const std::string& response)
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
                if (!traits.swallowed)
                    told += traits.instead.empty() ? input.substr(0, taken) : std::string(traits.instead);
            }
        }
        check(input.empty(), "a response is whole");
        return told;
    }

    Choices _choices;
    std::shared_ptr<postgresql::StatementRegistry> _registry = std::make_shared<postgresql::StatementRegistry>();
    std::shared_ptr<const Login> _login = std::make_shared<Login>();
    std::array<std::unique_ptr<Client>, 3> _clients;
    std::array<Line, 2> _lines;
};

} // namespace

void runPrepared(std::string_view, Bytes input)
{
    World(input).run();
}

} // namespace proximux::fuzz
