#include <proximux/proxy/AccessHook.h>

#include <proximux/telemetry/ClientRecord.h>

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <optional>
#include <utility>

namespace proximux
{

namespace
{

constexpr const char* NO_REASON = "without a reason";
constexpr std::size_t MOST_OF_REASON = 200;

/// The question about a client, a line. Addresses are as they are, whatever the log masks.
std::string questionOf(const ClientInfo& client, const std::string& service)
{
    JsonText question;
    question.add("client", client.address)
        .add("port", std::int64_t{client.port})
        .add("id", static_cast<std::int64_t>(client.number));
    if (!service.empty())
        question.add("service", service);
    if (client.process)
        question.add("uid", std::int64_t{client.process->uid}).add("pid", client.process->pid);
    if (client.announced != nullptr)
    {
        const Announcement& told = *client.announced;
        question.add("via", told.via.host);
        for (const auto& [name, value] :
             {std::pair("uniqueId", &told.uniqueId), std::pair("authority", &told.authority),
              std::pair("certificate", &told.certificateName)})
            if (!value->empty())
                question.add(name, *value);
    }
    return question.toString() + "\n";
}

/// What an answer says: why the client is refused, or an empty text. Nothing: it is no answer.
std::optional<std::string> refusalOf(const std::string& line)
{
    try
    {
        const auto answer = Poco::JSON::Parser().parse(line).extract<Poco::JSON::Object::Ptr>();
        const Poco::Dynamic::Var allow = answer->get("allow");
        if (!allow.isEmpty() && !allow.isBoolean())
            return std::nullopt;
        if (!allow.isEmpty() && allow.extract<bool>())
            return std::string();
        return "access.hook: " + answer->optValue<std::string>("reason", NO_REASON).substr(0, MOST_OF_REASON);
    }
    catch (const Poco::Exception&)
    {
        return std::nullopt;
    }
}

} // namespace

/// The connection to the program.
class AccessHook::Talk : public Connection
{
public:
    Talk(Reactor& reactor, Scratch& scratch, AccessHook& hook)
        : Connection(reactor, scratch)
        , _hook(hook)
    {
    }

protected:
    void received(Bytes bytes) override { _hook.received(bytes); }
    void ended() override { _hook.failed("it has closed the connection"); }
    void sent(std::size_t) override {}
    void lost(int error, const char*) override { _hook.failed(sockets::errorText(error)); }
    void broken() override { _hook.failed("internal error"); }
    [[nodiscard]] bool isReadToTheEnd() const override { return true; }

private:
    AccessHook& _hook;
};

AccessHook::AccessHook(Reactor& reactor, Scratch& scratch, ArrivalReport& report, AccessHookListener& listener)
    : _reactor(reactor)
    , _scratch(scratch)
    , _report(report)
    , _listener(listener)
    , _failures(Duration::seconds(60))
{
}

AccessHook::~AccessHook()
{
    _reactor.cancel(_timer);
}

void AccessHook::ask(const ClientInfo& client, const AccessHookSettings& settings)
{
    if (settings.path != _settings.path)
        failed("a reload has set another");
    _settings = settings;
    const std::string question = questionOf(client, _report.runtime().configuration()->service);
    if (_talk)
        _talk->send(question);
    else
        _unsent += question;
    if (!_talk && !_connector)
    {
        ConnectListener& listener = *this;
        _connector = std::make_unique<Connector>(_reactor, _report.runtime().resolver, listener);
        _connector->start({"", 0, settings.path}, _reactor.now() + settings.timeout);
    }
    _asked.push_back({client.number, _reactor.now() + settings.timeout});
    if (_asked.size() == 1)
        arm();
}

void AccessHook::connected(const Poco::Net::StreamSocket& socket)
{
    _reactor.dispose(std::move(_connector)); // deferred: the connector is the caller
    _talk = std::make_unique<Talk>(_reactor, _scratch, *this);
    _talk->open(std::make_unique<PlainTransport>(socket, true));
    _talk->hold(false);
    _talk->send(std::exchange(_unsent, {}));
}

void AccessHook::connectFailed(const ConnectError& error)
{
    failed(error.reason);
}

void AccessHook::received(Bytes bytes)
{
    _input += bytes;
    for (std::size_t end = _input.find('\n'); end != std::string::npos; end = _input.find('\n'))
    {
        const std::string line = _input.substr(0, end);
        _input.erase(0, end + 1);
        if (!answered(line))
            return;
    }
    if (_input.size() > MOST_OF_LINE)
        return failed("an answer longer than " + std::to_string(MOST_OF_LINE) + " bytes");
    arm();
}

/// Returns whether it was an answer.
bool AccessHook::answered(const std::string& line)
{
    const auto refusal = refusalOf(line);
    if (_asked.empty() || !refusal)
    {
        failed(refusal ? "an answer to no question" : "an answer that is no JSON object");
        return false;
    }
    const std::uint64_t number = _asked.front().number;
    _asked.pop_front();
    _listener.judged(number, *refusal);
    return true;
}

/// Gives up the connection, and with it all that was asked: a later answer could be taken for another's.
void AccessHook::failed(const std::string& why)
{
    if (_talk)
        _talk->close(true);
    _reactor.dispose(std::move(_talk));
    _reactor.dispose(std::move(_connector));
    _unsent.clear();
    _input.clear();
    const auto asked = std::exchange(_asked, {});
    arm();
    if (!asked.empty())
        tell(why);
    for (const Question& each : asked)
        _listener.judged(each.number, _settings.admits ? "" : "access.hook: it does not answer");
}

void AccessHook::tell(const std::string& why)
{
    const auto before = _failures.admit("", _reactor.now());
    if (!before)
        return;
    const std::string text = "unix:" + _settings.path + ": " + why + "; clients are " +
                             (_settings.admits ? "admitted" : "refused") + " (access.hook_failure)" +
                             (*before > 0 ? "; " + std::to_string(*before) + " more since the last record" : "");
    proximux::tell(_report.runtime(), LogScope::server, "AccessHookError", text);
}

/// For the oldest question.
void AccessHook::arm()
{
    _reactor.cancel(_timer);
    if (!_asked.empty())
        _timer = _reactor.at(_asked.front().due, [this] { expired(); });
}

void AccessHook::expired()
{
    failed("no answer within access.hook_timeout");
}

} // namespace proximux
