#include <proximux/protocol/Memcached.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/MemcachedFramer.h>

#include <algorithm>
#include <iterator>

namespace proximux
{

namespace
{

constexpr unsigned TEXT = 1; ///< dialects
constexpr unsigned BINARY = 2;

constexpr char NOOP[] = "\x80\x0a\0\0\0\0\0\0\0\0\0\0pxmx\0\0\0\0\0\0\0\0";

bool isBinary(Bytes request)
{
    return !request.empty() && static_cast<unsigned char>(request[0]) == MemcachedHeader::REQUEST;
}

bool isQuiet(unsigned opcode)
{
    constexpr unsigned QUIET[] = {0x09, 0x0d, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x18, 0x19, 0x1a, 0x1e, 0x24};
    return std::find(std::begin(QUIET), std::end(QUIET), opcode) != std::end(QUIET);
}

/// The commands that a server does not answer then; all others it does.
bool knowsNoreply(Bytes command)
{
    constexpr Bytes ALL[] = {"set",  "add",  "replace", "append",    "prepend",   "cas",           "delete",
                             "incr", "decr", "touch",   "flush_all", "verbosity", "cache_memlimit"};
    return std::find(std::begin(ALL), std::end(ALL), command) != std::end(ALL);
}

std::string binaryReply(Bytes request, unsigned status, Bytes body)
{
    std::string reply(request.substr(0, MemcachedHeader::SIZE));
    std::fill(reply.begin() + 2, reply.begin() + 12, '\0');
    std::fill(reply.begin() + 16, reply.end(), '\0');
    reply[0] = static_cast<char>(MemcachedHeader::RESPONSE);
    writeNumber(status, &reply[6], 2);
    writeNumber(body.size(), &reply[8], 4);
    return reply.append(body);
}

class Dialogue : public Conversation
{
public:
    explicit Dialogue(const ConversationSettings& settings)
        : _settings(settings)
    {
    }

    void request(Bytes bytes, bool, RequestTraits& traits) override
    {
        _binary = isBinary(bytes);
        traits.dialect = _binary ? BINARY : TEXT;
        if (_binary)
            binary(bytes, traits);
        else
            text(bytes, traits);
    }

    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override
    {
        constexpr unsigned TEMPORARY = 0x86;
        std::string why;
        switch (failure)
        {
        case Failure::unavailable:
            why = "proximux: no target connection was free in time";
            break;
        case Failure::lost:
            why = "proximux: the target connection was lost";
            break;
        case Failure::timeout:
            why = "proximux: the target did not answer in time";
            break;
        }
        reply = traits.dialect == BINARY ? binaryReply(traits.seed, TEMPORARY, why) : "SERVER_ERROR " + why + "\r\n";
        return true;
    }

    bool malformed(const char* why, std::string& reply) override
    {
        if (!_binary)
            reply = "CLIENT_ERROR proximux: " + std::string(why) + "\r\n";
        return !_binary;
    }

private:
    void text(Bytes bytes, RequestTraits& traits) const
    {
        constexpr std::size_t MOST = 64;
        const std::size_t end = std::min(bytes.find('\n'), bytes.size());
        const std::size_t lineSize = end > 0 && bytes[end - 1] == '\r' ? end - 1 : end;
        const Bytes line = bytes.substr(0, lineSize);
        Bytes words[MOST];
        const std::size_t count = memcachedWords(line, words, MOST);
        const Bytes name = words[0];
        const bool noreply = count > 1 && words[count - 1] == "noreply" && knowsNoreply(name);
        const bool meta = name == "mg" || name == "ms" || name == "md" || name == "ma";
        const bool quiet =
            meta && std::find(words + 2, words + std::max<std::size_t>(count, 2), "q") != words + count && count > 2;
        if (_settings.passive)
        {
            traits.answered = !noreply && name != "quit";
            return;
        }
        traits.repeatable = name == "get" || name == "gets" || name == "mg" || name == "version";
        if (name == "quit")
            answer(traits, "", true);
        else if (name == "watch")
            answer(traits, "CLIENT_ERROR proximux: watch does not pass\r\n", false);
        else if (noreply)
        {
            const auto at = static_cast<std::size_t>(words[count - 1].data() - bytes.data());
            traits.edits.push_back({at - 1, words[count - 1].size() + 1, {}});
            traits.swallowed = true;
        }
        else if (quiet)
        {
            traits.suffix = "mn\r\n";
            traits.hint = memcachedhint::RUN;
        }
    }

