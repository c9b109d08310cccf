#include <proximux/proxy/SilenceWatch.h>

#include <algorithm>

namespace proximux
{

void SilenceWatch::clientOpened()
{
    if (_wanted && !_looks)
        lookAt(_reactor.now() + PATIENCE);
}

void SilenceWatch::lookAt(Instant due)
{
    _looks = true;
    _reactor.at(due, [this] { look(); });
}

/// A client that has sent something is none that waits for a greeting, even if its request could not be sent yet.
void SilenceWatch::look()
{
    _looks = false;
    if (!_wanted)
        return;
    const Instant now = _reactor.now();
    Instant next = Instant::never();
    for (const ClientId id : _clients.ids())
    {
        ClientSession& client = *_clients.find(id);
        const Instant due = client.tally().opened + PATIENCE;
        if (client.hasSent())
            continue;
        if (due <= now)
        {
            _wanted = false;
            return _report.clientSilent(client.info(), PATIENCE);
        }
        next = std::min(next, due);
    }
    if (next != Instant::never())
        lookAt(std::max(next, now + INTERVAL));
}

} // namespace proximux
