#pragma once

#include <proximux/config/Settings.h>

#include <string>
#include <vector>

namespace proximux
{

/// Texts about the settings, generated from their table.
namespace reference
{

/// etc/proximux.ini: every setting, commented out, with its default.
std::string ini();

/// docs/settings.md: every setting with its details, by section.
std::string markdown();

/// The settings section of --help; restricted to one section of settings if it is given.
std::string help(const std::string& section = {});

/// The text of --help SETTING.
std::string describe(const Setting& setting);

/// The settings section of proximux.ini(5), in roff: one .SS per section.
std::string man();

/// Escapes a text for roff, where a plain hyphen is not a minus sign and a leading dot is a request.
std::string roff(const std::string& text);

/// Wraps a text at `width` characters and puts `indent` before each line. A longer word is not broken.
std::string wrapped(const std::string& text, std::size_t width, const std::string& indent);

/// Splits a text into sentences: a period ends one if a space or nothing follows.
std::vector<std::string> sentences(const std::string& text);

} // namespace reference

} // namespace proximux
