#include <proximux/protocol/http/Detection.h>

#include <algorithm>

namespace proximux::http
{

Detection::Result detect(Bytes bytes)
{
    using Result = Detection::Result;
    constexpr std::size_t MOST = 8192; // maximum bytes for a decision
    constexpr std::size_t LONGEST_METHOD = 20;
    const std::size_t method = std::min(bytes.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-"), bytes.size());
    if (method > LONGEST_METHOD || method == 0)
        return Result::no;
    if (method == bytes.size())
        return Result::more;
    if (bytes[method] != ' ')
        return Result::no;
    const std::size_t end = bytes.find('\n');
    if (end == Bytes::npos)
        return bytes.size() < MOST ? Result::more : Result::no;
    const Bytes line = bytes.substr(0, end > 0 && bytes[end - 1] == '\r' ? end - 1 : end);
    constexpr std::size_t VERSION = 9; // " HTTP/1.1"
    if (line.size() <= method + VERSION || line.substr(line.size() - VERSION, 6) != " HTTP/")
        return Result::no;
    return line.substr(0, 4) == "PRI " && line.substr(line.size() - 3) == "2.0" ? Result::unsupported : Result::yes;
}

} // namespace proximux::http
