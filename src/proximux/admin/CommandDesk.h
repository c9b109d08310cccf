#pragma once

#include <proximux/Log.h>
#include <proximux/admin/AccessRules.h>
#include <proximux/admin/Pages.h>
#include <proximux/admin/Table.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

/// Understands commands and carries them out. Used in the server's thread.
///
///     show status | clients [SERVICE] | targets [SERVICE] | queue [SERVICE] | errors [SERVICE] | config | version
///     kill client ID [SERVICE] | kill address RANGE [SERVICE]
///     target NAME drain [SERVICE] | target NAME ready [SERVICE] | target NAME close [SERVICE]
///     pause [SERVICE] | resume [SERVICE]
///     set log.level N | reopen | drain | stop | reload | reload certificates | ready | help
class CommandDesk
{
public:
    /// A command of a line, or one over HTTP.
    struct Order
    {
        std::string line;
        Origin origin;
        std::string authorization; ///< of HTTP; empty: none
    };

    /// For a pause to be complete before it is told what it still waits for.
    static constexpr Duration PAUSE_PATIENCE = Duration::seconds(5);

    /// All must outlive it. pages: for what can be read there, too.
    CommandDesk(const AccessRules& rules, const ServiceDirectory& services, AdminCommands& commands, Survey& survey,
                Pages& pages, Duration pausePatience = PAUSE_PATIENCE)
        : _rules(rules)
        , _services(services)
        , _commands(commands)
        , _survey(survey)
        , _pages(pages)
        , _pausePatience(pausePatience)
        , _log(services.services().front().proxy->configuration()->log.maskAddresses)
    {
    }

    /// Carries out a command. In a line, --json asks for JSON, and --code for a first line with the exit code.
    void run(const Order& order, const Done& done);

    /// Whether POST to /NAME is a command.
    static bool isPosted(const std::string& name);

private:
    struct Row;

    /// A command that was understood.
    struct Job
    {
        const Row& row;
        std::string argument; ///< or empty
        std::string service;  ///< or empty: all
        bool asJson;
        std::vector<InspectedService> services; ///< which it concerns
    };

    static const std::vector<Row>& rows();
    static const Row* find(const std::vector<std::string>& words);
    static std::optional<std::string> parse(const Row& row, std::vector<std::string> words, Job& job);
    void look(const Job& job, const Done& done, Table (*make)(const std::vector<WorkerView>&));
    void kill(const Job& job, const std::function<bool(const ClientInfo&)>& chosen, const std::string& whom,
              const Done& done);
    void setDuty(const Job& job, Targets::Duty duty, const char* what, const Done& done);
    void note(const std::string& what, const Origin& origin) const;

    void help(const Job& job, const Done& done);
    void showStatus(const Job& job, const Done& done);
    void showClients(const Job& job, const Done& done);
    void showTargets(const Job& job, const Done& done);
    void showQueue(const Job& job, const Done& done);
    void showErrors(const Job& job, const Done& done);
    void showConfig(const Job& job, const Done& done);
    void showVersion(const Job& job, const Done& done);
    void ready(const Job& job, const Done& done);
    void killClient(const Job& job, const Done& done);
    void killAddress(const Job& job, const Done& done);
    void drainTarget(const Job& job, const Done& done);
    void readyTarget(const Job& job, const Done& done);
    void closeTarget(const Job& job, const Done& done);
    void pause(const Job& job, const Done& done);
    void resume(const Job& job, const Done& done);
    void setLogLevel(const Job& job, const Done& done);
    void reopen(const Job& job, const Done& done);
    void drain(const Job& job, const Done& done);
    void stop(const Job& job, const Done& done);
    void reload(const Job& job, const Done& done);
    void reloadCertificates(const Job& job, const Done& done);
    [[nodiscard]] std::function<void(const AdminCommands::Reload&)> whenReloaded(const Done& done) const;

    const AccessRules& _rules;
    const ServiceDirectory& _services;
    AdminCommands& _commands;
    Survey& _survey;
    Pages& _pages;
    const Duration _pausePatience;
    Log _log;
};

} // namespace proximux::admin
