#include <proximux/config/JsonReader.h>

#include <proximux/config/Settings.h>

#include <Poco/Exception.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>

#include <set>
#include <utility>
#include <vector>

namespace proximux
{

namespace
{

constexpr const char* SERVICES = "services";

std::string joined(const std::string& path, const std::string& name)
{
    return path.empty() ? name : path + "." + name;
}

std::string element(const std::string& path, std::size_t index)
{
    return path + "[" + std::to_string(index) + "]";
}

/// The key of one of the original's names; any other name is its own key.
std::string ourKey(const std::string& name)
{
    for (const Setting& setting : settings())
        if (setting.json == name)
            return setting.key;
    return name;
}

bool isObject(const Poco::Dynamic::Var& value)
{
    return value.type() == typeid(Poco::JSON::Object::Ptr);
}

bool isArray(const Poco::Dynamic::Var& value)
{
    return value.type() == typeid(Poco::JSON::Array::Ptr);
}

/// Finds names that occur twice in one object, at any depth. Poco's handler silently keeps the last one.
class UniqueNames : public Poco::JSON::ParseHandler
{
public:
    void startObject() override
    {
        enter();
        ParseHandler::startObject();
    }

    void endObject() override
    {
        _open.pop_back();
        ParseHandler::endObject();
    }

    void startArray() override
    {
        enter();
        ParseHandler::startArray();
    }

    void endArray() override
    {
        _open.pop_back();
        ParseHandler::endArray();
    }

    void key(const std::string& name) override
    {
        Place& place = _open.back();
        place.name = name;
        const std::string path = joined(place.path, name);
        if (!place.names.insert(name).second)
            _twice.push_back(path);
        _after = " after " + path;
        ParseHandler::key(name);
    }

    [[nodiscard]] const std::vector<std::string>& twice() const { return _twice; }

    /// The name that was read last: " after local.port"; empty before the first.
    [[nodiscard]] const std::string& after() const { return _after; }

private:
    /// An unfinished object or array.
    struct Place
    {
        std::string path;
        std::string name;            ///< of the current member; empty in an array
        std::size_t containers = 0;  ///< containers seen so far in an array
        std::set<std::string> names; ///< names seen so far in an object
    };

    void enter()
    {
        std::string path;
        if (!_open.empty())
        {
            Place& outer = _open.back();
            path = outer.names.empty() ? element(outer.path, outer.containers++) : joined(outer.path, outer.name);
        }
        _open.push_back({path, {}, 0, {}});
    }

