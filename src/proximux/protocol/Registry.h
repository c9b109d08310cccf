#pragma once

#include <proximux/protocol/ProtocolInfo.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// The values of `exchange.protocol` that name no protocol: detect it, and any bytes without messages.
inline constexpr char AUTO[] = "auto";
inline constexpr char RAW[] = "raw";

/// All protocols, in documentation order. To add one, add a line to Registry.cpp.
const std::vector<ProtocolInfo>& protocols();

/// The entry with this name, or null.
const ProtocolInfo* findProtocol(std::string_view name);

/// The entry with this name or alias, or null.
const ProtocolInfo* protocolNamed(std::string_view name);

/// Whether this names a well-known protocol that is only passed on: with raw, in proxy mode.
bool isPassedOn(std::string_view name);

/// What `auto` chooses from in fifo and funnel: first raw, then the protocols that it detects, by name.
const std::vector<const ProtocolInfo*>& choicesOfAuto();

/// Words as in a text: "line, fixed and length" with `last` " and ".
std::string listed(const std::vector<std::string_view>& words, std::string_view last = ", ");

/// The names of these protocols, in documentation order, as in a text.
std::string namesOfProtocols(const std::function<bool(const ProtocolInfo&)>& wanted, std::string_view last = ", ");

/// The names of the protocols to which a setting applies.
std::string usersOf(std::string_view key, std::string_view last = ", ");

} // namespace proximux
