#include <app/AdminTool.h>

#include <app/AdminClient.h>
#include <app/LogFormat.h>
#include <app/StandardStream.h>
#include <app/StatusSample.h>
#include <app/Tools.h>
#include <proximux/admin/Numbers.h>
#include <proximux/config/Values.h>

#include <Poco/Util/Application.h>

#include <chrono>
#include <thread>

namespace proximux
{

namespace
{

using Poco::Util::Application;

constexpr const char* ADMIN_USAGE =
    "usage: proximux admin [--socket PATH] [--json] [--watch [SECONDS]] COMMAND...\n"
    "       proximux status [--socket PATH] [--json] [--watch [SECONDS]]\n"
    "       proximux top [--socket PATH] [--interval SECONDS]\n\n"
    "Gives a command to a running proxy whose admin.listen has a UNIX socket. The command help lists the\n"
    "commands; status is short for admin show status; top shows rates, response times and connections in a\n"
    "terminal.\n\n"
    "  proximux admin show clients\n"
    "  proximux admin kill client 17\n"
    "  proximux admin target 2 drain\n"
    "  proximux status --watch 5\n\nOptions:\n";

constexpr const char* ADMIN_EXIT_CODES = "\nExit codes: 0 done, 64 unknown command, 69 no proxy listens there, or "
                                         "it is not ready, 77 not allowed, 78 refused.\n";

constexpr std::int64_t MOST_SECONDS = 3600;

/// Prints an answer, or why there is none, and returns the exit code.
int show(const AdminAnswer& answer)
{
    if (answer.isDone())
        return toolSays(answer.text);
    StandardStream(StandardStream::Which::error)
        .write(answer.failure.empty() ? answer.text : "proximux: " + printable(answer.failure) + "\n");
    return answer.exitCode;
}

/// What has happened since the last look, as a line below the status.
std::string rateLine(const AdminOptions& options, StatusHistory& history)
{
    const auto sample = StatusSample::parse(askProxy(options.socket, "show status --json").text);
    if (!sample)
        return "rates     unknown\n";
    history.add(*sample);
    const StatusTrend trend = history.now();
    return "rates     " + admin::shortNumber(trend.requests) + " requests/s, median " +
           admin::latencyText(trend.median) + ", 99th percentile " + admin::latencyText(trend.p99) + ", " +
           std::to_string(trend.errors) + " errors, " + admin::sizeText(trend.bytesIn) + "/s from clients, " +
           admin::sizeText(trend.bytesOut) + "/s to clients\n";
}

/// Gives the command once, or again and again until the proxy or the reader is gone.
int give(const AdminOptions& options)
{
    const bool hasRates = options.words == "show status" && !options.json;
    StatusHistory history;
    for (;;)
    {
        AdminAnswer answer = askProxy(options.socket, options.words + (options.json ? " --json" : ""));
        if (options.interval > 0 && answer.isDone() && !options.json)
            answer.text += (hasRates ? "\n" + rateLine(options, history) : "") + "\n";
        const int exitCode = show(answer);
        if (options.interval == 0 || exitCode != Application::EXIT_OK)
            return exitCode;
        std::this_thread::sleep_for(std::chrono::seconds(options.interval));
    }
}

int run(AdminOptions& options)
{
    if (options.help)
        return toolSays(describeAdminTools(options));
    if (options.words.empty() && options.mistakes.empty())
        options.mistakes.emplace_back("COMMAND: missing; expected help, for example");
    if (options.interval > 0 && options.words.compare(0, 5, "show ") != 0)
        options.mistakes.emplace_back("--watch: expected a command that shows something");
    if (options.mistakes.empty())
        return give(options);
    toolRefuses(options.mistakes);
    return Application::EXIT_USAGE;
}

} // namespace

std::string describeAdminTools(AdminOptions& options)
{
    return ADMIN_USAGE + describeOptions(options.options()) + ADMIN_EXIT_CODES;
}

AdminOptions::AdminOptions(Tool which, const std::vector<std::string>& arguments)
    : tool(which)
    , socket(ADMIN_SOCKET)
{
    parseOptions(
        options(), arguments, [this](const std::string& word) { takeWord(word); }, mistakes);
    if (words.find_first_of("\r\n") != std::string::npos)
        mistakes.emplace_back("COMMAND: has a line break; expected one command");
}

void AdminOptions::takeWord(const std::string& word)
{
    if (word.compare(0, 1, "-") == 0)
        return mistakes.push_back(word + ": unknown; expected " + namesOf(options()) +
                                  (tool == Tool::admin ? ", or a command" : ""));
    words.append(words.empty() ? "" : " ").append(word);
}

void AdminOptions::takeInterval(const std::string& option, const std::string& value)
{
    interval = value.empty() ? 1 : values::integer(value).value_or(0);
    if (interval < 1 || interval > MOST_SECONDS)
        mistakes.push_back(option + " " + value + ": expected 1 to 3600 seconds");
}

Options AdminOptions::options()
{
    Options all{{"--socket", "", "PATH", std::string("UNIX socket of the proxy (default ") + ADMIN_SOCKET + ")", false,
                 [this](const std::string& value) { socket = value; }}};
    if (tool == Tool::top)
        all.push_back({"--interval", "", "SECONDS", "Time between two looks (default 1)", false,
                       [this](const std::string& value) { takeInterval("--interval", value); }});
    else
    {
        all.push_back({"--json", "", "", "Answer in JSON", false, [this](const std::string&) { json = true; }});
        all.push_back({"--watch", "", "[SECONDS]", "Show it again each second, or after this many seconds", false,
                       [this](const std::string& value) { takeInterval("--watch", value); }});
    }
    all.push_back({"--help", "-h", "", "Print this help and exit", true, [this](const std::string&) { help = true; }});
    return all;
}

int adminTool(const std::vector<std::string>& arguments)
{
    AdminOptions options(AdminOptions::Tool::admin, arguments);
    return run(options);
}

int statusTool(const std::vector<std::string>& arguments)
{
    AdminOptions options(AdminOptions::Tool::admin, arguments);
    if (!options.words.empty())
        options.mistakes.push_back(options.words + ": unexpected; status takes only options");
    options.words = "show status";
    return run(options);
}

} // namespace proximux
