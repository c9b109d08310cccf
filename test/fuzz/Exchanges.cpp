#include "fuzz/Fuzz.h"
#include "support/SharedWorld.h"

#include <proximux/exchange/AutoExchange.h>
#include <proximux/exchange/mux/FramedExchange.h>
#include <proximux/exchange/mux/RawExchange.h>
#include <proximux/protocol/Registry.h>

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace proximux::fuzz
{

namespace
{

/// A protocol, and what is often said in it, so that an input of few bytes gets somewhere.
struct Language
{
    const char* name;
    bool ids;
    std::vector<std::string> requests;
    std::vector<std::string> responses;
};

using namespace std::string_literals;

const std::vector<Language>& languages()
{
    static const std::vector<Language> ALL = {
        {"raw", false, {"question", "more"}, {"answer", "more"}},
        {"line", false, {"question\n", "que"}, {"answer\n", "ans"}},
        {"length", true, {"\0\0\0\4aabb"s, "\0\0\0\6bbccdd"s, "\0\0\0\40"s}, {"\0\0\0\5aacc\n"s, "\0\0\0\7bb"s}},
        {"resp",
         false,
         {"*1\r\n$4\r\nPING\r\n", "*1\r\n$5\r\nMULTI\r\n", "*1\r\n$4\r\nEXEC\r\n",
          "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nx\r\n", "*1\r\n$11\r\nUNSUBSCRIBE\r\n", "*1\r\n$5\r\nRESET\r\n",
          "*1\r\n$4\r\nQUIT\r\n", "*2\r\n$5\r\nWATCH\r\n$1\r\na\r\n", "*3\r\n$5\r\nBLPOP\r\n$1\r\na\r\n$1\r\n0\r\n",
          "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n", "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n", "get a\r\n",
          "*4\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$4\r\nSKIP\r\n", "*1\r\n$7\r\nMONITOR\r\n"},
         {"+OK\r\n", "$3\r\nabc\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n",
          "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n", "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$1\r\ny\r\n", "-ERR no\r\n",
          "*-1\r\n", "*2\r\n+a\r\n"}},
        {"memcached",
         false,
         {"get a\r\n", "set a 0 0 1\r\nx\r\n", "set a 0 0 1 noreply\r\nx\r\n", "mg a v\r\n", "mg a v q\r\n", "mn\r\n",
          "quit\r\n", "stats\r\n", "stats detail dump\r\n", "\x80\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"s,
          "\x80\x09\0\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0k"s},
         {"STORED\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n", "END\r\n", "EN\r\n", "MN\r\n", "ERROR\r\n", "HD\r\n",
          "\x81\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"s}},
        {"http",
         false,
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          "GET / HTTP/1.0\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
          "abc", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "0\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"},
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
          "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhi"}},
        {"modbus",
         true,
         {"\0\1\0\0\0\6\1\3\0\0\0\1"s, "\0\2\0\0\0\6\2\6\0\0\0\1"s, "\0\1\0\0\0\6\1"s},
         {"\0\0\0\0\0\5\1\3\2\0\1"s, "\0\1\0\0\0\6\2\6\0\0\0\1"s, "\0\0\0\0\0\3\1\x83\2"s}},
        {"dns",
         true,
         {"\0\x11\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1"s, "\0\x13\0\2\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"s},
         {"\0\x11\0\0\x81\0\0\1\0\0\0\0\0\0\0\0\1\0\1"s, "\0\x13\0\1\x81\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"s}},
        {"auto",
         false,
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "*1\r\n$4\r\nPING\r\n", "G", "*", "other"},
         {"x", "HTTP/1.1 204 No\r\n\r\n", "+PONG\r\n", "-ERR\r\n"}},
    };
    return ALL;
}

