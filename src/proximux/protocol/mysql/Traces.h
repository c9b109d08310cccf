#pragma once

#include <proximux/protocol/mysql/Refusals.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace proximux::mysql
{

/// What the statements of one client have left that later ones may ask about: messages, numbers of rows, the id that
/// was inserted last. The connection on which a statement was done knows it as long as nobody else has been there
/// since. Each is kept by the number of the request that has left it, of all those that were sent; 0: there is none.
class Traces
{
public:
    /// A request is sent.
    void sent() { ++_sent; }

    /// The request that was sent last was not, in the end.
    void unsent();

    /// What the next request leaves, which has these effects.
    void leaves(const Effects& effects);

    /// It leaves the number of rows that it has changed, or not, and nothing else.
    void counts(bool does) { _countedAt = does ? _sent + 1 : 0; }

    /// Behind the request that was sent last there are warnings, or an error.
    void hasMessages()
    {
        _messagesAt = _sent;
        _isClean = false;
    }

    /// It has failed.
    void failed();

    /// This id was inserted.
    void inserted(std::uint64_t id);

    /// What is asked of it, as far as that is known.
    [[nodiscard]] std::uint64_t inserted() const { return _inserted; }

    /// Whether that is all there is to say of it.
    [[nodiscard]] bool isInsertedKnown() const { return _insertedAt == 0; }

    /// Nothing is known of what was said last: it was answered by us.
    void leavesNothing()
    {
        _messagesAt = _countedAt = _foundAt = _foundBefore = 0;
        _isClean = false;
    }

    /// Whether there is neither a warning nor an error, wherever one asks.
    [[nodiscard]] bool isClean() const { return _isClean; }

    /// The session is a new one.
    void clear() { *this = Traces(); }

    /// Why what these effects ask about is not known anywhere; nothing: it is somewhere. countsFound: the statement
    /// before it has counted rows.
    [[nodiscard]] std::optional<Refusal> refusalOf(const Effects& effects, bool countsFound) const;

    /// Of how many requests of the client before the next one its connection must have been the only client's so that
    /// what these effects ask about is right there.
    [[nodiscard]] unsigned home(const Effects& effects, bool countsFound, bool asksInserted) const;

private:
    std::uint64_t _sent = 0;
    std::uint64_t _messagesAt = 0;  ///< warnings, or an error
    std::uint64_t _countedAt = 0;   ///< rows that were changed
    std::uint64_t _foundAt = 0;     ///< rows that were found
    std::uint64_t _foundBefore = 0; ///< likewise, before the last query
    std::uint64_t _insertedAt = 0;  ///< an id may have been inserted of which nothing says what it is
    std::uint64_t _inserted = 0;
    bool _setsAmongOthers = false; ///< the request that was sent last has statements that set the id, and others
    bool _isClean = true;
};

} // namespace proximux::mysql
