#pragma once

#include <proximux/config/Settings.h>

#include <string>
#include <vector>

namespace proximux
{

/// What is written about the settings, made from the table.
namespace reference
{

/// etc/proximux.ini: every setting, commented out, with its default.
std::string ini();

/// docs/settings.md: every setting with its details, by section.
std::string markdown();

/// The settings as a part of --help; those of one section where it is named.
std::string help(const std::string& section = {});

/// All about one setting, for --help SETTING.
std::string describe(const Setting& setting);

/// The settings as a part of a man page (roff: a .SS for each section, and its paragraphs).
std::string man();

/// A text as it may stand in a man page.
std::string roff(const std::string& text);

/// The text in lines of at most so many characters, where its words allow that, each behind `indent`.
std::string wrapped(const std::string& text, std::size_t width, const std::string& indent);

/// The sentences of a text.
std::vector<std::string> sentences(const std::string& text);

} // namespace reference

} // namespace proximux
