#include <proximux/protocol/http/UrlSecrets.h>

#include <algorithm>

namespace proximux::http
{

namespace
{

constexpr Bytes SCHEME_END = "://";

/// The user information of a URL whose authority begins at `at`: the part before the last @, or all of it if the text
/// ends within the authority. A password may contain any byte except those that end the authority.
struct UserInfo
{
    std::size_t size = 0; ///< without the @
    bool present = false;
    bool hasPassword = false;
};

UserInfo userInfo(Bytes text, std::size_t at)
{
    constexpr Bytes ENDS = "/?# \t\r\n'\"<>";
    const std::size_t end = std::min(text.find_first_of(ENDS, at), text.size());
    const Bytes authority = text.substr(at, end - at);
    const std::size_t mark = authority.rfind('@');
    UserInfo info;
    info.present = mark != Bytes::npos || end == text.size();
    info.size = mark != Bytes::npos ? mark : authority.size();
    info.hasPassword = info.present && authority.substr(0, info.size).find(':') != Bytes::npos;
    return info;
}

} // namespace

bool hasUrlPassword(Bytes text)
{
    for (std::size_t at = text.find(SCHEME_END); at != Bytes::npos; at = text.find(SCHEME_END, at))
    {
        at += SCHEME_END.size();
        if (userInfo(text, at).hasPassword)
            return true;
    }
    return false;
}

std::string withoutUrlSecrets(Bytes text)
{
    std::string shown;
    std::size_t done = 0;
    for (std::size_t at = text.find(SCHEME_END); at != Bytes::npos; at = text.find(SCHEME_END, at))
    {
        at += SCHEME_END.size();
        const UserInfo info = userInfo(text, at);
        if (!info.hasPassword)
            continue;
        shown.append(text.substr(done, at - done)).append("***");
        done = at + info.size;
        at = done;
    }
    return shown.append(text.substr(done));
}

} // namespace proximux::http
