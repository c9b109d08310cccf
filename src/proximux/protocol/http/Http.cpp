#include <proximux/protocol/http/Http.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/http/Detection.h>
#include <proximux/protocol/http/Framers.h>
#include <proximux/protocol/http/Origin.h>
#include <proximux/protocol/http/UrlSecrets.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::http
{

namespace
{

std::string errorReply(const char* status, const std::string& why, std::uint32_t hint)
{
    const std::string body = "proximux: " + why + "\n";
    std::string reply = std::string("HTTP/1.1 ") + status +
                        "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    if ((hint & hint::CLOSE) != 0)
        reply += "Connection: close\r\n";
    else if ((hint & hint::IS_10) != 0)
        reply += "Connection: keep-alive\r\n";
    reply += "\r\n";
    return (hint & hint::HEAD) != 0 ? reply : reply + body;
}

class ClientConversation : public Conversation
{
public:
    ClientConversation(const ConversationSettings& settings, HttpForwarded forwarded)
        : _settings(settings)
        , _origin(forwarded)
    {
    }

    void begin(std::uint64_t, Bytes address) override
    {
        if (_origin.isOn())
            _origin.setAddress(address);
    }

    void request(Bytes bytes, bool whole, RequestTraits& traits) override
    {
        Head head;
        head.traced = _origin.isOn();
        std::size_t scanned = 0;
        head.readRequest(bytes.substr(0, Head::find(bytes, scanned)));
        constexpr Bytes REPEATABLE[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
        traits.repeatable =
            std::find(std::begin(REPEATABLE), std::end(REPEATABLE), head.method) != std::end(REPEATABLE);
        traits.changes = head.method == "PUT" || head.method == "DELETE";
        traits.hint = hintFor(head);
        judgeBody(head, bytes, whole, traits);
        traits.asks = !whole && asks(head) && bytes.size() == head.size;
        traits.unasked = hint::CLOSE;
        traits.last = (traits.hint & hint::CLOSE) != 0;
        const bool upgrades = head.upgrade && !head.is10;
        if (upgrades)
            traits.hint |= hint::UPGRADE;
        if (_settings.passive)
            return;
        if (head.method == "CONNECT" && !_settings.connect)
            return refuse(traits, "405 Method Not Allowed",
                          "CONNECT is not supported through the proxy (exchange.http_connect)");
        traits.barrier = upgrades || head.method == "CONNECT";
        if (traits.barrier)
            tie(traits, pins::UPGRADE, pins::UPGRADE);
        else if (head.authenticates && (_challenged || !_settings.pins))
            tie(traits, pins::AUTHENTICATION, 0);
        else if (head.authenticates)
            traits.claims = pins::AUTHENTICATION; // only the target's challenge proves it
        edit(head, upgrades, traits);
        if (_origin.isOn())
            _origin.edit(head, traits.edits);
    }

    /// Replaces a chunked body by one with Content-Length, which more servers support.
    void rewrite(Bytes bytes, const RequestTraits& traits, std::string& text) override
    {
        std::size_t scanned = 0;
        const std::size_t size = Head::find(bytes, scanned);
        std::string data;
        readChunks(bytes.substr(size), &data);
        std::size_t at = 0;
        for (const Edit& edit : traits.edits)
        {
            text.append(bytes, at, edit.offset - at).append(edit.insert);
            at = edit.offset + edit.remove;
        }
        text.append(bytes, at, size - 2 - at);
        text += "Content-Length: " + std::to_string(data.size()) + "\r\n\r\n" + data;
    }

    void challenged(unsigned) override { _challenged = true; }

    Consent header(Bytes) override
    {
        // where we consent, also to a request that is refused: it is answered when it is complete
        return {"HTTP/1.1 100 Continue\r\n\r\n", !_settings.consents};
    }

    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override
    {
        const char* status = "502 Bad Gateway";
        if (failure == Failure::unavailable)
            status = "503 Service Unavailable";
        else if (failure == Failure::timeout)
            status = "504 Gateway Timeout";
        reply = errorReply(status, textOf(failure), traits.hint);
        return true;
    }

    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override
    {
        reply = errorReply("503 Service Unavailable", why.c_str(), traits.hint);
        return true;
    }

    bool malformed(const char* why, std::string& reply) override
    {
        reply = errorReply("400 Bad Request", why, hint::CLOSE);
        return true;
    }

private:
    /// Only few methods are known to have a body. Some servers do not read the body of other methods, or a chunked one,
    /// and take it for the next request.
    void judgeBody(const Head& head, Bytes bytes, bool whole, RequestTraits& traits) const
    {
        if (!head.chunked && head.length.value_or(0) == 0)
            return;
        traits.hint |= hint::BODY;
        constexpr Bytes HAVE_BODIES[] = {"POST", "PUT", "PATCH"};
        const bool defined =
            std::find(std::begin(HAVE_BODIES), std::end(HAVE_BODIES), head.method) != std::end(HAVE_BODIES);
        bool empty = false;
        if (head.chunked && whole && !_settings.passChunked && !_settings.passive)
        {
            const Chunks chunks = readChunks(bytes.substr(head.size), nullptr);
            traits.rewritten = !chunks.trailer; // a rewrite would lose the trailer
            empty = traits.rewritten && chunks.size == 0;
        }
        traits.spends = (head.chunked && !traits.rewritten) || (!defined && !empty);
        traits.alone = traits.spends;
        traits.repeatable = traits.repeatable && !traits.spends;
    }

    static std::uint32_t hintFor(const Head& head)
    {
        std::uint32_t hint = 0;
        if (head.method == "HEAD")
            hint |= hint::HEAD;
        if (head.is10)
            hint |= hint::IS_10;
        if (head.close || (head.is10 && !head.keepAlive))
            hint |= hint::CLOSE;
        if (head.method == "CONNECT")
            hint |= hint::CONNECT;
        return hint;
    }

    [[nodiscard]] bool asks(const Head& head) const
    {
        return head.expectsContinue && !head.is10 && !_settings.consents && !_settings.passive;
    }

    /// A client that waits to be told to send the body may leave it out now: nobody knows what it sends next.
    static void refuse(RequestTraits& traits, const char* status, const char* why)
    {
        if (std::exchange(traits.asks, false))
        {
            traits.hint |= traits.unasked;
            traits.last = true;
        }
        traits.local = traits.refused = true;
        traits.reply = errorReply(status, why, traits.hint);
    }

    void tie(RequestTraits& traits, unsigned reasons, unsigned frees) const
    {
        traits.pins = reasons;
        traits.frees = frees;
        if (!_settings.pins)
            refuse(traits, "501 Not Implemented",
                   "this request requires a dedicated target connection, which is not available (exchange.stateful)");
    }

    static void edit(const Head& head, bool upgrades, RequestTraits& traits)
    {
        if (head.blank > 0)
            traits.edits.push_back({0, head.blank, {}});
        for (const Head::Field& field : head.hopByHop)
            if ((!upgrades || !sameText(field.name, "upgrade")) && (!traits.asks || !sameText(field.name, "expect")))
                traits.edits.push_back({field.offset, field.size, {}});
        if (traits.rewritten)
            addEdit(traits.edits, {head.coding.offset, head.coding.size, {}});
        if (upgrades)
            traits.edits.push_back({head.size - 2, 0, "Connection: upgrade\r\n"});
        else if (head.is10)
            traits.edits.push_back({head.size - 2, 0, "Connection: keep-alive\r\n"});
    }

    ConversationSettings _settings;
    Origin _origin;
    bool _challenged = false; ///< the target has requested authentication of the connection
};

class Http : public Protocol
{
public:
    explicit Http(const Framing& framing)
        : _forwarded(framing.httpForwarded)
    {
    }

    [[nodiscard]] std::string_view translates() const override
    {
        return _forwarded == HttpForwarded::off ? "" : "exchange.http_forwarded";
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>();
    }

    [[nodiscard]] std::string probe(std::uint32_t) const override
    {
        return "OPTIONS / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: proximux\r\n\r\n";
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<ClientConversation>(settings, _forwarded);
    }

    /// "GET /index.html", without the query, which may contain secrets.
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        const std::size_t begin = std::min(request.find_first_not_of("\r\n"), request.size());
        const std::string line = withoutUrlSecrets(firstLine(request.substr(begin), limit));
        return line.substr(0, line.find_first_of("? ", std::min(line.find(' '), line.size() - 1) + 1));
    }

    /// "HTTP/1.1 200 OK"
    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return std::string(firstLine(response, limit));
    }

    /// Whether the request, or its beginning, contains credentials: in a field with such a name, in its URL, or a
    /// password in its body.
    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        std::size_t scanned = 0;
        const std::size_t end = Head::find(request, scanned);
        Bytes left = end > 0 ? request.substr(0, end) : request;
        const Bytes body = request.substr(left.size());
        const Bytes line = left.substr(0, left.find('\n', left.find_first_not_of("\r\n")));
        if (hasUrlPassword(line) || hasSecretParameter(line) || holdsSecret(body))
            return true;
        left.remove_prefix(line.size());
        while (!left.empty())
        {
            const Bytes field = left.substr(0, left.find('\n'));
            if (isSecretName(field.substr(0, field.find(':'))))
                return true;
            left.remove_prefix(std::min(field.size() + 1, left.size()));
        }
        return false;
    }

private:
    /// Whether this is the name of a secret field or query parameter: Authorization, Cookie, X-Api-Key, X-Vault-Token,
    /// access_token ...
    static bool isSecretName(Bytes name)
    {
        constexpr Bytes PARTS[] = {"auth",  "cookie", "credential", "jwt",       "key",
                                   "passw", "secret", "session",    "signature", "token"};
        return std::any_of(std::begin(PARTS), std::end(PARTS), [name](Bytes part) { return containsText(name, part); });
    }

    /// Whether a form, JSON or XML contains a secret.
    static bool holdsSecret(Bytes body)
    {
        constexpr Bytes PARTS[] = {"passw", "passphrase", "pwd", "secret", "token", "credential", "apikey", "api_key"};
        return std::any_of(std::begin(PARTS), std::end(PARTS), [body](Bytes part) { return containsText(body, part); });
    }

    static bool hasSecretParameter(Bytes line)
    {
        std::size_t at = line.find('?');
        while (at != Bytes::npos)
        {
            const std::size_t begin = at + 1;
            at = line.find_first_of("&;", begin);
            const Bytes parameter = line.substr(begin, std::min(at, line.size()) - begin);
            const Bytes name = parameter.substr(0, parameter.find('='));
            if (isSecretName(name) || sameText(name, "sig") || sameText(name, "pwd") || sameText(name, "pass") ||
                name.find('%') != Bytes::npos)
                return true;
        }
        return false;
    }

    /// Case-insensitive search; the second text must be lower case.
    static bool containsText(Bytes text, Bytes lower)
    {
        return std::search(text.begin(), text.end(), lower.begin(), lower.end(),
                           [](char a, char b)
                           { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; }) != text.end();
    }

    HttpForwarded _forwarded;
};

std::unique_ptr<Protocol> make(const Framing& framing)
{
    return std::make_unique<Http>(framing);
}

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<make>("http", "HTTP/1.1 and HTTP/1.0");
    info.pairing = Pairing::exclusive;
    info.pipeline = 1;
    info.inOrder = false;
    info.mayGreet = false;
    info.mayEndByClose = true;
    info.settings = {"exchange.http_connect", "exchange.http_chunked", "exchange.http_expect",
                     "exchange.http_expect_timeout", "exchange.http_forwarded"};
    info.detection = {detect, "HTTP", "HTTP", "HTTP/2 (not supported)"};
    return info;
}

} // namespace proximux::http
