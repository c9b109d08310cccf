#pragma once

#include <app/LogSink.h>

#include <Poco/Channel.h>
#include <Poco/Formatter.h>

#include <array>
#include <atomic>
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

/// A sink and the format of its lines.
struct LogOutput
{
    std::shared_ptr<LogSink> sink;
    Poco::AutoPtr<Poco::Formatter> formatter;
    std::shared_ptr<LogSink> alarm; ///< receives a message when the sink starts to fail; may be null
};

/// A channel that writes in its own thread, so that log() never waits for a disk, a terminal or a reader.
///
///     log() --format--> queue, bounded --thread--> LogSink of the record's level
///
/// One queue serves all sinks, bounded in records and in bytes, and keeps the order of the calls. When it is full,
/// records are dropped and counted; the next record that fits is preceded by one with that count. Records that a sink
/// could not write are counted and reported in the same way.
///
/// Poco::AsyncChannel is unsuitable: it counts dropped records without a lock, puts its note of them into a copy of
/// another record, and its close() never returns after a channel behind it has thrown.
class LogWriter : public Poco::Channel
{
public:
    using Ptr = Poco::AutoPtr<LogWriter>;
    using Poco::Channel::log;

    /// The output of each level, at [level - 1]. Levels may share a sink.
    using Outputs = std::array<LogOutput, 3>;

    /// queueSize: records that may wait. queueBytes: memory of the queued records, including those being written.
    LogWriter(Outputs outputs, std::size_t queueSize, std::size_t queueBytes = std::numeric_limits<std::size_t>::max());

    /// Uses other sinks and formats from now on, also for queued records, whose format was that of before. Any thread.
    void use(Outputs outputs, std::size_t queueBytes);

    /// Calls close().
    ~LogWriter() override;

    /// Formats the record and queues it, or drops it if the queue is full. Call it before close(); any thread.
    void log(const Poco::Message& message) override;

    /// Records dropped since it was made. Any thread.
    [[nodiscard]] std::uint64_t dropped() const { return _allDropped.load(std::memory_order_relaxed); }

    /// Reopens all sinks in the writing thread, after the queued records. Any thread.
    void reopen();

    /// Writes all queued records and ends the thread. Gives up on a blocked reader after two seconds.
    void close() override;

private:
    struct Record
    {
        std::size_t output; ///< index of the output; REOPEN: not a record
        std::string line;

        /// Bytes in memory.
        [[nodiscard]] std::size_t size() const { return sizeof(Record) + line.capacity(); }
    };
    using Batch = std::deque<Record>;

    void run();
    [[nodiscard]] bool hasRoomFor(const Record& record) const;
    bool take(Batch& batch);
    void write(const Batch& batch);
    void writeTo(const Outputs& outputs, std::size_t output, const std::string& lines, std::uint64_t records);
    void tellLost(const Outputs& outputs, std::uint64_t& lost);
    [[nodiscard]] Record notice(const std::string& text);
    void noteDropped();
    void enqueue(Record record);

    [[nodiscard]] std::shared_ptr<Outputs> outputs() const { return std::atomic_load(&_outputs); }

    std::shared_ptr<Outputs> _outputs;
    const std::size_t _queueSize;
    std::array<std::uint64_t, 3> _lost{}; ///< by the first output of a sink; used in the writing thread only

    std::mutex _mutex; ///< guards the members below
    std::condition_variable _wake;
    std::size_t _queueBytes;
    Batch _queue;
    std::size_t _queued = 0;    ///< bytes in the queue
    std::size_t _writing = 0;   ///< bytes taken from the queue and not yet written
    std::uint64_t _dropped = 0; ///< not told of yet
    std::atomic<std::uint64_t> _allDropped{0};
    bool _closing = false;
    std::thread _thread;
};

} // namespace proximux
