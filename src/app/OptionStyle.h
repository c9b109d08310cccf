#pragma once

#include <app/Options.h>

#include <string>

namespace proximux
{

/// The argument in the form of this program's options. On Windows "/listen=3307", in capital or small letters, becomes
/// "--listen=3307" if there is an option --listen, and "/?" becomes "--help". All else is returned as it is.
std::string inOwnStyle(const Options& options, const std::string& argument);

} // namespace proximux
