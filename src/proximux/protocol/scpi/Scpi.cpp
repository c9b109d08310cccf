#include <proximux/protocol/scpi/Scpi.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/scpi/Framers.h>

#include <algorithm>
#include <iterator>

namespace proximux::scpi
{

namespace
{

char upper(char c)
{
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool isLetter(char c)
{
    return upper(c) >= 'A' && upper(c) <= 'Z';
}

/// Whether the text begins with this one, which is in upper case.
bool beginsWith(Bytes text, Bytes beginning)
{
    if (text.size() < beginning.size())
        return false;
    return std::equal(beginning.begin(), beginning.end(), text.begin(), [](char a, char b) { return a == upper(b); });
}

Bytes trimmed(Bytes text)
{
    const auto isSpace = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!text.empty() && isSpace(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isSpace(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Whether it is this request and nothing else.
bool isOnly(Bytes request, Bytes wanted)
{
    request = trimmed(request);
    return request.size() == wanted.size() && beginsWith(request, wanted);
}

/// Whether a node of a header, or any other word, begins like this.
bool hasWord(Bytes request, Bytes beginning)
{
    for (std::size_t at = 0; at + beginning.size() <= request.size(); ++at)
        if ((at == 0 || !isLetter(request[at - 1])) && beginsWith(request.substr(at), beginning))
            return true;
    return false;
}

/// The first line of a message, without its blocks, which are seldom readable.
std::string textOf(Bytes message, std::size_t limit)
{
    const Bytes line = trimmed(firstLine(message, limit));
    for (std::size_t at = line.find('#'); at != Bytes::npos; at = line.find('#', at + 1))
        if (at + 1 < line.size() && line[at + 1] >= '0' && line[at + 1] <= '9')
            return std::string(line.substr(0, at + 1));
    return std::string(line);
}

/// The header of the first unit.
std::string headerOf(Bytes request)
{
    constexpr Bytes NO_HEADER = " \t\r\n;,\"'#";
    request.remove_prefix(std::min(request.find_first_not_of(NO_HEADER), request.size()));
    return std::string(request.substr(0, request.find_first_of(NO_HEADER)));
}

class ClientConversation : public Conversation
{
public:
    /// Of a request that is not whole, the framer knows at its end whether it has a response.
    void request(Bytes bytes, bool whole, RequestTraits& traits) override
    {
        if (!whole)
            return;
        Scanner scanner(Scanner::Of::request, bytes.size());
        scanner.read(bytes);
        traits.answered = scanner.queries() > 0;
        traits.hint = static_cast<std::uint32_t>(scanner.queries());
        traits.repeatable = isOnly(bytes, "*IDN?") || isOnly(bytes, "*OPT?");
    }
};

class Scpi : public Protocol
{
public:
    explicit Scpi(const Framing& framing)
        : _maxMessage(framing.maxMessage)
    {
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>(_maxMessage);
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>(_maxMessage);
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings&) const override
    {
        return std::make_unique<ClientConversation>();
    }

    [[nodiscard]] std::string probe(std::uint32_t) const override { return "*IDN?\n"; }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        return !response.empty() && static_cast<unsigned char>(response.front()) > ' ';
    }

    /// "MEAS:VOLT? (@1)"; of a request with secrets the first header alone.
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return isSecret(request) ? headerOf(request).substr(0, limit) : textOf(request, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return describe(response, limit);
    }

    /// SYSTem:PASSword, SYSTem:COMMunicate:WLAN:PSK, CALibration:SECure:STATe OFF,CODE and the like.
    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        constexpr Bytes WORDS[] = {"PASS", "PWD", "PSK", "SEC"};
        return std::any_of(std::begin(WORDS), std::end(WORDS),
                           [request](Bytes word) { return hasWord(request, word); });
    }

private:
    std::size_t _maxMessage;
};

std::unique_ptr<Protocol> make(const Framing& framing)
{
    return std::make_unique<Scpi>(framing);
}

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<make>("scpi", "SCPI and IEEE 488.2, instruments");
    info.responseTimeout = Duration::seconds(10); // a misspelled query has none
    info.settings = {"exchange.max_message"};
    return info;
}

} // namespace proximux::scpi
