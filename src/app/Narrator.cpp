#include <app/Narrator.h>

#include <Poco/NumberFormatter.h>

namespace proximux
{

void Narrator::say(const std::string& line)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_closed || _lines.size() >= _limit)
        return;
    _lines.push_back(line);
    _changed.notify_one();
}

void Narrator::report(const std::string& what)
{
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - _begin;
    say("  " + Poco::NumberFormatter::format(since.count(), 8, 3) + " s  " + what);
}

void Narrator::close()
{
    const std::lock_guard<std::mutex> lock(_mutex);
    _closed = true;
    _changed.notify_one();
}

bool Narrator::next(std::string& line)
{
    std::unique_lock<std::mutex> lock(_mutex);
    _changed.wait(lock, [this] { return _closed || !_lines.empty(); });
    if (_lines.empty())
        return false;
    line = std::move(_lines.front());
    _lines.pop_front();
    return true;
}

} // namespace proximux
