#include <proximux/protocol/http/Head.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace proximux::http
{

namespace
{

/// Limits both the options of Connection, because each is compared with each field, and the fields that are not
/// forwarded, because each costs an edit.
constexpr std::size_t MAX_OPTIONS = 32;
constexpr std::size_t MAX_REPAIRS = 128;
constexpr const char* BAD_LENGTH = "an invalid HTTP Content-Length (RFC 9112 section 6.3)";

/// Whether these credentials use a scheme that authenticates the connection.
bool isOfConnection(Bytes credentials)
{
    const Bytes scheme = credentials.substr(0, credentials.find(' '));
    return sameText(scheme, "ntlm") || sameText(scheme, "negotiate");
}

std::optional<std::uint64_t> lengthIn(Bytes text)
{
    constexpr std::size_t DIGITS = 18;
    if (text.empty() || text.size() > DIGITS || text.find_first_not_of("0123456789") != Bytes::npos)
        return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text)
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    return value;
}

/// Whether what is appended to this value stands outside of its quoted strings.
bool endsUnquoted(Bytes value)
{
    bool quoted = false;
    for (std::size_t at = 0; at < value.size(); ++at)
    {
        if (value[at] == '"')
            quoted = !quoted;
        else if (value[at] == '\\' && quoted)
            ++at;
    }
    return !quoted;
}

/// The options of Connection in the head that this thread reads.
std::vector<Bytes>& options()
{
    thread_local std::vector<Bytes> named;
    return named;
}

/// Head::repairs of this thread.
std::vector<Edit>& repaired()
{
    thread_local std::vector<Edit> edits;
    return edits;
}

} // namespace

const char* Head::readFields(Bytes head, std::size_t at)
{
    thread_local std::vector<Field> fields; // used again: no head allocates for its fields
    fields.clear();
    repaired().clear();
    if (const char* wrong = readLines(head, at, fields))
        return wrong;
    if (const char* wrong = readOptions({fields.data(), fields.size()}))
        return wrong;
    std::size_t hops = 0;
    for (const Field& field : fields)
    {
        if (field.blanks > 0)
            repaired().push_back({field.offset + field.name.size(), field.blanks, {}});
        const bool goesOn = passes(field);
        if (const char* wrong = take(field, goesOn))
            return wrong;
        if (!goesOn)
            fields[hops++] = field; // it has been looked at, as all before it
    }
    hopByHop = {fields.data(), hops};
    repairs = {repaired().data(), repaired().size()};
    upgrade = upgrade && _upgradeField && !_toHttp2;
    if (repairs.count > MAX_REPAIRS)
        return "an HTTP response with too many fields to repair";
    return hops > MAX_OPTIONS ? "an HTTP head with too many hop-by-hop fields" : nullptr;
}

const char* Head::readLines(Bytes head, std::size_t at, std::vector<Field>& fields) const
{
    for (;;)
    {
        const std::size_t offset = at;
        const auto line = lineAt(head, at);
        if (!line)
            return BAD_LINE;
        if (line->empty())
            return nullptr;
        if (const char* wrong = judgeField(*line))
            return wrong;
        const std::size_t colon = line->find(':');
        Field field{line->substr(0, colon), trimmed(line->substr(colon + 1)), offset, at - offset};
        if (_isResponse)
            field.name = field.name.substr(0, field.name.find_last_not_of(" \t") + 1);
        field.blanks = colon - field.name.size();
        if (!isToken(field.name))
            return NO_NAME;
        fields.push_back(field);
    }
}

/// Reads what all Connection fields say.
const char* Head::readOptions(View<Field> fields)
{
    std::vector<Bytes>& named = options();
    named.clear();
    for (const Field& field : fields)
        if (sameText(field.name, "connection"))
            eachElement(field.value, [&named](Bytes each) { named.push_back(each); });
    if (named.size() > MAX_OPTIONS)
        return "an HTTP Connection field with too many options";
    for (const Bytes each : named)
    {
        close = close || sameText(each, "close");
        keepAlive = keepAlive || sameText(each, "keep-alive");
        upgrade = upgrade || sameText(each, "upgrade");
    }
    return nullptr;
}

