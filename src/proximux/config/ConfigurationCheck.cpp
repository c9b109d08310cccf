#include <proximux/config/ConfigurationCheck.h>

#include <proximux/config/Plausibility.h>
#include <proximux/protocol/Registry.h>
#include <proximux/protocol/Sniffer.h>
#include <proximux/system/Capabilities.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// Whether the prologue belongs to a protocol that auto detects.
bool isOfDetectedProtocol(const std::string& prologue)
{
    const auto& choices = choicesOfAuto();
    return sniff(prologue).protocol != nullptr ||
           std::any_of(choices.begin(), choices.end(),
                       [&prologue](const ProtocolInfo* each)
                       { return each->isDetected() && each->make({})->isPreparation(prologue); });
}

/// Other names under which a setting can be given: "PROXIMUX_LOCAL_PORT, --listen", or "LOCAL_PORT, --listen" for users
/// of the original's variables.
std::string otherNames(const Setting& setting, std::size_t number, bool original)
{
    std::string environment = original && !setting.environment.empty() ? setting.environment : setting.ownEnvironment();
    if (setting.isOfTarget())
        environment.replace(environment.find("_N") + 1, 1, std::to_string(number));
    return setting.option.empty() ? environment : environment + ", " + setting.option;
}

/// How to write a wrong value of a file or of the environment, where nothing is removed from a value.
std::string literalHint(const FoundValue& value)
{
    const std::string& text = value.text;
    if (value.layer != Layer::ini && value.layer != Layer::environment)
        return {};
    if (text.find_first_of("#;") != std::string::npos)
        return value.layer == Layer::ini ? "; a comment needs a line of its own, which begins with ';'"
                                         : "; a comment is part of the value";
    return text.find_first_of("\"'") != std::string::npos ? ", without quotes" : "";
}

} // namespace

ConfigurationCheck::ConfigurationCheck(const std::vector<FoundValue>& found, std::vector<std::string> mistakes,
                                       bool complete, Of whose)
    : _whose(whose)
    , _mistakes(std::move(mistakes))
{
    checkEach(found);
    choose(found);
    chooseTargets(found);
    if (complete)
    {
        checkRequired();
        checkCount();
    }
    storeAll();
    if (!_mistakes.empty())
        return; // the checks below require valid single values
    chooseMode();
    checkRelations();
    for (const FoundValue* value : _inForce)
        if (std::string notice = ineffectiveText(*value, _configuration); !notice.empty())
            _notices.push_back(std::move(notice));
}

/// An invalid value is reported even if a higher layer overrides it.
void ConfigurationCheck::checkEach(const std::vector<FoundValue>& found)
{
    for (const FoundValue& value : found)
    {
        if (value.layer == Layer::environment && value.origin.find(" PROXIMUX_") == std::string::npos)
            _hasOriginalNames = true;
        Configuration scratch;
        scratch.targets.resize(1);
        const std::string wrong = value.setting->store(value.text, scratch, 0);
        if (!wrong.empty())
            _mistakes.push_back(numberedKey(*value.setting, value.number) +
                                (value.text.empty() ? "" : " = " + value.shown()) + " (" + value.origin +
                                "): " + wrong + "; expected " + value.setting->expected + literalHint(value));
    }
}

void ConfigurationCheck::choose(const std::vector<FoundValue>& found)
{
    for (const Setting& setting : settings())
    {
        const FoundValue* best = nullptr;
        for (const FoundValue& value : found)
            if (value.setting == &setting && !setting.isOfTarget() && (best == nullptr || value.layer >= best->layer))
                best = &value;
        if (best != nullptr)
            _inForce.push_back(best);
    }
    for (const FoundValue& value : found)
        checkPassed(value);
    chooseAddress();
}

/// Takes the whole list of targets from the highest layer that has one.
void ConfigurationCheck::chooseTargets(const std::vector<FoundValue>& found)
{
    for (const FoundValue& value : found)
        if (value.setting->isOfTarget())
            _targetLayer = std::max(_targetLayer, value.layer);
    for (const FoundValue& value : found)
    {
        if (!value.setting->isOfTarget() || value.layer != _targetLayer)
            continue;
        const auto same = [&value](const FoundValue* other)
        { return other->setting == value.setting && other->number == value.number; };
        _inForce.erase(std::remove_if(_inForce.begin(), _inForce.end(), same), _inForce.end());
        _inForce.push_back(&value);
        _targetCount = std::max(_targetCount, value.number);
    }
    checkTargetPaths();
}

