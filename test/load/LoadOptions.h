#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

/// What proximux-load is told on its command line.
struct Options
{
    std::string command;
    std::string protocol = "line"; ///< line, length or fixed
    std::uint16_t port = 0;
    std::size_t clients = 50;
    std::size_t requests = 100000;
    std::size_t size = 64; ///< bytes of a message
    std::size_t kill = 0;  ///< target: one of so many requests is answered by a reset
    std::size_t delay = 0; ///< target: an answer waits up to so many microseconds
    std::size_t tear = 0;  ///< one of so many messages is sent in two pieces
    std::size_t leave = 0; ///< clients: one of so many requests is followed by a reset
    std::uint64_t seed = 1;
};

[[noreturn]] inline void usage()
{
    std::fputs("proximux-load echo | ask  [name=value ...]\n"
               "  echo  listens on a free port, which it prints, and answers each message until it is killed\n"
               "  ask   port=P clients=50 requests=100000: each client asks, checks its answer, asks again\n"
               "  both  protocol=line|length|fixed size=64 tear=N seed=N\n"
               "  echo  kill=N delay=MICROSECONDS    ask  leave=N\n",
               stderr);
    std::exit(64);
}

inline Options parse(int argc, char** argv)
{
    Options options;
    if (argc < 2)
        usage();
    options.command = argv[1];
    for (int i = 2; i < argc; ++i)
    {
        const std::string argument = argv[i];
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
        const std::map<std::string, std::size_t*> numbers{
            {"clients", &options.clients}, {"requests", &options.requests}, {"size", &options.size},
            {"kill", &options.kill},       {"delay", &options.delay},       {"tear", &options.tear},
            {"leave", &options.leave}};
        if (name == "protocol" && (value == "line" || value == "length" || value == "fixed"))
            options.protocol = value;
        else if (name == "port")
            options.port = static_cast<std::uint16_t>(std::stoul(value));
        else if (name == "seed")
            options.seed = std::stoull(value);
        else if (numbers.count(name) != 0)
            *numbers.at(name) = std::stoul(value);
        else
            usage();
    }
    return options;
}
