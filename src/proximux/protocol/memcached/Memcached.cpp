#include <proximux/protocol/memcached/Memcached.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/memcached/Binary.h>
#include <proximux/protocol/memcached/Command.h>
#include <proximux/protocol/memcached/Framers.h>

#include <algorithm>

namespace proximux::memcached
{

namespace
{

constexpr unsigned TEXT = 1; ///< dialects
constexpr unsigned BINARY = 2;

constexpr unsigned META_STORAGE = 1; ///< RequestTraits::proof: ms with the size of its data as the second argument

constexpr char NOOP_REQUEST[] = "\x80\x0a\0\0\0\0\0\0\0\0\0\0pxmx\0\0\0\0\0\0\0\0";

bool isBinary(Bytes request)
{
    return !request.empty() && static_cast<unsigned char>(request[0]) == Header::REQUEST;
}

class ClientConversation : public Conversation
{
public:
    explicit ClientConversation(const ConversationSettings& settings)
        : _settings(settings)
    {
    }

    void request(Bytes bytes, bool, RequestTraits& traits) override
    {
        traits.dialect = isBinary(bytes) ? BINARY : TEXT;
        if (traits.dialect == BINARY)
            binary(bytes, traits);
        else
            text(bytes, traits);
    }

    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override
    {
        reply = error(traits, std::string("proximux: ") + textOf(failure));
        return true;
    }

    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override
    {
        reply = error(traits, "proximux: " + why);
        return true;
    }

    /// Binary requests are never malformed; invalid ones get an error reply.
    bool malformed(const char* why, std::string& reply) override
    {
        reply = "CLIENT_ERROR proximux: " + std::string(why) + "\r\n";
        return true;
    }

private:
    static std::string error(const RequestTraits& traits, const std::string& why)
    {
        constexpr unsigned TEMPORARY = 0x86;
        return traits.dialect == BINARY ? binaryReply(traits.seed, TEMPORARY, why) : "SERVER_ERROR " + why + "\r\n";
    }

    void text(Bytes bytes, RequestTraits& traits) const
    {
        const Command command(bytes);
        const Bytes name = command.name();
        const Bytes noreply = command.noreply();
        if (_settings.passive)
        {
            traits.answered = noreply.empty() && !command.mayBeSilent() && name != "quit";
            traits.hint = name == "mn" ? hint::RUN : 0; // the responses before it belong to quiet requests
            return;
        }
        traits.repeatable = command.mayRepeat();
        traits.alone = name != "get" && name != "gets" && bytes.find('\n') > Command::MAX_LINE; // see MAX_LINE
        const bool certain = command.isCertain();
        if (name == "quit")
            answer(traits, "", true);
        else if (name == "watch")
            answer(traits, "CLIENT_ERROR proximux: watch is not supported through the proxy\r\n", false);
        else if (command.isHttp())
            answer(traits, "CLIENT_ERROR proximux: not a memcached command\r\n", true);
        else if (command.hasLongKey())
            answer(traits, "CLIENT_ERROR proximux: a key longer than 250 bytes\r\n", false);
        else if (command.isDump())
        {
            traits.guarded = true;
            traits.hint = hint::DUMP;
        }
        else if (!certain)
            traits.fenced = true;
        else if (!noreply.empty())
        {
            const auto at = static_cast<std::size_t>(noreply.data() - bytes.data());
            traits.edits.push_back({at - 1, noreply.size() + 1, {}});
            traits.swallowed = true;
        }
        else if (command.isMeta())
            meta(command, traits);
    }

    /// Servers before 1.6.10 do not know ms with the size of its data after the key, and take the data for commands. A
    /// version command after a quiet one shows whether that was answered: all servers know version, but not mn.
    static void meta(const Command& command, RequestTraits& traits)
    {
        traits.proof = command.isStorage() ? META_STORAGE : 0;
        if (!command.mayBeSilent())
            return;
        traits.suffix = "version\r\n";
        traits.hint = hint::RUN;
    }

    void binary(Bytes bytes, RequestTraits& traits) const
    {
        constexpr unsigned STAT = 0x10;
        const Header header(bytes);
        const bool quiet = isQuiet(header.opcode);
        traits.seed.assign(bytes.substr(0, Header::SIZE));
        traits.hint = hint::BINARY;
        if (header.opcode == STAT)
            traits.hint |= hint::STATS;
        if (_settings.passive)
        {
            traits.answered = !quiet;
            traits.hint |= hint::WATCHED | header.opcode << hint::OPCODE;
        }
        else if (answersItself(bytes, header, traits))
            return;
        else if (header.opcode == STAT && header.keySize > 0)
            traits.fenced = true; // the number of packets depends on the kind and the server
        else if (quiet)
        {
            traits.suffix = {NOOP_REQUEST, Header::SIZE};
            traits.hint |= hint::RUN;
        }
        else
            traits.check = 1ULL << 63U | std::uint64_t{header.opcode} << 32U | header.opaque;
    }