/// An exchange with its pool, and the peers that the input plays.
class Play
{
public:
    explicit Play(Bytes input)
        : _choices(input)
        , _language(languages()[_choices.byte() % languages().size()])
        , _connections(1 + _choices.byte() % 3)
        , _health(1, {Duration::milliseconds(10), Duration::milliseconds(100)}, 1)
    {
        const std::size_t options = _choices.byte();
        _world.records = false;
        SharedPoolSettings places;
        places.targets.assign(_connections, 0);
        places.pipeline = _settings.pipeline = 1 + options % 8;
        _settings.fair = _connections > 1;
        _settings.byId = _language.ids && options % 16 >= 8;
        _settings.maxTied = _connections - 1;
        _settings.conversation = {_connections > 1, options % 32 >= 16 ? "secret" : "", 0, true, 400, false};
        _settings.maxRequests = 4;
        _settings.maxQueue = 12;
        _settings.requestBuffer = 400;
        _settings.responseBuffer = 300;
        _settings.totalBuffer = 2000;
        _settings.idleTimeout = Duration::seconds(200);
        _settings.inactiveTimeout = Duration::seconds(100);
        _settings.settle = Duration::milliseconds(options % 64 >= 32 ? 10 : 0);
        if (options >= 128)
            _settings.prologues.push_back({"hello\r\n", "+OK\r\n"});
        if (std::string_view(_language.name) == "auto")
        {
            const auto claims = std::make_shared<PlaceClaims>(_connections);
            const auto make = [this, places, claims](std::string_view name)
            {
                AutoExchange::Tenant made;
                made.pool = std::make_unique<SharedPool>(places, _health, _world, claims);
                made.exchange = makeExchange(name, *made.pool);
                return made;
            };
            auto automatic = std::make_unique<AutoExchange>(
                AutoExchangeSettings{Duration::seconds(200), Duration::seconds(5), 400}, _world, make);
            _automatic = automatic.get();
            _exchange = std::move(automatic);
            return;
        }
        _pool = std::make_unique<SharedPool>(places, _health, _world);
        auto shared = makeExchange(_language.name, *_pool);
        _shared = shared.get();
        _exchange = std::move(shared);
    }

    void run()
    {
        while (!_choices.isEmpty())
        {
            happens();
            look();
        }
        _exchange->closeAll(CloseReason::stopped, _now);
        look();
        check(_exchange->size() == 0 && _world.clients.empty() && _world.targets.empty(), "the end leaves nobody");
        check(_world.ended == _world.tags, "each request ends, once");
        const SharedExchange::Usage left = usage();
        check(left.kept == 0 && left.queued == 0 && left.tied == 0, "the end leaves nothing");
    }

private:
    struct Target
    {
        TargetId id;
        bool open = false;
        bool ended = false;
    };

    [[nodiscard]] SharedExchange::Usage usage() const
    {
        return _shared != nullptr ? _shared->usage() : _automatic->usage();
    }

    std::unique_ptr<SharedExchange> makeExchange(std::string_view name, SharedPool& pool)
    {
        std::unique_ptr<SharedExchange> made;
        if (name == "raw")
            made = std::make_unique<RawExchange>(_settings, _world, pool);
        else
        {
            Framing framing;
            framing.maxMessage = 2000;
            if (_settings.byId && name == "length")
                framing.requestId = framing.responseId = IdField{4, 2, ByteOrder::big};
            std::shared_ptr<Protocol> protocol = findProtocol(name)->make(framing);
            SharedExchangeSettings settings = _settings;
            settings.requestId = protocol->requestId();
            settings.responseId = protocol->responseId();
            made = std::make_unique<FramedExchange>(settings, _world, pool, std::move(protocol));
        }
        return made;
    }

    void happens()
    {
        const std::size_t choice = _choices.byte();
        const std::size_t who = choice / 16;
        switch (choice % 16)
        {
        case 0:
            return join();
        case 1:
        case 2:
            return clientSays(who, pick(_language.requests));
        case 3:
            return clientSays(who, std::string(_choices.bytes(_choices.byte())));
        case 4:
            return targetOpens(who);
        case 5:
        case 6:
            return targetSays(who, pick(_language.responses));
        case 7:
            return targetSays(who, std::string(_choices.bytes(_choices.byte())));
        case 8:
            return targetEchoes(who);
        case 9:
            return clientLeaves(who);
        case 10:
            return targetLeaves(who);
        case 11:
            return clientReads(who);
        case 12:
            return targetReads(who);
        case 13:
            return pass(static_cast<std::int64_t>(_choices.byte()) << who);
        case 14:
            return pass(0);
        default:
            if (who == 15)
                _exchange->drain(_now);
            else if (who == 14)
                _exchange->warmUp(_now);
        }
    }

    std::string pick(const std::vector<std::string>& from) { return from[_choices.byte() % from.size()]; }

    ClientId* client(std::size_t who) { return _clients.empty() ? nullptr : &_clients[who % _clients.size()]; }
    Target* target(std::size_t who) { return _targets.empty() ? nullptr : &_targets[who % _targets.size()]; }

    void join()
    {
        if (_clients.size() >= 8)
            return;
        _clients.push_back(_world.addClient());
        _exchange->clientOpened(_clients.back(), _now);
    }

    void clientSays(std::size_t who, const std::string& bytes)
    {
        ClientId* const id = client(who);
        if (id == nullptr || bytes.empty() || _finished.count(id->slot) != 0)
            return;
        const SharedWorld::Client& side = _world.client(*id);
        if (side.held)
            return;
        const std::size_t most = side.limit > 0 ? side.limit : bytes.size();
        _exchange->request(*id, Bytes(bytes).substr(0, most), _now);
    }

