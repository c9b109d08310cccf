#pragma once

#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Description.h>
#include <proximux/protocol/mysql/Response.h>
#include <proximux/protocol/watch/Watcher.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

namespace proximux::mysql
{

/// A command without a complete response.
struct Pending
{
    const Command* command;
    Description description;
    std::uint64_t requestSize;
    Instant requested;     ///< time of the command's last byte
    std::uint8_t sequence; ///< of the next packet from the server, or of the client's file
    Response response;

    std::uint64_t responseSize = 0;
    Instant first = {}; ///< time of the response's first byte
    Instant last = {};  ///< time of its last byte so far

    /// Reports the response: complete at `end`, or failed then.
    void report(WatchListener& listener, Instant end, bool failed) const;
};

/// The commands waiting for their response, in order. Their readable forms are limited in total; the newest are cut.
class PendingList
{
public:
    static constexpr std::size_t MOST = 1024;

    /// limit: total bytes of text kept.
    explicit PendingList(std::size_t limit)
        : _limit(limit)
    {
    }

    /// The list must not be full.
    void push(Pending pending);

    /// Removes the first command; the list must not be empty.
    Pending pop();

    void clear();

    [[nodiscard]] Pending& front() { return _list.front(); }
    [[nodiscard]] const Pending& front() const { return _list.front(); }
    [[nodiscard]] bool isEmpty() const { return _list.empty(); }
    [[nodiscard]] bool isFull() const { return _list.size() >= MOST; }
    [[nodiscard]] std::size_t textSize() const { return _textSize; }

private:
    std::list<Pending> _list;
    std::size_t _limit;
    std::size_t _textSize = 0;
};

} // namespace proximux::mysql
