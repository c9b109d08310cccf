#pragma once

#include <string_view>

namespace proximux::admin::page
{

// The files of admin/page, which the build embeds.

extern const std::string_view TEMPLATE; ///< index.html, with marks for what StatusPage fills in
extern const std::string_view STYLE;    ///< page.css
extern const std::string_view SCRIPT;   ///< page.js

} // namespace proximux::admin::page
