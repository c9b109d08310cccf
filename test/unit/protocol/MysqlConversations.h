#pragma once

#include "MysqlMessages.h"

#include <string>
#include <vector>

namespace proximux::mysql::test
{

/// A conversation and what a watcher has to tell of it.
struct Conversation
{
    std::string name;
    std::vector<Step> steps;
    std::vector<std::string> expected; ///< as in WatchRecorder::lines
    bool atRest = true;                ///< before its end
};

/// A conversation behind a login that is seen first.
Conversation talk(const std::string& name, const std::vector<Step>& steps, std::vector<std::string> expected,
                  std::uint64_t capabilities = BASE);

/// The same, in the middle of something at its end.
Conversation busy(Conversation conversation);

void append(std::vector<Conversation>& all, const std::vector<Conversation>& more);

/// What a client and a server say up to the login's end, in all its forms.
std::vector<Conversation> loginConversations();

/// Commands and responses in order.
std::vector<Conversation> commandConversations();

/// What can't be, and what can't be watched.
std::vector<Conversation> lostConversations();

/// All of the above.
std::vector<Conversation> allConversations();

} // namespace proximux::mysql::test
