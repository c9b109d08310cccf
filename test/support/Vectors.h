#pragma once

#include <proximux/config/Values.h>

#include <SourceDir.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// A message of a protocol, and what the protocol says of it.
struct Vector
{
    std::string kind;    ///< request, refused, answer, stranger, malformed, hidden
    std::string message; ///< hidden: text that no description may contain
    std::string text;    ///< its description; malformed, refused: the reason
    std::string flags;   ///< request: of repeatable, pinned, secret, unanswered
};

/// The vectors of one protocol.
struct Vectors
{
    std::string protocol;
    std::vector<Vector> all;

    [[nodiscard]] std::vector<std::string> messages(const std::string& kinds) const
    {
        std::vector<std::string> found;
        for (const Vector& each : all)
            if (kinds.find(each.kind) != std::string::npos)
                found.push_back(each.message);
        return found;
    }
};

/// Splits "a | b | c". A column begins and ends without spaces; those of a message are written \x20 there.
inline std::vector<std::string> columnsOf(const std::string& line)
{
    std::vector<std::string> columns;
    for (std::size_t at = 0; at <= line.size();)
    {
        const std::size_t end = std::min(line.find(" | ", at), line.size());
        const std::size_t from = std::min(line.find_first_not_of(' ', at), end);
        const std::size_t last = line.find_last_not_of(' ', end == 0 ? 0 : end - 1);
        columns.push_back(line.substr(from, last == std::string::npos || last < from ? 0 : last + 1 - from));
        at = end + 3;
    }
    columns.resize(3);
    return columns;
}

inline Vectors readVectors(const std::filesystem::path& path)
{
    Vectors vectors{path.stem().string(), {}};
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);)
    {
        if (line.empty() || line.front() == '#')
            continue;
        const std::size_t space = std::min(line.find(' '), line.size());
        const auto columns = columnsOf(line.substr(space));
        const auto message = values::unescape(columns[0]);
        if (!message)
            throw std::runtime_error(path.string() + ": an invalid escape: " + line);
        vectors.all.push_back({line.substr(0, space), *message, columns[1], columns[2]});
    }
    return vectors;
}

/// All of test/vectors, in order: a file NAME.txt for the protocol NAME.
inline std::vector<Vectors> allVectors()
{
    std::vector<Vectors> all;
    for (const auto& entry : std::filesystem::directory_iterator(PROXIMUX_SOURCE_DIR "/test/vectors"))
        if (entry.path().extension() == ".txt")
            all.push_back(readVectors(entry.path()));
    std::sort(all.begin(), all.end(), [](const Vectors& a, const Vectors& b) { return a.protocol < b.protocol; });
    return all;
}

} // namespace proximux
