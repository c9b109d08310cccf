#pragma once

#include <proximux/protocol/ResponseFramer.h>
#include <proximux/protocol/mysql/Prepared.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace proximux::mysql
{

/// The statements that are prepared on one connection, by the ids of its target. A statement serves each client that
/// has prepared the same, but for one that has a cursor, or was sent parts of its parameters: that is its client's own
/// meanwhile. Those that were used last are kept.
class LaneStatements : public ConnectionMemory
{
public:
    // ---- while a request is written

    /// Appends the commands, which nothing answers, that close what is not wanted any more.
    void begin(std::string& text);

    /// The id of the statement, which is used now; nothing: it is not there. mine: it is this client's own from now on.
    std::optional<std::uint32_t> find(const ClientStatement& statement, bool mine);

    /// It is prepared by what is said next. most: statements that are kept; one that has to leave is closed before.
    void prepare(std::shared_ptr<const Prepared> what, std::size_t most, std::string& text);

    /// The client closes a statement that is its own there.
    void close(const ClientStatement& statement, std::string& text);

    // ---- while a response is read

    /// The target has agreed to prepare it, by this id.
    void prepared(std::uint32_t id);

    /// It has not.
    void failed() { _preparing.reset(); }

    /// The statement that is used now has no cursor, and no parts of parameters: it serves everybody.
    void release();

    /// Its execution has failed: where it was a client's own, nobody knows what is left of it, and it is closed.
    void abandon();

    /// The session is a new one.
    void forget() override;

private:
    struct Statement
    {
        std::shared_ptr<const Prepared> what;
        std::uint32_t id = 0;
        std::uint64_t owner = 0; ///< ClientStatement::number; 0: everybody
    };

    using Place = std::list<Statement>::iterator;

    [[nodiscard]] std::optional<Place> look(const Prepared& what, std::uint64_t owner);
    void drop(Place place);

    std::list<Statement> _statements; ///< those used last first
    std::unordered_multimap<std::size_t, Place> _byHash;
    std::uint32_t _used = 0; ///< the id of the one that is used now
    std::shared_ptr<const Prepared> _preparing;
    std::vector<std::uint32_t> _toClose;
};

} // namespace proximux::mysql
