#include <proximux/exchange/mux/Farewells.h>

#include <proximux/exchange/mux/Mux.h>

#include <algorithm>

namespace proximux
{

void Farewells::ask(Lane& lane, Instant now)
{
    if (lane.pin.leaving || lane.ending)
        return;
    lane.pin.leaving = lane.pin.client != nullptr;
    lane.ending = lane.pin.client == nullptr;
    const Bytes request = _protocol.farewell().request;
    if (request.empty() || lane.pin.muted)
        _mux.effects.endTarget(lane.target);
    else
        lane.waiting = _mux.effects.toTarget(lane.target, request);
    if (lane.ending)
        _mux.timers.signIn.arm(lane.signIn, now);
    _mux.lanes.updateLoad(lane);
    _mux.lanes.armResponse(lane, now);
}

void Farewells::deliverButLast(Lane& lane, Bytes bytes, Instant now)
{
    const std::size_t most = _protocol.farewell().answer.size();
    const std::size_t keep = std::min(most, lane.pin.last.size() + bytes.size());
    const std::size_t ofLast = keep > bytes.size() ? keep - bytes.size() : 0;
    _mux.answers.deliver(lane, *lane.pin.client, Bytes(lane.pin.last).substr(0, lane.pin.last.size() - ofLast), now);
    lane.pin.last.erase(0, lane.pin.last.size() - ofLast);
    const std::size_t pass = bytes.size() - (keep - ofLast);
    _mux.answers.deliver(lane, *lane.pin.client, bytes.substr(0, pass), now);
    lane.pin.last.append(bytes.substr(pass));
}

void Farewells::answered(Lane& lane, Instant now)
{
    Client& client = *lane.pin.client;
    if (lane.pin.last != _protocol.farewell().answer)
        _mux.answers.deliver(lane, client, lane.pin.last, now);
    _mux.lanes.unpin(lane);
    _mux.lanes.close(lane, CloseReason::pinEnded, How::finish, now);
    _mux.clients.charge(client, nullptr, now);
    _mux.answers.reply(client, now);
    _mux.clients.lookAgain(client);
}

} // namespace proximux
