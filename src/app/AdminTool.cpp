#include <app/AdminTool.h>

#include <app/LogFormat.h>
#include <app/StandardStream.h>
#include <app/Tools.h>
#include <proximux/config/Values.h>
#include <proximux/net/SocketsLocal.h>

#include <Poco/Net/SocketDefs.h>
#include <Poco/Util/Application.h>

#include <optional>

namespace proximux
{

namespace
{

using Poco::Util::Application;

constexpr const char* SOCKET = "/run/proximux/admin.sock";

constexpr const char* USAGE =
    "usage: proximux admin [--socket PATH] [--json] COMMAND...\n"
    "       proximux status [--socket PATH] [--json]\n\n"
    "Gives a command to a running proxy whose admin.listen has a UNIX socket. The command help lists the\n"
    "commands; status is short for admin show status.\n\n"
    "  proximux admin show clients\n"
    "  proximux admin kill client 17\n\nOptions:\n";

constexpr const char* EXIT_CODES = "\nExit codes: 0 done, 64 unknown command, 69 no proxy listens there, 77 not "
                                   "allowed, 78 refused.\n";

int complain(int exitCode, const std::string& why)
{
    StandardStream(StandardStream::Which::error).write("proximux: " + printable(why) + "\n");
    return exitCode;
}

int connectFailed(const std::string& path, int error)
{
    const bool isForbidden = error == POCO_EACCES;
    return complain(isForbidden ? Application::EXIT_NOPERM : Application::EXIT_UNAVAILABLE,
                    path + ": " + sockets::errorText(error) +
                        (isForbidden ? "" : "; no proxy has this socket in admin.listen"));
}

/// All that the proxy answers; nothing if the connection failed.
std::optional<std::string> exchange(poco_socket_t socket, const std::string& line)
{
    for (Bytes left = line; !left.empty();)
    {
        const IoResult result = sockets::send(socket, left);
        if (result.kind != IoResult::Kind::done)
            return std::nullopt;
        left.remove_prefix(result.bytes);
    }
    std::string answer;
    std::string piece(65536, '\0');
    for (;;)
    {
        const IoResult result = sockets::receive(socket, piece.data(), piece.size());
        if (result.kind == IoResult::Kind::ended)
            return answer;
        if (result.kind != IoResult::Kind::done)
            return std::nullopt;
        answer.append(piece, 0, result.bytes);
    }
}

/// Prints an answer, whose first line is the exit code.
int show(const std::string& answer)
{
    const std::size_t end = answer.find('\n');
    const auto code = values::integer(answer.substr(0, end));
    if (!code || end == std::string::npos)
        return complain(Application::EXIT_UNAVAILABLE, "the proxy gave no answer");
    const std::string text = answer.substr(end + 1);
    if (*code == Application::EXIT_OK)
        return toolSays(text);
    StandardStream(StandardStream::Which::error).write(text);
    return static_cast<int>(*code);
}

int give(AdminOptions& options)
{
    if (options.help)
        return toolSays(USAGE + describeOptions(options.options()) + EXIT_CODES);
    if (options.words.empty() && options.mistakes.empty())
        options.mistakes.emplace_back("COMMAND: missing; expected help, for example");
    if (!options.mistakes.empty())
    {
        toolRefuses(options.mistakes);
        return Application::EXIT_USAGE;
    }
    const sockets::Connecting connection = sockets::connectLocal(options.socket);
    if (connection.result.kind != IoResult::Kind::done)
        return connectFailed(options.socket, connection.result.error);
    const std::string line = "--code " + options.words + (options.json ? " --json\n" : "\n");
    const auto answer = exchange(connection.socket.impl()->sockfd(), line);
    return answer ? show(*answer) : complain(Application::EXIT_UNAVAILABLE, "the connection to the proxy was lost");
}

} // namespace

AdminOptions::AdminOptions(const std::vector<std::string>& arguments)
    : socket(SOCKET)
{
    const auto takeWord = [this](const std::string& word)
    {
        if (word.compare(0, 1, "-") == 0)
            return mistakes.push_back(word + ": unknown; expected " + namesOf(options()) + ", or a command");
        words.append(words.empty() ? "" : " ").append(word);
    };
    parseOptions(options(), arguments, takeWord, mistakes);
    if (words.find_first_of("\r\n") != std::string::npos)
        mistakes.emplace_back("COMMAND: has a line break; expected one command");
}

Options AdminOptions::options()
{
    return {
        {"--socket", "", "PATH", std::string("UNIX socket of the proxy (default ") + SOCKET + ")", false,
         [this](const std::string& value) { socket = value; }},
        {"--json", "", "", "Answer in JSON", false, [this](const std::string&) { json = true; }},
        {"--help", "-h", "", "Print this help and exit", true, [this](const std::string&) { help = true; }},
    };
}

int adminTool(const std::vector<std::string>& arguments)
{
    AdminOptions options(arguments);
    return give(options);
}

int statusTool(const std::vector<std::string>& arguments)
{
    AdminOptions options(arguments);
    if (!options.words.empty())
        options.mistakes.push_back(options.words + ": unexpected; status takes only options");
    options.words = "show status";
    return give(options);
}

} // namespace proximux
