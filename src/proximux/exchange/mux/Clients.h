#pragma once

#include <proximux/exchange/mux/State.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace proximux
{

struct Mux;

/// The clients of a multiplexer, from their coming to their end.
///
///     open ---- FIN ----> ended ---- all is answered ----> (closed)
///       |                   |                                 ^
///       +-------------------+---- it gets what waits ----> closing
class Clients
{
public:
    explicit Clients(Mux& mux)
        : _mux(mux)
    {
    }

    // ---- what happens to a client

    void opened(ClientId client, Instant now);
    void received(Client& client, Bytes bytes, Instant now);
    void ended(Client& client, Instant now);
    void sent(Client& client, std::size_t waiting, Instant now);
    void lost(Client& client, Instant now);

    // ---- who is there

    [[nodiscard]] std::size_t size() const { return _size; }

    /// The client with this id, or null: it has gone.
    [[nodiscard]] Client* find(ClientId client) const;

    /// Calls act(client) for each. act may close any.
    template <class Act>
    void forEach(const Act& act) const
    {
        for (std::size_t slot = 0; slot < _clients.size(); ++slot)
            if (Client* client = _clients[slot].get())
                act(*client);
    }

    /// Other settings are in force: arms deadlines that were off before, and looks at everybody again.
    void reconfigure(Instant now);

    // ---- what it sent and was not looked at

    /// Looks at it, as far as there is room.
    void look(Client& client, Instant now);

    /// Does so at the end of the present call.
    void lookAgain(Client& client);

    /// Does what lookAgain() has put off.
    void lookAtDelayed(Instant now);
    [[nodiscard]] bool hasDelayed() const { return !_delayed.isEmpty(); }

    // ---- its end

    /// Nothing more is read from it; when it has got all, it is closed for this reason.
    void endRequests(Client& client, CloseReason reason, Instant now);

    /// Whether it has said all and got all, and how it is then closed.
    void closeIfDone(Client& client, Instant now);

    /// It can't be served: it is closed, by RST where a part of a response was passed on.
    void fail(Client& client, CloseReason reason, bool cutOff, Instant now);

    /// It still gets what waits for it.
    void beginClosing(Client& client, CloseReason reason, Instant now);
    void close(Client& client, CloseReason reason, How how, Instant now);

    /// The target of a tunnel learns that its client sends no more.
    void endTunnel(Client& client, Instant now);

    /// A client that has ended may have gone while its target takes as long as it likes: that learns of it, as it would
    /// without us, and nobody else gets the connection.
    void passEnd(Client& client);

    // ---- its time

    /// It makes us connect anew, for this request maybe. Whoever does so too often waits: what else it has queued
    /// leaves the queue for a while.
    void charge(Client& client, const Request* request, Instant now);
    void expire(Instant now);

private:
    void discard(Client& client, std::size_t bytes, Instant now);
    void stopListening(Client& client, How how, Instant now);
    void abandon(Client& client, CloseReason reason, Instant now);
    void releaseLanes(Client& client, Instant now);
    void calmed(Client& client, Instant now);

    Mux& _mux;
    std::vector<std::unique_ptr<Client>> _clients; ///< by slot
    List<Client, &Client::delayed> _delayed;       ///< whose input is to be looked at again
    std::size_t _size = 0;
};

} // namespace proximux
