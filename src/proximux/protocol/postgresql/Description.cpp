#include <proximux/protocol/postgresql/Description.h>

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/sql/Secrets.h>

#include <algorithm>

namespace proximux::postgresql
{

namespace
{

/// PostgreSQL puts names in double quotes.
bool mayHold(Bytes sql)
{
    return sql::mayHoldPassword(sql, sql::DoubleQuotes::name);
}

std::string startup(Bytes packet)
{
    switch (codeOf(packet))
    {
    case SSL:
        return "SSLRequest";
    case GSS:
        return "GSSENCRequest";
    case CANCEL:
        return "CancelRequest";
    default:
        break;
    }
    std::string text = "startup";
    std::size_t at = STARTUP_HEADER;
    while (at < packet.size() && packet[at] != '\0')
    {
        const Bytes key = textAt(packet, at);
        const Bytes value = textAt(packet, at + key.size() + 1);
        if (key == "user" || key == "database")
            text.append(" ").append(key).append("=").append(value);
        at += key.size() + value.size() + 2;
    }
    return text;
}

std::string plain(char type)
{
    switch (type)
    {
    case 'Q':
    case 'P':
        return "empty statement";
    case 'B':
    case 'E':
        return "execute";
    case 'D':
        return "describe";
    case 'C':
        return "close";
    case 'F':
        return "function call";
    case 'S':
    case 'H':
        return "sync";
    case 'X':
        return "terminate";
    case 'p':
        return "authentication";
    case 'd':
    case 'c':
        return "copy data";
    case 'f':
        return "copy failed";
    default:
        return {};
    }
}

/// The statements of a request, or the kind of message.
std::string spoken(Bytes request)
{
    std::string text;
    Bytes parsed; // name of the last parsed statement
    eachMessage(request,
                [&text, &parsed](char type, Bytes body)
                {
                    const Bytes sql = statementIn(type, body);
                    const Bytes bound = type == 'B' ? boundIn(body) : Bytes();
                    if (type == 'P')
                        parsed = textAt(body, 0);
                    if (sql.empty() && (bound.empty() || bound == parsed))
                        return;
                    text.append(text.empty() ? "" : "; ");
                    text.append(!bound.empty() ? "execute " : "").append(bound);
                    text.append(mayHold(sql) ? sql::withheldForm(sql) : std::string(sql));
                });
    return text.empty() ? plain(request.empty() ? '\0' : request.front()) : text;
}

} // namespace

std::string describe(Bytes request, std::size_t limit)
{
    const std::string text = isStartup(request) ? startup(request) : spoken(request);
    return text.substr(0, limit);
}

std::string describeResponse(Bytes response, std::size_t limit)
{
    return std::string(response.substr(0, std::min<std::size_t>(limit, 1)));
}

bool isSecret(Bytes request)
{
    if (isStartup(request))
        return false;
    bool secret = false;
    eachMessage(request, [&secret](char type, Bytes body)
                { secret = secret || type == 'p' || mayHold(statementIn(type, body)); });
    return secret;
}

} // namespace proximux::postgresql
