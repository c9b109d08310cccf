#include <proximux/protocol/mysql/PingProbe.h>

#include <proximux/Pins.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionReports.h>

namespace proximux::mysql
{

Bytes PingProbe::question() const
{
    constexpr Bytes PING("\1\0\0\0\x0e", 5);
    return PING;
}

StateProbe::Step PingProbe::hear(Bytes came)
{
    constexpr std::size_t LONGEST = 65536; // bytes
    Step step;
    if (came.size() < HEADER)
        return step;
    const std::size_t length = lengthOf(came);
    const Bytes payload = came.substr(HEADER, length);
    step.state = State::broken;
    if (length == 0 || length > LONGEST || (!payload.empty() && payload.front() != OK_PACKET))
        return step;
    step.state = State::more;
    if (payload.size() < length)
        return step;
    const auto report = readOk(payload);
    step.taken = HEADER + length;
    step.state = report ? State::known : State::broken;
    if (report && (report->status & status::IN_TRANSACTION) != 0)
        step.reasons = pins::LEASE;
    return step;
}

} // namespace proximux::mysql