void ConfigurationCheck::checkRequired()
{
    for (const Setting& setting : settings())
        if (setting.required && !setting.isOfTarget() && inForce(setting.key) == nullptr && !hasPath(setting, 0))
            missing(setting, 0);
    // without any target, report the first one as missing
    for (std::size_t number = 1; number <= std::max<std::size_t>(_targetCount, 1); ++number)
        for (const Setting& setting : settings())
            if (setting.required && setting.isOfTarget() && inForce(setting.key, number) == nullptr &&
                !hasPath(setting, number))
                missing(setting, number);
}

/// The number of connections of all targets.
std::size_t ConfigurationCheck::targetConnections() const
{
    std::size_t number = 0;
    const Setting* setting = findSetting("target.1.connections", number);
    std::size_t all = 0;
    for (std::size_t i = 1; i <= _targetCount; ++i)
    {
        Configuration scratch;
        scratch.targets.resize(1);
        if (const FoundValue* value = inForce(setting->key, i))
            setting->store(value->text, scratch, 0);
        all += scratch.targets.front().connections;
    }
    return all;
}

/// pool.connections must equal the sum over all targets.
void ConfigurationCheck::checkCount()
{
    const FoundValue* count = inForce("pool.connections");
    if (count == nullptr || _targetCount == 0)
        return;
    Configuration scratch;
    if (!count->setting->store(count->text, scratch, 0).empty())
        return; // already reported
    const std::size_t wanted = scratch.pool.connections;
    const std::size_t there = targetConnections();
    const std::size_t lacking = wanted > there ? wanted - there : 0;
    if (count->layer == Layer::environment && _targetLayer == Layer::environment)
    {
        for (std::size_t number = _targetCount + 1; number <= _targetCount + std::min<std::size_t>(lacking, 16);
             ++number)
            for (const Setting& setting : settings())
                if (setting.required && setting.isOfTarget())
                    missing(setting, number);
    }
    if (wanted != there)
        _mistakes.push_back("pool.connections = " + count->text + " (" + count->origin + "): the targets have " +
                            std::to_string(there) + " connections in total; expected the same number");
}

void ConfigurationCheck::storeAll()
{
    _configuration.targets.resize(_targetCount);
    _configuration.pool.connections = targetConnections();
    for (const FoundValue* value : _inForce)
        value->setting->store(value->text, _configuration, value->number == 0 ? 0 : value->number - 1);
}

/// Applies the original's rule. A notice tells those who may not expect its result.
void ConfigurationCheck::chooseMode()
{
    Mode& mode = _configuration.exchange.mode;
    const std::size_t connections = _configuration.pool.connections;
    if (mode != Mode::automatic)
        return;
    const int most = _configuration.local.maxConnections;
    if (most > 0 && static_cast<std::size_t>(most) == connections)
        mode = Mode::proxy;
    else
        mode = connections == 1 ? Mode::fifo : Mode::funnel;
    const bool chosen = inForce("exchange.mode") != nullptr || inForce("exchange.protocol") != nullptr || most > 0;
    if (mode != Mode::proxy && !chosen)
        _notices.push_back(
            "exchange.mode = auto: clients share " +
            (connections == 1 ? "one target connection" : std::to_string(connections) + " target connections") +
            "; a server that speaks first (MySQL, SSH, SMTP) needs exchange.mode = proxy (--mode proxy)");
}

void ConfigurationCheck::checkRelations()
{
    for (std::size_t i = 0; i < _targetCount; ++i)
        if (isItself(_configuration.local, _configuration.targets[i].endpoint))
            _mistakes.push_back("target." + std::to_string(i + 1) + ": Proximux itself listens on " +
                                _configuration.local.toString() + "; expected another address");
    if (_configuration.pool.backoffMin > _configuration.pool.backoffMax)
        _mistakes.push_back(nameOf("pool.backoff_min") + ": larger than pool.backoff_max; expected at most that value");
    if (_configuration.io.backend == IoSettings::Backend::epoll && !hasEpoll())
        _mistakes.push_back(nameOf("io.backend") + ": this system has no epoll; expected auto or poll");
    if (_configuration.limits.memory > 0 && !tellsMemory())
        _mistakes.push_back(nameOf("limits.memory") +
                            ": this system does not tell how much memory a process has; expected 0");
    checkLocal();
    checkTls();
    checkAdmin();
    checkHealthChecks();
    checkProxyHeaders();
    checkProtocol();
    if (_configuration.exchange.mode != Mode::proxy)
        checkSharing();
}

