#pragma once

#include <proximux/config/Reference.h>

#include <SourceDir.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace proximux
{

/// A committed file that is generated, as a whole or in part, from the table of settings.
struct Generated
{
    std::string path;
    std::string committed; ///< its present content
    std::string text;      ///< its generated content
};

inline std::string readWhole(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

inline std::vector<Generated> generated()
{
    const std::string root = PROXIMUX_SOURCE_DIR;
    const std::string begin = "<!-- settings:begin -->\n";
    const std::string end = "<!-- settings:end -->";
    const std::string readme = readWhole(root + "/README.md");
    const std::size_t from = readme.find(begin);
    const std::size_t to = readme.find(end);
    if (from == std::string::npos || to == std::string::npos)
        throw std::runtime_error("README.md has lost its marks " + begin + " and " + end);
    return {{root + "/etc/proximux.ini", readWhole(root + "/etc/proximux.ini"), reference::ini()},
            {root + "/README.md", readme,
             readme.substr(0, from + begin.size()) + reference::markdown() + readme.substr(to)}};
}

} // namespace proximux
