#pragma once

#include <proximux/config/FileLayers.h>

#include <map>
#include <string>

#include <Poco/Dynamic/Var.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>

namespace proximux
{

/// Reads the text of a JSON file into its content. Reports names repeated in one object, and settings given twice under
/// different names. Use an object once only.
class JsonReader
{
public:
    /// name: the file's name for error messages.
    JsonReader(std::string name, FileContent& content)
        : _name(std::move(name))
        , _content(content)
    {
    }

    void read(const std::string& text);

private:
    [[nodiscard]] Poco::Dynamic::Var parse(const std::string& text);
    void readRoot(const Poco::JSON::Object& root);
    void readServices(const Poco::JSON::Object& object);
    void readSection(const Poco::JSON::Object& object, const std::string& section);
    void readRanges(const Poco::JSON::Array& array, const std::string& key);
    void readTargets(const Poco::JSON::Array& array, const std::string& key);
    void readTarget(const Poco::JSON::Object& object, const std::string& element, std::size_t number);
    void readValue(const std::string& key, const std::string& path, const Poco::Dynamic::Var& value);
    [[nodiscard]] bool isFirst(const std::string& key, const std::string& path);
    void mistake(const std::string& path, const std::string& what);

    std::string _name;
    FileContent& _content;
    std::map<std::string, std::string> _given; ///< by key: the path where it was given
};

} // namespace proximux
