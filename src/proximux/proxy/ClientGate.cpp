#include <proximux/proxy/ClientGate.h>

#include <proximux/system/ProcessFacts.h>

#include <string>

namespace proximux
{

namespace
{

using Verdict = AddressLimits::Verdict;

constexpr const char* MEMORY = "limits.memory";

/// The setting that refuses the client.
const char* toString(Verdict verdict)
{
    switch (verdict)
    {
    case Verdict::admitted:
        break;
    case Verdict::connections:
        return "limits.connections";
    case Verdict::rate:
        return "limits.connection_rate";
    case Verdict::full:
        return "limits.table is full";
    }
    return "";
}

} // namespace

ClientGate::ClientGate(Runtime& runtime)
    : _runtime(runtime)
    , _memory(residentMemory, releaseMemory)
    , _records(Duration::seconds(60))
{
}

void ClientGate::use(const LimitsSettings& settings)
{
    _runtime.addresses.use(settings, _runtime.clock.now());
    const std::lock_guard<std::mutex> lock(_mutex);
    _memory.use(settings.memory);
    _action = settings.action;
}

std::optional<AddressLimits::Place> ClientGate::admit(Transport& transport, const Poco::Net::SocketAddress& peer)
{
    if (!_runtime.addresses.isOn() && !_memory.isOn())
        return AddressLimits::NOWHERE;
    const Instant now = _runtime.clock.now();
    const Poco::Net::IPAddress host = peer.host();
    const std::lock_guard<std::mutex> lock(_mutex);
    if (_memory.isExceeded(now))
    {
        _unaffordable.fetch_add(1, std::memory_order_relaxed);
        tell(MEMORY, MEMORY, {host.toString(), peer.port()}, now);
        return refuse(transport);
    }
    return judge(transport, AddressRange::addressOf(host.addr(), host.length()), {host.toString(), peer.port()}, now);
}

std::optional<AddressLimits::Place> ClientGate::announced(Transport& transport, const ClientInfo& client)
{
    const auto address = _runtime.addresses.isOn() ? AddressRange::addressOf(client.address) : std::nullopt;
    if (!address)
        return AddressLimits::NOWHERE;
    const std::lock_guard<std::mutex> lock(_mutex);
    return judge(transport, *address, {client.address, client.port}, _runtime.clock.now());
}

/// By the limits of its address. With the lock.
std::optional<AddressLimits::Place> ClientGate::judge(Transport& transport, const AddressLimits::Address& address,
                                                      const Endpoint& client, Instant now)
{
    const auto admission = _runtime.addresses.admit(address, now);
    if (admission.verdict == Verdict::admitted)
        return admission.place;
    (admission.verdict == Verdict::full ? _untracked : _limited).fetch_add(1, std::memory_order_relaxed);
    tell(std::string(admission.prefix.begin(), admission.prefix.end()), toString(admission.verdict), client, now);
    return refuse(transport);
}

std::nullopt_t ClientGate::refuse(Transport& transport) const
{
    if (_action == LimitsSettings::Action::reset)
        transport.resetOnClose();
    return std::nullopt;
}

/// key: of those that have one record a minute together. With the lock.
void ClientGate::tell(const std::string& key, const char* why, const Endpoint& peer, Instant now)
{
    const auto before = _records.admit(key, now);
    if (!before)
        return;
    const std::string client = _runtime.log.address(peer.host, peer.port);
    const std::string text =
        why + (*before > 0 ? " (" + std::to_string(*before) + " more of these since the last record)" : std::string());
    _runtime.errors.add("Refused", "client " + client + ": " + text);
    if (_runtime.log.wants(LogScope::server, LogLevel::info))
        _runtime.log.text(LogScope::server, LogLevel::info, "Connection from " + client + " refused: " + text);
}

} // namespace proximux
