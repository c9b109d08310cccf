#pragma once

#include <proximux/protocol/Traits.h>
#include <proximux/protocol/mysql/Effects.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace proximux::mysql
{

/// The text of a statement that was prepared, and what it means.
class Prepared
{
public:
    /// settings: of the session that prepares it. owner: the number of the statement, where it means something to its
    /// client alone, which has more of its own in the session; 0: it means the same to all.
    Prepared(Bytes text, const SessionSettings& settings, Effects effects, std::uint64_t owner = 0);

    [[nodiscard]] const std::string& text() const { return _text; }
    [[nodiscard]] const Effects& effects() const { return _effects; }

    /// The settings on which it depends what the text means.
    [[nodiscard]] const SessionSettings& meaning() const { return _meaning; }

    [[nodiscard]] std::size_t hash() const { return _hash; }
    [[nodiscard]] bool isSame(const Prepared& other) const
    {
        return this == &other ||
               (_hash == other._hash && _owner == other._owner && _text == other._text && _meaning == other._meaning);
    }

    /// Bytes that it is counted for.
    [[nodiscard]] std::size_t size() const;

private:
    std::string _text;
    SessionSettings _meaning;
    Effects _effects;
    std::uint64_t _owner;
    std::size_t _hash;
};

/// Those of these settings on which it depends what a text means.
SessionSettings meaningOf(const SessionSettings& settings);

/// A statement that one client has prepared.
struct ClientStatement
{
    std::shared_ptr<const Prepared> what;
    std::uint64_t number = 0; ///< of all statements of all clients
    std::uint64_t parameters = 0;
    std::string types;      ///< of the parameters, as they were bound last; empty: they were not
    std::string error;      ///< why it could not be prepared on another connection; empty: it could
    std::string partsError; ///< why parts of its parameters were not sent; empty: they were
    bool isOngoing = false; ///< it has a cursor, or parts of its parameters, on its client's connection
};

} // namespace proximux::mysql
