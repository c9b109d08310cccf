#include <proximux/protocol/resp/RespConversation.h>

#include <utility>

namespace proximux
{

namespace
{

bool isSecondWord(Bytes request, Bytes wanted)
{
    const std::vector<Bytes> words = respWords(request, 2);
    return words.size() == 2 && sameWord(words[1], wanted);
}

} // namespace

void RespConversation::answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.refused = !reply.empty() && reply.front() == '-';
    traits.reply = std::move(reply);
}

void RespConversation::error(RequestTraits& traits, const std::string& text)
{
    answer(traits, "-ERR proximux: " + text + "\r\n");
}

/// Refuses a request. Within a transaction, which must not be executed without it, a command that no server has is sent
/// instead, so that the server aborts the transaction. A client that receives all messages of its connection is closed
/// after the error, because no reply can be placed in their order.
void RespConversation::refuse(Bytes bytes, bool whole, RequestTraits& traits, const std::string& text)
{
    if (_multi && whole)
    {
        constexpr Bytes NO_COMMAND = "*1\r\n$16\r\nproximux:refused\r\n";
        traits.pins = pins::TRANSACTION;
        traits.edits.push_back({0, bytes.size(), NO_COMMAND});
        return;
    }
    traits.last = _multi || _subscribed;
    error(traits, text);
}

void RespConversation::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    const RespEffect effect = respEntry(bytes).effect;
    if (_settings.passive)
        return watchOnly(bytes, effect, traits);
    if (effect == RespEffect::empty)
        return answer(traits, "");
    if (isRefused(bytes, whole, effect, traits))
        return;
    if (effect == RespEffect::quit)
    {
        traits.last = true;
        return answer(traits, OK);
    }
    if (effect == RespEffect::reset && respCount(bytes) == 1)
        return reset(traits);
    if (_subscribed)
    {
        _subscription.asked(effect, bytes);
        passAll(pins::SUBSCRIPTION, traits); // even if the subscription ends before this is sent
    }
    else if (_multi)
        inTransaction(bytes, effect, traits);
    else
        atRest(bytes, whole, effect, traits);
}

/// From now on all messages belong to this client and answer no known request.
void RespConversation::passAll(unsigned reason, RequestTraits& traits)
{
    traits.pushes = true;
    traits.answered = false;
    traits.pins = reason;
}

/// Observed traffic: answers nothing, but finds requests without a response.
void RespConversation::watchOnly(Bytes bytes, RespEffect effect, RequestTraits& traits)
{
    traits.answered = effect != RespEffect::empty && !isSilenced(bytes, effect);
    if (!_subscribed && effect != RespEffect::subscribe && effect != RespEffect::monitor)
        return;
    if (!std::exchange(_subscribed, true))
        _subscription.begin();
    _subscription.asked(effect, bytes);
    passAll(0, traits);
}

/// Whether the client has disabled the reply to this command.
bool RespConversation::isSilenced(Bytes bytes, RespEffect effect)
{
    const bool skipped = std::exchange(_skips, false);
    if (effect == RespEffect::reset)
        _silent = false;
    if (effect != RespEffect::client)
        return _silent || skipped;
    const std::vector<Bytes> words = respWords(bytes, 3);
    if (words.size() < 3 || !sameWord(words[1], "REPLY"))
        return _silent || skipped;
    if (sameWord(words[2], "ON"))
        _silent = false;
    else if (sameWord(words[2], "OFF"))
        _silent = true;
    else
        _skips = !_silent && sameWord(words[2], "SKIP");
    return _silent || _skips;
}

/// Refuses commands that must not reach the target in any state. Returns whether it did.
bool RespConversation::isRefused(Bytes bytes, bool whole, RespEffect effect, RequestTraits& traits)
{
    const bool signsIn = effect == RespEffect::auth || effect == RespEffect::hello;
    const bool open = signsIn || effect == RespEffect::quit || effect == RespEffect::reset;
    if (!_settings.password.empty() && !_authenticated && !open)
    {
        answer(traits, "-NOAUTH Authentication required.\r\n");
        return true;
    }
    if (effect == RespEffect::http)
    {
        traits.last = true;
        error(traits, "HTTP instead of a RESP command");
        return true;
    }
    std::string text;
    if (effect == RespEffect::replication)
        text = "replication is not supported through the proxy";
    else if (effect == RespEffect::script && isSecondWord(bytes, "DEBUG"))
        text = "SCRIPT DEBUG is not supported through the proxy";
    else if (effect == RespEffect::client)
        text = refusedOfClient(bytes);
    else if (signsIn && !_settings.password.empty() && (_multi || _subscribed))
        text = respName(bytes) + " is not supported in a transaction or subscription"; // the password is the proxy's
    if (!text.empty() && !_refusedMulti)
    {
        refuse(bytes, whole, traits, text);
        return true;
    }
    if (!_refusedMulti || effect == RespEffect::quit || effect == RespEffect::reset)
        return false;
    // the client believes that it is in a transaction, so nothing may be executed
    if (effect == RespEffect::exec)
        answer(traits, "-EXECABORT Transaction discarded because of previous errors.\r\n");
    else if (effect == RespEffect::discard)
        answer(traits, OK);
    else
        error(traits, respName(bytes) + " was not executed: MULTI had been refused");
    if (effect == RespEffect::exec || effect == RespEffect::discard)
        _refusedMulti = false;
    return true;
}

