#pragma once

#include <cstddef>

namespace proximux::postgresql
{

/// What a target still has to answer of a batch that has not ended, up to the last Flush: of more it need not tell.
class Flushed
{
public:
    /// The client has said a message of this type, which the target will read.
    void asks(char type)
    {
        switch (type)
        {
        case 'P':
        case 'B':
        case 'D':
        case 'E':
        case 'C':
            ++_asked;
            break;
        case 'H':
            _due = _asked;
            break;
        default:
            break;
        }
    }

    /// The target has said one. Of those that answer Parse, Bind and Close, only what answers the client counts.
    void answers(char type)
    {
        if (_asked == 0)
            return;
        switch (type)
        {
        case '1':
        case '2':
        case '3':
        case 'n': // the second of two, for a statement
        case 'T':
        case 'C':
        case 'I':
        case 's':
            --_asked;
            _due -= _due > 0 ? 1 : 0;
            break;
        default:
            break;
        }
    }

    /// ReadyForQuery, or an error, came: nothing more is answered up to Sync.
    void end() { _asked = _due = 0; }

    [[nodiscard]] bool isDue() const { return _due > 0; }

private:
    std::size_t _asked = 0; ///< that is not answered
    std::size_t _due = 0;   ///< of it, before a Flush
};

} // namespace proximux::postgresql
