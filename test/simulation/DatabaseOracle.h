#pragma once

#include "simulation/Oracle.h"
#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace proximux
{

/// Database: one session at a server. Request: what is remembered of one until its answer has come.
template <class Database, class Request>
struct DatabaseClient
{
    ClientId id;
    std::optional<Database> own; ///< a session of its own, in which the same is said; nothing: not in yet
    std::deque<Request> asked;   ///< requests, of which the answer is not there
    std::string says;            ///< not yet sent
    std::string heard;           ///< of the present answer
    bool ended = false;
    bool told = false; ///< by an error that it is closed
};

template <class Database>
struct DatabaseTarget
{
    TargetId id;
    std::optional<Database> session; ///< nothing: not signed in
    std::string inbox;
    std::string answer; ///< to be said
    bool open = false;
    bool isEnding = false; ///< it has said its last words
};

/// What an Oracle is for other protocols, for databases: targets are small databases, and clients change their sessions
/// in all ways, in transactions and out of them, whole and torn. Each client has a session of its own beside, in which
/// the same is said: each answer must be what that says, byte for byte, or an error of ours, behind which that session
/// goes on as if the target had said it. A derived class knows what is said; it calls start() when it is there.
template <class Client, class Target>
class DatabaseOracle : protected Crowd<Client, Target>
{
public:
    /// Until all requests are answered.
    void run()
    {
        this->addClients(_settings.clients);
        while (_made < _settings.requests)
            step();
        _settings.faults = false; // who is still there gets all
        this->serveAll();
    }

    [[nodiscard]] const Oracle::Numbers& numbers() const { return _numbers; }

protected:
    using Base = Crowd<Client, Target>;

    explicit DatabaseOracle(const OracleSettings& settings)
        : Base(settings.connections, settings.seed)
        , _settings(settings)
    {
    }

    void start()
    {
        this->begin(options());
        this->world.records = false;
    }

    // ---- what is said

    virtual void adjust(MultiplexerSettings&) const {}

    /// A client says something, if it has something to say: its login, or one more request.
    virtual void speakUp(Client& client) = 0;

    /// Bytes came for a client.
    virtual void hear(Client& client, const std::string& bytes) = 0;

    /// What a target says at rest before it ends.
    [[nodiscard]] virtual std::string lastWords() const = 0;

    /// What it says at any time; empty: nothing.
    [[nodiscard]] virtual std::string aside() const { return {}; }

    /// It has opened.
    virtual void targetGreets(Target&) {}

    /// Whether this client may have one more request under way.
    [[nodiscard]] bool mayAsk(const Client& client) const
    {
        return client.own && client.says.empty() && client.asked.size() < (client.id.slot % 5 == 0 ? 3 : 1) &&
               _made < _settings.requests;
    }

    [[nodiscard]] bool isAnna(const Client& client) const { return client.id.slot % 3 != 0; }

    /// A request of the client's begins.
    void asks(Client& client, const std::string& bytes)
    {
        client.says += bytes;
        ++_made;
    }

    /// One of these.
    template <class T>
    T one(std::initializer_list<T> all)
    {
        return *std::next(all.begin(), static_cast<std::ptrdiff_t>(this->random(all.size())));
    }

    std::string one(std::initializer_list<const char*> texts) { return one<const char*>(texts); }

    [[nodiscard]] const OracleSettings& settings() const { return _settings; }
    Oracle::Numbers& count() { return _numbers; }

    [[noreturn]] void fail(const std::string& what) const override
    {
        std::string text = what;
        std::replace_if(
            text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, '.');
        throw OracleFailure(text + " [" + _settings.protocol + ", " + std::to_string(_settings.connections) +
                            " connections, seed " + std::to_string(_settings.seed) + "]");
    }

    [[nodiscard]] bool waits(const Client& client) const override { return !client.asked.empty() && !client.told; }

private:
    [[nodiscard]] Simulation::Options options()
    {
        Simulation::Options made;
        made.protocol = _settings.protocol;
        made.connections = _settings.connections;
        made.seed = _settings.seed;
        made.backoff = {Duration::milliseconds(1), Duration::milliseconds(10)};
        MultiplexerSettings& mux = made.exchange;
        mux.maxPinned = _settings.connections - 1;
        mux.conversation.pins = mux.maxPinned > 0;
        mux.conversation.statements = 4;
        mux.personal = mux.speaksAtRest = true;
        mux.responseTimeout = Duration::off();
        mux.responseBuffer = 2000;
        mux.requestBuffer = 300;
        mux.reconnects = 0;
        mux.switchDelay = Duration::milliseconds(20);
        mux.pinTimeout = Duration::milliseconds(100);
        mux.pinIdleTimeout = Duration::milliseconds(100);
        mux.queueTimeout = Duration::milliseconds(500);
        mux.lifetime = _settings.reloads ? Duration::milliseconds(300) : Duration::off();
        mux.conversation.authenticator = std::make_shared<auth::Authenticator>(_digests, "key");
        mux.conversation.authenticator->change({AuthMethod::trust, nullptr, {}});
        adjust(mux);
        return made;
    }

    void step()
    {
        Client& client = this->anyClient();
        if (this->chance(2))
            clientReads(client);
        else
            clientSpeaks(client);
        this->look();
        this->targetTurns(3);
        endErrands();
        if (_settings.faults && this->chance(300) && !this->_targets.empty())
            targetFails(this->anyTarget());
        this->look();
        if (_settings.faults && this->chance(200))
            clientLeaves(this->anyClient());
        this->look();
        timePasses(static_cast<std::int64_t>(this->random(2000)));
    }

    void timePasses(std::int64_t us) override
    {
        endErrands();
        Base::timePasses(us);
    }

    // ---- clients

    /// Some ask for several things at once; what a request is depends on the transaction that it may be in by then.
    void clientSpeaks(Client& client) override
    {
        const World::Client& side = this->world.client(client.id);
        if (client.ended || side.fin)
            return;
        speakUp(client);
        if (side.held || client.says.empty())
            return;
        const std::size_t some = this->chance(2) ? client.says.size() : 1 + this->random(client.says.size());
        const std::string bytes = client.says.substr(0, std::min(some, side.limit));
        client.says.erase(0, bytes.size());
        this->exchange->request(client.id, bytes, this->now);
    }

    void clientReads(Client& client) override
    {
        World::Client& side = this->world.client(client.id);
        if (this->reads(client.id, side, 4, 100) || !side.fin || client.ended)
            return;
        client.ended = true;
        this->exchange->clientEnded(client.id, this->now);
    }

    void clientLeaves(Client& client)
    {
        if (client.ended)
            return;
        ++_numbers.left;
        if (this->chance(2) || this->world.client(client.id).held)
            return this->exchange->clientLost(client.id, this->now);
        client.ended = true;
        client.says.clear();
        this->exchange->clientEnded(client.id, this->now);
    }

    void lookAtClient(Client& client) override
    {
        if (this->world.has(client.id))
            return hear(client, std::exchange(this->world.client(client.id).sent, std::string()));
        const auto found = this->world.closedClients.find(client.id.slot);
        const World::Closed closed = found->second;
        this->world.closedClients.erase(found);
        hear(client, closed.last.sent);
        const bool left =
            client.ended || closed.reason == CloseReason::clientLost || closed.reason == CloseReason::ended;
        if (!left && !client.told && !_settings.faults)
            fail("a client was closed without a word: " + std::string(toString(closed.reason)));
        _numbers.closed += left ? 0 : 1;
        this->replace(client);
    }

    // ---- targets

    void targetActs(Target& target) override
    {
        if (!target.open)
            return targetOpens(target);
        if (_settings.faults && target.session && target.answer.empty() && this->chance(100))
            target.answer = aside();
        if (!target.answer.empty() && !this->chance(3))
            speak(target);
        if (this->world.has(target.id))
            this->reads(target.id, this->world.target(target.id), 4, 200);
    }

    void targetOpens(Target& target)
    {
        if (_settings.faults && this->chance(20))
            return this->exchange->targetFailed(target.id, this->now);
        target.open = true;
        this->world.target(target.id).held = false;
        targetGreets(target);
        this->exchange->targetOpened(target.id, this->now);
    }

    void targetFails(Target& target)
    {
        ++_numbers.killed;
        if (!target.open)
            return this->exchange->targetFailed(target.id, this->now);
        if (target.answer.empty() && this->chance(2))
        {
            target.isEnding = true; // which may cross a request
            this->exchange->response(target.id, lastWords(), this->now);
            if (!this->world.has(target.id))
                return;
        }
        if (this->chance(2))
            this->exchange->targetEnded(target.id, this->now);
        else
            this->exchange->targetLost(target.id, this->now);
    }

    /// The next piece of what it says; it is read at once, but while it is held.
    void speak(Target& target)
    {
        if (this->world.target(target.id).held)
            return;
        const std::size_t n = this->chance(2) ? target.answer.size() : 1 + this->random(target.answer.size());
        const std::string bytes = target.answer.substr(0, n);
        target.answer.erase(0, n);
        this->exchange->response(target.id, bytes, this->now);
    }

    void targetClosed(Target& target, const World::Closed& closed) override
    {
        if (target.isEnding)
            return;
        if (closed.reason == CloseReason::desync || closed.reason == CloseReason::malformedResponse)
            fail(std::string("a connection was closed for nothing: ") + toString(closed.reason));
    }

    /// Whoever asks for an end has been heard: nothing here takes so long that it would be stopped.
    void endErrands()
    {
        for (const auto& errand : std::exchange(this->world.errands, {}))
            this->exchange->errandEnded(errand.number, ErrandEnd::heard, this->now);
        this->look();
    }

    OracleSettings _settings;
    NoDigests _digests;
    std::size_t _made = 0;
    Oracle::Numbers _numbers;
};

} // namespace proximux
