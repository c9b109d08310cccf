#pragma once

#include <string>
#include <vector>

namespace proximux
{

/// What a configuration file says, with our keys, in its order; nothing is checked but its form. An empty text is a
/// setting that is named without a value.
struct FileContent
{
    struct Value
    {
        std::string key;
        std::string text;
    };

    std::vector<Value> values;
    std::vector<std::string> mistakes; ///< of its form, a line each, with the file's name
};

/// Sections in brackets, `key = value` lines, comments from ';' at the start of a line. Values are taken as they are:
/// no quotes, no ${...}. Keys are lower case.
FileContent readIniFile(const std::string& path);

/// An object of our sections ({"local": {"port": 3307}, "target": [{"host": ..., "port": ...}]}), of the original's
/// names
/// ({"localServerPort": 3307, "targetServers": [...]}), or of both.
FileContent readJsonFile(const std::string& path);

} // namespace proximux
