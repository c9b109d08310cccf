// ClientSession: what is refused, and batches that are passed on in parts.

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/ClientSession.h>
#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>
#include <utility>

namespace proximux::postgresql
{

namespace
{

/// The size that the message at the beginning of these bytes has when it is whole.
std::size_t sizeOfMessage(Bytes bytes)
{
    return 1 + static_cast<std::size_t>(std::max<std::uint64_t>(lengthAt(bytes, 1), 4));
}

/// Whether a message of which the end is missing may be passed on: Bind, whose names have come.
bool maySplit(Bytes message)
{
    const Bytes body = message.substr(HEADER);
    const std::size_t names = textAt(body, 0).size() + 1 + boundIn(body).size() + 1;
    return message.front() == 'B' && names <= body.size();
}

} // namespace

// -------------------------------------------------------------------------------------------- what is refused

std::optional<Refusal> ClientSession::refusalOf(const Contents& contents)
{
    if (isTooMuch(contents))
        return Refusal{"prepared statements larger than local.statement_memory", "54000",
                       "proximux: the prepared statements of this client are larger than local.statement_memory"};
    if (contents.effects.readsLast)
        return Refusal{"currval() or lastval(), whose number may be another client's", "55000",
                       "proximux: currval() and lastval() are not known, for connections are shared",
                       "Use INSERT ... RETURNING."};
    if (contents.forgetsLater)
        return Refusal{"a statement or portal with a name that ends prepared statements (not supported)", "0A000",
                       "proximux: DEALLOCATE and DISCARD cannot be prepared or bound under a name"};
    return std::nullopt;
}

// ----------------------------------------------------------------------- a batch that is passed on in parts

/// False: its last message has to be whole.
bool ClientSession::beginBatch(Bytes bytes)
{
    _batch = {};
    while (bytes.size() >= HEADER && sizeOfMessage(bytes) <= bytes.size())
        bytes.remove_prefix(sizeOfMessage(bytes));
    if (bytes.empty())
        return true;
    _batch.more = bytes.size() < HEADER ? 0 : sizeOfMessage(bytes) - bytes.size();
    return _batch.more > 0 && maySplit(bytes);
}

/// Nothing that was passed on can be called back: what may not be done is refused in its place, as by the target.
Continuation ClientSession::goesOn(Bytes bytes, bool mayPin)
{
    const unsigned before = _batch.contents.effects.ties;
    _batch.contents.named = 0; // what came before is counted by now
    std::size_t at = std::min(_batch.more, bytes.size());
    _batch.more -= at;
    _batch.passes = _batch.isRefused ? 0 : at;
    Continuation next;
    while (bytes.size() - at >= HEADER)
    {
        const std::size_t size = sizeOfMessage(bytes.substr(at));
        const Bytes came = bytes.substr(at, size);
        _batch.more = size - came.size();
        at += came.size();
        if (!_batch.isRefused)
            if (const auto refusal = take(came, _batch.more == 0, mayPin && _mayPin))
            {
                _batch.isRefused = true;
                _batch.refusal = errorMessage("ERROR", refusal->code, refusal->text, refusal->hint);
                next.refusal = refusal->reason;
            }
        _batch.contents.isSynced = _batch.contents.isSynced || came.front() == 'S';
        if (!_batch.isRefused)
            _batch.passes = at;
    }
    const Effects& effects = _batch.contents.effects;
    _isInBatch = !_batch.contents.isSynced;
    _isOwn = _isOwn || effects.isLocal || effects.ties != 0;
    next.pins = effects.ties & ~before;
    return next;
}

/// A message of the batch. Returns why it is refused, if it is: then it has no effects.
std::optional<Refusal> ClientSession::take(Bytes message, bool isWhole, bool mayPin)
{
    if (!isWhole && !maySplit(message))
        return tooLarge();
    Contents contents = _batch.contents;
    contents.look(message.front(), message.substr(HEADER), _commons->judged);
    if (auto refusal = refusalOf(contents))
        return refusal;
    if (contents.effects.copies)
        return copyInParts();
    const bool loses = _transaction.settings && mayEndTransaction(contents); // what becomes of them is not told
    contents.effects.ties |= loses ? pins::SETTING : 0;
    if ((contents.effects.ties & ~(_batch.contents.effects.ties | _held)) != 0 && !mayPin)
        return noPin();
    rememberNames(contents);
    if (loses)
        _transaction.settings.reset();
    _transaction.isDivided = _transaction.isDivided || contents.effects.transacts;
    _batch.contents = contents.withoutTexts();
    return std::nullopt;
}

/// Its connection belongs to its login by then.
void ClientSession::fit(Bytes bytes, bool begins, const RequestTraits& traits, ConnectionMemory& memory,
                        std::string& text)
{
    if (!_entry.isWelcome())
    {
        text.append(_entry.lookup());
        return;
    }
    auto& lane = static_cast<LaneStatements&>(memory);
    const Whose whose{_login, _isOwn || isTied() ? _number : 0};
    if (begins)
        _statements.begin();
    if (traits.refused && begins)
    {
        lane.refuse(traits.reply, text);
        if (!traits.inParts)
            appendMessage(text, 'S', {});
        return;
    }
    const Bytes passes = begins ? bytes : bytes.substr(0, _batch.passes);
    if (!passes.empty())
        _statements.write(passes, whose, lane, text);
    if (begins)
        return;
    if (!_batch.refusal.empty())
        lane.refuse(std::exchange(_batch.refusal, {}), text);
    if (_batch.isRefused && _batch.contents.isSynced)
        appendMessage(text, 'S', {});
}

} // namespace proximux::postgresql
