#include <proximux/proxy/WorkerObserver.h>

namespace proximux
{

const ClientInfo& WorkerObserver::infoOf(ClientId client) const
{
    return _clients.find(client)->info();
}

std::size_t WorkerObserver::numberOf(TargetId target) const
{
    const TargetConnection* connection = _targets.find(target);
    return connection != nullptr ? connection->number() : 0;
}

std::uint64_t WorkerObserver::requestCame(ClientId client, Bytes bytes, std::uint64_t size)
{
    _silence.requestCame();
    _clients.find(client)->tally().requests += 1;
    const std::uint64_t tag = _requests.came(infoOf(client), bytes, size, false);
    return tag != 0 ? tag : COUNTED;
}

void WorkerObserver::requestContinued(ClientId client, Bytes bytes)
{
    _requests.came(infoOf(client), bytes, bytes.size(), true);
}

void WorkerObserver::requestSent(ClientId client, std::uint64_t, TargetId target, Bytes bytes)
{
    _requests.sent(infoOf(client), numberOf(target), bytes);
}

void WorkerObserver::requestEnded(std::uint64_t tag, const Outcome& outcome)
{
    _report.requestEnded(outcome);
    if (tag != COUNTED)
        _requests.ended(tag, numberOf(outcome.target), outcome);
}

void WorkerObserver::requestCancelled(ClientId client, TargetId target)
{
    _report.requestCancelled(infoOf(client), numberOf(target));
}

void WorkerObserver::requestRepeated()
{
    _report.requestRepeated();
}

void WorkerObserver::clientMalformed(ClientId client, const char* why)
{
    _report.clientMalformed(infoOf(client), why);
}

void WorkerObserver::targetMalformed(TargetId target, const char* why)
{
    _report.targetMalformed(numberOf(target), why);
}

void WorkerObserver::prologueRefused(TargetId target, Bytes received)
{
    _report.prologueRefused(_targets.find(target)->target(), received);
}

void WorkerObserver::prologueAccepted(TargetId target)
{
    _report.prologueAccepted(_targets.find(target)->target());
}

void WorkerObserver::requestRefused(ClientId client, const char* why, bool guess)
{
    _report.requestRefused(infoOf(client), why, guess);
}

void WorkerObserver::requestDropped(ClientId client, std::size_t bytes)
{
    _report.requestDropped(infoOf(client), bytes);
}

void WorkerObserver::protocolChosen(std::string_view name)
{
    _requests.use(name);
    _report.protocolChosen(name);
}

void WorkerObserver::clientPinned(ClientId client, TargetId target, unsigned reasons)
{
    _report.clientPinned(infoOf(client), numberOf(target), reasons);
}

void WorkerObserver::pinRefused(ClientId client, std::string_view why)
{
    _report.pinRefused(infoOf(client), why);
}

void WorkerObserver::unknownId(TargetId target, bool ignored)
{
    TargetConnection& connection = *_targets.find(target);
    _report.unknownId(connection.number(), connection.heardUnknown(), ignored);
}

void WorkerObserver::partSilent(TargetId target, const std::string& part, Duration pause)
{
    _report.partSilent(numberOf(target), part, pause);
}

void WorkerObserver::partAnswers(TargetId target, const std::string& part)
{
    _report.partAnswers(numberOf(target), part);
}

} // namespace proximux
