#pragma once

#include <proximux/protocol/StateProbe.h>

namespace proximux::postgresql
{

/// Asks by one query for channels, advisory locks, temporary things, statements and cursors of SQL, and the role.
class SessionProbe : public StateProbe
{
public:
    [[nodiscard]] Bytes question() const override;
    Step hear(Bytes came) override;

private:
    State take(char type, Bytes body);
    State takeRow(Bytes body);

    bool _isKnown = false;
    bool _failed = false;
    unsigned _reasons = 0;
};

} // namespace proximux::postgresql
