#pragma once

#include <string>
#include <vector>

/// What SocketsNames.cpp needs to know of the system.
namespace proximux::sockets
{

/// Why a look-up failed.
struct LookUpFailure
{
    std::string why;
    int shortage = 0; ///< the error, if descriptors or memory were exhausted
};

/// code: what getaddrinfo() returned. Call it right after that.
LookUpFailure lookUpFailure(int code);

struct ErrorSymbol
{
    int error;
    const char* name;
};

/// The errors that have a name.
const std::vector<ErrorSymbol>& errorSymbols();

} // namespace proximux::sockets
