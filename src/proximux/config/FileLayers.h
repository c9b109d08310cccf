#pragma once

#include <string>
#include <vector>

namespace proximux
{

struct ServiceContent;

/// The content of a configuration file, in its order, with the keys of the settings table; only its syntax is checked.
/// An empty text is a setting without a value.
struct FileContent
{
    struct Value
    {
        std::string key;
        std::string text;
    };

    std::vector<Value> values;
    std::vector<std::string> mistakes;    ///< syntax errors, one line each, with the file's name
    bool isRead = true;                   ///< false if the file could not be read, so that its values are unknown
    std::vector<ServiceContent> services; ///< JSON: the members of "services"

    /// Adds the reason why the file could not be read.
    void refuse(const std::string& mistake)
    {
        mistakes.push_back(mistake);
        isRead = false;
    }
};

/// A service inside of a JSON file.
struct ServiceContent
{
    std::string name;
    FileContent content;
};

/// Reads an INI file: sections in brackets, `key = value` lines, comments starting with ';' at the start of a line.
/// Values are taken literally: no quotes, no ${...}. Keys are lower case. option: by which it was given, for mistakes.
FileContent readIniFile(const std::string& path, const std::string& option = "--config");

/// Reads a JSON file: an object of sections ({"local": {"port": 3307}, "target": [{"host": ..., "port": ...}]}), of the
/// original's names ({"localServerPort": 3307, "targetServers": [...]}), or of both; "services" has such an object for
/// each service.
FileContent readJsonFile(const std::string& path, const std::string& option = "--config");

} // namespace proximux
