#include <proximux/protocol/resp/ClientConversation.h>

#include <algorithm>
#include <utility>

namespace proximux::resp
{

namespace
{

/// Whether a CLIENT command leaves a state when the target executes it.
bool leavesState(Bytes request)
{
    switch (clientCommandOf(request).effect)
    {
    case ClientEffect::none:
    case ClientEffect::ok:
    case ClientEffect::getName:
    case ClientEffect::id:
    case ClientEffect::describe:
    case ClientEffect::list:
    case ClientEffect::refused:
        return false;
    default:
        return true;
    }
}

/// Whether CLIENT TRACKING has invalidations sent to another connection.
bool redirects(Bytes request)
{
    const std::vector<Bytes> words = wordsOf(request, request.size());
    return std::any_of(words.begin(), words.end(), [](Bytes word) { return sameWord(word, "REDIRECT"); });
}

bool isSecondWord(Bytes request, Bytes wanted)
{
    const std::vector<Bytes> words = wordsOf(request, 2);
    return words.size() == 2 && sameWord(words[1], wanted);
}

} // namespace

void ClientConversation::answer(RequestTraits& traits, std::string reply)
{
    traits.local = true;
    traits.refused = !reply.empty() && reply.front() == '-';
    traits.reply = std::move(reply);
}

void ClientConversation::error(RequestTraits& traits, const std::string& text)
{
    answer(traits, "-ERR proximux: " + text + "\r\n");
}

/// Refuses a request. Within a transaction, which must not be executed without it, a command that no server has is sent
/// instead, so that the server aborts the transaction. A client that receives all messages of its connection is closed
/// after the error, because no reply can be placed in their order.
void ClientConversation::refuse(Bytes bytes, bool whole, RequestTraits& traits, const std::string& text)
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

void ClientConversation::request(Bytes bytes, bool whole, RequestTraits& traits)
{
    const Effect effect = entryOf(bytes).effect;
    if (_settings.passive)
        return watchOnly(bytes, effect, traits);
    traits.dialect = _dialect;
    traits.user = _user;
    if (effect == Effect::empty)
        return answer(traits, "");
    if (isRefused(bytes, whole, effect, traits))
        return;
    if (effect == Effect::quit)
    {
        traits.last = true;
        return answer(traits, OK);
    }
    if (effect == Effect::reset && wordCount(bytes) == 1)
        return reset(traits);
    if (_subscribed)
    {
        _subscription.asked(effect, bytes, _dialect == dialect::RESP3);
        _muted = _muted && (effect != Effect::client || clientCommandOf(bytes).effect != ClientEffect::reply);
        passAll(pins::SUBSCRIPTION, traits); // even if the subscription ends before this is sent
    }
    else if (_multi)
        inTransaction(bytes, effect, traits);
    else
        atRest(bytes, whole, effect, traits);
}

/// From now on all messages belong to this client and answer no known request.
void ClientConversation::passAll(unsigned reason, RequestTraits& traits)
{
    traits.pushes = true;
    traits.muted = _muted;
    traits.answered = false;
    traits.pins = reason;
}

/// Observed traffic: answers nothing, but finds requests without a response.
void ClientConversation::watchOnly(Bytes bytes, Effect effect, RequestTraits& traits)
{
    traits.answered = effect != Effect::empty && !isSilenced(bytes, effect);
    if (!_subscribed && effect != Effect::subscribe && effect != Effect::monitor)
        return;
    if (!std::exchange(_subscribed, true))
        _subscription.begin();
    _subscription.asked(effect, bytes, false);
    passAll(0, traits);
}

/// The reason to refuse this CLIENT command, or an empty text.
std::string ClientConversation::refusedOfClient(Bytes bytes, bool whole) const
{
    const ClientCommand command = clientCommandOf(bytes);
    if (command.effect == ClientEffect::refused)
        return "CLIENT " + std::string(command.name) + " " + command.why;
    if (command.effect == ClientEffect::reply && _multi)
        return "CLIENT REPLY is not supported in a transaction";
    if (command.effect == ClientEffect::tracking && (!whole || redirects(bytes)))
        return "CLIENT TRACKING with REDIRECT names a connection of the target, which clients share";
    return {};
}

/// Whether the client has disabled the reply to this command.
bool ClientConversation::isSilenced(Bytes bytes, Effect effect)
{
    const bool skipped = std::exchange(_skips, false);
    if (effect == Effect::reset)
        _silent = false;
    if (effect != Effect::client)
        return _silent || skipped;
    const std::vector<Bytes> words = wordsOf(bytes, 3);
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
bool ClientConversation::isRefused(Bytes bytes, bool whole, Effect effect, RequestTraits& traits)
{
    const bool signsIn = effect == Effect::auth || effect == Effect::hello;
    const bool open = signsIn || effect == Effect::quit || effect == Effect::reset;
    if (_settings.mustSignIn() && !_authenticated && !open)
    {
        answer(traits, "-NOAUTH Authentication required.\r\n");
        return true;
    }
    if (signsIn && _settings.ownLogin && _failures >= _settings.failedAuth)
    {
        traits.delayed = traits.last = true;
        traits.refusal = "too many wrong passwords";
        answer(traits, "-NOAUTH proximux: too many wrong passwords\r\n");
        return true;
    }
    if (effect == Effect::http)
    {
        traits.last = true;
        error(traits, "HTTP instead of a RESP command");
        return true;
    }
    std::string text;
    if (effect == Effect::replication)
        text = "replication is not supported through the proxy";
    else if (effect == Effect::script && isSecondWord(bytes, "DEBUG"))
        text = "SCRIPT DEBUG is not supported through the proxy";
    else if (effect == Effect::client)
        text = refusedOfClient(bytes, whole);
    else if (signsIn && _settings.mustSignIn() && (_multi || _subscribed))
        text = printableName(bytes) + " is not supported in a transaction or subscription"; // its answer is needed
    if (!text.empty() && !_refusedMulti)
    {
        refuse(bytes, whole, traits, text);
        return true;
    }
    if (!_refusedMulti || effect == Effect::quit || effect == Effect::reset)
        return false;
    // the client believes that it is in a transaction, so nothing may be executed
    if (effect == Effect::exec)
        answer(traits, "-EXECABORT Transaction discarded because of previous errors.\r\n");
    else if (effect == Effect::discard)
        answer(traits, OK);
    else
        error(traits, printableName(bytes) + " was not executed: MULTI had been refused");
    if (effect == Effect::exec || effect == Effect::discard)
        _refusedMulti = false;
    return true;
}

/// Sends all commands to the pinned connection, which queues them. Some commands change the form or number of replies
/// when executed, or end the transaction on some servers only. From these on, the client receives all messages of that
/// connection.
void ClientConversation::inTransaction(Bytes bytes, Effect effect, RequestTraits& traits)
{
    traits.pins = pins::TRANSACTION;
    switch (effect)
    {
    case Effect::exec:
    case Effect::discard:
        if (wordCount(bytes) != 1 && effect == Effect::exec)
            return keepAll(bytes, traits);
        if (wordCount(bytes) != 1)
            break; // gets an error; the transaction continues
        _multi = false;
        traits.frees = pins::TRANSACTION | pins::WATCH;
        break;
    case Effect::select:
        _otherDatabase = true;
        traits.pins |= pins::DATABASE;
        break;
    case Effect::subscribe:
    case Effect::unsubscribe:
    case Effect::monitor:
    case Effect::auth:
    case Effect::hello:
        return keepAll(bytes, traits);
    case Effect::state:
        traits.pins |= pins::SESSION; // even if MULTI failed and the command is executed at once
        break;
    case Effect::client:
        if (clientCommandOf(bytes).effect == ClientEffect::tracking)
            return keepAll(bytes, traits);
        traits.pins |= leavesState(bytes) ? pins::SESSION : 0;
        break;
    case Effect::unknown:
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

void ClientConversation::atRest(Bytes bytes, bool whole, Effect effect, RequestTraits& traits)
{
    switch (effect)
    {
    case Effect::auth:
        return auth(bytes, whole, traits);
    case Effect::hello:
        return hello(bytes, whole, traits);
    case Effect::select:
        return select(bytes, traits);
    case Effect::client:
        return client(bytes, whole, traits);
    case Effect::multi:
        if (wordCount(bytes) != 1)
            return; // an error answers it
        _multi = _settings.pins;
        _refusedMulti = !_settings.pins;
        return tie(traits, pins::TRANSACTION, 0, bytes);
    case Effect::exec:
    case Effect::discard:
        traits.frees = pins::TRANSACTION | pins::WATCH;
        return;
    case Effect::watch:
        return tie(traits, pins::WATCH, 0, bytes);
    case Effect::unwatch:
        traits.frees = pins::WATCH;
        return;
    case Effect::subscribe:
        return subscribe(bytes, effect, pins::SUBSCRIPTION, traits);
    case Effect::unsubscribe:
        return unsubscribe(bytes, whole, traits);
    case Effect::monitor:
        subscribe(bytes, effect, pins::SESSION, traits);
        return _subscription.keep();
    case Effect::state:
        return tie(traits, pins::SESSION, 0, bytes);
    case Effect::blocks:
        traits.blocking = true;
        return tie(traits, pins::BLOCKING, pins::BLOCKING, bytes);
    case Effect::blocksIfSaid:
        traits.blocking = mayBlock(bytes, whole);
        if (traits.blocking)
            tie(traits, pins::BLOCKING, pins::BLOCKING, bytes);
        return;
    case Effect::reset:
        return answer(traits, "-ERR wrong number of arguments for 'reset' command\r\n");
    case Effect::read:
    case Effect::ping:
        traits.repeatable = true;
        return;
    case Effect::unknown:
        traits.spends = traits.alone = _settings.unknown == UnknownCommands::close;
        if (_settings.unknown == UnknownCommands::tie)
            tie(traits, pins::UNKNOWN, pins::UNKNOWN, bytes);
        return;
    default:
        return;
    }
}

/// Pins the client, or refuses the request if no connection can be spared.
void ClientConversation::tie(RequestTraits& traits, unsigned reasons, unsigned frees, Bytes bytes)
{
    traits.pins = reasons;
    traits.frees = frees;
    if (_settings.pins)
        return;
    traits.pushes = traits.blocking = false;
    traits.answered = true;
    error(traits,
          printableName(bytes) + " requires a dedicated target connection, which is not available (exchange.stateful)");
}

/// From now on messages are not replies.
void ClientConversation::subscribe(Bytes bytes, Effect effect, unsigned reason, RequestTraits& traits)
{
    if (effect == Effect::subscribe && wordCount(bytes) < 2)
        return; // an error answers it
    _subscribed = _settings.pins;
    _muted = false;
    _subscription.begin();
    _subscription.asked(effect, bytes, _dialect == dialect::RESP3);
    passAll(reason, traits);
    tie(traits, reason, 0, bytes);
}

/// Pins the client for good.
void ClientConversation::keepAll(Bytes bytes, RequestTraits& traits)
{
    _multi = false;
    subscribe(bytes, Effect::none, pins::SESSION, traits);
    _subscription.keep();
}

bool ClientConversation::pushEnded(const Notice& notice)
{
    if (!_subscribed || !_subscription.told(notice))
        return false;
    _subscribed = false;
    return true;
}

bool ClientConversation::failed(const RequestTraits&, Failure failure, std::string& reply)
{
    if (failure == Failure::user)
    {
        reply = "-NOAUTH proximux: the target does not accept the user name and password of this client any more\r\n";
        return true;
    }
    reply = std::string("-ERR proximux: ") + textOf(failure) + "\r\n";
    return true;
}

bool ClientConversation::unpinned(const RequestTraits&, const std::string& why, std::string& reply)
{
    reply = "-ERR proximux: " + why + "\r\n";
    return true;
}

bool ClientConversation::malformed(const char* why, std::string& reply)
{
    reply = "-ERR proximux: " + std::string(why) + "\r\n";
    return true;
}

} // namespace proximux::resp
