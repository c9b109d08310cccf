#pragma once

#include <proximux/wire/Framer.h>

#include <string>
#include <utility>

namespace proximux
{

/// A stream of messages that comes in pieces of any size: feeds them to a framer, and keeps what that wants to see more
/// of. For whoever looks at messages but does not hold the stream; the exchanges of fifo and funnel have their own
/// buffers.
class MessageStream
{
public:
    using Kind = Framer::Progress::Kind;

    /// The framer must outlive it.
    explicit MessageStream(Framer& framer)
        : _framer(framer)
    {
    }

    /// Looks at the next bytes. Calls begins() before the first piece of each message, and piece(bytes, last) for each
    /// piece, which never has bytes of two messages; last: the message ends with it. If piece returns false, the rest
    /// is kept. Returns why the stream is malformed, a fixed text, or null.
    template <class Begins, class Piece>
    const char* feed(Bytes bytes, const Begins& begins, const Piece& piece)
    {
        std::string joined;
        if (!_kept.empty())
        {
            joined = std::exchange(_kept, std::string());
            joined.append(bytes);
            bytes = joined;
        }
        while (!bytes.empty())
        {
            if (!_within)
                begins();
            const Framer::Progress progress = _framer.feed(bytes);
            if (progress.kind == Kind::malformed)
                return progress.reason;
            if (progress.kind == Kind::partial && progress.taken == 0)
                break;
            _within = progress.kind != Kind::complete;
            const Bytes taken = bytes.substr(0, progress.taken);
            bytes.remove_prefix(progress.taken);
            if (!piece(taken, !_within))
                break;
        }
        _kept.assign(bytes);
        return nullptr;
    }

    /// What was fed and not taken.
    [[nodiscard]] const std::string& kept() const { return _kept; }

    /// Whether it is between two messages, and nothing was kept.
    [[nodiscard]] bool isAtRest() const { return !_within && _kept.empty(); }

private:
    Framer& _framer;
    std::string _kept;
    bool _within = false; ///< a piece of a message was taken, and its last was not
};

} // namespace proximux
