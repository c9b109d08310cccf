#include <app/LogWriter.h>

#include <app/LogFormat.h>
#include <proximux/Log.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr std::size_t REOPEN = 3;
constexpr std::size_t BATCH = 256; ///< maximum number of records taken from the queue and not yet written
constexpr std::size_t BATCH_BYTES = std::size_t{256} * 1024; ///< at this size no further record is taken
constexpr auto CLOSING_PATIENCE = std::chrono::seconds(2);
constexpr auto GATHERING =
    std::chrono::milliseconds(5); ///< batches records: a wake-up and a write cost more than a record

/// The first output with the same sink.
std::size_t firstOf(const LogWriter::Outputs& outputs, std::size_t output)
{
    std::size_t first = 0;
    while (outputs[first].sink != outputs[output].sink)
        ++first;
    return first;
}

} // namespace

LogWriter::LogWriter(Outputs outputs, std::size_t queueSize, std::size_t queueBytes)
    : _outputs(std::make_shared<Outputs>(std::move(outputs)))
    , _queueSize(std::max<std::size_t>(queueSize, 1))
    , _queueBytes(queueBytes)
    , _thread([this] { run(); })
{
}

LogWriter::~LogWriter()
{
    LogWriter::close();
}

void LogWriter::log(const Poco::Message& message)
{
    const auto output = static_cast<std::size_t>(levelOf(message)) - 1;
    Record record{output, {}};
    (*outputs())[output].formatter->format(message, record.line);
    record.line += '\n';
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_closing || !hasRoomFor(record))
    {
        ++_dropped;
        _allDropped.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    noteDropped();
    enqueue(std::move(record));
}

/// With the lock.
bool LogWriter::hasRoomFor(const Record& record) const
{
    const std::size_t taken = _queued + _writing;
    return _queue.size() < _queueSize && taken < _queueBytes && record.size() <= _queueBytes - taken;
}

/// With the lock.
void LogWriter::noteDropped()
{
    if (_dropped > 0)
        enqueue(
            notice(std::to_string(_dropped) + " records dropped: the log queue was full (log.queue, log.queue_bytes)"));
    _dropped = 0;
}

/// With the lock.
void LogWriter::enqueue(Record record)
{
    _queued += record.size();
    _queue.push_back(std::move(record));
    if (_queue.size() == 1 || _queue.size() == BATCH)
        _wake.notify_one();
}

LogWriter::Record LogWriter::notice(const std::string& text)
{
    JsonText error;
    error.add("name", "LogError").add("message", text);
    Poco::Message message("proximux.server", error.toString(), Poco::Message::PRIO_ERROR);
    message.set(Log::KIND, "error");
    Record record{0, {}};
    (*outputs())[0].formatter->format(message, record.line);
    record.line += '\n';
    return record;
}

void LogWriter::use(Outputs outputs, std::size_t queueBytes)
{
    std::atomic_store(&_outputs, std::shared_ptr<Outputs>(std::make_shared<Outputs>(std::move(outputs))));
    const std::lock_guard<std::mutex> lock(_mutex);
    _queueBytes = queueBytes;
}

void LogWriter::reopen()
{
    const std::lock_guard<std::mutex> lock(_mutex);
    enqueue({REOPEN, {}});
}

void LogWriter::close()
{
    for (const LogOutput& output : *outputs())
        output.sink->giveUpAt(std::chrono::steady_clock::now() + CLOSING_PATIENCE);
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _closing = true;
        _wake.notify_one();
    }
    if (_thread.joinable())
        _thread.join();
}

void LogWriter::run()
{
    Batch batch;
    while (take(batch))
        write(batch);
}

/// Waits for records. Returns false when the writer is closed and the queue empty.
bool LogWriter::take(Batch& batch)
{
    batch.clear();
    std::unique_lock<std::mutex> lock(_mutex);
    _writing = 0;
    if (_queue.empty())
        noteDropped();
    _wake.wait(lock, [this] { return !_queue.empty() || _closing; });
    _wake.wait_for(lock, GATHERING, [this] { return _queue.size() >= BATCH || _closing; });
    while (!_queue.empty() && batch.size() < BATCH && _writing < BATCH_BYTES)
    {
        const std::size_t size = _queue.front().size();
        _queued -= size;
        _writing += size;
        batch.push_back(std::move(_queue.front()));
        _queue.pop_front();
    }
    return !batch.empty();
}

void LogWriter::write(const Batch& batch)
{
    const auto outputs = this->outputs();
    for (auto record = batch.begin(); record != batch.end();)
    {
        if (record->output == REOPEN)
        {
            for (const LogOutput& output : *outputs)
                output.sink->reopen();
            ++record;
            continue;
        }
        const std::size_t output = record->output;
        std::string lines;
        std::uint64_t records = 0;
        for (; record != batch.end() && record->output != REOPEN &&
               (*outputs)[record->output].sink == (*outputs)[output].sink;
             ++record, ++records)
            lines += record->line;
        writeTo(*outputs, output, lines, records);
    }
}

void LogWriter::writeTo(const Outputs& outputs, std::size_t output, const std::string& lines, std::uint64_t records)
{
    std::uint64_t& lost = _lost[firstOf(outputs, output)];
    const std::string failure = outputs[output].sink->write(lines);
    if (failure.empty())
        return tellLost(outputs, lost);
    if (lost == 0 && outputs[output].alarm)
        outputs[output].alarm->write("proximux: the log cannot be written: " + failure + "\n");
    lost += records;
}

void LogWriter::tellLost(const Outputs& outputs, std::uint64_t& lost)
{
    if (lost > 0 && outputs[0].sink->write(notice(std::to_string(lost) + " records could not be written").line).empty())
        lost = 0;
}

} // namespace proximux
