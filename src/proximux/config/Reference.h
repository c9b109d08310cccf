#pragma once

#include <string>

namespace proximux
{

/// What is written about the settings, made from the table.
namespace reference
{

/// etc/proximux.ini: every setting, commented out, with its default.
std::string ini();

/// The table in README.md.
std::string markdown();

/// The settings as a part of --help.
std::string help();

/// The settings as a part of a man page (roff, a .SH and its paragraphs).
std::string man();

} // namespace reference

} // namespace proximux