    std::vector<Place> _open;
    std::vector<std::string> _twice;
    std::string _after;
};

} // namespace

void JsonReader::read(const std::string& text)
{
    const Poco::Dynamic::Var root = parse(text);
    if (!_content.mistakes.empty() && root.isEmpty())
        return; // no JSON
    if (!isObject(root))
        return _content.refuse(_name + ": expected an object, { ... }");
    readRoot(*root.extract<Poco::JSON::Object::Ptr>());
}

Poco::Dynamic::Var JsonReader::parse(const std::string& text)
{
    const Poco::SharedPtr<UniqueNames> names = new UniqueNames;
    Poco::Dynamic::Var root;
    try
    {
        root = Poco::JSON::Parser(names).parse(text);
    }
    catch (const Poco::Exception& exception)
    {
        _content.refuse(_name + ": invalid JSON" + names->after() + ": " + exception.message());
        return {};
    }
    for (const std::string& path : names->twice())
        mistake(path, "given twice");
    return root;
}

/// Reads sections, the original's names, and keys prefixed with their section.
void JsonReader::readRoot(const Poco::JSON::Object& root)
{
    for (const auto& [name, value] : root)
    {
        const std::string key = ourKey(name);
        if (value.isEmpty())
            continue; // null: absent
        if (isObject(value) && name == SERVICES)
            readServices(*value.extract<Poco::JSON::Object::Ptr>());
        else if (isObject(value) && isSection(name))
            readSection(*value.extract<Poco::JSON::Object::Ptr>(), name);
        else if (isObject(value))
            mistake(name, unknownText(name));
        else if (isArray(value) && (name == "target" || name == "targetServers"))
            readTargets(*value.extract<Poco::JSON::Array::Ptr>(), name);
        else if (isArray(value))
            readRanges(*value.extract<Poco::JSON::Array::Ptr>(), key);
        else
            readValue(key, name, value);
    }
}

/// Each member is read as a file of its own.
void JsonReader::readServices(const Poco::JSON::Object& object)
{
    if (object.size() == 0)
        mistake(SERVICES, "empty; expected at least one service");
    for (const auto& [name, value] : object)
    {
        if (!isObject(value))
        {
            mistake(joined(SERVICES, name), "expected an object with the settings of a service");
            continue;
        }
        ServiceContent service{name, {}};
        JsonReader(_name, service.content).readRoot(*value.extract<Poco::JSON::Object::Ptr>());
        _content.services.push_back(std::move(service));
    }
}

void JsonReader::readSection(const Poco::JSON::Object& object, const std::string& section)
{
    for (const auto& [name, value] : object)
    {
        const std::string key = joined(section, name);
        if (value.isEmpty())
            continue;
        if (isObject(value))
            mistake(key, "unexpected object; expected a single value");
        else if (isArray(value))
            readRanges(*value.extract<Poco::JSON::Array::Ptr>(), key);
        else
            readValue(key, key, value);
    }
}

void JsonReader::readRanges(const Poco::JSON::Array& array, const std::string& key)
{
    if (key != "access.deny" && key != "access.allow")
    {
        std::size_t number = 0;
        const bool known = findSetting(key, number) != nullptr;
        return mistake(key, known ? "unexpected list; expected a single value" : unknownText(key));
    }
    std::string all;
    const char* separator = "";
    for (const auto& each : array)
    {
        if (!each.isString())
            return mistake(key, "expected a list of strings");
        all += separator + each.convert<std::string>();
        separator = ",";
    }
    if (isFirst(key, key))
        _content.values.push_back({key, all});
}

void JsonReader::readTargets(const Poco::JSON::Array& array, const std::string& key)
{
    if (!isFirst("target", key))
        return;
    if (array.size() == 0)
        return mistake(key, "empty; expected at least one target");
    for (std::size_t i = 0; i < array.size(); ++i)
    {
        const auto object = array.get(static_cast<unsigned>(i));
        if (isObject(object))
            readTarget(*object.extract<Poco::JSON::Object::Ptr>(), element(key, i), i + 1);
        else
            mistake(element(key, i), "expected an object with host and port");
    }
}

void JsonReader::readTarget(const Poco::JSON::Object& object, const std::string& element, std::size_t number)
{
    const std::string target = "target." + std::to_string(number);
    for (const auto& [name, value] : object)
    {
        if (value.isEmpty())
            continue;
        const std::string ours = name == "keepAlive" ? "keep_alive" : name;
        if (isObject(value) || isArray(value))
            mistake(joined(element, name), "expected a single value");
        else
            readValue(joined(target, ours), joined(element, name), value);
    }
}

void JsonReader::readValue(const std::string& key, const std::string& path, const Poco::Dynamic::Var& value)
{
    if (!value.isBoolean() && !value.isInteger() && !value.isString())
        return mistake(path, "expected a string, a whole number, true or false");
    if (!isFirst(key, path))
        return;
    if (value.isBoolean())
        _content.values.push_back({key, value.convert<bool>() ? "1" : "0"});
    else
        _content.values.push_back({key, value.convert<std::string>()});
}

/// Reports a setting that is given twice, under any of its names.
bool JsonReader::isFirst(const std::string& key, const std::string& path)
{
    const auto [given, first] = _given.emplace(key, path);
    if (!first)
        mistake(path, "given twice; it is also given as " + given->second);
    return first;
}

void JsonReader::mistake(const std::string& path, const std::string& what)
{
    _content.mistakes.push_back(path + " (" + _name + "): " + what);
}

} // namespace proximux
