#include <proximux/exchange/mux/Forwarding.h>

#include <proximux/exchange/mux/Mux.h>
#include <proximux/exchange/mux/Users.h>

#include <string>

namespace proximux
{

Bytes Forwarding::bytesOf(const Request& request)
{
    return request.repeats > 0 ? Bytes(request.again)
                               : request.client->input.waiting().substr(0, static_cast<std::size_t>(request.size));
}

/// Its bytes go to the target, and it is in the pipeline.
void Forwarding::begin(Lane& lane, Request& request, Instant now)
{
    Client& client = *request.client;
    _mux.sending.unqueue(request);
    _mux.repeats.keepCopy(lane, request);
    const Bytes bytes = bytesOf(request);
    _mux.observer.requestSent(client.id, request.tag, lane.target, bytes);
    request.move(Transaction::inFlight);
    lane.run = Users::isHome(lane, client) ? lane.run + 1 : 1;
    lane.served = client.number;
    lane.servedTo = ++client.sent;
    if (request.traits.leaves != nullptr)
        lane.user = request.traits.leaves;
    request.sentAt = request.continued = now;
    request.lane = &lane;
    request.swallowedBytes = lane.orphans.bytes;
    request.swallowedTime = Orphans::swallowed(lane, now);
    lane.unconfirmed = !request.traits.answered && !request.traits.pushes;
    _mux.records.giveId(lane, request, now);
    request.trial = lane.parts != nullptr && request.traits.part != 0 && lane.parts->begin(request.traits.part);
    passWithEdits(lane, request, bytes);
    if (!request.traits.switches || !request.traits.fenced) // else the target has to prove it
        lane.dialect = request.traits.dialect;
    if (request.whole)
        suffix(lane, request);
    takeFromInput(lane, request);
    client.next = client.requests.next(request);
    ++client.inFlight;
    client.lane = &lane;
    lane.pipeline.pushBack(request);
    lane.optional += Answers::isOptional(lane, request) ? 1 : 0;
    _mux.lanes.pause(lane, now);
    _mux.lanes.updateLoad(lane);
    DeadlineList::disarm(lane.inactive);
    _mux.lanes.armAnswer(lane, request, now);
    if (!_mux.settings.byId && lane.pipeline.first() == &request)
        _mux.lanes.armResponse(lane, now);
    _mux.backpressure.update(lane, now); // its client may have enough to read already
}

/// Edits cost nothing but copying in pieces: what is sent is gathered anyway.
void Forwarding::passWithEdits(Lane& lane, const Request& request, Bytes bytes)
{
    const auto pass = [this, &lane](Bytes piece)
    {
        if (!piece.empty())
            lane.waiting = _mux.effects.toTarget(lane.target, piece);
    };
    if (request.errand != 0)
        return pass(request.traits.reply);
    std::string text;
    if (request.traits.rewritten)
    {
        request.client->conversation->rewrite(bytes, request.traits, text);
        bytes = text;
    }
    if (request.traits.fitted)
        return pass(fitted(lane, request, bytes, true));
    if (request.id != request.theirId)
    {
        const IdField& field = *_mux.settings.requestId;
        char ours[8];
        writeNumber(request.id, ours, field.width, field.order);
        pass(bytes.substr(0, field.offset));
        pass({ours, field.width});
        return pass(bytes.substr(field.end()));
    }
    if (request.traits.rewritten)
        return pass(bytes);
    std::size_t at = 0;
    for (const Edit& edit : request.traits.edits)
    {
        pass(bytes.substr(at, edit.offset - at));
        pass(edit.insert);
        at = edit.offset + edit.remove;
    }
    pass(bytes.substr(at));
}

/// The bytes that are sent instead on this lane.
Bytes Forwarding::fitted(Lane& lane, const Request& request, Bytes bytes, bool begins)
{
    _fitted.clear();
    request.client->conversation->fit(bytes, begins, request.traits, *lane.framer->memory(), _fitted);
    return _fitted;
}

void Forwarding::takeFromInput(Lane& lane, Request& request)
{
    Client& client = *request.client;
    if (request.whole)
        client.queued -= request.inputSize();
    else
    {
        client.partial = 0;
        lane.streaming = &request;
        _mux.stalls.watch(lane);
    }
    client.input.consume(request.inputSize());
    request.used = true;
}

void Forwarding::suffix(Lane& lane, const Request& request)
{
    if (!request.traits.suffix.empty() && !request.traits.fenced)
        lane.waiting = _mux.effects.toTarget(lane.target, request.traits.suffix);
}

void Forwarding::goOn(Client& client, Request& request, std::size_t n, Instant now)
{
    Lane& lane = *request.lane;
    if (lane.framer == nullptr && !_mux.stalls.mayContinue(lane, request, now))
    {
        _mux.clients.fail(client, CloseReason::stalled, false, now);
        return _mux.lanes.close(lane, CloseReason::requestBroken, How::abort, now);
    }
    const Bytes bytes = client.input.waiting().substr(0, n);
    request.size += n;
    _mux.stalls.bytesPass(client, n, now);
    const bool fits = request.traits.fitted && request.traits.inParts;
    const Bytes passes = fits ? fitted(lane, request, bytes, false) : bytes;
    if (!passes.empty()) // of a part that is refused nothing may be left
        lane.waiting = _mux.effects.toTarget(lane.target, passes);
    client.input.consume(n);
    _mux.backpressure.account(client);
    if (client.pause.isArmed())
        _mux.timers.pause.arm(client.pause, now);
    _mux.lanes.armResponse(lane, now);
    _mux.lanes.armAnswer(lane, request, now);
}

void Forwarding::raw(Client& client, Lane& lane, Instant now)
{
    if (client.input.isEmpty())
        return;
    _mux.timers.idle.arm(client.idle, now);
    _mux.pinExpiry.isUsed(lane, now);
    lane.waiting = _mux.effects.toTarget(lane.target, client.input.waiting());
    client.input.clear();
    _mux.backpressure.account(client);
}

} // namespace proximux
