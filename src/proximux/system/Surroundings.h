#pragma once

#include <map>
#include <string>
#include <vector>

/// What the system tells a process at its start, in UTF-8.
namespace proximux::surroundings
{

/// The arguments of this process, the program's name first. `count` and `given` are those of main(); Windows gives
/// these in another encoding, and so is asked again.
std::vector<std::string> arguments(int count, char** given);

/// The environment of this process. Where names have no case, as on Windows, they are in capital letters.
std::map<std::string, std::string> environment();

/// The path of the system-wide configuration file: proximux/proximux.ini in the folder that the build was configured
/// with (CMAKE_INSTALL_SYSCONFDIR), on Windows %ProgramData%\Proximux\proximux.ini.
std::string configurationFile();

/// Whether local programs can reach this one by UNIX sockets.
bool hasUnixSockets();

} // namespace proximux::surroundings
