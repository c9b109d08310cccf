#pragma once

#include <proximux/ConfigurationLoader.h>

#include <string>

namespace proximux
{

/// What an operator should know of a value that changes nothing with the mode, the protocol and the listening address
/// in force. Empty: it has an effect, or is the default.
std::string ineffectiveText(const FoundValue& value, const Configuration& configuration);

/// Whether a connection to the target would reach the proxy itself, as far as the names tell: equal ones, or a name of
/// this machine where the proxy listens on all interfaces.
bool isItself(const LocalSettings& local, const Endpoint& target);

} // namespace proximux