/// Checks the settings that declare the protocol.
void ConfigurationCheck::checkProtocol()
{
    const ExchangeSettings& exchange = _configuration.exchange;
    const ProtocolInfo& protocol = *findProtocol(exchange.protocol);
    checkNamed(protocol.required);
    if (const auto made = protocol.make != nullptr ? protocol.make(exchange.framingInForce()) : nullptr)
        for (const SettingMistake& mistake : made->mistakes())
            _mistakes.push_back(nameOf(std::string(mistake.key)) + ": " + mistake.text);
    if (exchange.mode == Mode::proxy)
        checkTranslation(protocol);
    checkUsers(protocol, "exchange.id_offset", exchange.idOffset.has_value());
    checkUsers(protocol, "exchange.line_reply", exchange.framing.lineReplies.which != LineReplies::Which::always);
}

/// Of a setting that the protocol requires.
void ConfigurationCheck::checkNamed(const RequiredSetting& required)
{
    std::size_t number = 0;
    if (!required.key.empty() && inForce(std::string(required.key)) == nullptr)
        _mistakes.push_back(std::string(required.key) + givenBy(*findSetting(required.key, number), 0) +
                            ": missing; expected " + std::string(required.what) +
                            ", which exchange.protocol = " + _configuration.exchange.protocol + " requires");
}

/// With auto any that it can detect may be the protocol.
void ConfigurationCheck::checkTranslation(const ProtocolInfo& protocol)
{
    for (const ProtocolInfo* each : protocol.name == AUTO ? choicesOfAuto() : std::vector{&protocol})
        if (const auto made = each->make != nullptr ? each->make(_configuration.exchange.framingInForce()) : nullptr;
            made && !made->translates().empty())
            _mistakes.push_back(nameOf(std::string(made->translates())) +
                                ": proxy mode changes no message; expected exchange.mode = fifo or funnel");
}

/// A setting of other protocols that has a value would change nothing.
void ConfigurationCheck::checkUsers(const ProtocolInfo& protocol, const char* key, bool hasValue)
{
    if (hasValue && !protocol.uses(key))
        _mistakes.push_back(nameOf(key) + ": applies to exchange.protocol = " + usersOf(key, " and ") +
                            " only; expected no value with " + std::string(protocol.name));
}

/// Checks the requirements of fifo and funnel.
void ConfigurationCheck::checkSharing()
{
    const ExchangeSettings& exchange = _configuration.exchange;
    const ProtocolInfo& protocol = *findProtocol(exchange.protocol);
    if (!protocol.isShareable())
        _mistakes.push_back(nameOf("exchange.protocol") +
                            ": clients cannot share its connections; expected exchange.mode = proxy, or local."
                            "max_connections = " +
                            std::to_string(_configuration.pool.connections));
    if (!protocol.delimited && (exchange.pairing == Pairing::order || exchange.pairing == Pairing::identifier))
        _mistakes.push_back(nameOf("exchange.pairing") + ": " + RAW +
                            " has no messages to pair; expected auto or exclusive");
    const auto made = protocol.make != nullptr ? protocol.make(exchange.framingInForce()) : nullptr;
    if (exchange.pairing == Pairing::order && (!protocol.inOrder || (made && made->isExclusive())))
        _mistakes.push_back(nameOf("exchange.pairing") + ": " + exchange.protocol +
                            " allows one request at a time on a connection; expected auto or exclusive");
    if (made && exchange.pairing == Pairing::identifier && !made->requestId())
        _mistakes.push_back(nameOf("exchange.pairing") + ": " + exchange.protocol +
                            " messages have no id; expected auto" +
                            (protocol.mayGreet ? ", or exchange.id_offset" : ""));
    if (exchange.ignoreUnknownIds && (!made || exchange.pairing == Pairing::order || !made->requestId()))
        _mistakes.push_back(nameOf("exchange.unknown_id") + ": responses are not paired by id; expected close");
    if (exchange.funnelAsync && exchange.pairing == Pairing::exclusive && exchange.mode == Mode::funnel)
        _mistakes.push_back(
            nameOf("exchange.funnel_async") +
            ": conflicts with exchange.pairing = exclusive; set it to 0, or set pairing to auto or order");
    if (_configuration.io.threads > 1)
        _mistakes.push_back(nameOf("io.threads") + ": fifo and funnel run on one thread; expected 1");
    if (exchange.totalBuffer < exchange.requestBufferInForce())
        _mistakes.push_back(nameOf("exchange.total_buffer") +
                            ": smaller than exchange.request_buffer; expected at least that value");
    if (exchange.mode == Mode::fifo && _configuration.pool.connections != _configuration.targets.size())
        _mistakes.push_back(nameOf("exchange.mode") +
                            ": fifo uses one target connection; expected no target.N.connections, or funnel");
    if (_configuration.pool.maxTied.value_or(0) > _configuration.sharedConnections())
        _mistakes.push_back(nameOf("pool.max_tied") +
                            ": larger than the number of target connections; expected at most " +
                            std::to_string(_configuration.sharedConnections()));
    for (const RequiredSetting& each : protocol.requiredToShare)
        checkNamed(each);
    checkPrologue(protocol);
    checkCredentials(protocol);
}

