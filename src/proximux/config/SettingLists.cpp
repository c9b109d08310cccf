// SettingKinds: values that are lists.

#include <proximux/config/SettingKinds.h>

#include <algorithm>
#include <utility>

namespace proximux::kinds
{

namespace
{

/// Parses "1:5,2:6". Returns an error text, or an empty one.
std::string readPairs(const std::string& text, std::map<unsigned char, unsigned char>& pairs)
{
    constexpr std::int64_t MOST = 255;
    for (std::size_t at = 0; at < text.size();)
    {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string pair = text.substr(at, end - at);
        const std::size_t colon = std::min(pair.find(':'), pair.size());
        const auto from = values::integer(pair.substr(0, colon));
        const auto to = values::integer(pair.substr(std::min(colon + 1, pair.size())));
        if (!from || !to || *from < 0 || *from > MOST || *to < 0 || *to > MOST || end + 1 == text.size())
            return "not pairs of numbers";
        if (!pairs.emplace(static_cast<unsigned char>(*from), static_cast<unsigned char>(*to)).second)
            return "more than one pair for " + std::to_string(*from);
        at = end + 1;
    }
    return {};
}

/// Without the spaces around it.
std::string trimmed(const std::string& text)
{
    const std::size_t from = std::min(text.find_first_not_of(' '), text.size());
    return text.substr(from, text.find_last_not_of(' ') + 1 - from);
}

/// The patterns of a list. Returns an error text, or an empty one.
std::string readPatterns(const std::string& list, std::vector<std::string>& patterns)
{
    constexpr std::size_t MOST = 100;
    for (std::size_t at = 0; at <= list.size();)
    {
        const std::size_t end = std::min(list.find(',', at), list.size());
        patterns.push_back(trimmed(list.substr(at, end - at)));
        if (patterns.back().empty())
            return "an empty pattern";
        if (patterns.back().size() > MOST || patterns.size() > MOST)
            return "more than 100 patterns, or one longer than 100 bytes";
        at = end + 1;
    }
    return {};
}

} // namespace

Kind bytePairs(Field<std::map<unsigned char, unsigned char>> field)
{
    return make(field, "pairs of numbers 0..255, as 1:5,2:6, or nothing",
                [field](const std::string& text, Configuration& c, std::size_t i)
                {
                    std::map<unsigned char, unsigned char> pairs;
                    std::string wrong = readPairs(text, pairs);
                    if (wrong.empty())
                        field(c, i) = std::move(pairs);
                    return wrong;
                });
}

Kind lineReplies(Field<LineReplies> field)
{
    using Which = LineReplies::Which;
    return make(field, "always, query, or none:PATTERN,... with * and ? in each pattern",
                [field](const std::string& text, Configuration& c, std::size_t i) -> std::string
                {
                    const std::string none = "none:";
                    LineReplies replies;
                    std::string wrong;
                    if (text.compare(0, none.size(), none) == 0)
                    {
                        replies.which = Which::none;
                        wrong = readPatterns(text.substr(none.size()), replies.patterns);
                    }
                    else if (text == "query")
                        replies.which = Which::query;
                    else if (text != "always")
                        wrong = "unknown";
                    if (wrong.empty())
                        field(c, i) = replies;
                    return wrong;
                });
}

} // namespace proximux::kinds
