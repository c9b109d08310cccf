#pragma once

#include <app/LogSink.h>

#include <Poco/Channel.h>
#include <Poco/Formatter.h>

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace proximux
{

/// A way to a sink.
struct LogOutput
{
    std::shared_ptr<LogSink> sink;
    Poco::AutoPtr<Poco::Formatter> formatter;
};

/// The channel behind which a thread of its own writes, so that log() never waits for a disk, a terminal or a reader.
///
///     log() --format--> queue, bounded --thread--> LogSink of the record's level
///
/// One queue for all sinks, bounded in records and in bytes: each has its records in the order of the calls. Where the
/// queue is full, records are dropped and counted, and the next one that finds room is preceded by one that says how
/// many; likewise for those that a sink could not write. Poco::AsyncChannel will not do: it counts what it drops
/// without a lock, puts its note of it into a copy of another record, and its close() never returns after a channel
/// behind it has thrown.
class LogWriter : public Poco::Channel
{
public:
    using Ptr = Poco::AutoPtr<LogWriter>;
    using Poco::Channel::log;

    /// Where the records of a level go, at [level - 1]. Two levels may share a sink.
    using Outputs = std::array<LogOutput, 3>;

    /// queueSize: records that may wait. alarm: is told when another sink begins to fail; or null. queueBytes: what
    /// they may take in memory, those that are being written among them.
    LogWriter(Outputs outputs, std::size_t queueSize, std::shared_ptr<LogSink> alarm = nullptr,
              std::size_t queueBytes = std::numeric_limits<std::size_t>::max());

    /// Closes it.
    ~LogWriter() override;

    /// Formats the record and puts it into the queue. Before close(); any thread.
    void log(const Poco::Message& message) override;

    /// Has all sinks reopened by the writing thread, after what stands in the queue. Any thread.
    void reopen();

    /// Writes all that stands in the queue and ends the thread. Gives up on a reader that does not read after two
    /// seconds.
    void close() override;

private:
    struct Record
    {
        std::size_t output; ///< its index; REOPEN: no record
        std::string line;

        /// In memory.
        [[nodiscard]] std::size_t size() const { return sizeof(Record) + line.capacity(); }
    };
    using Batch = std::deque<Record>;

    void run();
    [[nodiscard]] bool hasRoomFor(const Record& record) const;
    bool take(Batch& batch);
    void write(const Batch& batch);
    void writeTo(std::size_t output, const std::string& lines, std::uint64_t records);
    [[nodiscard]] std::size_t firstOf(std::size_t output) const;
    void tellLost(std::uint64_t& lost);
    void reopenAll();
    [[nodiscard]] Record notice(const std::string& text);
    void noteDropped();
    void enqueue(Record record);

    Outputs _outputs;
    const std::size_t _queueSize;
    const std::size_t _queueBytes;
    const std::shared_ptr<LogSink> _alarm;
    std::array<std::uint64_t, 3> _lost{}; ///< by the first output of a sink; in the writing thread alone

    std::mutex _mutex; ///< guards what follows
    std::condition_variable _wake;
    Batch _queue;
    std::size_t _queued = 0;  ///< bytes in it
    std::size_t _writing = 0; ///< bytes that were taken from it and are not yet written
    std::uint64_t _dropped = 0;
    bool _closing = false;
    std::thread _thread;
};

} // namespace proximux
