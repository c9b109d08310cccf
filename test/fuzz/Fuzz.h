#pragma once

#include "simulation/Choices.h"

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace proximux::fuzz
{

/// What a fuzz target does with an input. It ends the process, by abort(), where something does not hold.
struct Target
{
    std::string_view name;
    void (*run)(std::string_view name, Bytes input);
};

/// All of them. libFuzzer has a program for each; the stand-alone runner has them all.
const std::vector<Target>& targets();

/// The one with this name, or null.
const Target* findTarget(std::string_view name);

/// Ends the process with this sentence unless `holds`.
void check(bool holds, const char* what);

/// The messages of a protocol: its framers, what it makes of a request, and its watcher.
void runMessages(std::string_view protocol, Bytes input);

/// A header of the PROXY protocol: the input is what comes over a connection.
void runProxyHeaders(std::string_view name, Bytes input);

/// A login at a target: the input is what the target says.
void runLogins(std::string_view name, Bytes input);

/// A file with users.
void runUsers(std::string_view name, Bytes input);

/// Prepared statements of PostgreSQL: the input chooses what clients ask for, and on which connections.
void runPrepared(std::string_view name, Bytes input);

/// A login at a target of MySQL: the input is a form of it, and what the target says.
void runMysqlLogins(std::string_view name, Bytes input);

/// The login of a client of MySQL: the input is a form of it, and what the client says.
void runMysqlClients(std::string_view name, Bytes input);

/// Requests and answers of MySQL's shared connections.
void runMysqlShared(std::string_view name, Bytes input);

/// SQL for MySQL: its words, what it means, and settings that are made again.
void runMysqlTexts(std::string_view name, Bytes input);

/// Prepared statements of MySQL: the input chooses what clients ask for, and on which connections.
void runMysqlPrepared(std::string_view name, Bytes input);

/// Fifo and funnel: the input is a Script.
void runExchanges(std::string_view name, Bytes input);

} // namespace proximux::fuzz
