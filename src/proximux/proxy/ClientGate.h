#pragma once

#include <proximux/net/Transport.h>
#include <proximux/proxy/AddressLimits.h>
#include <proximux/proxy/MemoryLimit.h>
#include <proximux/proxy/Runtime.h>
#include <proximux/telemetry/RecordLimiter.h>

#include <Poco/Net/SocketAddress.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

namespace proximux
{

/// Judges each client when it is accepted, by the memory of the process and by the limits of its address; counts and
/// logs those that it refuses. Owned by the Proxy. Any thread.
class ClientGate
{
public:
    explicit ClientGate(Runtime& runtime);

    /// Another configuration is in force.
    void use(const LimitsSettings& settings);

    /// Returns the place of its address in Runtime::addresses. Nothing: it is refused, so close its transport.
    std::optional<AddressLimits::Place> admit(Transport& transport, const Poco::Net::SocketAddress& peer);

    /// Judges a client that was admitted by the address that it has announced since. As admit().
    std::optional<AddressLimits::Place> announced(Transport& transport, const ClientInfo& client);

    /// Clients refused by a limit of their address.
    [[nodiscard]] std::uint64_t limited() const { return _limited.load(std::memory_order_relaxed); }

    /// Clients refused because the table was full.
    [[nodiscard]] std::uint64_t untracked() const { return _untracked.load(std::memory_order_relaxed); }

    /// Clients refused because of limits.memory.
    [[nodiscard]] std::uint64_t unaffordable() const { return _unaffordable.load(std::memory_order_relaxed); }

private:
    std::nullopt_t refuse(Transport& transport) const;
    std::optional<AddressLimits::Place> judge(Transport& transport, const AddressLimits::Address& address,
                                              const Endpoint& client, Instant now);
    void tell(const std::string& key, const char* why, const Endpoint& peer, Instant now);

    Runtime& _runtime;
    std::mutex _mutex; ///< guards the next three
    MemoryLimit _memory;
    RecordLimiter _records; ///< one a minute for each address, and for limits.memory
    LimitsSettings::Action _action = LimitsSettings::Action::close;
    std::atomic<std::uint64_t> _limited{0};
    std::atomic<std::uint64_t> _untracked{0};
    std::atomic<std::uint64_t> _unaffordable{0};
};

} // namespace proximux