/// Sends all commands to the pinned connection, which queues them. Some commands change the form or number of replies
/// when executed, or end the transaction on some servers only. From these on, the client receives all messages of that
/// connection.
void RespConversation::inTransaction(Bytes bytes, RespEffect effect, RequestTraits& traits)
{
    traits.pins = pins::TRANSACTION;
    switch (effect)
    {
    case RespEffect::exec:
    case RespEffect::discard:
        if (respCount(bytes) != 1 && effect == RespEffect::exec)
            return keepAll(bytes, traits);
        if (respCount(bytes) != 1)
            break; // gets an error; the transaction continues
        _multi = false;
        traits.frees = pins::TRANSACTION | pins::WATCH;
        break;
    case RespEffect::select:
        _otherDatabase = true;
        traits.pins |= pins::DATABASE;
        break;
    case RespEffect::subscribe:
    case RespEffect::unsubscribe:
    case RespEffect::monitor:
    case RespEffect::auth:
    case RespEffect::hello:
        return keepAll(bytes, traits);
    case RespEffect::state:
        traits.pins |= pins::SESSION; // even if MULTI failed and the command is executed at once
        break;
    case RespEffect::client:
        traits.pins |= leavesNothing(bytes) ? 0 : pins::SESSION;
        break;
    case RespEffect::unknown:
        traits.spends = _settings.unknown == UnknownCommands::close;
        if (_settings.unknown != UnknownCommands::tie)
            break;
        traits.pins |= pins::UNKNOWN;
        traits.frees = pins::UNKNOWN;
        break;
    default:
        break;
    }
}

void RespConversation::atRest(Bytes bytes, bool whole, RespEffect effect, RequestTraits& traits)
{
    switch (effect)
    {
    case RespEffect::auth:
        return auth(bytes, traits);
    case RespEffect::hello:
        return hello(bytes, traits);
    case RespEffect::select:
        return select(bytes, traits);
    case RespEffect::client:
        return client(bytes, traits);
    case RespEffect::multi:
        if (respCount(bytes) != 1)
            return; // an error answers it
        _multi = _settings.pins;
        _refusedMulti = !_settings.pins;
        return tie(traits, pins::TRANSACTION, 0, bytes);
    case RespEffect::exec:
    case RespEffect::discard:
        traits.frees = pins::TRANSACTION | pins::WATCH;
        return;
    case RespEffect::watch:
        return tie(traits, pins::WATCH, 0, bytes);
    case RespEffect::unwatch:
        traits.frees = pins::WATCH;
        return;
    case RespEffect::subscribe:
        return subscribe(bytes, effect, pins::SUBSCRIPTION, traits);
    case RespEffect::unsubscribe:
        return unsubscribe(bytes, whole, traits);
    case RespEffect::monitor:
        return subscribe(bytes, effect, pins::SESSION, traits);
    case RespEffect::state:
        return tie(traits, pins::SESSION, 0, bytes);
    case RespEffect::blocks:
        traits.blocking = true;
        return tie(traits, pins::BLOCKING, pins::BLOCKING, bytes);
    case RespEffect::blocksIfSaid:
        traits.blocking = respBlocks(bytes, whole);
        if (traits.blocking)
            tie(traits, pins::BLOCKING, pins::BLOCKING, bytes);
        return;
    case RespEffect::reset:
        return answer(traits, "-ERR wrong number of arguments for 'reset' command\r\n");
    case RespEffect::read:
    case RespEffect::ping:
        traits.repeatable = true;
        return;
    case RespEffect::unknown:
        traits.spends = traits.alone = _settings.unknown == UnknownCommands::close;
        if (_settings.unknown == UnknownCommands::tie)
            tie(traits, pins::UNKNOWN, pins::UNKNOWN, bytes);
        return;
    default:
        return;
    }
}

/// Pins the client, or refuses the request if no connection can be spared.
void RespConversation::tie(RequestTraits& traits, unsigned reasons, unsigned frees, Bytes bytes)
{
    traits.pins = reasons;
    traits.frees = frees;
    if (_settings.pins)
        return;
    traits.pushes = traits.blocking = false;
    traits.answered = true;
    error(traits,
          respName(bytes) + " requires a dedicated target connection, which is not available (exchange.stateful)");
}

/// From now on messages are not replies.
void RespConversation::subscribe(Bytes bytes, RespEffect effect, unsigned reason, RequestTraits& traits)
{
    if (effect == RespEffect::subscribe && respCount(bytes) < 2)
        return; // an error answers it
    _subscribed = _settings.pins;
    _subscription.begin();
    _subscription.asked(effect, bytes);
    passAll(reason, traits);
    tie(traits, reason, 0, bytes);
}

/// Pins the client for good.
void RespConversation::keepAll(Bytes bytes, RequestTraits& traits)
{
    _multi = false;
    subscribe(bytes, RespEffect::none, pins::SESSION, traits);
}

bool RespConversation::pushEnded(const Notice& notice)
{
    if (!_subscribed || !_subscription.told(notice))
        return false;
    _subscribed = false;
    return true;
}

bool RespConversation::failed(const RequestTraits&, Failure failure, std::string& reply)
{
    switch (failure)
    {
    case Failure::unavailable:
        reply = "-ERR proximux: no target connection was free in time\r\n";
        break;
    case Failure::lost:
        reply = "-ERR proximux: the target connection was lost\r\n";
        break;
    case Failure::timeout:
        reply = "-ERR proximux: the target did not answer in time\r\n";
        break;
    case Failure::malformed:
        reply = "-ERR proximux: the target sent an invalid response\r\n";
        break;
    }
    return true;
}

bool RespConversation::unpinned(const RequestTraits&, const std::string& why, std::string& reply)
{
    reply = "-ERR proximux: " + why + "\r\n";
    return true;
}

bool RespConversation::malformed(const char* why, std::string& reply)
{
    reply = "-ERR proximux: " + std::string(why) + "\r\n";
    return true;
}

} // namespace proximux
