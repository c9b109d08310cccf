#pragma once

#include <proximux/admin/Status.h>

#include <map>
#include <string>
#include <string_view>

namespace proximux::admin
{

/// The page of people with a browser, complete with the present numbers. Its script then replaces them each second.
std::string statusPage(const StatusView& seen);

/// A text as it stands in HTML, also within quotes. Control characters become dots.
std::string escapeHtml(std::string_view text);

/// A template in which each @mark@ is replaced by its text. Marks that are unknown, and those in texts, stay as they
/// are.
std::string fillIn(std::string_view text, const std::map<std::string, std::string>& marks);

} // namespace proximux::admin