    void clientLeaves(std::size_t who)
    {
        ClientId* const id = client(who);
        if (id == nullptr)
            return;
        const std::size_t how = _choices.byte() % 4;
        if (how == 0)
            _exchange->clientLost(*id, _now);
        else if (how == 1)
            _exchange->clientFaulted(*id, _now);
        else if (!_world.client(*id).held && _finished.insert(id->slot).second)
            _exchange->clientEnded(*id, _now);
    }

    void clientReads(std::size_t who)
    {
        ClientId* const id = client(who);
        if (id == nullptr)
            return;
        SharedWorld::Client& side = _world.client(*id);
        const std::size_t n = _choices.byte();
        side.room = n == 255 ? std::numeric_limits<std::size_t>::max() : n;
        if (!side.waiting.empty() && n > 0)
            _exchange->clientSent(*id, SharedWorld::take(side, n), _now);
    }

    void targetOpens(std::size_t who)
    {
        Target* const found = target(who);
        if (found == nullptr || found->open)
            return;
        if (_choices.byte() % 4 == 0)
            return _exchange->targetFailed(found->id, _now);
        found->open = true;
        _world.target(found->id).held = false;
        _exchange->targetOpened(found->id, _now);
    }

    void targetSays(std::size_t who, const std::string& bytes)
    {
        Target* const found = target(who);
        if (found == nullptr || !found->open || found->ended || bytes.empty())
            return;
        if (!_world.target(found->id).held)
            _exchange->response(found->id, bytes, _now);
    }

    /// What it got last comes back: with the ids that were asked, that is.
    void targetEchoes(std::size_t who)
    {
        Target* const found = target(who);
        if (found == nullptr)
            return;
        std::string bytes = std::exchange(_world.target(found->id).sent, std::string());
        if (std::string_view(_language.name) == "dns" && bytes.size() > 4)
            bytes[4] = static_cast<char>(bytes[4] | '\x80'); // QR
        targetSays(who, bytes);
    }

    void targetLeaves(std::size_t who)
    {
        Target* const found = target(who);
        if (found == nullptr)
            return;
        const std::size_t how = _choices.byte() % 4;
        if (!found->open)
            _exchange->targetFailed(found->id, _now);
        else if (how == 0)
            _exchange->targetLost(found->id, _now);
        else if (how == 1)
            _exchange->targetFaulted(found->id, _now);
        else if (!found->ended && !_world.target(found->id).held)
        {
            found->ended = true;
            _exchange->targetEnded(found->id, _now);
        }
    }

    void targetReads(std::size_t who)
    {
        Target* const found = target(who);
        if (found == nullptr)
            return;
        SharedWorld::Target& side = _world.target(found->id);
        const std::size_t n = _choices.byte();
        side.room = n == 255 ? std::numeric_limits<std::size_t>::max() : n;
        if (!side.waiting.empty() && n > 0)
            _exchange->targetSent(found->id, SharedWorld::take(side, n), _now);
    }

    void pass(std::int64_t ms)
    {
        _now.us += 1000 * ms;
        check(_exchange->expire(_now) > _now, "what is due is done");
    }

    /// Who is still there; and the limits.
    void look()
    {
        for (const TargetId id : std::exchange(_world.dialled, {}))
            _targets.push_back({id});
        for (std::size_t i = _targets.size(); i-- > 0;)
            if (!_world.has(_targets[i].id))
                _targets.erase(_targets.begin() + static_cast<std::ptrdiff_t>(i));
        for (std::size_t i = _clients.size(); i-- > 0;)
            if (!_world.has(_clients[i]))
                _clients.erase(_clients.begin() + static_cast<std::ptrdiff_t>(i));
        check(_world.targets.size() <= _connections, "no more connections than allowed");
        check(_exchange->size() == _clients.size(), "who is there is counted");
        check(usage().kept <= _settings.totalBuffer + 3200, "what is kept is bounded");
        check(usage().tied <= _settings.maxTied, "no more clients have a connection alone than allowed");
    }

    Choices _choices;
    const Language& _language;
    std::size_t _connections;
    SharedWorld _world;
    Targets _health;
    SharedExchangeSettings _settings;
    std::unique_ptr<SharedPool> _pool;
    std::unique_ptr<Exchange> _exchange;
    SharedExchange* _shared = nullptr;  ///< it, unless it is
    AutoExchange* _automatic = nullptr; ///< this
    Instant _now{1000000};
    std::vector<ClientId> _clients;
    std::set<std::uint32_t> _finished; ///< clients that have said all, by slot
    std::vector<Target> _targets;
};

} // namespace

/// Its first bytes choose the protocol and the settings; each of the others is something that happens.
void runExchanges(std::string_view, Bytes input)
{
    Play(input).run();
}

} // namespace proximux::fuzz
