#pragma once

#include "MysqlMessages.h"

#include <string>
#include <vector>

namespace proximux::mysql::test
{

/// A conversation and what a watcher has to tell of it.
struct MysqlConversation
{
    std::string name;
    std::vector<Step> steps;
    std::vector<std::string> expected; ///< as in WatchRecorder::lines
    bool atRest = true;                ///< before its end
};

/// A conversation behind a login that is seen first.
MysqlConversation talk(const std::string& name, const std::vector<Step>& steps, std::vector<std::string> expected,
                       std::uint64_t capabilities = BASE);

/// The same, in the middle of something at its end.
MysqlConversation busy(MysqlConversation conversation);

void append(std::vector<MysqlConversation>& all, const std::vector<MysqlConversation>& more);

/// What a client and a server say up to the login's end, in all its forms.
std::vector<MysqlConversation> loginConversations();

/// Commands and responses in order.
std::vector<MysqlConversation> commandConversations();

/// What can't be, and what can't be watched.
std::vector<MysqlConversation> lostConversations();

/// All of the above.
std::vector<MysqlConversation> allConversations();

} // namespace proximux::mysql::test
