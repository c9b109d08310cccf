#include <proximux/protocol/scpi/Framers.h>

namespace proximux::scpi
{

namespace
{

Framer::Progress progressOf(const Scanner::Result& result)
{
    using Kind = Framer::Progress::Kind;
    if (result.wrong != nullptr)
        return {Kind::malformed, 0, result.wrong};
    return {result.ended ? Kind::complete : Kind::partial, result.taken, ""};
}

} // namespace

Framer::Progress RequestFramer::feed(Bytes input)
{
    const Scanner::Result result = _scanner.read(input);
    if (result.ended)
    {
        _answered = _scanner.queries() > 0;
        _scanner.clear();
    }
    return progressOf(result);
}

/// A target that sends fewer answers than there were queries may send the others in further lines.
Framer::Progress ResponseFramer::feed(Bytes input)
{
    const Scanner::Result result = _scanner.read(input);
    _traits.spends = result.ended && _scanner.units() < _queries;
    if (result.ended)
        _scanner.clear();
    return progressOf(result);
}

} // namespace proximux::scpi
