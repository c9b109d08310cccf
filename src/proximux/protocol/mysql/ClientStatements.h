#pragma once

#include <proximux/protocol/mysql/Prepared.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace proximux::mysql
{

/// The statements that one client has prepared, by ids that it alone knows. Which connection has them is nothing to it.
class ClientStatements
{
public:
    static constexpr std::uint32_t LAST = 0xFFFFFFFF; ///< means the one that was prepared last

    /// memory: bytes that they may take.
    explicit ClientStatements(std::size_t memory)
        : _memory(memory)
    {
    }

    /// Whether there is room for this one.
    [[nodiscard]] bool hasRoom(const Prepared& what) const { return _size + what.size() <= _memory; }

    /// It is being prepared. number: of all statements of all clients.
    void prepare(std::shared_ptr<const Prepared> what, std::uint64_t number);

    /// The one that is being prepared; null: none is.
    [[nodiscard]] const std::shared_ptr<ClientStatement>& preparing() const { return _preparing; }

    /// The target's answer to that, or its beginning, gets the id of the client.
    void answer(std::string& text);

    /// The target has agreed, or not.
    void prepared();
    void failed();

    /// By the id in what a client says; null: it has none of that. Those that were closed lately are found where said.
    [[nodiscard]] std::shared_ptr<ClientStatement> find(std::uint32_t id, bool closed = false) const;

    void close(std::uint32_t id);

    /// All that was said before was answered: those that were closed are not needed any more, unless their target is
    /// still to be told, and none is prepared.
    void settle();

    /// The target was told that this one was closed.
    void forget(std::uint32_t id) { _closed.erase(id == LAST ? _last : id); }

    /// Whether one has a cursor, or parts of its parameters, but for this one (null: any).
    [[nodiscard]] bool areOthersOngoing(const ClientStatement* statement) const;

    void clear();

private:
    using Map = std::map<std::uint32_t, std::shared_ptr<ClientStatement>>;

    [[nodiscard]] std::uint32_t nextId() const;

    std::size_t _memory;
    std::size_t _size = 0; ///< bytes
    Map _statements;
    Map _closed;
    std::shared_ptr<ClientStatement> _preparing;
    std::uint32_t _newest = 0; ///< id
    std::uint32_t _last = 0;   ///< the id of the one that was prepared last; 0: that failed
};

} // namespace proximux::mysql
