#include <proximux/proxy/ExchangeFactory.h>

#include <proximux/exchange/FramedExchange.h>
#include <proximux/exchange/RawExchange.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/Resp.h>

namespace proximux
{

namespace
{

/// For protocols of which nothing says that the target may not speak first.
constexpr Duration SETTLE = Duration::milliseconds(10);

ProxyExchangeSettings pairSettings(const Configuration& configuration)
{
    return {configuration.pool.connectTimeout, configuration.pool.inactiveTimeout, configuration.local.idleTimeout,
            configuration.local.halfCloseTimeout};
}

SharedPoolSettings poolSettings(const Configuration& configuration)
{
    SharedPoolSettings settings;
    if (configuration.exchange.mode == Mode::fifo)
        settings.targets.assign(1, SharedPoolSettings::ANY);
    else
        for (std::size_t i = 0; i < configuration.targets.size(); ++i)
            settings.targets.insert(settings.targets.end(), configuration.targets[i].connections, i);
    settings.connectTimeout = configuration.pool.connectTimeout;
    settings.pipeline = configuration.exchange.pipelineInForce();
    return settings;
}

Prologue prologueFor(const Configuration& configuration, const TargetSettings& target)
{
    const RespLogin login = respLogin(target.username, target.password, target.database);
    return {login.says + configuration.pool.prologue, login.expects + configuration.pool.prologueExpect};
}

SharedExchangeSettings sharedSettings(const Configuration& configuration, const ProtocolInfo& protocol)
{
    const ExchangeSettings& exchange = configuration.exchange;
    SharedExchangeSettings settings;
    settings.fair = exchange.mode == Mode::funnel;
    settings.pipeline = exchange.pipelineInForce();
    settings.maxRequests = configuration.local.maxRequests;
    settings.maxQueue = exchange.maxQueue;
    settings.requestBuffer = exchange.requestBuffer;
    settings.responseBuffer = exchange.responseBuffer;
    settings.totalBuffer = exchange.totalBuffer;
    settings.queueTimeout = exchange.queueTimeout;
    settings.responseTimeout = exchange.responseTimeout;
    settings.requestTimeout = exchange.requestTimeout;
    settings.stallTimeout = exchange.stallTimeout;
    settings.idleTimeout = configuration.local.idleTimeout;
    settings.lingerTimeout = configuration.local.halfCloseTimeout;
    settings.inactiveTimeout = configuration.pool.inactiveTimeout;
    settings.byId = exchange.pairingInForce() == Pairing::identifier;
    settings.maxTied = configuration.maxTied();
    settings.conversation = {settings.maxTied > 0, configuration.local.password, 0, exchange.httpConnect,
                             exchange.requestBuffer, false};
    if (!configuration.targets.empty())
        settings.conversation.database = configuration.targets.front().database;
    settings.settle = configuration.pool.settle.value_or(protocol.mayGreet ? SETTLE : Duration{0});
    for (const TargetSettings& target : configuration.targets)
        settings.prologues.push_back(prologueFor(configuration, target));
    settings.gap = exchange.rawGap;
    return settings;
}

} // namespace

ExchangeAndPool makeExchange(const Configuration& configuration, Targets& targets, TargetDialer& dialer,
                             PairWiring& pairWiring, SharedWiring& sharedWiring)
{
    ExchangeAndPool made;
    if (configuration.exchange.mode == Mode::proxy)
    {
        made.pairs = std::make_unique<PairPool>(targets, dialer);
        made.exchange = std::make_unique<ProxyExchange>(pairSettings(configuration), pairWiring, *made.pairs);
        return made;
    }
    made.shared = std::make_unique<SharedPool>(poolSettings(configuration), targets, dialer);
    const ProtocolInfo& info = *findProtocol(configuration.exchange.protocol);
    SharedExchangeSettings settings = sharedSettings(configuration, info);
    std::unique_ptr<SharedExchange> sharing;
    if (info.make == nullptr)
        sharing = std::make_unique<RawExchange>(settings, sharedWiring, *made.shared);
    else
    {
        made.protocol = info.make(configuration.exchange.framingInForce());
        settings.requestId = made.protocol->requestId();
        settings.responseId = made.protocol->responseId();
        sharing = std::make_unique<FramedExchange>(settings, sharedWiring, *made.shared, *made.protocol);
    }
    made.sharing = sharing.get();
    made.exchange = std::move(sharing);
    return made;
}

} // namespace proximux
