#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/Traits.h>

#include <cstdint>
#include <optional>

namespace proximux::mysql
{

/// What a client has ended: a statement of another client, or that client.
struct Kill
{
    std::uint64_t number = 0; ///< as clients are shown it
    bool evicts = true;       ///< the client, not its statement alone
};

/// The text of a KILL; nothing: it is none, or one that does not just name a number (`HARD`, `USER`, an expression).
std::optional<Kill> killIn(Bytes text);

/// Has a target end the statement of the connection that it has given this number.
class KillDialog : public LoginDialog
{
public:
    explicit KillDialog(std::uint64_t number)
        : _number(number)
    {
    }

    [[nodiscard]] std::string opening() const override;

    /// That it has ended already is an answer, too.
    Step hear(Bytes came) override;
    [[nodiscard]] const std::string& outcome() const override { return _outcome; }

private:
    std::uint64_t _number;
    std::string _outcome;
};

/// What an OK of ours says, behind the command.
struct Present
{
    unsigned number = 0; ///< of the packet
    std::uint64_t status = 0;
};

/// Fills in the traits of such a request, whatever form it came in. own: what its client is shown: whoever ends itself
/// gets an error, as it would from a server.
void ask(const Kill& what, std::uint64_t own, const Present& present, RequestTraits& traits);

/// The number of a connection that a client is shown. It is larger than those that servers give their own connections
/// for a long time, so that neither is taken for the other.
std::uint64_t shownNumber(std::uint64_t client);

/// A text that asks for this number and nothing else: the name that a server gives to the column; empty: it is none.
/// Borrowed from it.
Bytes numberAskedIn(Bytes text);

/// The client of this number that was shown; 0: it is none.
std::uint64_t clientShown(std::uint64_t number);

} // namespace proximux::mysql
