#include <proximux/config/FileLayers.h>

#include <proximux/config/Settings.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Path.h>
#include <Poco/String.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace proximux
{

namespace
{

/// The file as text; nothing, and a mistake, where it can't be read.
std::optional<std::string> readFile(const std::string& path, FileContent& content)
{
    try
    {
        const Poco::File file(path);
        if (!file.exists())
        {
            content.mistakes.push_back("--config " + path + ": there is no such file");
            return std::nullopt;
        }
        if (!file.isFile()) // a directory can be opened, and would never end
        {
            content.mistakes.push_back("--config " + path + ": not a file");
            return std::nullopt;
        }
    }
    catch (const Poco::Exception& exception)
    {
        content.mistakes.push_back("--config " + path + ": " + exception.displayText());
        return std::nullopt;
    }
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    if (!stream || !(text << stream.rdbuf()))
    {
        if (stream && stream.peek() == std::ifstream::traits_type::eof())
            return std::string(); // an empty file
        content.mistakes.push_back("--config " + path + ": cannot be read");
        return std::nullopt;
    }
    return text.str();
}

class IniReader
{
public:
    IniReader(std::string name, FileContent& content)
        : _name(std::move(name))
        , _content(content)
    {
    }

    void read(const std::string& text)
    {
        std::istringstream lines(text);
        std::string line;
        while (std::getline(lines, line))
        {
            ++_number;
            if (_number == 1 && line.compare(0, 3, "\xEF\xBB\xBF") == 0)
                line.erase(0, 3);
            readLine(Poco::trim(line));
        }
    }

private:
    void readLine(const std::string& line)
    {
        if (line.empty() || line.front() == ';')
            return;
        if (line.front() == '#')
            return mistake("a comment begins with ';', not with '#'");
        if (line.front() == '[')
        {
            if (line.back() != ']' || line.size() < 3)
                return mistake("expected [section]");
            _section = line.substr(1, line.size() - 2);
            return;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos)
            return mistake("'" + line + "': expected key = value, [section] or a comment that begins with ';'");
        std::string key = Poco::trim(line.substr(0, equals));
        if (!_section.empty())
            key = _section + "." + key;
        if (!_seen.insert(key).second)
            return mistake(key + ": given twice");
        const std::string value = Poco::trim(line.substr(equals + 1));
        if (!value.empty())
            _content.values.push_back({key, value});
    }

    void mistake(const std::string& what)
    {
        _content.mistakes.push_back(_name + ", line " + std::to_string(_number) + ": " + what);
    }

    std::string _name;
    FileContent& _content;
    std::string _section;
    std::set<std::string> _seen;
    int _number = 0;
};

class JsonReader
{
public:
    JsonReader(std::string name, FileContent& content)
        : _name(std::move(name))
        , _content(content)
    {
    }

    void read(const std::string& text)
    {
        Poco::Dynamic::Var root;
        try
        {
            root = Poco::JSON::Parser().parse(text);
        }
        catch (const Poco::Exception& exception)
        {
            return mistake("", "not JSON: " + exception.message());
        }
        if (root.type() != typeid(Poco::JSON::Object::Ptr))
            return mistake("", "expected an object, { ... }");
        readObject(*root.extract<Poco::JSON::Object::Ptr>(), "");
    }

private:
    void readObject(const Poco::JSON::Object& object, const std::string& path)
    {
        for (const auto& [name, value] : object)
        {
            const std::string key = path.empty() ? name : joined(path, name);
            if (value.isEmpty())
                continue; // null: absent
            if (value.type() == typeid(Poco::JSON::Object::Ptr))
            {
                if (!path.empty() || !isSection(name))
                    mistake(key, "an object is not expected here");
                else
                    readObject(*value.extract<Poco::JSON::Object::Ptr>(), name);
            }
            else if (value.type() == typeid(Poco::JSON::Array::Ptr))
                readArray(*value.extract<Poco::JSON::Array::Ptr>(), key);
            else
                readValue(path.empty() ? ourKey(name) : key, key, value);
        }
    }

    /// The lists of targets, and lists of address ranges.
    void readArray(const Poco::JSON::Array& array, const std::string& key)
    {
        if (key == "access.deny" || key == "access.allow")
        {
            std::string all;
            for (const auto& each : array)
            {
                if (!each.isString())
                    return mistake(key, "expected a list of texts");
                all += (all.empty() ? "" : ",") + each.convert<std::string>();
            }
            if (!all.empty())
                _content.values.push_back({key, all});
            return;
        }
        if (key != "target" && key != "targetServers")
            return mistake(key, "a list is not expected here");
        for (std::size_t i = 0; i < array.size(); ++i)
        {
            const std::string element = key + "[" + std::to_string(i) + "]";
            const auto object = array.get(static_cast<unsigned>(i));
            if (object.type() != typeid(Poco::JSON::Object::Ptr))
                mistake(element, "expected an object with host and port");
            else
                readTarget(*object.extract<Poco::JSON::Object::Ptr>(), element, i + 1);
        }
    }

    void readTarget(const Poco::JSON::Object& object, const std::string& element, std::size_t number)
    {
        const std::string target = "target." + std::to_string(number);
        for (const auto& [name, value] : object)
        {
            if (value.isEmpty())
                continue;
            const std::string ours = name == "keepAlive" ? "keep_alive" : name;
            if (value.type() == typeid(Poco::JSON::Object::Ptr) || value.type() == typeid(Poco::JSON::Array::Ptr))
                mistake(joined(element, name), "expected a plain value");
            else
                readValue(joined(target, ours), joined(element, name), value);
        }
    }

    void readValue(const std::string& key, const std::string& path, const Poco::Dynamic::Var& value)
    {
        if (value.isBoolean())
            _content.values.push_back({key, value.convert<bool>() ? "1" : "0"});
        else if (value.isInteger() || value.isString())
        {
            const auto text = value.convert<std::string>();
            if (!text.empty())
                _content.values.push_back({key, text});
        }
        else
            mistake(path, "expected a text, a whole number, true or false");
    }

    static std::string joined(const std::string& path, const std::string& name) { return path + "." + name; }

    /// Our key of one of the original's names; any other name is its own key.
    static std::string ourKey(const std::string& name)
    {
        for (const Setting& setting : settings())
            if (setting.json == name)
                return setting.key;
        return name;
    }

    void mistake(const std::string& path, const std::string& what)
    {
        _content.mistakes.push_back(path.empty() ? _name + ": " + what : path + " (" + _name + "): " + what);
    }

    std::string _name;
    FileContent& _content;
};

} // namespace

FileContent readIniFile(const std::string& path)
{
    FileContent content;
    if (const auto text = readFile(path, content))
        IniReader(Poco::Path(path).getFileName(), content).read(*text);
    return content;
}

FileContent readJsonFile(const std::string& path)
{
    FileContent content;
    if (const auto text = readFile(path, content))
        JsonReader(Poco::Path(path).getFileName(), content).read(*text);
    return content;
}

} // namespace proximux
