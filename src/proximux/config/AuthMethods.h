#pragma once

#include <proximux/AuthSettings.h>

#include <string>
#include <utility>
#include <vector>

namespace proximux
{

/// The values of auth.method.
inline const std::vector<std::pair<std::string, AuthMethod>>& authMethods()
{
    static const std::vector<std::pair<std::string, AuthMethod>> METHODS{
        {"auto", AuthMethod::automatic}, {"trust", AuthMethod::trust}, {"password", AuthMethod::password},
        {"md5", AuthMethod::md5},        {"scram", AuthMethod::scram}, {"native", AuthMethod::native},
        {"sha2", AuthMethod::sha2}};
    return METHODS;
}

/// As in the configuration.
inline const std::string& nameOf(AuthMethod method)
{
    const auto* found = &authMethods().front();
    for (const auto& each : authMethods())
        found = each.second == method ? &each : found;
    return found->first;
}

} // namespace proximux