/// If every request is answered, the reply to a prologue without prologue_expect would go to the first client.
void ConfigurationCheck::checkPrologue(const ProtocolInfo& protocol)
{
    const PoolSettings& pool = _configuration.pool;
    const bool answersAll = protocol.name == AUTO || (!protocol.mayGreet && protocol.pairing != Pairing::identifier);
    if (answersAll && !pool.prologue.empty() && pool.prologueExpect.empty())
        _mistakes.push_back(
            nameOf("pool.prologue") +
            ": a client would receive its reply; expected pool.prologue_expect to be set to that reply");
    if (protocol.uses("auth.file") && !pool.prologue.empty())
        _mistakes.push_back(nameOf("pool.prologue") + ": does not apply with " + std::string(protocol.name) +
                            ", whose connections begin with a login; expected no value");
    if (protocol.name == AUTO && isOfDetectedProtocol(pool.prologue))
        _mistakes.push_back(
            nameOf("pool.prologue") +
            ": belongs to a protocol that auto has yet to detect; expected exchange.protocol to name it");
}

void ConfigurationCheck::missing(const Setting& setting, std::size_t number)
{
    _mistakes.push_back(numberedKey(setting, number) + givenBy(setting, number) + ": missing; expected " +
                        setting.expected);
}

/// " (PROXIMUX_LOCAL_PORT, --listen)"
std::string ConfigurationCheck::givenBy(const Setting& setting, std::size_t number) const
{
    return _whose == Of::process ? " (" + otherNames(setting, number, _hasOriginalNames) + ")" : "";
}

const FoundValue* ConfigurationCheck::inForce(const std::string& key, std::size_t number) const
{
    const auto found = std::find_if(_inForce.begin(), _inForce.end(),
                                    [&key, number](const FoundValue* value)
                                    { return value->setting->key == key && value->number == number; });
    return found == _inForce.end() ? nullptr : *found;
}

/// "key = value (origin)" of the value in force. The key of a target has an N.
std::string ConfigurationCheck::nameOf(const std::string& key, std::size_t target) const
{
    const Setting* const setting = settingNamed(key);
    const std::string name = numberedKey(*setting, target);
    if (const FoundValue* value = inForce(key, target))
        return name + " = " + value->shown() + " (" + value->origin + ")";
    return name + " = " + setting->fallback + " (default)";
}

LoadResult ConfigurationCheck::result() const
{
    LoadResult result;
    result.mistakes = _mistakes;
    result.notices = _notices;
    if (_mistakes.empty())
        result.configuration = std::make_shared<const Configuration>(_configuration);
    for (const Setting& setting : settings())
    {
        const std::size_t first = setting.isOfTarget() ? 1 : 0;
        const std::size_t last = setting.isOfTarget() ? _targetCount : 0;
        for (std::size_t number = first; number <= last; ++number)
        {
            if (const FoundValue* value = inForce(setting.key, number))
                result.values.push_back(*value);
            else
                result.values.push_back({&setting, number, setting.fallback, Layer::fallback, "default"});
        }
    }
    return result;
}

} // namespace proximux
