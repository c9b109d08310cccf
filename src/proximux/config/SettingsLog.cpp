#include <proximux/config/SettingRow.h>

namespace proximux::table
{

using namespace kinds;

namespace
{

std::vector<Setting> outputSettings()
{
    using Format = LogSettings::Format;
    return {
        now(row(
            "log.level", "2", integer<int>(0, 3, FIELD(int, log.level)),
            {"", "Level of the log: 0 nothing, 1 errors, 2 information, 3 everything, data included",
             "Errors go to stderr, all other records to stdout. "
             "Level 3 shows the data that passes, up to log.data_limit bytes of each message; this is slow on a busy "
             "proxy. "
             "Example: --log-level 3 shows what a client and its target say to each other."},
            {"LOG_LEVEL", "logLevel", "--log-level"})),
        now(row("log.format", "auto",
                choice<Format>({{"auto", Format::automatic}, {"json", Format::json}, {"text", Format::text}},
                               FIELD(Format, log.format)),
                {"", "Format of log records: JSON lines or readable text; auto: text on a terminal, JSON elsewhere",
                 "A JSON record is one line: t is the time, s the scope, l the level, and d the data or e the error. "
                 "Text is for people. "
                 "Example: log.format = json keeps JSON on a terminal, too."})),
        now(row("log.file", "", path(FIELD(std::string, log.file)),
                {"", "File that takes the log instead of stdout and stderr",
                 "Records are appended, and the file is rotated at log.file_size. "
                 "A file that cannot be opened ends the start with exit code 71. "
                 "Signal USR1 reopens the file, for rotation by another program. "
                 "A daemon without log.file writes to syslog. "
                 "Example: log.file = /var/log/proximux/proximux.log."})),
        now(row("log.file_size", "10M", size(4 * KIB, GIB, FIELD(std::size_t, log.fileSize)),
                {"", "Size in bytes at which log.file is rotated",
                 "At this size the file is renamed to end in .1, and a new one begins. "
                 "If it cannot be renamed, it grows on and no record is lost. "
                 "Example: log.file_size = 100M with log.file_count = 9 takes 1 GB at most."})),
        now(row("log.file_count", "5", integer<std::size_t>(0, 1000, FIELD(std::size_t, log.fileCount)),
                {"", "Number of rotated log files that are kept; the oldest is deleted",
                 "The newest rotated file ends in .1, the oldest in .5 with the default. "
                 "With 0 a full log.file is deleted instead of renamed. "
                 "Raise it if the log must reach further back, for example log.file_count = 30."})),
    };
}

std::vector<Setting> queueSettings()
{
    return {
        row("log.queue", "10000", integer<std::size_t>(10, 1000000, FIELD(std::size_t, log.queue)),
            {"", "Log records buffered for writing; further ones are counted and dropped",
             "A thread of its own writes the records, so a slow disk or terminal never delays traffic. "
             "A later record tells how many were dropped. "
             "Raise it if log.level = 3 loses records, for example log.queue = 100000."}),
        now(row("log.queue_bytes", "16M", size(64 * KIB, GIB, FIELD(std::size_t, log.queueBytes)),
                {"", "Bytes of log records buffered for writing; records without room are counted and dropped",
                 "It applies beside log.queue: the limit that is reached first counts. "
                 "It bounds the memory of the log when records are large, as with log.level = 3. "
                 "Example: log.queue_bytes = 64M takes longer bursts."})),
    };
}

std::vector<Setting> contentSettings()
{
    using Requests = LogSettings::Requests;
    using Connections = LogSettings::Connections;
    return {
        now(row("log.mask_addresses", "1", boolean(FIELD(bool, log.maskAddresses)),
                {"", "Mask part of each IP address in the log",
                 "With 1 the client 127.0.0.1 appears as 127.0.x.x; host names are shown whole. "
                 "Set it to 0 if the log must identify clients and the law permits it."})),
        now(row("log.data_limit", "1K", size(16, MIB, FIELD(std::size_t, log.dataLimit)),
                {"", "Bytes of data shown in one log record; longer data is cut",
                 "It applies to the data of level 3 and to the text of each request. "
                 "Example: log.data_limit = 4K shows longer SQL statements. "
                 "Raise log.queue_bytes with it if records are dropped."})),
        now(row("log.requests", "auto",
                choice<Requests>({{"auto", Requests::automatic}, {"0", Requests::off}, {"1", Requests::on}},
                                 FIELD(Requests, log.requests)),
                {"", "Write a log record for each request; auto: in proxy mode, if exchange.protocol delimits messages",
                 "The record has the client, the target connection, the text and size of the request, and the response "
                 "times. "
                 "In fifo and funnel mode it also has the time in the queue, and the reason if the request failed. "
                 "Records have level 2. "
                 "Example: log.requests = 0 keeps queries out of the log."})),
        now(row("log.slow", "-1", duration(Duration::milliseconds(1), DAY, Off::zeroToo, FIELD(Duration, log.slow)),
                {"", "Write a log record for each request that takes this long, whatever log.requests says",
                 "The time is that in the queue and that until the last byte of the response. "
                 "Requests that fail after so long are recorded, too. "
                 "The record is that of log.requests, with a field slow. "
                 "Each request then costs what it costs with log.requests = 1, but for the writing. "
                 "Example: log.slow = 100ms finds slow statements without a record for each fast one."})),
        now(row("log.connections", "auto",
                choice<Connections>({{"auto", Connections::automatic}, {"0", Connections::off}, {"1", Connections::on}},
                                    FIELD(Connections, log.connections)),
                {"", "Write a log record when a client connection ends; auto: in proxy mode",
                 "The record has the client, the bytes in each direction, the duration and the reason of the end. "
                 "In proxy mode it also has the target and the time until its connection was open. "
                 "Records have level 2. "
                 "Example: log.connections = 0 for a proxy with many short connections."})),
    };
}

} // namespace

std::vector<Setting> logSettings()
{
    std::vector<Setting> all = outputSettings();
    for (const auto& part : {queueSettings(), contentSettings()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace proximux::table
