#include <proximux/config/ConfigurationCheck.h>

#include <algorithm>

namespace proximux
{

namespace
{

/// "LOCAL_PORT, --listen": where else a setting can be given.
std::string otherNames(const Setting& setting, std::size_t number)
{
    std::string environment = setting.environment.empty() ? setting.ownEnvironment() : setting.environment;
    if (setting.isOfTarget())
        environment.replace(environment.find("_N") + 1, 1, std::to_string(number));
    return setting.option.empty() ? environment : environment + ", " + setting.option;
}

} // namespace

ConfigurationCheck::ConfigurationCheck(const std::vector<FoundValue>& found, std::vector<std::string> mistakes)
    : _mistakes(std::move(mistakes))
{
    checkEach(found);
    choose(found);
    chooseTargets(found);
    checkRequired();
    checkCount();
    storeAll();
    if (!_mistakes.empty())
        return; // what follows looks at values that are right by themselves
    checkMode();
    checkRelations();
}

/// A wrong value is a mistake also where a higher layer has a right one.
void ConfigurationCheck::checkEach(const std::vector<FoundValue>& found)
{
    for (const FoundValue& value : found)
    {
        Configuration scratch;
        scratch.targets.resize(1);
        const std::string wrong = value.setting->store(value.text, scratch, 0);
        if (!wrong.empty())
            _mistakes.push_back(numberedKey(*value.setting, value.number) + " = " + value.text + " (" + value.origin +
                                "): " + wrong + "; expected " + value.setting->expected);
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
}

/// The list of targets is taken whole from the highest layer that has one.
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
}

void ConfigurationCheck::checkRequired()
{
    for (const Setting& setting : settings())
        if (setting.required && !setting.isOfTarget() && inForce(setting.key) == nullptr)
            missing(setting, 0);
    // with no target at all, the first is what is missing
    for (std::size_t number = 1; number <= std::max<std::size_t>(_targetCount, 1); ++number)
        for (const Setting& setting : settings())
            if (setting.required && setting.isOfTarget() && inForce(setting.key, number) == nullptr)
                missing(setting, number);
}

/// The number of target connections is that of the targets.
void ConfigurationCheck::checkCount()
{
    const FoundValue* count = inForce("pool.connections");
    if (count == nullptr || _targetCount == 0)
        return;
    Configuration scratch;
    if (!count->setting->store(count->text, scratch, 0).empty())
        return; // said already
    const std::size_t wanted = scratch.pool.connections;
    if (count->layer == Layer::environment && _targetLayer == Layer::environment)
    {
        for (std::size_t number = _targetCount + 1; number <= wanted && number <= _targetCount + 16; ++number)
            for (const Setting& setting : settings())
                if (setting.required && setting.isOfTarget())
                    missing(setting, number);
    }
    if (wanted != _targetCount)
        _mistakes.push_back("pool.connections = " + count->text + " (" + count->origin + "): there are " +
                            std::to_string(_targetCount) + " targets; expected the same number");
}

void ConfigurationCheck::storeAll()
{
    _configuration.targets.resize(_targetCount);
    for (const Setting& setting : settings())
        if (!setting.isOfTarget() && !setting.fallback.empty())
            setting.store(setting.fallback, _configuration, 0);
    _configuration.pool.connections = _targetCount;
    for (const FoundValue* value : _inForce)
        value->setting->store(value->text, _configuration, value->number == 0 ? 0 : value->number - 1);
}

/// The original's rule.
void ConfigurationCheck::checkMode()
{
    Mode& mode = _configuration.exchange.mode;
    if (mode != Mode::automatic)
        return;
    if (_configuration.local.maxConnections == static_cast<int>(_targetCount))
    {
        mode = Mode::proxy;
        return;
    }
    const std::string count = std::to_string(_targetCount);
    _mistakes.push_back(nameOf("exchange.mode") + ": " + count + " target connections and local.max_connections = " +
                        std::to_string(_configuration.local.maxConnections) + " make " +
                        (_targetCount == 1 ? "fifo" : "funnel") +
                        " mode, which is not available in this version; expected exchange.mode = proxy, or "
                        "local.max_connections = " +
                        count);
}

void ConfigurationCheck::checkRelations()
{
    if (_configuration.pool.backoffMin > _configuration.pool.backoffMax)
        _mistakes.push_back(nameOf("pool.backoff_min") + ": larger than pool.backoff_max; expected at most as large");
#if !defined(__linux__)
    if (_configuration.io.backend == IoSettings::Backend::epoll)
        _mistakes.push_back(nameOf("io.backend") + ": this system has no epoll; expected auto or poll");
#endif
}

void ConfigurationCheck::missing(const Setting& setting, std::size_t number)
{
    _mistakes.push_back(numberedKey(setting, number) + " (" + otherNames(setting, number) + "): missing; expected " +
                        setting.expected);
}

const FoundValue* ConfigurationCheck::inForce(const std::string& key, std::size_t number) const
{
    const auto found = std::find_if(_inForce.begin(), _inForce.end(),
                                    [&key, number](const FoundValue* value)
                                    { return value->setting->key == key && value->number == number; });
    return found == _inForce.end() ? nullptr : *found;
}

/// "key = value (origin)" of what is in force.
std::string ConfigurationCheck::nameOf(const std::string& key) const
{
    if (const FoundValue* value = inForce(key))
        return key + " = " + value->text + " (" + value->origin + ")";
    std::size_t number = 0;
    return key + " = " + findSetting(key, number)->fallback + " (default)";
}

LoadResult ConfigurationCheck::result() const
{
    LoadResult result;
    result.mistakes = _mistakes;
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

const char* toString(Mode mode)
{
    return mode == Mode::proxy ? "PROXY" : "AUTO";
}

} // namespace proximux