    bool answersItself(Bytes bytes, const Header& header, RequestTraits& traits) const
    {
        constexpr unsigned QUIT = 0x07;
        constexpr unsigned QUITQ = 0x17;
        constexpr unsigned SASL_AUTH = 0x21;
        constexpr unsigned SASL_STEP = 0x22;
        constexpr unsigned INVALID = 0x04;
        constexpr unsigned UNKNOWN = 0x81;
        const Packet packet = judge(header);
        if (packet == Packet::misshapen)
            answer(traits, binaryReply(bytes, INVALID, "proximux: invalid arguments"), true);
        else if (packet == Packet::unknown)
            answer(traits, binaryReply(bytes, UNKNOWN, "proximux: unknown command"), false);
        else if (header.opcode == QUIT || header.opcode == QUITQ)
            answer(traits, header.opcode == QUIT ? binaryReply(bytes, 0, {}) : "", true);
        else if (header.opcode == SASL_AUTH || header.opcode == SASL_STEP)
        {
            traits.pins = pins::AUTHENTICATION;
            if (!_settings.pins)
                answer(traits,
                       binaryReply(bytes, UNKNOWN,
                                   "proximux: SASL authentication requires a dedicated target connection, which is "
                                   "not available (exchange.stateful)"),
                       false);
        }
        return traits.local;
    }

    static void answer(RequestTraits& traits, std::string reply, bool last)
    {
        constexpr char RESPONSE = '\x81';
        constexpr std::size_t STATUS = 7; // offset in a binary response
        traits.local = true;
        traits.refused = !reply.empty() && (reply.front() != RESPONSE || reply[STATUS] != 0);
        traits.last = last;
        traits.reply = std::move(reply);
    }

    ConversationSettings _settings;
};

class Memcached : public ProtocolOf<RequestFramer, ResponseFramer, ClientConversation>
{
public:
    [[nodiscard]] Fence makeFence(unsigned dialect, Random& random) const override
    {
        return dialect == BINARY ? binaryFence(random) : textFence(random);
    }

    /// Whether the server stored the data or gave the reason why not. A quiet ms has no response then; a server that
    /// does not know ms sends an error.
    [[nodiscard]] bool proves(unsigned, Bytes response) const override
    {
        constexpr Bytes CODES[] = {"HD", "NS", "EX", "NF"};
        const bool code = std::any_of(std::begin(CODES), std::end(CODES),
                                      [response](Bytes each) { return response.substr(0, 2) == each; });
        return response.empty() || (code && response.size() > 2 && response.find('\n') + 1 == response.size());
    }

    [[nodiscard]] std::string probe(std::uint32_t) const override { return "version\r\n"; }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        constexpr Bytes ANSWERS[] = {"VERSION ", "ERROR", "CLIENT_ERROR", "SERVER_ERROR"};
        return std::any_of(std::begin(ANSWERS), std::end(ANSWERS),
                           [response](Bytes each) { return response.substr(0, each.size()) == each; });
    }

    /// "set key", or "opcode 1 key".
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        std::string text;
        if (!isBinary(request))
        {
            Bytes words[2];
            const std::size_t count = splitWords(firstLine(request, request.size()), words, 2);
            for (std::size_t i = 0; i < count; ++i)
                text.append(i > 0 ? " " : "").append(words[i]);
        }
        else if (request.size() >= Header::SIZE)
        {
            const Header header(request);
            text =
                "opcode " + std::to_string(header.opcode) + ' ' +
                std::string(request.substr(std::min(request.size(), Header::SIZE + header.extrasSize), header.keySize));
        }
        return text.substr(0, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        const bool binary = !response.empty() && static_cast<unsigned char>(response[0]) == Header::RESPONSE;
        if (!binary || response.size() < Header::SIZE)
            return std::string(firstLine(response, limit));
        const Header header(response);
        return ("opcode " + std::to_string(header.opcode) + " status " + std::to_string(header.status))
            .substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        return isBinary(request) && request.size() >= 2 && request[1] >= 0x20 && request[1] <= 0x22; // SASL
    }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Memcached>>("memcached", "memcached: text, meta and binary");
    info.aliases = {"memcache"};
    info.pairing = Pairing::order;
    info.pipeline = 1024;
    info.mayGreet = false;
    return info;
}

} // namespace proximux::memcached
