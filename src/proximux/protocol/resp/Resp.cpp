#include <proximux/protocol/resp/Resp.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/FirstLine.h>
#include <proximux/protocol/ProtocolOf.h>
#include <proximux/protocol/resp/ClientConversation.h>
#include <proximux/protocol/resp/Command.h>
#include <proximux/protocol/resp/CommandNotes.h>
#include <proximux/protocol/resp/Detection.h>
#include <proximux/protocol/resp/Dialect.h>
#include <proximux/protocol/resp/Framers.h>

namespace proximux::resp
{

namespace
{

class Resp : public ProtocolOf<RequestFramer, ResponseFramer, ClientConversation>
{
public:
    [[nodiscard]] Login login(const Credentials& credentials) const override
    {
        Login made;
        const auto say = [&made](const std::string& command)
        {
            made.says += command;
            made.expects += "+OK\r\n";
        };
        if (!credentials.username.empty())
            say(encodeCommand({"AUTH", credentials.username, credentials.password}));
        else if (!credentials.password.empty())
            say(encodeCommand({"AUTH", credentials.password}));
        if (credentials.database != 0)
            say(encodeCommand({"SELECT", std::to_string(credentials.database)}));
        return made;
    }

    [[nodiscard]] bool isPreparation(Bytes bytes) const override { return isInlinePreparation(bytes); }

    [[nodiscard]] Fence makeFence(unsigned, Random& random) const override
    {
        std::string word = "proximux:";
        for (int i = 0; i < 32; ++i)
            word += "0123456789abcdef"[random.below(16)];
        const std::string size = "$" + std::to_string(word.size()) + "\r\n";
        return {encodeCommand({"ECHO", word}), size + word + "\r\n"};
    }

    [[nodiscard]] unsigned firstDialect() const override { return dialect::RESP2; }

    [[nodiscard]] DialectChange changeTo(unsigned wanted) const override
    {
        return wanted == dialect::RESP3 ? DialectChange{HELLO_3, dialect::PROOF} : DialectChange{HELLO_2, 0};
    }

    /// A map that contains the protocol version 3, which is one of the first fields.
    [[nodiscard]] bool proves(unsigned, Bytes response) const override
    {
        return response.substr(0, 1) == "%" && response.find("$5\r\nproto\r\n:3\r\n") != Bytes::npos;
    }

    [[nodiscard]] Farewell farewell() const override { return {"*1\r\n$4\r\nQUIT\r\n", "+OK\r\n"}; }

    [[nodiscard]] std::string probe(std::uint32_t) const override { return encodeCommand({"PING"}); }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        return response.substr(0, 5) == "+PONG" || (response.substr(0, 1) == "-" && response.substr(0, 7) != "-NOAUTH");
    }

    /// "SET key": the command and its first argument, without values.
    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        const std::vector<Bytes> words = wordsOf(request, isSecret(request) ? 1 : 2);
        std::string text;
        for (const Bytes word : words)
            text.append(text.empty() ? "" : " ").append(word);
        return text.substr(0, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return std::string(firstLine(response, limit));
    }

    [[nodiscard]] bool isSecret(Bytes request) const override { return entryOf(request).secret; }
};

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<makeProtocol<Resp>>("resp", "Redis and compatible servers");
    info.aliases = {"redis", "valkey"};
    info.pairing = Pairing::order;
    info.pipeline = 1024;
    info.mayGreet = false;
    info.settings = {"local.password",    "local.failed_auth", "local.failed_auth_delay", "target.N.username",
                     "target.N.password", "target.N.database", "pool.switch_delay",       "exchange.resp_unknown"};
    info.commands = commandNotes;
    info.detection = {detect, "RESP", "a RESP command"};
    return info;
}

std::string encodeCommand(std::initializer_list<std::string_view> words)
{
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string_view word : words)
        text.append("$").append(std::to_string(word.size())).append("\r\n").append(word).append("\r\n");
    return text;
}

} // namespace proximux::resp
