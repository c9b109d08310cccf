#include <proximux/admin/CommandDesk.h>

#include <proximux/AddressRange.h>
#include <proximux/Version.h>
#include <proximux/admin/Views.h>
#include <proximux/config/Nearest.h>
#include <proximux/config/Values.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <sstream>

namespace proximux::admin
{

namespace
{

using Words = std::vector<std::string>;

Words wordsOf(const std::string& line)
{
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

bool take(Words& words, const std::string& option)
{
    const auto found = std::find(words.begin(), words.end(), option);
    if (found == words.end())
        return false;
    words.erase(found);
    return true;
}

std::string joined(const Words& words, const char* between)
{
    std::string text;
    for (const std::string& word : words)
        text.append(text.empty() ? "" : between).append(word);
    return text;
}

Reply tableReply(const Table& table, bool asJson)
{
    Reply reply;
    if (asJson)
        reply.type = "application/json";
    reply.body = asJson ? table.toJson() + "\n" : table.toText();
    return reply;
}

/// Puts the exit code before what is answered.
Done withCode(const Done& done)
{
    return [done](Reply reply)
    {
        reply.body.insert(0, std::to_string(reply.exitCode) + "\n");
        done(std::move(reply));
    };
}

/// What holds for a command.
enum Trait : unsigned
{
    SHOWS = 0,   ///< it shows something, and no more
    SERVICE = 1, ///< the name of a service may be its last word
    CHANGES = 2, ///< it has an effect, and so needs a right
    POSTED = 4   ///< POST of its name does the same
};

} // namespace

/// A command.
struct CommandDesk::Row
{
    Words words;
    const char* argument; ///< its name; empty: none
    unsigned traits;      ///< of Trait
    const char* help;
    void (CommandDesk::*run)(const Job& job, const Done& done);
    const char* verb = ""; ///< the word behind the argument; empty: there is none

    [[nodiscard]] bool is(Trait trait) const { return (traits & trait) != 0; }

    /// What is given in a line, but for the argument.
    [[nodiscard]] bool isNamedBy(const Words& given) const
    {
        const bool begins = given.size() >= words.size() && std::equal(words.begin(), words.end(), given.begin());
        const std::size_t next = words.size() + 1; // behind the argument; the name of a service may follow
        return begins && (*verb == 0 || (given.size() > next && given[next] == verb) ||
                          (given.size() >= next && given.back() == verb));
    }

