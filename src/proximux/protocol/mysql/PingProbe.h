#pragma once

#include <proximux/protocol/StateProbe.h>

namespace proximux::mysql
{

/// Asks by a ping whether a transaction is open, which the status of every OK says.
class PingProbe : public StateProbe
{
public:
    [[nodiscard]] Bytes question() const override;
    Step hear(Bytes came) override;
};

} // namespace proximux::mysql
