#pragma once

#include <string>

namespace proximux
{

/// Texts about the settings, generated from their table.
namespace reference
{

/// etc/proximux.ini: every setting, commented out, with its default.
std::string ini();

/// The table in README.md.
std::string markdown();

/// The settings section of --help.
std::string help();

/// The settings section of the man page, in roff.
std::string man();

} // namespace reference

} // namespace proximux
