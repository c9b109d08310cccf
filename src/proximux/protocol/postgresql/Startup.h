#pragma once

#include <proximux/Bytes.h>

#include <string>
#include <utility>
#include <vector>

namespace proximux::postgresql
{

/// What a client says of its session before it has one.
struct Startup
{
    std::string user;
    std::string database;                                      ///< that of the user's name where none is named
    std::string applicationName;                               ///< where it may be told to any connection
    std::vector<std::pair<std::string, std::string>> settings; ///< the rest, in their order
    std::vector<std::string> extensions;                       ///< names of protocol options that are not known here
    bool isReplication = false;
    bool isNewer = false; ///< it speaks a newer minor version of the protocol

    /// Reads a startup packet of version 3. False: it is invalid.
    bool read(Bytes packet);

    /// The packet with which a connection of this user has the same session.
    [[nodiscard]] std::string packetFor(Bytes name) const { return packet(name, true); }

    /// The same, but for the application's name.
    [[nodiscard]] std::string keyFor(Bytes name) const { return packet(name, false); }

private:
    [[nodiscard]] std::string packet(Bytes name, bool isNamed) const;
};

constexpr Bytes APPLICATION_NAME = "application_name";

/// An error message. severity: ERROR or FATAL; code: its SQLSTATE.
std::string errorMessage(Bytes severity, Bytes code, Bytes text, Bytes hint = {});

/// One behind which its client is closed.
inline std::string fatalMessage(Bytes code, Bytes text, Bytes hint = {})
{
    return errorMessage("FATAL", code, text, hint);
}

/// ReadyForQuery outside of a transaction.
std::string readyMessage();

} // namespace proximux::postgresql
