#include <proximux/protocol/diameter/Message.h>

#include <algorithm>
#include <iterator>

namespace proximux::diameter
{

namespace
{

constexpr unsigned VERSION = 1;
constexpr std::size_t UNIT = 4;         ///< all sizes are multiples
constexpr std::uint32_t ACCOUNTING = 3; ///< the application

// An AVP: code (4), flags (1), length (3, without padding), vendor (4, if the flag says so), value.
constexpr std::size_t AVP_HEADER = 8;
constexpr std::size_t AVP_FLAGS = 4;
constexpr std::size_t AVP_LENGTH = 5;
constexpr std::size_t AVP_VENDOR = 4;
constexpr unsigned OF_VENDOR = 0x80;
constexpr unsigned MANDATORY = 0x40;

struct Command
{
    std::uint64_t code;
    Bytes name;
};

/// Those of the base protocol, and credit control. None has a password.
constexpr Command COMMANDS[] = {
    {257, "Capabilities-Exchange"}, {258, "Re-Auth"},         {271, "Accounting"},
    {272, "Credit-Control"},        {274, "Abort-Session"},   {275, "Session-Termination"},
    {280, "Device-Watchdog"},       {282, "Disconnect-Peer"},
};

const Command* findCommand(std::uint64_t code)
{
    const auto* found = std::find_if(std::begin(COMMANDS), std::end(COMMANDS),
                                     [code](const Command& each) { return each.code == code; });
    return found == std::end(COMMANDS) ? nullptr : found;
}

std::size_t padded(std::size_t size)
{
    return (size + UNIT - 1) / UNIT * UNIT;
}

void append(std::string& text, std::uint64_t code, Bytes value)
{
    const bool isMandatory = code != avp::PRODUCT && code != avp::ERROR_MESSAGE;
    appendNumber(text, code, UNIT);
    appendNumber(text, isMandatory ? MANDATORY : 0, 1);
    appendNumber(text, AVP_HEADER + value.size(), APPLICATION - COMMAND);
    text.append(value);
    text.append(padded(value.size()) - value.size(), '\0');
}

void append(std::string& text, std::uint64_t code, std::uint32_t value)
{
    char field[UNIT];
    writeNumber(value, field, UNIT);
    append(text, code, Bytes(field, UNIT));
}

void append(std::string& text, const Origin& origin)
{
    append(text, avp::ORIGIN_HOST, origin.host);
    append(text, avp::ORIGIN_REALM, origin.realm);
}

/// A request of ours, whose ids are this number.
std::string request(std::uint64_t command, std::uint32_t number)
{
    std::string text(HEADER, '\0');
    text[0] = static_cast<char>(VERSION);
    text[FLAGS] = static_cast<char>(flag::REQUEST);
    writeNumber(command, &text[COMMAND], APPLICATION - COMMAND);
    writeNumber(number, &text[ID.offset], ID.width);
    writeNumber(number, &text[END_TO_END], HEADER - END_TO_END);
    return text;
}

std::string withLength(std::string message)
{
    writeNumber(message.size(), &message[LENGTH], FLAGS - LENGTH);
    return message;
}

void append(std::string& text, const PeerApplication& application)
{
    std::string one;
    if (application.vendor != 0)
        append(one, avp::VENDOR, application.vendor);
    append(one, application.id == ACCOUNTING ? avp::ACCOUNTING_APPLICATION : avp::AUTH_APPLICATION, application.id);
    if (application.vendor == 0)
        text.append(one);
    else
        append(text, avp::VENDOR_APPLICATION, Bytes(one));
}

} // namespace

Beginning messageOf(Bytes input)
{
    if (input.empty())
        return {};
    if (byteAt(input, 0) != VERSION)
        return {0, "a Diameter message of a version other than 1"};
    if (input.size() < FLAGS)
        return {};
    const auto length = static_cast<std::size_t>(numberAt(input, LENGTH, FLAGS - LENGTH));
    if (length < HEADER || length % UNIT != 0)
        return {0, "a Diameter message with an impossible length"};
    return {input.size() < HEADER ? 0 : length};
}

std::uint64_t checkOf(Bytes message)
{
    return 1ULL << 63U | commandOf(message) << 32U | numberAt(message, END_TO_END, HEADER - END_TO_END);
}

bool Avps::next(Avp& avp)
{
    if (_rest.size() < AVP_HEADER)
        return false;
    avp.isOfVendor = (byteAt(_rest, AVP_FLAGS) & OF_VENDOR) != 0;
    const std::size_t header = AVP_HEADER + (avp.isOfVendor ? AVP_VENDOR : 0);
    const auto length = static_cast<std::size_t>(numberAt(_rest, AVP_LENGTH, AVP_HEADER - AVP_LENGTH));
    if (length < header || padded(length) > _rest.size())
        return false;
    avp.code = numberAt(_rest, 0, UNIT);
    avp.value = _rest.substr(header, length - header);
    avp.whole = _rest.substr(0, padded(length));
    _rest.remove_prefix(avp.whole.size());
    return true;
}

std::optional<Bytes> find(Bytes message, std::uint64_t code)
{
    Avps avps(message);
    for (Avp each; avps.next(each);)
        if (each.code == code && !each.isOfVendor)
            return each.value;
    return std::nullopt;
}

std::uint64_t resultOf(Bytes answer)
{
    const auto value = find(answer, avp::RESULT);
    return value && value->size() == UNIT ? readNumber(*value) : 0;
}

std::string essenceOf(Bytes request)
{
    std::string text(request.substr(0, HEADER));
    for (const std::uint64_t code : {avp::SESSION, avp::PROXY_INFO})
    {
        Avps avps(request);
        for (Avp each; avps.next(each);)
            if (each.code == code && !each.isOfVendor)
                text.append(each.whole);
    }
    return text;
}

std::string answerTo(Bytes essence, unsigned result, const Origin& origin, Bytes why)
{
    constexpr unsigned FIRST_ERROR = 3000;
    constexpr unsigned FIRST_FAILURE = 4000;
    const bool isError = result >= FIRST_ERROR && result < FIRST_FAILURE;
    const auto session = find(essence, avp::SESSION);
    std::string text(essence.substr(0, HEADER));
    text[FLAGS] = static_cast<char>((flagsOf(essence) & flag::PROXIABLE) | (isError ? flag::FAILURE : 0));
    if (session)
        append(text, avp::SESSION, *session);
    append(text, avp::RESULT, std::uint32_t{result});
    append(text, origin);
    if (!why.empty())
        append(text, avp::ERROR_MESSAGE, why);
    Avps avps(essence);
    for (Avp each; avps.next(each);)
        if (each.code == avp::PROXY_INFO)
            text.append(each.whole);
    return withLength(std::move(text));
}

std::string capabilitiesRequest(const Origin& us, const std::vector<PeerApplication>& applications)
{
    constexpr Bytes LOCALHOST("\0\1\177\0\0\1", 6); // the address of this end is nobody's business but the system's
    std::string text = request(command::CAPABILITIES, 1);
    append(text, us);
    append(text, avp::HOST_ADDRESS, LOCALHOST);
    append(text, avp::VENDOR, std::uint32_t{0});
    append(text, avp::PRODUCT, Bytes("Proximux"));
    for (const PeerApplication& each : applications)
        if (each.vendor != 0)
            append(text, avp::SUPPORTED_VENDOR, each.vendor);
    for (const PeerApplication& each : applications)
        append(text, each);
    return withLength(std::move(text));
}

std::string watchdogRequest(const Origin& origin, std::uint32_t number)
{
    std::string text = request(command::WATCHDOG, number);
    append(text, origin);
    return withLength(std::move(text));
}

std::string describe(Bytes message)
{
    if (message.size() < HEADER)
        return "incomplete";
    const Command* command = findCommand(commandOf(message));
    std::string text = command != nullptr ? std::string(command->name)
                                          : "command " + std::to_string(commandOf(message)) + " of " +
                                                std::to_string(numberAt(message, APPLICATION, UNIT));
    if (isRequest(message))
        return text;
    const std::uint64_t result = resultOf(message);
    return result == 0 ? text : text.append(" ").append(std::to_string(result));
}

bool isPublic(std::uint64_t command)
{
    return findCommand(command) != nullptr;
}

} // namespace proximux::diameter