/// Whether this field is meant for more than the next peer.
bool Head::passes(const Field& field) const
{
    const auto sameName = [&field](Bytes each)
    {
        return each.size() == field.name.size() && std::equal(each.begin(), each.end(), field.name.begin(),
                                                              [](char x, char y) { return lower(x) == lower(y); });
    };
    constexpr Bytes ALWAYS[] = {"connection", "keep-alive", "proxy-connection", "te", "upgrade"};
    if (std::any_of(std::begin(ALWAYS), std::end(ALWAYS), [&field](Bytes each) { return sameText(field.name, each); }))
        return false;
    if (sameText(field.name, "expect") && sameText(field.value, "100-continue"))
        return false;
    if (traced && sameText(field.name, "forwarded") && !endsUnquoted(field.value))
        return false; // it would hide what is appended
    const bool frames = sameText(field.name, "transfer-encoding") || sameText(field.name, "content-length") ||
                        sameText(field.name, "host");
    return frames || std::none_of(options().begin(), options().end(), sameName);
}

/// Evaluates a field.
const char* Head::take(const Field& field, bool passes)
{
    if (sameText(field.name, "content-length"))
        return takeLength(field);
    if (sameText(field.name, "transfer-encoding"))
        return takeCoding(field);
    if (sameText(field.name, "host"))
        ++_hosts;
    else if (sameText(field.name, "upgrade"))
        eachElement(field.value,
                    [this](Bytes each)
                    {
                        _upgradeField = true;
                        _toHttp2 = _toHttp2 || sameText(each.substr(0, 2), "h2");
                    });
    else if (sameText(field.name, "expect"))
        expectsContinue = sameText(field.value, "100-continue");
    else if (passes && (sameText(field.name, "authorization") || sameText(field.name, "proxy-authorization")))
        authenticates = authenticates || isOfConnection(field.value);
    else if (sameText(field.name, "www-authenticate") || sameText(field.name, "proxy-authenticate"))
        eachElement(field.value, [this](Bytes each) { challenges = challenges || isOfConnection(each); });
    else if (traced && passes && !field.value.empty())
        trace(field);
    return nullptr;
}

void Head::trace(const Field& field)
{
    if (sameText(field.name, "via"))
        via = field;
    else if (sameText(field.name, "x-forwarded-for"))
        forwardedFor = field;
    else if (sameText(field.name, "forwarded"))
        forwarded = field;
}

/// Servers differ in which of several lengths of a request they obey, even if all are equal. In a response equal ones
/// are made one.
const char* Head::takeLength(const Field& field)
{
    const Bytes first = _isResponse ? trimmed(field.value.substr(0, field.value.find(','))) : field.value;
    const auto value = lengthIn(first);
    if (!value)
        return BAD_LENGTH;
    if (length && !_isResponse)
        return "an HTTP request with two Content-Length fields (RFC 9112 section 6.3)";
    bool same = !length || *length == *value;
    eachElement(field.value.substr(first.size()), [&](Bytes each) { same = same && lengthIn(each) == value; });
    if (!same)
        return "an HTTP response with different Content-Length values (RFC 9112 section 6.3)";
    std::vector<Edit>& edits = repaired();
    if (length)
    {
        if (!edits.empty() && edits.back().offset >= field.offset)
            edits.pop_back(); // the whole line goes
        edits.push_back({field.offset, field.size, {}});
    }
    else if (first.size() < field.value.size())
    {
        const std::size_t surplus = field.value.size() - first.size();
        edits.push_back({field.endOfValue() - surplus, surplus, {}});
    }
    length = value;
    return nullptr;
}

const char* Head::takeCoding(const Field& field)
{
    const char* wrong = nullptr;
    ++_codings;
    coding = field;
    eachElement(field.value,
                [this, &wrong](Bytes each)
                {
                    if (chunked)
                        wrong = "Transfer-Encoding: chunked is not the last coding (RFC 9112 section 6.1)";
                    chunked = sameText(each, "chunked");
                });
    return wrong;
}

} // namespace proximux::http
