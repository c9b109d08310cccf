#include <proximux/exchange/mux/FramedResponses.h>

#include <proximux/Pins.h>
#include <proximux/exchange/mux/FramedChoice.h>
#include <proximux/exchange/mux/Mux.h>

#include <algorithm>
#include <utility>

namespace proximux
{

using ProgressKind = Framer::Progress::Kind;

void FramedResponses::prepare(Lane& lane)
{
    lane.framer = _protocol.makeResponseFramer();
    _dialects.prepare(lane);
    const bool byId = _mux.settings.byId;
    _mux.records.attach(lane, _mux.pool.targetOf(lane.number), _protocol.parts(),
                        byId ? std::min(_mux.settings.requestId->width, _mux.settings.responseId->width) : 0,
                        _mux.random);
}

// ------------------------------------------------------------------------------------------- sending

/// With something in flight nothing can be said of bytes that came; at rest there must be none.
/// What comes unasked where a target speaks at rest is a message, which is looked at whenever it comes: a lane that was
/// read just now need not be asked.
bool FramedResponses::beforeSending(Lane& lane, Request& request, Instant now)
{
    if (request.traits.proof != 0)
        request.traits.fenced = FramedChoice::isUnproven(lane, request.traits);
    const bool wasRead = _mux.settings.speaksAtRest && lane.proven && lane.lastByte == now;
    return lane.pipeline.isEmpty() && !lane.pin.pushes && !wasRead;
}

void FramedResponses::afterSending(Lane& lane, Request& request, Instant now)
{
    const RequestTraits& traits = request.traits;
    Client& client = *request.client;
    if (traits.fenced)
        _fences.make(lane, traits);
    if (traits.fenced && request.whole)
        _fences.send(lane);
    if (traits.pins != 0)
    {
        if (client.pin.lane == nullptr)
            _mux.observer.clientPinned(client.id, lane.target, traits.pins);
        _mux.lanes.pin(lane, client, traits.pins, now);
    }
    request.spending = traits.spends && !lane.spent;
    lane.spent = lane.spent || traits.spends;
    lane.pin.pushes = lane.pin.pushes || traits.pushes;
    lane.pin.muted = traits.muted;
    _mux.consents.sent(request, now);
    if (!traits.answered && request.whole)
        _mux.answers.finish(lane, request, now);
}

/// A pin ends when its last reason does; what is still in flight may be a reason, too.
void FramedResponses::afterAnswer(Lane& lane, Request& request, Instant)
{
    Client* client = request.client;
    if (client != nullptr && client->pin.lane == &lane && request.traits.frees != 0)
        free(*client, request.traits.frees);
}

// ----------------------------------------------------------------------------------------- responses

bool FramedResponses::targetBytes(Lane& lane, Instant now)
{
    while (!lane.input.isEmpty())
    {
        if (lane.pin.tunnel)
        {
            _mux.answers.deliver(lane, *lane.pin.client, lane.input.waiting(), now);
            lane.input.clear();
            return true;
        }
        if (lane.login != nullptr || lane.probe != nullptr)
        {
            if (!hearDialog(lane, now))
                return false;
            if (lane.login != nullptr || lane.probe != nullptr)
                return true; // it wants to see more
            continue;
        }
        if (_mux.settings.isGreeted && lane.first == nullptr)
            return waitsForLogin(lane, now);
        const bool expected = lane.inMessage || lane.pin.pushes || !lane.pipeline.isEmpty() || _mux.settings.twoWay ||
                              _mux.settings.speaksAtRest || _mux.lanes.ignoresUnknown(lane);
        if (!expected && _mux.settings.noisy)
        {
            lane.input.clear();
            return true;
        }
        if (!expected)
        {
            _mux.lanes.close(lane, CloseReason::desync, How::abort, now);
            return false;
        }
        if (Fences::isFenced(lane))
        {
            if (lane.pin.returning && lane.fence.find(lane.input.waiting()).before > 0)
            {
                _mux.lanes.close(lane, CloseReason::desync, How::abort, now); // it was not all that was due
                return false;
            }
            const unsigned proofs = lane.proofs;
            if (!_fences.take(lane, now))
                return true; // it wants to see more
            _trial.isProven = _trial.isProven || lane.proofs != proofs;
            if (std::exchange(lane.pin.returning, false))
                free(*lane.pin.client, pins::SUBSCRIPTION);
            if (lane.spent && _mux.policy.choice.isAtRest(lane))
            {
                _mux.lanes.close(lane, CloseReason::spent, How::abort, now);
                return false;
            }
            continue;
        }
        if (!lane.inMessage && !lane.pipeline.isEmpty() &&
            (lane.ids == nullptr || lane.pipeline.first()->traits.keepsId))
            lane.framer->expect(Consents::hintOf(*lane.pipeline.first()));
        const Framer::Progress progress = lane.framer->feed(lane.input.waiting());
        if (progress.kind == ProgressKind::malformed)
        {
            _mux.observer.targetMalformed(lane.target, progress.reason);
            if (_trial.isOn)
                endTrial(lane, now);
            _mux.lanes.close(lane, CloseReason::malformedResponse, How::abort, now);
            return false;
        }
        if (progress.taken == 0)
            return true; // it wants to see more
        if (!takeResponse(lane, progress, now))
            return false;
    }
    return true;
}

/// What a target says first is heard as soon as somebody logs in. Returns false where the lane is closed then.
bool FramedResponses::waitsForLogin(Lane& lane, Instant now)
{
    if (lane.input.size() <= _mux.settings.responseBuffer)
        return true;
    _mux.lanes.close(lane, CloseReason::greeted, How::abort, now);
    return false;
}

/// What came answers what we ask ourselves. Returns false where the lane is closed then.
bool FramedResponses::hearDialog(Lane& lane, Instant now)
{
    if (lane.login != nullptr)
        return _users.hear(lane, now);
    unsigned ended = 0;
    if (!_probes.hear(lane, ended, now))
        return false;
    if (lane.probe != nullptr || ended == 0 || lane.pin.client == nullptr)
        return true;
    Client& client = *lane.pin.client;
    free(client, client.pin.reasons & ended);
    client.conversation->remains(client.pin.reasons);
    _mux.clients.lookAgain(client); // a drain may have waited for it
    return true;
}

/// A piece of a message. Returns false where the lane is closed then.
bool FramedResponses::takeResponse(Lane& lane, const Framer::Progress& progress, Instant now)
{
    const Bytes bytes = lane.input.waiting().substr(0, progress.taken);
    const ResponseTraits& traits = lane.framer->traits();
    const bool first = !lane.inMessage;
    const bool theirs = traits.kind == ResponseTraits::Kind::request;
    bool passes = !traits.swallowed && !theirs;
    lane.inMessage = true;
    const bool notice = traits.kind == ResponseTraits::Kind::notice;
    if (first && !lane.pin.pushes && !theirs)
    {
        lane.answered = whose(lane, bytes, traits);
        if (lane.answered == nullptr && !notice && !isNobodys(lane))
        {
            const bool ends = _mux.settings.speaksAtRest && traits.notice.kind == Notice::Kind::error;
            _mux.lanes.close(lane, ends ? CloseReason::targetEnded : CloseReason::desync, How::abort, now);
            return false;
        }
        if (lane.answered != nullptr)
        {
            _mux.repeats.dropCopy(*lane.answered);
            passes = _mux.consents.answered(*lane.answered, traits, now) && passes;
        }
    }
    if (lane.pin.leaving)
        _farewells.deliverButLast(lane, bytes, now);
    else if (lane.pin.pushes || (notice && lane.answered == nullptr && lane.pin.client != nullptr))
        _mux.answers.deliver(lane, *lane.pin.client, toClient(lane, lane.pin.client, bytes), now);
    else if (lane.answered != nullptr && passes)
        _mux.answers.deliver(lane, *lane.answered, toClient(lane, lane.answered->client, bytes),
                             first ? editsOf(*lane.answered, traits) : nullptr, now);
    lane.input.consume(progress.taken);
    if (progress.kind != ProgressKind::complete)
        return true;
    lane.inMessage = false;
    if (notice)
        return true;
    if (lane.pin.pushes)
        return pushWhole(lane, now);
    if (theirs)
        return _mux.targetRequests.answer(lane, traits, now);
    return lane.answered == nullptr || responseWhole(lane, now);
}

/// What its client gets in place of these bytes.
Bytes FramedResponses::toClient(const Lane& lane, const Client* client, Bytes bytes)
{
    const ResponseTraits& traits = lane.framer->traits();
    if (!traits.names || client == nullptr || client->conversation == nullptr)
        return traits.instead.empty() ? bytes : traits.instead;
    client->conversation->rename(bytes, lane.greeting, _renamed);
    return _renamed;
}

/// A message that answers nothing. True: it is ignored.
bool FramedResponses::isNobodys(Lane& lane)
{
    const bool ignored = _mux.lanes.ignoresUnknown(lane);
    if (lane.ids != nullptr)
        _mux.observer.unknownId(lane.target, ignored);
    return ignored;
}

/// The request that a response answers, or null: nobody asked for it.
Request* FramedResponses::whose(const Lane& lane, Bytes bytes, const ResponseTraits& traits) const
{
    Request* request = lane.pipeline.first();
    if (request == nullptr)
        return nullptr;
    const bool hasId = _mux.settings.responseId && bytes.size() >= _mux.settings.responseId->end();
    if (_mux.settings.responseId && !hasId)
        return nullptr;
    if (lane.ids != nullptr)
    {
        request = lane.ids->find(_mux.settings.responseId->read(bytes));
        if (request != nullptr && request->lane != &lane)
            request = nullptr; // it was asked on another connection
    }
    if (request == nullptr)
        return nullptr;
    return traits.mayAnswer(request->traits.check) ? request : nullptr;
}

/// What is changed in the first bytes of this response.
const std::vector<Edit>* FramedResponses::editsOf(const Request& request, const ResponseTraits& traits)
{
    if (!_mux.settings.responseId || request.traits.keepsId)
        return traits.edits.empty() ? nullptr : &traits.edits;
    const IdField& field = *_mux.settings.responseId;
    writeNumber(request.theirId, _theirId, field.width, field.order);
    _idEdit.front() = {field.offset, field.width, {_theirId, field.width}};
    return &_idEdit;
}

bool FramedResponses::responseWhole(Lane& lane, Instant now)
{
    Request& request = *lane.answered;
    const ResponseTraits& traits = lane.framer->traits();
    if (traits.kind == ResponseTraits::Kind::interim)
        request.begun = false; // an error can still be told
    if (traits.resumes)
        return resume(lane, request, now);
    if (!traits.endsRequest())
        return true;
    if (!request.whole && !answeredEarly(lane, request, now))
        return false;
    _trial.isProven = _trial.isProven || traits.proof;
    Client* client = request.client;
    const bool tunnel = traits.kind == ResponseTraits::Kind::tunnel;
    const bool closesTarget = traits.closesTarget;
    const bool ownId = request.traits.keepsId;
    const bool closesClient = traits.closesClient;
    if (client != nullptr && (request.traits.pins & traits.keeps & pins::UNKNOWN) != 0)
        _mux.pinning.add(*client, pins::SESSION);
    lane.spent = (lane.spent && !(traits.undone && request.spending)) || traits.spends;
    request.traits.frees &= tunnel ? 0 : ~traits.keeps;
    const unsigned claims = request.traits.claims;
    const unsigned challenges = traits.challenges;
    const bool isError = traits.notice.kind == Notice::Kind::error;
    const bool turned = request.turnsLane;
    const unsigned begun = traits.begun;
    const unsigned ended = traits.ended;
    const unsigned probes = request.traits.probes | traits.doubts;
    if (request.traits.switches && !isError)
        Dialects::settle(lane, request, true);
    if (Users::decides(request))
        Users::settle(lane, request, !isError);
    if (client != nullptr && traits.tells.what != 0)
        client->conversation->told(traits.tells);
    if (request.traits.guarded)
        _fences.put(lane, now);
    if (isError && request.errand != 0)
        _mux.cancels.refused(request.errand);
    _mux.answers.finish(lane, request, now);
    if ((begun | ended) != 0)
        hold(lane, client, begun, ended, now);
    if (probes != 0 && client != nullptr)
        _probes.begin(lane, *client, probes, now);
    if (tunnel && client != nullptr)
        beginTunnel(lane, *client, now);
    if (closesClient && client != nullptr)
    {
        const ClientId id = client->id;
        _mux.clients.beginClosing(*client, CloseReason::ended, now);
        client = _mux.clients.find(id);
    }
    if (closesTarget)
        _mux.lanes.close(lane, CloseReason::targetEnded, How::finish, now);
    else if ((claims | challenges) != 0)
        settleClaims(lane, client, claims, challenges, now);
    if (lane.spent && lane.pin.client == nullptr && _mux.lanes.isInUse(lane))
        leaveFor(lane, client, CloseReason::spent, How::abort, now);
    else if (turned && isError && _mux.lanes.isInUse(lane))
        leaveFor(lane, client, CloseReason::otherDialect, How::abort, now); // nobody knows what it speaks
    else if (ownId && _mux.lanes.isInUse(lane))
        leaveFor(lane, client, CloseReason::idKept, Lanes::partingFrom(lane), now); // the id is its client's choice
    return _mux.lanes.isInUse(lane) && _mux.targetRequests.pay(lane, now);
}

bool FramedResponses::pushWhole(Lane& lane, Instant now)
{
    Client& client = *lane.pin.client;
    const Notice& notice = lane.framer->traits().notice;
    const bool ended = !lane.pin.leaving && client.conversation->pushEnded(notice);
    if (ended)
    {
        lane.pin.pushes = false;
        lane.pin.returning = true;
        _fences.put(lane, now);
    }
    _mux.answers.reply(client, now);
    return _mux.pool.state(lane.number) != LanePool::State::closed;
}

/// The target does not speak the protocol of this client, which gets the error and nothing else.
void FramedResponses::endTrial(const Lane& lane, Instant now)
{
    Client* client = lane.pipeline.isEmpty() ? nullptr : lane.pipeline.first()->client;
    if (client == nullptr)
        return;
    _mux.answers.drop(*client, client->next, CloseReason::malformedResponse, now);
    _mux.clients.endRequests(*client, CloseReason::malformedResponse, now);
}

/// One that is overdue fails alone, until so many are that the connection is of no use any more: half of its places, or
/// as many as servers keep of one connection before they stop reading it (unbound: 32).
void FramedResponses::answerOverdue(Request& request, Instant now)
{
    Lane& lane = *request.lane;
    _mux.answers.partTimedOut(request, now);
    const bool dead = lane.lastByte + _mux.settings.responseTimeout <= now;
    constexpr std::size_t MOST_OVERDUE = 16;
    const std::size_t half = (std::min(_mux.settings.pipeline, lane.ids->size()) + 1) / 2;
    const bool crowded = lane.abandoned + 1 >= std::min(half, MOST_OVERDUE);
    _mux.repeats.dropCopy(request);
    const bool alone = lane.pin.client != nullptr; // nobody else loses anything
    if ((dead || crowded || alone || lane.ending) && !request.traits.optional)
    {
        if (request.client != nullptr && !dead)
            _mux.clients.charge(*request.client, &request, now);
        return _mux.lanes.close(lane, CloseReason::responseTimeout, How::abort, now);
    }
    _mux.answers.giveUp(request, CloseReason::responseTimeout, now);
}

bool FramedResponses::restore(Lane& lane, Instant now)
{
    return _users.restore(lane, now);
}

std::string FramedResponses::cancellation(const Lane& lane) const
{
    return _protocol.cancellation(lane.greeting);
}

bool FramedResponses::isAnswered(const Request&, bool, bool) const
{
    return false;
}

void FramedResponses::gapPassed(Lane&, Instant) {}

} // namespace proximux
