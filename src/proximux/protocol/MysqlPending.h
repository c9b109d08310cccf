#pragma once

#include <proximux/protocol/MysqlCommand.h>
#include <proximux/protocol/MysqlDescription.h>
#include <proximux/protocol/MysqlResponse.h>
#include <proximux/protocol/Watcher.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>

namespace proximux
{

/// A command whose response is not whole.
struct MysqlPending
{
    const MysqlCommand* command;
    MysqlDescription description;
    std::uint64_t requestSize;
    Instant requested;     ///< the command's last byte
    std::uint8_t sequence; ///< of the next packet of the server, or of the client's file
    MysqlResponse response;

    std::uint64_t responseSize = 0;
    Instant first = {}; ///< the response's first byte
    Instant last = {};  ///< and its last so far

    /// Tells of the response: whole at `end`, or failed then.
    void report(WatchListener& listener, Instant end, bool failed) const;
};

/// The commands that wait for their response, in their order. Of their readable forms no more than a limit is kept over
/// all, those that came last are cut.
class MysqlPendingList
{
public:
    static constexpr std::size_t MOST = 1024;

    /// limit: bytes of text kept over all commands.
    explicit MysqlPendingList(std::size_t limit)
        : _limit(limit)
    {
    }

    /// Must not be called on a full list.
    void push(MysqlPending pending);

    /// Takes the first one out; there must be one.
    MysqlPending pop();

    void clear();

    [[nodiscard]] MysqlPending& front() { return _list.front(); }
    [[nodiscard]] const MysqlPending& front() const { return _list.front(); }
    [[nodiscard]] bool isEmpty() const { return _list.empty(); }
    [[nodiscard]] bool isFull() const { return _list.size() >= MOST; }
    [[nodiscard]] std::size_t textSize() const { return _textSize; }

private:
    std::list<MysqlPending> _list;
    std::size_t _limit;
    std::size_t _textSize = 0;
};

} // namespace proximux