    /// As in the list of the commands: "kill client ID".
    [[nodiscard]] std::string toString() const
    {
        return joined(words, " ") + (*argument != 0 ? " " : "") + argument + (*verb != 0 ? " " : "") + verb;
    }
};

const std::vector<CommandDesk::Row>& CommandDesk::rows()
{
    using Desk = CommandDesk;
    static const std::vector<Row> ALL{
        {{"show", "status"}, "", SHOWS, "version, clients, queue and targets", &Desk::showStatus},
        {{"show", "clients"}, "", SERVICE, "each client, and the connection that it has", &Desk::showClients},
        {{"show", "targets"}, "", SERVICE, "targets and their connections", &Desk::showTargets},
        {{"show", "queue"}, "", SERVICE, "clients whose requests wait, the longest first", &Desk::showQueue},
        {{"show", "errors"}, "", SERVICE, "the last 32 refusals and errors", &Desk::showErrors},
        {{"show", "config"}, "", SHOWS, "each setting, its value and where that comes from", &Desk::showConfig},
        {{"show", "version"}, "", SHOWS, "the version", &Desk::showVersion},
        {{"ready"}, "", SHOWS, "ok, or why clients should not come", &Desk::ready},
        {{"kill", "client"}, "ID", SERVICE | CHANGES, "close a client, by its id in show clients", &Desk::killClient},
        {{"kill", "address"},
         "RANGE",
         SERVICE | CHANGES,
         "close all clients of an address or a range",
         &Desk::killAddress},
        {{"target"}, "NAME", SERVICE | CHANGES, "send nothing new to a target", &Desk::drainTarget, "drain"},
        {{"target"}, "NAME", SERVICE | CHANGES, "likewise, and end its connections", &Desk::closeTarget, "close"},
        {{"target"}, "NAME", SERVICE | CHANGES, "end a drain or a close", &Desk::readyTarget, "ready"},
        {{"pause"}, "", SERVICE | CHANGES | POSTED, "close all target connections; requests wait", &Desk::pause},
        {{"resume"}, "", SERVICE | CHANGES | POSTED, "end a pause", &Desk::resume},
        {{"set", "log.level"}, "N", CHANGES, "change log.level until the next reload or start", &Desk::setLogLevel},
        {{"reopen"}, "", CHANGES | POSTED, "open the log file again", &Desk::reopen},
        {{"reload", "certificates"},
         "",
         CHANGES,
         "read the files of TLS again, and nothing else",
         &Desk::reloadCertificates},
        {{"reload"}, "", CHANGES | POSTED, "apply the changed configuration", &Desk::reload},
        {{"drain"}, "", CHANGES | POSTED, "accept no more clients, and end when all have left", &Desk::drain},
        {{"stop"}, "", CHANGES | POSTED, "end at once", &Desk::stop},
        {{"help"}, "", SHOWS, "this list", &Desk::help},
    };
    return ALL;
}

const CommandDesk::Row* CommandDesk::find(const Words& words)
{
    for (const Row& row : rows())
        if (row.isNamedBy(words))
            return &row;
    return nullptr;
}

bool CommandDesk::isPosted(const std::string& name)
{
    const Row* row = find({name});
    return row != nullptr && row->is(POSTED);
}

void CommandDesk::run(const Order& order, const Done& answer)
{
    Words words = wordsOf(order.line);
    const bool asJson = take(words, "--json");
    const Done done = take(words, "--code") ? withCode(answer) : answer;
    const Row* row = find(words);
    if (row == nullptr)
    {
        Nearest nearest(joined(words, " "));
        for (const Row& each : rows())
            nearest.consider(joined(each.words, " "),
                             "; the nearest known command is " +
                                 (*each.verb != 0 ? each.toString() : joined(each.words, " ")));
        return done(
            refusal(UNKNOWN_COMMAND, "unknown command" + (nearest.phrase().empty() ? "; see help" : nearest.phrase())));
    }
    const std::string given = joined(words, " ");
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(row->words.size()));
    Job job{*row, "", "", asJson, _services.services()};
    if (const auto why = parse(*row, words, job))
        return done(refusal(UNKNOWN_COMMAND, *why));
    if (const auto why = row->is(CHANGES) ? _rules.judgeCommand(order.origin, order.authorization) : std::nullopt)
        return done(*why);
    if (row->is(CHANGES))
        note(given, order.origin);
    (this->*row->run)(job, done);
}

/// Reads what follows the words of a command. Returns why that is wrong, or nothing.
std::optional<std::string> CommandDesk::parse(const Row& row, Words words, Job& job)
{
    const std::string name = joined(row.words, " ");
    if (*row.verb != 0)
        words.erase(words.size() > 1 && words[1] == row.verb ? words.begin() + 1 : words.end() - 1);
    const std::string argument = row.argument;
    const bool isNamed = !job.services.front().name.empty();
    const std::size_t needed = argument.empty() ? 0 : 1;
    const std::size_t most = needed + (row.is(SERVICE) && isNamed ? 1 : 0);
    if (words.size() < needed || words.size() > most)
        return name + (most == 0       ? " takes no argument"
                       : most > needed ? ": expected " + argument + (needed > 0 ? " " : "") + "[SERVICE]"
                                       : ": expected " + argument);
    job.argument = needed > 0 ? words.front() : "";
    job.service = words.size() > needed ? words.back() : "";
    if (job.service.empty())
        return std::nullopt;
    job.services.erase(std::remove_if(job.services.begin(), job.services.end(),
                                      [&job](const InspectedService& each) { return each.name != job.service; }),
                       job.services.end());
    return job.services.empty() ? std::optional(job.service + ": there is no such service") : std::nullopt;
}

void CommandDesk::note(const std::string& what, const Origin& origin) const
{
    _log.text(LogScope::server, LogLevel::info,
              "Admin command from " + (origin.isLocal ? origin.toString() : _log.host(origin.address)) + ": " + what);
}

// ------------------------------------------------------------------------------------------------ what is shown

void CommandDesk::help(const Job& job, const Done& done)
{
    constexpr std::size_t COLUMN = 24;
    std::string text;
    for (const Row& row : rows())
    {
        std::string left = row.toString();
        if (row.is(SERVICE) && !job.services.front().name.empty())
            left.append(" [SERVICE]");
        left.resize(std::max(left.size() + 1, COLUMN), ' ');
        text += left + row.help + "\n";
    }
    done(textReply(200, text + "\nAfter a command that shows something, --json gives JSON."));
}

void CommandDesk::look(const Job& job, const Done& done, Table (*make)(const std::vector<WorkerView>&))
{
    _survey.look(
        job.services, Survey::PATIENCE,
        [done, make, asJson = job.asJson](const std::vector<ServiceView>& views, const auto&)
        { done(tableReply(tableOf(views, [make](const ServiceView& each) { return make(each.workers); }), asJson)); });
}

void CommandDesk::showStatus(const Job& job, const Done& done)
{
    _pages.status(job.asJson, done);
}

void CommandDesk::showClients(const Job& job, const Done& done)
{
    look(job, done, &clientsTable);
}

void CommandDesk::showTargets(const Job& job, const Done& done)
{
    _survey.look(job.services, Survey::PATIENCE,
                 [done, asJson = job.asJson](const std::vector<ServiceView>& views, const auto&)
                 {
                     const Table targets =
                         tableOf(views, [](const ServiceView& each)
                                 { return targetsTable(each.service.proxy->targets(), each.workers); });
                     const Table connections =
                         tableOf(views, [](const ServiceView& each) { return connectionsTable(each.workers); });
                     Reply reply;
                     if (asJson)
                         reply.type = "application/json";
                     reply.body = asJson ? R"({"targets":)" + targets.toJson() + R"(,"connections":)" +
                                               connections.toJson() + "}\n"
                                         : targets.toText() + "\n" + connections.toText();
                     done(reply);
                 });
}

void CommandDesk::showQueue(const Job& job, const Done& done)
{
    look(job, done, &queueTable);
}

void CommandDesk::showErrors(const Job& job, const Done& done)
{
    done(tableReply(
        tableOf(job.services, [](const InspectedService& each) { return errorsTable(each.proxy->errors()); }),
        job.asJson));
}

void CommandDesk::showConfig(const Job&, const Done& done)
{
    _pages.configuration(done);
}

void CommandDesk::showVersion(const Job&, const Done& done)
{
    _pages.version(done);
}

void CommandDesk::ready(const Job&, const Done& done)
{
    _pages.readiness(done);
}

// ------------------------------------------------------------------------------------------------ what has an effect

void CommandDesk::kill(const Job& job, const std::function<bool(const ClientInfo&)>& chosen, const std::string& whom,
                       const Done& done)
{
    const auto killed = std::make_shared<std::atomic<std::size_t>>(0);
    _survey.ask(
        job.services, [chosen, killed](InspectedWorker& worker, std::size_t) { *killed += worker.kill(chosen); },
        Survey::PATIENCE,
        [killed, whom, done](const Survey::Silent&)
        {
            if (*killed == 0)
                return done(refusal(REFUSED, "there is no client " + whom));
            done(textReply(200, "clients closed: " + std::to_string(*killed)));
        });
}

void CommandDesk::killClient(const Job& job, const Done& done)
{
    const std::int64_t number = values::integer(job.argument).value_or(0);
    if (number < 1)
        return done(refusal(UNKNOWN_COMMAND, job.argument + ": not the id of a client"));
    if (job.service.empty() && !job.services.front().name.empty())
        return done(refusal(UNKNOWN_COMMAND, "kill client: expected ID SERVICE; each service counts its own clients"));
    kill(
        job, [number](const ClientInfo& info) { return info.number == static_cast<std::uint64_t>(number); },
        std::to_string(number), done);
}

void CommandDesk::killAddress(const Job& job, const Done& done)
{
    std::string why;
    const auto range = AddressRange::parse(job.argument, &why);
    if (!range)
        return done(refusal(UNKNOWN_COMMAND, job.argument + ": " + why));
    kill(
        job, [range](const ClientInfo& info) { return range->contains(info.address); }, "of " + job.argument, done);
}

void CommandDesk::setLogLevel(const Job& job, const Done& done)
{
    constexpr std::int64_t MOST = 3;
    const std::int64_t level = values::integer(job.argument).value_or(-1);
    if (level < 0 || level > MOST)
        return done(refusal(UNKNOWN_COMMAND, job.argument + ": not a level; expected 0 to 3"));
    _commands.setLogLevel(static_cast<int>(level));
    done(textReply(200, "log.level = " + std::to_string(level)));
}

void CommandDesk::reopen(const Job&, const Done& done)
{
    _commands.reopen();
    done(textReply(200, "reopening the log file"));
}

void CommandDesk::reload(const Job&, const Done& done)
{
    _commands.reload(whenReloaded(done));
}

void CommandDesk::reloadCertificates(const Job&, const Done& done)
{
    _commands.reloadCertificates(whenReloaded(done));
}

/// Answers in the server's thread.
std::function<void(const AdminCommands::Reload&)> CommandDesk::whenReloaded(const Done& done) const
{
    return [done, mailbox = _survey.mailbox()](const AdminCommands::Reload& reload)
    {
        const std::string lines = joined(reload.lines, "\n");
        const Reply reply =
            reload.applied ? textReply(200, "applied" + (lines.empty() ? "" : "\n" + lines)) : refusal(REFUSED, lines);
        mailbox->post([done, reply] { done(reply); });
    };
}

void CommandDesk::drain(const Job&, const Done& done)
{
    done(textReply(200, "draining"));
    _commands.drain();
}

void CommandDesk::stop(const Job&, const Done& done)
{
    done(textReply(200, "stopping"));
    _commands.stop();
}

} // namespace proximux::admin