    void binary(Bytes bytes, RequestTraits& traits) const
    {
        constexpr unsigned QUIT = 0x07;
        constexpr unsigned STAT = 0x10;
        constexpr unsigned QUITQ = 0x17;
        constexpr unsigned SASL_AUTH = 0x21;
        constexpr unsigned SASL_STEP = 0x22;
        const MemcachedHeader header(bytes);
        traits.seed.assign(bytes.substr(0, MemcachedHeader::SIZE));
        traits.hint = memcachedhint::BINARY;
        if (isQuiet(header.opcode))
        {
            traits.suffix = {NOOP, MemcachedHeader::SIZE};
            traits.hint |= memcachedhint::RUN;
        }
        else
            traits.check = 1ULL << 63U | std::uint64_t{header.opcode} << 32U | header.opaque;
        if (header.opcode == STAT)
            traits.hint |= memcachedhint::STATS;
        if (_settings.passive)
        {
            traits.suffix = {};
            traits.hint &= ~memcachedhint::RUN;
            traits.answered = !isQuiet(header.opcode);
        }
        else if (header.opcode == QUIT)
            answer(traits, binaryReply(bytes, 0, {}), true);
        else if (header.opcode == QUITQ)
            answer(traits, "", true);
        else if (header.opcode == SASL_AUTH || header.opcode == SASL_STEP)
        {
            constexpr unsigned UNKNOWN = 0x81;
            traits.ties = ties::AUTHENTICATION;
            if (!_settings.ties)
                answer(traits, binaryReply(bytes, UNKNOWN, "proximux: needs a connection of its own"), false);
        }
    }

    static void answer(RequestTraits& traits, std::string reply, bool last)
    {
        traits.local = true;
        traits.last = last;
        traits.reply = std::move(reply);
    }

    ConversationSettings _settings;
    bool _binary = false;
};

class Memcached : public Protocol
{
public:
    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<MemcachedRequestFramer>();
    }

    [[nodiscard]] std::string probe(std::uint32_t) const override { return "version\r\n"; }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        constexpr Bytes ANSWERS[] = {"VERSION ", "ERROR", "CLIENT_ERROR", "SERVER_ERROR"};
        return std::any_of(std::begin(ANSWERS), std::end(ANSWERS),
                           [response](Bytes each) { return response.substr(0, each.size()) == each; });
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<MemcachedResponseFramer>();
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<Dialogue>(settings);
    }

    /// "set key", or "opcode 1 key".
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        std::string text;
        if (!isBinary(request))
        {
            Bytes words[2];
            const std::size_t count = memcachedWords(firstLine(request, request.size()), words, 2);
            for (std::size_t i = 0; i < count; ++i)
                text.append(i > 0 ? " " : "").append(words[i]);
        }
        else if (request.size() >= MemcachedHeader::SIZE)
        {
            const MemcachedHeader header(request);
            text = "opcode " + std::to_string(header.opcode) + ' ' +
                   std::string(request.substr(std::min(request.size(), MemcachedHeader::SIZE + header.extrasSize),
                                              header.keySize));
        }
        return text.substr(0, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        const bool binary = !response.empty() && static_cast<unsigned char>(response[0]) == MemcachedHeader::RESPONSE;
        if (!binary || response.size() < MemcachedHeader::SIZE)
            return std::string(firstLine(response, limit));
        const MemcachedHeader header(response);
        return ("opcode " + std::to_string(header.opcode) + " status " + std::to_string(header.status))
            .substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        return isBinary(request) && request.size() >= 2 && (static_cast<unsigned char>(request[1]) & 0xF8U) == 0x20;
    }
};

} // namespace

std::unique_ptr<Protocol> makeMemcachedProtocol(const Framing&)
{
    return std::make_unique<Memcached>();
}

} // namespace proximux
