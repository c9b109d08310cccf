#pragma once

#include <proximux/protocol/mysql/LaneStatements.h>
#include <proximux/protocol/mysql/Response.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace proximux::mysql
{

/// Prepares a statement of a client on a connection that has not got it. Where the target refuses that, the statement
/// has the error.
class PrepareDialog : public LoginDialog
{
public:
    /// before, after: commands that bring the session to the settings on which the meaning of the text depends, and
    /// back. statements: those of the connection, which outlives it. most: those that it keeps.
    PrepareDialog(LaneStatements& statements, std::shared_ptr<ClientStatement> statement, std::size_t most,
                  std::vector<std::string> before, std::vector<std::string> after);

    [[nodiscard]] std::string opening() const override { return _opening; }
    Step hear(Bytes came) override;
    [[nodiscard]] const std::string& outcome() const override { return _statement->error; }

private:
    [[nodiscard]] std::string nextCommand();
    LoginAnswer::State take(Bytes packet, std::string& says);
    LoginAnswer::State refuse();
    LoginAnswer::State takeAnswer(Bytes packet, std::string& says);

    LaneStatements& _statements;
    std::shared_ptr<ClientStatement> _statement;
    std::vector<std::string> _commands;
    std::size_t _next = 0;
    std::size_t _prepare; ///< which of them prepares it
    std::string _opening;
    Response _response;
};

/// Prepares a statement on a connection that has not got it, in a session with these settings. areKnown: they are all
/// that there are; most: as above. Null: it can't be prepared there as it was, and has the error.
std::unique_ptr<LoginDialog> preparation(const std::shared_ptr<ClientStatement>& statement,
                                         const SessionSettings& settings, bool areKnown, LaneStatements& lane,
                                         std::size_t most);

} // namespace proximux::mysql
